"""The last step of a job whose parts are PDFs: one PDF in the order of the items, in volumes if it is long."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from jobs.models import Job, ResultFile
from jobs.registry import NewFile, Step, file_name

PDF: Final = "application/pdf"
#: A merged file is cut into volumes of about this size, some 60 record books: putting more together takes a whole
#: machine's memory, and no printer takes such a file at once.
VOLUME_BYTES: Final = 24_000_000


def merge_parts(
    job: Job, step: Step, *, chapters: bool = True, each_on_a_leaf: bool = False, under: str = "", titled: str = ""
) -> list[NewFile]:
    """All parts of the job (those in the folder `under`) as one PDF named `titled`, or after the job.

    Long ones as volumes named by their first and last folder. `chapters` gives each part a bookmark with its folder and
    its item's label; `each_on_a_leaf` as in `merge_pdfs`.
    """
    from core.pdfpages import merge_pdfs

    volumes, done = _volumes(job, under), 0
    total = sum(map(len, volumes))
    files = []
    for number, parts in enumerate(volumes, start=1):
        title = titled or job.title
        if len(volumes) > 1:
            # 第02册 stands before 第10册 in a list of files.
            title += f"-第{number:0{len(str(len(volumes)))}}册{_places(parts)}"
        names = [_chapter(part) for part in parts] if chapters else ()
        merged = merge_pdfs(list(map(_read, parts)), title=title, chapters=names, each_on_a_leaf=each_on_a_leaf)
        path = step.folder / f"{under}{number}.pdf"
        path.write_bytes(merged)
        files.append(NewFile(file_name(f"{title}.pdf"), path, PDF, final=True))
        done += len(parts)
        step.progress(done, total)
    return files


def _volumes(job: Job, under: str) -> list[list[ResultFile]]:
    """The parts of a job in order, cut between folders so that a volume stays under `VOLUME_BYTES`, if it can."""
    parts = job.files.filter(final=False).select_related("item").order_by("item__position", "name")
    if under:
        parts = parts.filter(name__startswith=f"{under}/")
    volumes: list[list[ResultFile]] = []
    room = 0
    for _place, group in groupby(parts, key=_folder):
        together = list(group)
        size = sum(part.size for part in together)
        if size > room:
            volumes.append([])
            room = VOLUME_BYTES
        volumes[-1] += together
        room -= size
    return volumes


def _folder(part: ResultFile) -> str:
    return part.name.rpartition("/")[0]


def _chapter(part: ResultFile) -> str:
    """What a bookmark calls a part: the class, and whose book it is."""
    label = part.item.label if part.item is not None else ""
    return f"{_folder(part)}　{label}".strip().replace("/", "、")


def _places(parts: Sequence[ResultFile]) -> str:
    """From which class to which a volume goes."""
    first, last = _folder(parts[0]), _folder(parts[-1])
    return "" if not first else f"（{first}）" if first == last else f"（{first}至{last}）"


def _read(part: ResultFile) -> bytes:
    with part.file.open("rb") as source:
        data: bytes = source.read()
    return data
