"""How many examples Hypothesis tries where each is an import: a third, or all of them with `THOROUGH=1`."""

import os


def costly(examples: int) -> int:
    """So many of them in this run. Pure functions get all of theirs in every run."""
    return examples if os.environ.get("THOROUGH") else examples // 3
