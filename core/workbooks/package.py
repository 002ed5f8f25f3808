"""An `.xlsx` package as its strictest reader wants it: Excel opens more spellings than the libraries do.

Loaded by path into the child processes: nothing but the standard library, and no import of the project.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Callable

_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00?\x00", b"\x00<\x00?")
_TARGET = re.compile(rb"""(\bTarget\s*=\s*["'])([^"']*)""")
_XML_DECLARATION = re.compile(r"^\ufeff?<\?xml[^>]*\?>")
_UNKNOWN_ERROR = re.compile(
    rb"(<(?:\w+:)?v>)#(?!(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)<)[^<]{0,40}(?=</(?:\w+:)?v>)"
)


def plain(data: bytes) -> bytes:
    """The same workbook with slashes in the names of its parts, whole targets and parts in UTF-8.

    `data` itself if nothing is odd about it, as is nearly always so. Raises what `zipfile` does for a broken package.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        odd = any(_name(name) != name for name in archive.namelist())
        for name in archive.namelist():
            if odd:
                break
            if name.endswith(".xml"):
                with archive.open(name) as part:
                    odd = part.read(4).startswith(_UTF16)
            elif name.endswith(".rels"):
                odd = _whole_targets(name, archive.read(name)) is not None
    return _rewritten(data, _plain_part) if odd else data


def with_known_errors(data: bytes) -> bytes:
    """The same workbook with `#VALUE!` in place of what newer programs write into cells that failed (`#SPILL!`)."""
    return _rewritten(data, lambda name, part: _UNKNOWN_ERROR.sub(rb"\1#VALUE!", part) if "/sheet" in name else part)


def _rewritten(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            if not entry.filename.endswith(("/", "\\")):
                name = _name(entry.filename)
                new.writestr(name, change(name, old.read(entry)))
    return buffer.getvalue()


def _plain_part(name: str, part: bytes) -> bytes:
    if name.endswith((".xml", ".rels")) and part.startswith(_UTF16):
        encoding = "utf-16" if part[:2] in _UTF16[:2] else "utf-16-le" if part.startswith(b"<") else "utf-16-be"
        part = _XML_DECLARATION.sub("", part.decode(encoding)).encode()
    if name.endswith(".rels"):
        return _whole_targets(name, part) or part
    return part


def _whole_targets(name: str, part: bytes) -> bytes | None:
    """The relations with targets from the package's root, where one is written with dots or backslashes, else None."""
    folder = posixpath.dirname(posixpath.dirname(name))

    def whole(match: re.Match[bytes]) -> bytes:
        target = match[2].decode("utf-8", "replace").replace("\\", "/")
        if ":" in target or not ("\\" in match[2].decode("utf-8", "replace") or re.search(r"(^|/)\.", target)):
            return match[0]
        return match[1] + posixpath.normpath(posixpath.join("/", folder, target)).encode()

    changed = _TARGET.sub(whole, part)
    return changed if changed != part else None


def _name(name: str) -> str:
    # A name that climbs out stays as it is: nothing is ever unpacked to a disk.
    return name.replace("\\", "/").lstrip("/")
