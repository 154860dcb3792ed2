"""A picture encoded anew: what its pixels show, and nothing of what its file says besides.

Where and when a photograph was taken, by whose telephone, thumbnails of what was cut away, and
bytes behind the end all stay behind. The picture is turned as its EXIF says, and its colours are
those of sRGB, which is what browsers take pictures without a profile for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from math import sqrt
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence, JpegImagePlugin

from app.gif_blocks import strip_gif

MOST_PIXELS_KEPT = 12_000_000
"""What has more is made smaller: a page shows a tenth of that, and encoding takes seconds."""
MOST_PIXELS_MOVING = 120_000_000
"""Pixels of all frames of a moving picture together: each is decoded."""
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
# What a decoder of Pillow raises for bytes that are no picture after all.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error)
_QUALITIES = (85, 75, 60, 45, 30, 15)
_MOST_FOR_BEST = 3_000_000
"""Pixels up to which the slow, best compression is worth its time."""
_LONGEST_WEBP = 16_383
"""Pixels a side that the format can hold (RFC 9649, section 2.5)."""


class UnreadablePicture(Exception):
    """It begins like a picture, and cannot be decoded to its end."""


class TooManyFrames(Exception):
    """A moving picture has more pixels than MOST_PIXELS_MOVING in all its frames."""


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """A picture as it is kept."""

    data: bytes
    media_type: str
    """The one it had; `image/webp` where its own format could not hold it in as few bytes."""


def encode_anew(data: bytes, media_type: str) -> EncodedPicture:
    """Decode and encode a PNG, JPEG, GIF or WebP; moving ones go on moving.

    The outcome is no larger than `data` wherever one of the encodings is not, which fails for
    pictures of a few hundred bytes only. Check before how many pixels it says it has: it is decoded
    whole. Raises UnreadablePicture, TooManyFrames.
    """
    try:
        with Image.open(BytesIO(data), formats=[_FORMATS[media_type]]) as image:
            _check_frames(image, media_type)
            return _choose(_encodings(image, media_type, data), len(data))
    except (*_BROKEN, Image.DecompressionBombError) as error:
        raise UnreadablePicture(f"It cannot be decoded: {error}") from error


def _choose(encodings: Iterator[EncodedPicture], limit: int) -> EncodedPicture:
    """The first that has at most `limit` bytes, else the smallest."""
    made: list[EncodedPicture] = []
    for encoded in encodings:
        if len(encoded.data) <= limit:
            return encoded
        made.append(encoded)
    return min(made, key=lambda each: len(each.data))


def _check_frames(image: Image.Image, media_type: str) -> None:
    """Only after this are frames decoded. A JPEG shows its first picture, whatever follows it."""
    count = 1 if media_type == "image/jpeg" else int(getattr(image, "n_frames", 1))
    if count > 1 and count * image.width * image.height > MOST_PIXELS_MOVING:
        raise TooManyFrames(f"Its {count} frames have over {MOST_PIXELS_MOVING:,} pixels together.")


def _encodings(image: Image.Image, media_type: str, data: bytes) -> Iterator[EncodedPicture]:
    """From the most faithful on; each is made only when it is asked for."""
    if media_type == "image/gif":
        # Other encoders would choose other colours; so its frames stay, once all are decoded.
        for frame in ImageSequence.Iterator(image):
            frame.load()
        yield EncodedPicture(strip_gif(data), media_type)
    elif media_type == "image/jpeg":
        yield from _as_jpeg(image)
    else:
        is_lossy = media_type == "image/webp" and b"VP8L" not in data
        moves = int(getattr(image, "n_frames", 1)) > 1
        picture, options = _frames(image) if moves else (_still(image), {})
        yield from _as_png_or_webp(picture, options, media_type, is_lossy=is_lossy)


def _as_jpeg(image: Image.Image) -> Iterator[EncodedPicture]:
    """With the tables of the original first, which lose nothing more that can be seen."""
    tables = getattr(image, "quantization", None)
    sampling = JpegImagePlugin.get_sampling(image)
    still = _still(image)
    same: dict[str, Any] = {"quality": _QUALITIES[0]}
    if tables and still.mode == image.mode:
        same = {"qtables": tables, "subsampling": sampling}
    if still.mode not in {"L", "RGB"}:
        still = still.convert("RGB")
    for options in (same, *({"quality": quality} for quality in _QUALITIES)):
        for is_progressive in (True, False):  # which is larger for pictures as small as icons
            data = _write(still, "JPEG", optimize=True, progressive=is_progressive, **options)
            yield EncodedPicture(data, "image/jpeg")


def _as_png_or_webp(
    picture: Image.Image, options: dict[str, Any], media_type: str, *, is_lossy: bool
) -> Iterator[EncodedPicture]:
    is_large = picture.width * picture.height > _MOST_FOR_BEST
    if media_type == "image/png":
        yield EncodedPicture(_write(picture, "PNG", optimize=not is_large, **options), media_type)
    if max(picture.size) > _LONGEST_WEBP:
        return
    if not is_lossy:
        effort = {"lossless": True, "method": 1 if is_large else 4}
        yield EncodedPicture(_write(picture, "WEBP", **effort, **options), "image/webp")
    for quality in _QUALITIES:
        yield EncodedPicture(_write(picture, "WEBP", quality=quality, **options), "image/webp")


def _still(image: Image.Image) -> Image.Image:
    """The picture upright, not too large, in sRGB, of eight bits a channel."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):
        upright = upright.convert("I").point(lambda value: value / 257).convert("L")
    pixels = upright.width * upright.height
    if pixels > MOST_PIXELS_KEPT:
        factor = sqrt(MOST_PIXELS_KEPT / pixels)
        size = (max(1, int(upright.width * factor)), max(1, int(upright.height * factor)))
        upright = _full_colour(upright).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _plain(upright)


def _frames(image: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    """The first frame, and how it goes on, as Pillow saves it."""
    frames, pauses = [], []
    for frame in ImageSequence.Iterator(image):
        frame.load()  # says how long it is shown
        pauses.append(round(frame.info.get("duration", 0)))
        frames.append(_plain(frame).convert("RGBA"))
    if image.info.get("default_image"):  # shown where a PNG does not move, and no part of it
        del frames[0], pauses[0]
    options = {"save_all": True, "append_images": frames[1:], "duration": pauses}
    return frames[0], options | {"loop": image.info.get("loop", 0)}


def _plain(image: Image.Image) -> Image.Image:
    """A copy in sRGB that carries nothing but pixels and what is transparent of them."""
    profile = image.info.get("icc_profile")
    plain = _convert_colours(image, profile) if profile else image.copy()
    plain.info = {key: value for key, value in plain.info.items() if key == "transparency"}
    return plain


def _convert_colours(image: Image.Image, profile: bytes) -> Image.Image:
    """In the colours of sRGB; as it is where the profile is not for pictures of its kind."""
    alpha = _full_colour(image).getchannel("A") if image.has_transparency_data else None
    colours = image if image.mode in {"L", "CMYK"} else image.convert("RGB")
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(colours, given, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        converted = None
    if converted is None:
        return image.copy()
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def _full_colour(image: Image.Image) -> Image.Image:
    """One that can be resized: palettes know no colours between theirs."""
    if image.mode in {"L", "RGB", "RGBA", "LA", "CMYK"} and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _write(picture: Image.Image, form: str, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()
