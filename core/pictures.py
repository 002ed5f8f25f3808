"""Pictures that people upload: checked, turned upright, made small, and stripped of everything the camera wrote."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from core.errors import DomainError

MAX_BYTES: Final = 12 * 1024 * 1024
# More than any phone of a teacher takes; a crafted file of a few kilobytes can claim a thousand times that.
MAX_PIXELS: Final = 60_000_000
QUALITY: Final = 85
_MAGIC: Final = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "WEBP": b"RIFF"}


def clean_picture(data: bytes, *, max_side: int) -> bytes:
    """A JPEG of the picture in `data` (JPEG, PNG or WebP), upright, no side longer than `max_side`.

    The camera's data (place, time, device) are gone: only pixels are kept. Raises DomainError `picture_too_large`,
    `not_a_picture`, `picture_too_many_pixels`, `picture_broken`.
    """
    if len(data) > MAX_BYTES:
        raise DomainError("picture_too_large", f"照片太大了，请选 {MAX_BYTES // 1024 // 1024} MB 以内的照片。")
    kind = next((name for name, magic in _MAGIC.items() if data.startswith(magic)), "")
    if not kind or (kind == "WEBP" and data[8:12] != b"WEBP"):
        raise DomainError("not_a_picture", "这个文件不是照片，请选 JPG、PNG 或 WebP 格式的照片。")
    try:
        # Reads the head alone; the pixels come with load(), after their number is known.
        with Image.open(BytesIO(data), formats=[kind]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise _too_many_pixels()
            # A JPEG is decoded at the smallest scale that is still large enough.
            picture.draft("RGB", (max_side, max_side))
            return _encoded(picture, max_side)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DomainError("picture_broken", "这张照片打不开，可能没有传完整，请换一张再试。") from error


def _too_many_pixels() -> DomainError:
    return DomainError("picture_too_many_pixels", "照片的尺寸太大了，请缩小以后再上传。")


_switch = threading.Lock()


@contextmanager
def _whole_files_only() -> Iterator[None]:
    """WeasyPrint makes Pillow, for the whole process, fill what is missing of a file with grey: not here."""
    with _switch:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _encoded(picture: Image.Image, max_side: int) -> bytes:
    with _whole_files_only():
        picture.load()
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        # What was transparent is white as paper.
        layers = upright.convert("RGBA")
        flat = Image.new("RGB", layers.size, "white")
        flat.paste(layers, mask=layers.getchannel("A"))
    else:
        flat = upright.convert("RGB")
    # A fresh image: `save` would otherwise carry colour profiles and comments along.
    clean = Image.new("RGB", flat.size)
    clean.paste(flat)
    out = BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
