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
LOGO_BYTES: Final = 150 * 1024
_SEE_THROUGH: Final = ("RGBA", "LA", "PA")
_MAGIC: Final = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "WEBP": b"RIFF"}
# What phones of Apple save unless told otherwise; reading it needs a library with a patented codec.
_APPLE: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
HEIC_SAID: Final = (
    "这是苹果手机的 HEIC 照片，这里打不开。请在手机“设置”→“相机”→“格式”里选“兼容性最佳”再拍，"
    "或把这张照片截图，上传截图。"
)


def clean_picture(data: bytes, *, max_side: int) -> bytes:
    """A JPEG of the picture in `data` (JPEG, PNG or WebP), upright, no side longer than `max_side`.

    The camera's data (place, time, device) are gone: only pixels are kept. Raises DomainError `picture_too_large`,
    `apple_picture`, `not_a_picture`, `picture_too_many_pixels`, `picture_broken`.
    """
    return _jpeg(_flat(_upright(data, max_side, "照片")))


def clean_logo(data: bytes, *, max_side: int) -> bytes:
    """As `clean_picture`, but sharp and with what is transparent kept: a PNG.

    A logo prints on every paper of a school: one that would weigh more than `LOGO_BYTES` (a photograph of a badge, as
    a rule) becomes a JPEG on white instead. Cleaning a clean one again gives the same picture.
    """
    upright = _upright(data, max_side, "图片")
    see_through = upright.mode in _SEE_THROUGH or "transparency" in upright.info
    out = BytesIO()
    _pixels(upright.convert("RGBA") if see_through else upright.convert("RGB")).save(out, "PNG", optimize=True)
    return out.getvalue() if out.tell() <= LOGO_BYTES else _jpeg(_flat(upright))


def _upright(data: bytes, max_side: int, what: str) -> Image.Image:
    """The picture in `data` as it is looked at, made small; `what` is its word in the sentences of a refusal."""
    if len(data) > MAX_BYTES:
        raise DomainError("picture_too_large", f"{what}太大了，请选 {MAX_BYTES // 1024 // 1024} MB 以内的{what}。")
    if data[4:8] == b"ftyp" and data[8:12] in _APPLE:
        raise DomainError("apple_picture", HEIC_SAID)
    kind = next((name for name, magic in _MAGIC.items() if data.startswith(magic)), "")
    if not kind or (kind == "WEBP" and data[8:12] != b"WEBP"):
        raise DomainError("not_a_picture", f"这个文件不是{what}，请选 JPG、PNG 或 WebP 格式的{what}。")
    try:
        # Reads the head alone; the pixels come with load(), after their number is known.
        with Image.open(BytesIO(data), formats=[kind]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise _too_many_pixels(what)
            # A JPEG is decoded at the smallest scale that is still large enough.
            picture.draft("RGB", (max_side, max_side))
            with _whole_files_only():
                picture.load()
            upright = ImageOps.exif_transpose(picture)
            if upright.mode == "P":
                # A palette cannot be made smaller smoothly.
                upright = upright.convert("RGBA" if "transparency" in upright.info else "RGB")
            upright.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
            return upright
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(what) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DomainError("picture_broken", f"这张{what}打不开，可能没有传完整，请换一张再试。") from error


def _too_many_pixels(what: str) -> DomainError:
    return DomainError("picture_too_many_pixels", f"{what}的尺寸太大了，请缩小以后再上传。")


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


def _flat(picture: Image.Image) -> Image.Image:
    if picture.mode not in _SEE_THROUGH and "transparency" not in picture.info:
        return picture.convert("RGB")
    # What was transparent is white as paper.
    layers = picture.convert("RGBA")
    flat = Image.new("RGB", layers.size, "white")
    flat.paste(layers, mask=layers.getchannel("A"))
    return flat


def _pixels(picture: Image.Image) -> Image.Image:
    """A fresh image: `save` would otherwise carry colour profiles and comments along."""
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    return clean


def _jpeg(flat: Image.Image) -> bytes:
    out = BytesIO()
    _pixels(flat).save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
