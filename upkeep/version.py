"""Which version of the product runs."""

from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

_SHOWN: Final = 10


@cache
def product_version() -> str:
    """What the file `VERSION` says, or the commit that is checked out, as it was at the start; else empty."""
    root = Path(settings.BASE_DIR)
    try:
        return (root / "VERSION").read_text(encoding="utf-8").strip()
    except OSError:
        return _commit(root / ".git")[:_SHOWN]


def _commit(folder: Path) -> str:
    try:
        if folder.is_file():
            # A worktree: its own folder is named there, what is common beside it.
            folder = Path(folder.read_text(encoding="utf-8").removeprefix("gitdir:").strip())
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref:"):
            return head
        name = head.removeprefix("ref:").strip()
        shared = folder / "commondir"
        common = folder / shared.read_text(encoding="utf-8").strip() if shared.exists() else folder
        if (common / name).exists():
            return (common / name).read_text(encoding="utf-8").strip()
        packed = (common / "packed-refs").read_text(encoding="utf-8").splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")
    except OSError:
        return ""
