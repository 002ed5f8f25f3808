"""The style sheets in the head: Bootstrap's is collected without what no page uses, and no script waits for one."""

import re
from pathlib import Path

import crispy_bootstrap5  # type: ignore[import-untyped]  # it has no types
import crispy_forms
import pytest
from django.apps import apps
from django.conf import settings

from core.bootstrap import USED, without_unused
from core.finders import BOOTSTRAP, PackageFinder

ROOT = Path(settings.BASE_DIR)
SHEET = ROOT / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"
CLASS = re.compile(r"\.([a-z](?:\\.|[\w-])*)")


def _classes(css: str) -> set[str]:
    return {
        name.replace("\\", "") for name in CLASS.findall(re.sub(r'url\("[^"]*"\)|/\*.*?\*/', "", css, flags=re.DOTALL))
    }


def _words() -> set[str]:
    """All words of what draws the pages: whatever is a class anywhere is among them."""
    # The product's own; packages lie beneath it where the checkout has a .venv of its own.
    folders = [Path(one.path) for one in apps.get_app_configs() if Path(one.path).parent == ROOT]
    folders += [ROOT / "templates", ROOT / "static", *(Path(m.__path__[0]) for m in (crispy_bootstrap5, crispy_forms))]
    drawing = {path for folder in folders for path in folder.rglob("*") if path.suffix in (".html", ".js", ".py")}
    drawing.remove(ROOT / "core" / "bootstrap.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in drawing)
    return set(re.findall(r"[A-Za-z_][A-Za-z0-9_-]*", text))


def test_every_class_of_bootstrap_that_anything_names_is_kept() -> None:
    """Words of comments count too: a class that is kept in vain costs little, one that is missing breaks a page."""
    named = _classes(SHEET.read_text(encoding="utf-8")) & _words()
    assert sorted(named - USED) == [], "add these to core/bootstrap.py"


def test_a_rule_goes_with_its_last_used_selector() -> None:
    css = (
        ":root{--a:1}.btn,.carousel{x:y}.toast{x:y}.btn:not(.toast){x:y}.btn.toast{x:y}"
        "@media print{.toast{x:y}}@media (min-width:1px){.btn{x:y}.toast{x:y}}@keyframes turn{to{x:y}}"
    )
    assert without_unused(css) == (
        ":root{--a:1}.btn{x:y}.btn:not(.toast){x:y}@media (min-width:1px){.btn{x:y}}@keyframes turn{to{x:y}}"
    )


def test_the_sheet_is_collected_without_the_rest() -> None:
    """Of 232 KB a home page on a phone used 11; a slow one had to load and read them all first."""
    (storage,) = [one for path, one in PackageFinder().list([]) if (one.prefix, path) == BOOTSTRAP]
    with storage.open(BOOTSTRAP[1]) as sheet:
        collected = sheet.read().decode()
    assert _classes(re.sub(r":not\([^)]*\)", "", collected)) - USED == set()
    assert ".btn-primary{" in collected
    assert len(collected) < SHEET.stat().st_size / 3


@pytest.mark.parametrize("page", ["base.html", "base_public.html"])
def test_the_script_that_is_not_deferred_stands_before_the_sheets(page: str) -> None:
    """Behind them it waited until they had come, and the browser read on only after it."""
    head = (ROOT / "templates" / page).read_text(encoding="utf-8")
    sheet, script = head.index("{% sheet"), head.index("js/theme.js")
    assert script < sheet
