"""PDFs of `core.pdf` put together: merged into one file, or several small pages on a sheet to be cut. Tags are kept.

Same parts give the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, OutlineItem, Pdf

POINTS_PER_MM: Final = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Sheet:
    """How pages stand on a sheet: so many across and down, with a gap between them where they are cut."""

    across: int
    down: int
    gap_mm: float = 1.0


#: Two upright A5 pages on A4 landscape; two lying ones on A4 portrait.
SIDE_BY_SIDE: Final = Sheet(2, 1)
ONE_BELOW_THE_OTHER: Final = Sheet(1, 2)


def merge_pdfs(
    parts: Sequence[bytes], *, title: str, chapters: Sequence[str] = (), each_on_a_leaf: bool = False
) -> bytes:
    """Return one PDF with the pages, bookmarks and tags of all `parts` in order.

    `parts` come from `core.pdf`; at least one, else ValueError. `chapters` names them: the bookmarks of each are folded
    under one with its name. `each_on_a_leaf` adds a blank page to parts with an odd number of pages, so that both-sided
    printing begins each part on a new leaf.
    """
    if not parts:
        raise ValueError("nothing to merge")
    if chapters and len(chapters) != len(parts):
        raise ValueError("each part has a chapter's name, or none has")
    with Pdf.new() as merged:
        numbers: list[Object | int] = []
        sections: list[Object] = []
        marks: list[OutlineItem] = []
        offset = 0
        for position, part in enumerate(parts):
            own: list[OutlineItem] = []
            first = len(merged.pages)
            with Pdf.open(BytesIO(part)) as source:
                if position == 0:
                    _take_root(merged, source, title)
                offset += _append(merged, source, offset, numbers, sections, own, prefix=f"{position}-")
            marks += [_chapter(chapters[position], merged, first, own)] if chapters else own
            if each_on_a_leaf and len(merged.pages) % 2:
                last = merged.pages[-1]
                merged.add_blank_page(page_size=(float(last.mediabox[2]), float(last.mediabox[3])))
        _set_tree(merged, sections, numbers)
        with merged.open_outline() as outline:
            outline.root.extend(marks)
        return _saved(merged)


def impose(pdf: bytes, sheet: Sheet) -> bytes:
    """Return the equal pages of `pdf` on larger sheets with cut marks between them; tags and bookmarks are kept."""
    with Pdf.open(BytesIO(pdf)) as source:
        small = list(source.pages)
        width, height = (float(small[0].mediabox[at]) for at in (2, 3))
        gap = sheet.gap_mm * POINTS_PER_MM
        full = (width * sheet.across + gap * (sheet.across - 1), height * sheet.down + gap * (sheet.down - 1))
        marks = _cut_marks(sheet, full, (width, height), gap)
        homes: dict[tuple[int, int], tuple[Object, Object, float, float]] = {}
        per_sheet = sheet.across * sheet.down
        for start in range(0, len(small), per_sheet):
            large = source.add_blank_page(page_size=full)
            forms = Dictionary()
            drawing = marks
            for place, page in enumerate(small[start : start + per_sheet]):
                left = (place % sheet.across) * (width + gap)
                bottom = full[1] - height - (place // sheet.across) * (height + gap)
                form = page.as_form_xobject()
                form.StructParents = page.obj.StructParents
                forms[f"/Part{place}"] = form
                drawing += f"q 1 0 0 1 {left:.3f} {bottom:.3f} cm /Part{place} Do Q\n"
                homes[page.obj.objgen] = (large.obj, form, left, bottom)
            large.obj.Tabs = Name.S
            large.obj.Resources = Dictionary(XObject=forms)
            large.obj.Contents = source.make_stream(drawing.encode())
        for item in source.objects:
            if isinstance(item, Dictionary):
                _move(item, homes)
        del source.pages[: len(small)]
        return _saved(source)


def _append(
    merged: Pdf,
    source: Pdf,
    offset: int,
    numbers: list[Object | int],
    sections: list[Object],
    marks: list[OutlineItem],
    *,
    prefix: str,
) -> int:
    """Append pages, tags and bookmarks of `source`; returns how many numbers its pages took in the tree."""
    first = len(merged.pages)
    places = {page.obj.objgen: number for number, page in enumerate(source.pages, start=first)}
    merged.pages.extend(source.pages)
    root = source.Root.StructTreeRoot
    tree = merged.copy_foreign(root if root.is_indirect else source.make_indirect(root))
    own = list(tree.ParentTree.Nums)
    numbers += [int(item) + offset if at % 2 == 0 else item for at, item in enumerate(own)]
    for page in list(merged.pages)[first:]:
        for marked in _marked_contents(page):
            marked.StructParents = int(marked.StructParents) + offset
    kids = tree.K
    found = list(kids) if isinstance(kids, Array) else [kids]
    for section in found:
        _rename_headers(section, prefix)
    sections += found
    with source.open_outline() as outline:
        marks += [_moved(item, merged, places) for item in outline.root]
    return max((int(number) for number in own[::2]), default=-1) + 1


def _marked_contents(page: pikepdf.Page) -> list[Object]:
    """Whatever on a page has tags: the page itself, or the small pages that stand on a sheet."""
    forms = page.resources.get("/XObject", Dictionary())
    return [one for one in (page.obj, *dict(forms).values()) if "/StructParents" in one]


def _moved(item: OutlineItem, merged: Pdf, places: dict[tuple[int, int], int]) -> OutlineItem:
    """A bookmark of a part as one of the merged file."""
    target = item.destination
    copied = None
    if isinstance(target, Array):
        page, *where = list(target)
        copied = Array([merged.pages[places[page.objgen]].obj, *where])
    new = OutlineItem(item.title, destination=copied)
    new.is_closed = item.is_closed
    new.children = [_moved(child, merged, places) for child in item.children]
    return new


def _chapter(name: str, merged: Pdf, first: int, marks: list[OutlineItem]) -> OutlineItem:
    """A bookmark with a part's name, at the part's first page, that holds those of the part."""
    chapter = OutlineItem(name, destination=Array([merged.pages[first].obj, Name.Fit]))
    chapter.is_closed = True
    chapter.children = marks
    return chapter


def _rename_headers(section: Object, prefix: str) -> None:
    """Keep the names of table header cells apart that two documents both use."""
    for element in _elements(section):
        if "/ID" in element:
            element.ID = pikepdf.String(prefix + str(element.ID))
        attributes = element.get("/A")
        if isinstance(attributes, Dictionary) and "/Headers" in attributes:
            names = list(attributes.Headers)
            attributes.Headers = Array([pikepdf.String(prefix + str(name)) for name in names])


def _elements(section: Object) -> Iterator[Object]:
    """The tags below and with `section`."""
    waiting = [section]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Array):
            waiting += list(item)
        elif isinstance(item, Dictionary) and item.get("/Type") == Name.StructElem:
            yield item
            if "/K" in item:
                waiting.append(item.K)


def _set_tree(merged: Pdf, sections: list[Object], numbers: list[Object | int]) -> None:
    """Make `sections` the document's tags and `numbers` the way back from the pages to them."""
    tree = merged.make_indirect(
        Dictionary(
            Type=Name.StructTreeRoot,
            K=Array(sections),
            ParentTree=merged.make_indirect(Dictionary(Nums=Array(numbers))),
        )
    )
    for section in sections:
        section.P = tree
    merged.Root.StructTreeRoot = tree


def _take_root(merged: Pdf, source: Pdf, title: str) -> None:
    """Give the merged file the language, marks and metadata of its first part, and its own title."""
    for key in ("/Lang", "/MarkInfo", "/ViewerPreferences", "/Metadata"):
        merged.Root[key] = merged.copy_foreign(source.make_indirect(source.Root[key]))
    merged.docinfo[Name.Title] = pikepdf.String(title)
    for entry in (Name.Producer, Name.Author):
        if entry in source.docinfo:
            merged.docinfo[entry] = pikepdf.String(str(source.docinfo[entry]))
    with merged.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = title


def _cut_marks(sheet: Sheet, full: tuple[float, float], part: tuple[float, float], gap: float) -> str:
    """Short lines at the edges of the sheet, in the middle of each gap."""
    tick = 5 * POINTS_PER_MM
    lines = []
    for number in range(1, sheet.across):
        x = number * (part[0] + gap) - gap / 2
        lines += [(x, 0.0, x, tick), (x, full[1] - tick, x, full[1])]
    for number in range(1, sheet.down):
        y = number * (part[1] + gap) - gap / 2
        lines += [(0.0, y, tick, y), (full[0] - tick, y, full[0], y)]
    strokes = " ".join(f"{a:.3f} {b:.3f} m {c:.3f} {d:.3f} l S" for a, b, c, d in lines)
    return f"/Artifact BMC q 0.4 w 0.45 G {strokes} Q EMC\n"


def _move(item: Dictionary, homes: dict[tuple[int, int], tuple[Object, Object, float, float]]) -> None:
    """Point a tag or a bookmark from the page it was on to its sheet."""
    if item.get("/Type") == Name.StructElem and "/Pg" in item:
        large, form, _left, _bottom = homes[item.Pg.objgen]
        item.Pg = large
        kids = item.get("/K", Array())
        if isinstance(kids, Array):
            item.K = Array([_marked(kid, large, form) for kid in list(kids)])
        elif isinstance(kids, int):
            item.K = _marked(kids, large, form)
    target = item.get("/Dest")
    if isinstance(target, Array):
        page, *where = list(target)
        if isinstance(page, Dictionary) and page.objgen in homes:
            large, _form, left, bottom = homes[page.objgen]
            kind, x, y, *zoom = where
            item.Dest = Array([large, kind, float(x) + left, float(y) + bottom, *zoom])


def _marked(kid: Object | int, large: Object, form: Object) -> Object | int:
    """Marked content of a page, now inside of a form on a sheet."""
    if not isinstance(kid, int):
        return kid
    return Dictionary(Type=Name.MCR, Pg=large, Stm=form, MCID=kid)


def _saved(pdf: Pdf) -> bytes:
    out = BytesIO()
    pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
