"""The table of all benchmarks: what is met, and that each of its scripts notes its figures."""

import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


def test_a_figure_is_met_where_it_and_its_ratio_keep_within_their_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    import figures  # noqa: PLC0415 - the scripts of bench/ are no package

    kept = tmp_path / "figures"
    monkeypatch.setenv(figures.KEPT_IN, str(kept))
    figures.note(
        figures.Figure("within both", 3.0, "s", beside=2.0, beside_what="the floor", at_most=3, times=1.5),
        figures.Figure("too much of the floor", 3.1, "s", beside=2.0, beside_what="the floor", at_most=4, times=1.5),
        figures.Figure("too much by itself", 5.0, "s", beside=4.0, beside_what="the floor", at_most=4, times=1.5),
        figures.Figure("without a bound", 9.0, "ms"),
    )
    assert [(one.what, one.met, one.bound) for one in figures.noted(kept)] == [
        ("within both", True, "1.5 × and 3 s"),
        ("too much of the floor", False, "1.5 × and 4 s"),
        ("too much by itself", False, "1.5 × and 4 s"),
        ("without a bound", None, ""),
    ]
    sys.modules.pop("figures")


def test_each_benchmark_of_the_table_is_a_script_that_notes_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    import table  # noqa: PLC0415 - as above

    silent = [name for name in table.BENCHMARKS if "note(" not in (BENCH / f"{name}.py").read_text("utf-8")]
    assert silent == []
    for name in ("table", "figures", "setting"):
        sys.modules.pop(name, None)
