"""Remove the static files that no release asks for any more: of each that stays, pages may be open, or lead back to it.

    python deploy/prune_static.py STATIC_ROOT RELEASE…

`staticfiles.json` in a release's folder names what its pages ask for. Releases of before have theirs in STATIC_ROOT.
Where one has neither, nothing is removed.
"""

import json
import sys
from pathlib import Path

MANIFEST = "staticfiles.json"


def asked_for(manifest: Path) -> set[str]:
    """The files that a manifest names: as they are called in the code, and with the hash of what they hold."""
    names = json.loads(manifest.read_text(encoding="utf-8"))["paths"]
    return {*names, *names.values()}


def prune(root: Path, releases: list[Path]) -> int:
    """How many files were removed from `root`. Raises OSError where a release has no manifest."""
    shared = root / MANIFEST
    kept = set[str]()
    for release in releases:
        own = release / MANIFEST
        kept |= asked_for(own if own.exists() else shared) | (set() if own.exists() else {MANIFEST})
    removed = 0
    for path in [one for one in root.rglob("*") if one.is_file()]:
        name = path.relative_to(root).as_posix()
        if not kept & {name, name.removesuffix(".gz"), name.removesuffix(".br")}:
            path.unlink()
            removed += 1
    for folder in sorted((one for one in root.rglob("*") if one.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    return removed


if __name__ == "__main__":
    count = prune(Path(sys.argv[1]), [Path(release) for release in sys.argv[2:]])
    sys.stdout.write(f"{count} static files removed\n")
