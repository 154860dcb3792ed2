"""The blocks of a GIF: those that are shown stay, byte for byte."""

import io

import pytest
from PIL import Image

from app.gif_blocks import BadGif, strip_gif


def gif(**options):
    file = io.BytesIO()
    frames = [Image.new("P", (9, 9), number) for number in range(3)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=80, **options)
    return file.getvalue()


def test_what_is_shown_stays_byte_for_byte():
    plain = gif(loop=0)
    assert strip_gif(plain) == plain
    assert strip_gif(plain[:-1]) == plain, "the end is written where it was left out"


@pytest.mark.parametrize(
    "block",
    [
        b"\x21\xfe\x05words\x00",
        b"\x21\xfe\x05words\x03and\x00",
        b"\x21\xff\x0bXMP DataXMP\x04<x/>\x00",
        b"\x21\x01\x0c" + bytes(12) + b"\x04text\x00",
    ],
    ids=["comment", "long comment", "xmp", "plain text"],
)
def test_what_is_not_shown_goes(block):
    plain = gif(loop=0)
    place = plain.index(b"\x21\xf9")
    assert strip_gif(plain[:place] + block + plain[place:]) == plain
    assert strip_gif(plain[:-1] + block + plain[-1:] + b"PK\x03\x04") == plain


@pytest.mark.parametrize("cut", [8, 12, 40, -4])
def test_a_gif_cut_off_within_a_block_is_refused(cut):
    with pytest.raises(BadGif):
        strip_gif(gif()[:cut])


def test_bytes_that_are_no_block_are_refused():
    with pytest.raises(BadGif):
        strip_gif(gif()[:-1] + b"<script>")
