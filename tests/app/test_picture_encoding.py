"""Pictures encoded anew: the pixels stay, what the file says besides goes, and nothing grows."""

import io
import random

import pytest
from PIL import ExifTags, Image, ImageCms, ImageDraw, ImageSequence, PngImagePlugin

from app.picture_encoding import (
    MOST_PIXELS_KEPT,
    MOST_PIXELS_MOVING,
    TooManyFrames,
    UnreadablePicture,
    encode_anew,
)

SECRET = b"37.5665 N, Kim's telephone"
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


def drawing(size=(120, 80), mode="RGB"):
    """Lines on a ground, the upper left corner red."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    chance = random.Random(7)
    for _ in range(40):
        ends = [(chance.randrange(size[0]), chance.randrange(size[1])) for _ in range(2)]
        pen.line(ends, fill=(chance.randrange(256), 90, 120), width=2)
    pen.rectangle((0, 0, size[0] // 4, size[1] // 4), fill="red")
    return picture.convert(mode)


def save(picture, form, **options):
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def read(encoded):
    return Image.open(io.BytesIO(encoded.data))


def notes(orientation=1):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Model] = SECRET.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (37.0, 33.0, 0.0)
    return exif


def moving(form, count=4, size=(60, 40), **options):
    frames = [Image.new("RGBA", size, (60 * number, 0, 200, 255)) for number in range(count)]
    more = {"save_all": True, "append_images": frames[1:], "duration": [100, 200, 300, 400][:count]}
    return save(frames[0], form, loop=3, **more, **options)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_where_and_by_what_it_was_taken_is_left_behind(form):
    given = save(drawing(), form, exif=notes()) + SECRET
    assert SECRET in given
    encoded = encode_anew(given, KINDS[form])
    assert SECRET not in encoded.data
    assert SECRET[:7] not in encoded.data
    assert dict(read(encoded).getexif()) == {}
    assert encoded.media_type == KINDS[form]


def test_texts_in_a_png_and_comments_in_a_jpeg_are_left_behind():
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", SECRET.decode())
    assert SECRET not in encode_anew(save(drawing(), "PNG", pnginfo=text), "image/png").data
    commented = save(drawing(), "JPEG", comment=SECRET)
    assert SECRET in commented
    assert SECRET not in encode_anew(commented, "image/jpeg").data


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_it_is_turned_as_the_camera_was_held(form):
    encoded = encode_anew(save(drawing(), form, exif=notes(orientation=6)), KINDS[form])
    picture = read(encoded).convert("RGB")
    assert picture.size == (80, 120)
    red, green, blue = picture.getpixel((77, 3))
    assert red > 200 > 60 > max(green, blue)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_colours_of_another_profile_become_those_of_srgb(form):
    wide = wide_profile()
    given = save(Image.new("RGB", (64, 64), (100, 160, 100)), form, icc_profile=wide, quality=95)
    picture = read(encode_anew(given, KINDS[form]))
    assert "icc_profile" not in picture.info
    seen = picture.convert("RGB").getpixel((30, 30))
    # The same light, said in the smaller space: less red, more green.
    assert seen[0] < 85
    assert seen[1] >= 158


def wide_profile():
    """A profile whose red, green and blue lie further apart: LCMS can make no RGB but sRGB, so its
    colorants are written over (ICC.1:2022, 9.2.4 to 9.2.46), with those of Adobe RGB (1998)."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    colorants = {
        b"rXYZ": (0.60974, 0.31111, 0.01947),
        b"gXYZ": (0.20528, 0.62567, 0.06087),
        b"bXYZ": (0.14919, 0.06322, 0.74457),
    }
    for number in range(int.from_bytes(data[128:132], "big")):
        entry = 132 + 12 * number
        place = int.from_bytes(data[entry + 4 : entry + 8], "big")
        for axis, value in enumerate(colorants.get(bytes(data[entry : entry + 4]), ())):
            at = place + 8 + 4 * axis
            data[at : at + 4] = round(value * 65536).to_bytes(4, "big")
    return bytes(data)


def test_a_profile_that_cannot_be_read_is_left_out():
    given = save(drawing(), "PNG", icc_profile=b"no profile at all" * 20)
    picture = read(encode_anew(given, "image/png"))
    assert "icc_profile" not in picture.info
    assert picture.tobytes() == drawing().tobytes()


def test_a_photograph_for_print_is_shown_by_browsers():
    picture = read(encode_anew(save(drawing(mode="CMYK"), "JPEG"), "image/jpeg"))
    assert picture.mode == "RGB"
    assert picture.getpixel((3, 3))[0] > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_pixels_of_a_png_stay_as_they_are(mode):
    given = drawing(mode=mode)
    if mode in {"LA", "RGBA"}:
        given.putalpha(given.convert("L"))
    encoded = encode_anew(save(given, "PNG"), "image/png")
    assert read(encoded).convert("RGBA").tobytes() == given.convert("RGBA").tobytes()


def test_sixteen_bits_of_grey_become_eight():
    deep = Image.new("I;16", (20, 20), 40_000)
    assert read(encode_anew(save(deep, "PNG"), "image/png")).convert("L").getpixel((5, 5)) == 155


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP"])
def test_a_moving_picture_goes_on_moving(form):
    given = moving(form, **({"comment": SECRET} if form == "GIF" else {"exif": notes()}))
    assert SECRET in given
    encoded = encode_anew(given, KINDS[form])
    assert SECRET not in encoded.data
    assert len(encoded.data) <= len(given)
    before, after = Image.open(io.BytesIO(given)), read(encoded)
    assert after.n_frames == 4
    assert after.info["loop"] == before.info["loop"]
    for old, new in zip(ImageSequence.Iterator(before), ImageSequence.Iterator(after), strict=True):
        old.load()
        new.load()
        assert round(new.info["duration"]) == round(old.info["duration"])
        wanted, seen = (frame.convert("RGB").getpixel((5, 5)) for frame in (old, new))
        assert max(abs(one - other) for one, other in zip(wanted, seen, strict=True)) <= 12


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {"optimize": True}),
        ("JPEG", {"quality": 95, "optimize": True}),
        ("JPEG", {"quality": 20, "optimize": True, "progressive": True}),
        ("GIF", {}),
        ("WEBP", {"lossless": True, "method": 6}),
        ("WEBP", {"quality": 30, "method": 6}),
    ],
)
@pytest.mark.parametrize("size", [(8, 8), (120, 80), (900, 700)])
def test_nothing_grows(form, options, size):
    given = save(drawing(size), form, **options)
    assert len(encode_anew(given, KINDS[form]).data) <= len(given)


def test_what_no_page_has_room_for_is_made_smaller():
    large = save(Image.new("RGB", (6000, 3000), "navy"), "PNG")
    width, height = read(encode_anew(large, "image/png")).size
    assert 0.98 * MOST_PIXELS_KEPT < width * height <= MOST_PIXELS_KEPT
    assert width == pytest.approx(2 * height, abs=2)


@pytest.mark.parametrize("form", sorted(KINDS))
def test_a_picture_cut_off_is_refused(form):
    given = save(drawing((300, 200)), form)
    with pytest.raises(UnreadablePicture):
        encode_anew(given[: len(given) // 2], KINDS[form])


def test_a_picture_of_another_kind_than_it_says_is_refused():
    with pytest.raises(UnreadablePicture):
        encode_anew(save(drawing(), "PNG"), "image/jpeg")


def test_frames_without_end_are_not_decoded():
    size = (4000, 4000)
    count = MOST_PIXELS_MOVING // (size[0] * size[1]) + 1
    frame = save(Image.new("P", size), "GIF")
    body, end = frame[:-1], frame[-1:]
    start = frame.index(b"\x2c", 13 + (3 << (frame[10] % 8 + 1)))
    with pytest.raises(TooManyFrames):
        encode_anew(body + frame[start:-1] * count + end, "image/gif")
