"""What is installed is what was pinned, byte for byte."""

import re
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_pinned_release_has_its_hashes_and_everything_wanted_is_pinned() -> None:
    """The lists had no hashes: whoever stood between a machine and its index could hand out other files."""
    for wanted in sorted(ROOT.glob("requirements*.in")):
        pinned = wanted.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
        entries = {
            line.partition("==")[0]: after.strip()
            for line, after in pairwise(pinned)
            if re.match(r"[a-z0-9-]+==", line)
        }
        bare = [name for name, after in entries.items() if not re.match(r"--hash=sha256:[0-9a-f]{64}\b", after)]
        lines = (line.partition("#")[0].strip() for line in wanted.read_text(encoding="utf-8").splitlines())
        names = {re.split(r"[~=<>\[; ]", line)[0].lower() for line in lines if line and not line.startswith("-")}
        assert (wanted.name, bare, names - set(entries)) == (wanted.name, [], set())
