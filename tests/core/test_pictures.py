"""Uploaded pictures: what is none is refused, what is one comes out upright, small and without the camera's data."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from core.errors import DomainError
from core.pictures import LOGO_BYTES, MAX_BYTES, clean_logo, clean_picture

ORIENTATION, GPS, MODEL = 0x0112, 0x8825, 0x0110


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    """A picture whose left half is red, the rest white."""
    image = Image.new(mode, size, "white")
    image.paste(Image.new(mode, (size[0] // 2, size[1]), "red"), (0, 0))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photographed(orientation: int = 1) -> bytes:
    """A JPEG as a phone writes it: place, device and orientation."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MODEL] = orientation, "SecretPhone 9"
    exif.get_ifd(GPS)[2] = (31.0, 14.0, 5.0)
    return picture(exif=exif, comment=b"at home", icc_profile=b"profile")


def read(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=["JPEG"])


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that claims `side` × `side` pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_three_kinds_become_a_jpeg(kind: str) -> None:
    clean = read(clean_picture(picture(kind), max_side=640))
    assert (clean.format, clean.size, clean.mode) == ("JPEG", (60, 40), "RGB")


def test_place_and_device_are_gone() -> None:
    data = photographed()
    assert b"SecretPhone" in data
    clean = clean_picture(data, max_side=640)
    image = read(clean)
    assert (dict(image.getexif()), clean.count(b"SecretPhone"), clean.count(b"at home"), b"profile" in clean) == (
        {},
        0,
        0,
        False,
    )
    assert sorted(image.info) == ["jfif", "jfif_density", "jfif_unit", "jfif_version", "progression", "progressive"]


def test_a_photo_taken_sideways_is_turned_upright() -> None:
    image = read(clean_picture(photographed(orientation=6), max_side=640))
    # Turned by a quarter: the red left half lies on top.
    assert image.size == (40, 60)
    top, bottom = (image.getpixel((20, y)) for y in (10, 50))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[1] < 60, bottom[1] > 200) == (True, True)


def test_a_large_photo_is_made_small() -> None:
    assert read(clean_picture(picture(size=(3000, 1500)), max_side=640)).size == (640, 320)


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "PNG")
    assert read(clean_picture(out.getvalue(), max_side=64)).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data,code",
    [
        (b"", "not_a_picture"),
        (b"MZ\x90\x00 a program", "not_a_picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "not_a_picture"),
        (b"GIF89a\x01\x00\x01\x00", "not_a_picture"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "not_a_picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "apple_picture"),
        (b"\xff\xd8\xff\xe0 no more than a head", "picture_broken"),
        (picture("PNG")[:60], "picture_broken"),
        (picture(size=(900, 900), quality=95)[:3000], "picture_broken"),
        (b"\xff\xd8\xff" + b"\0" * MAX_BYTES, "picture_too_large"),
        (bomb(8_000), "picture_too_many_pixels"),
        (bomb(60_000), "picture_too_many_pixels"),
    ],
    ids=range(12),
)
def test_what_is_no_picture_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        clean_picture(data, max_side=640)
    assert (caught.value.code, caught.value.message[-1]) == (code, "。")


def test_a_jpeg_in_the_colours_of_print_is_converted() -> None:
    assert read(clean_picture(picture(mode="CMYK"), max_side=64)).mode == "RGB"


# --- Logos ------------------------------------------------------------------------------------------------------------
def any_kind(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_a_logo_keeps_what_is_transparent(mode: str) -> None:
    layers = Image.new("RGBA", (80, 40), (0, 0, 0, 255))
    layers.paste((0, 0, 0, 0), (0, 0, 40, 40))
    out = io.BytesIO()
    layers.convert(mode).save(out, "PNG")
    image = any_kind(clean_logo(out.getvalue(), max_side=40))
    corner, far = image.getpixel((5, 10)), image.getpixel((35, 10))
    assert (image.format, image.mode, image.size, corner, far) == (
        "PNG",
        "RGBA",
        (40, 20),
        (0, 0, 0, 0),
        (0, 0, 0, 255),
    )


def test_a_logo_loses_the_cameras_data_and_comes_out_the_same_when_cleaned_again() -> None:
    clean = clean_logo(photographed(orientation=6), max_side=600)
    image = any_kind(clean)
    assert (image.format, image.size, dict(image.getexif()), dict(image.info)) == ("PNG", (40, 60), {}, {})
    assert clean_logo(clean, max_side=600) == clean


def test_a_logo_that_would_weigh_too_much_becomes_a_jpeg() -> None:
    noise = Image.effect_noise((600, 600), 80).convert("RGBA")
    out = io.BytesIO()
    noise.save(out, "PNG")
    clean = clean_logo(out.getvalue(), max_side=600)
    assert (len(out.getvalue()) > LOGO_BYTES, read(clean).size) == (True, (600, 600))


@pytest.mark.parametrize(
    "data,code",
    [(b"", "not_a_picture"), (b"\x89PNG\r\n\x1a\n", "picture_broken"), (bomb(60_000), "picture_too_many_pixels")],
    ids=range(3),
)
def test_what_is_no_logo_is_refused_with_a_sentence_about_pictures(data: bytes, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        clean_logo(data, max_side=600)
    assert (caught.value.code, "图片" in caught.value.message, "照片" in caught.value.message) == (code, True, False)
