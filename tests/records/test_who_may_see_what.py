"""Who may see what: every part of the cast × every kind of record, asked of the rules and looked for on every page.

One table, read as the policy of docs/roles.md. The pages are all addresses of the project that answer to GET, those
about the marked records and those about the rest of the world of tests/roles; each record has a mark in its text.
"""

import html
import io
import logging
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from django.core import mail
from django.http import HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import AuditEntry, User
from mentors.team.models import CaseMeeting, HandOverNote
from notices.models import Notice
from records.desk.models import Attachment, Draft, LetterReply, RecordVersion, VisitPlan
from records.enums import LetterState
from records.models.care import Referral, TreeHoleCard
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from records.rules import (
    can_read_attached,
    can_read_history,
    can_read_text,
    can_read_version,
    can_work_on,
    can_write_letter,
    holds_tree_hole_card,
)
from tests.cast import SchoolCast
from tests.records.marked import Marked, build_marked, mark
from tests.roles.world import all_url_names

ClientOf = Callable[[User], Client]

PARTS: Final = (
    "author",
    "co-mentor",
    "supporting mentor",
    "earlier mentor of this year",
    "mentor of last year",
    "homeroom",
    "office",
    "counsellor",
    "leader",
    "admin",
    "trusted teacher",
    "bureau",
    "other school",
    "guardian",
    "pupil",
)
# T: reads the text. t: learns that there is one ("有一条受限记录"; a letter's state; 德育室's count of the cards).
# A dot: neither. The author holds the slot that the co-mentor shares; the trusted teacher was given the card.
# fmt: off
#                                      auth co   supp this last home offi coun lead admi trus bure other guar pupil
TABLE: Final[dict[str, str]] = {
    "visit for team":                   "T    T    T    .    .    T    T    .    .    .    .    .    .    .    .",
    "visit for office":                 "T    t    t    .    .    t    T    .    .    .    .    .    .    .    .",
    "visit for counsellor":             "T    t    t    .    .    t    t    T    .    .    .    .    .    .    .",
    "visit for author":                 "T    t    t    .    .    t    t    .    .    .    .    .    .    .    .",
    "talk for team":                    "T    T    T    .    .    T    T    .    .    .    .    .    .    .    .",
    "talk for office":                  "T    t    t    .    .    t    T    .    .    .    .    .    .    .    .",
    "talk for counsellor":              "T    t    t    .    .    t    t    T    .    .    .    .    .    .    .",
    "talk for author":                  "T    t    t    .    .    t    t    .    .    .    .    .    .    .    .",
    "talk of an earlier mentor's time": "T    T    T    T    .    T    T    .    .    .    .    .    .    .    .",
    "talk of last year":                "T    T    T    .    T    T    T    .    .    .    .    .    .    .    .",
    "former text":                      "T    .    .    .    .    .    T    .    .    .    .    .    .    .    .",
    "former text that was restricted":  "T    .    .    .    .    .    .    .    .    .    .    .    .    .    .",
    "attachment":                       "T    T    T    .    .    T    T    .    .    .    .    .    .    .    .",
    "attachment of a restricted note":  "T    .    .    .    .    .    .    .    .    .    .    .    .    .    .",
    "letter in draft":                  "T    T    t    .    .    t    t    .    .    .    .    .    .    .    .",
    "letter handed in":                 "T    T    T    .    .    T    T    .    .    .    .    .    .    .    .",
    "letter released":                  "T    T    T    .    .    T    T    .    .    .    .    .    .    T    T",
    "reply":                            "T    T    .    .    .    .    .    .    .    .    .    .    .    T    T",
    "draft":                            "T    .    .    .    .    .    .    .    .    .    .    .    .    .    .",
    "card":                             ".    .    .    .    .    .    t    .    .    .    T    .    .    .    T",
    "answer to the card":               ".    .    .    .    .    .    t    .    .    .    T    .    .    .    T",
    "referral":                         "T    .    .    .    .    .    .    T    .    .    .    .    .    .    .",
    "answer to the referral":           "T    .    .    .    .    .    .    T    .    .    .    .    .    .    .",
    "counsellor's notes":               ".    .    .    .    .    .    .    T    .    .    .    .    .    .    .",
    "hand-over note":                   "T    T    T    T    .    .    T    .    .    .    .    .    .    .    .",
    "case meeting":                     "T    T    T    T    .    T    T    .    .    .    .    .    .    .    .",
    "visit plan":                       "T    T    T    .    .    T    T    .    .    .    .    .    .    .    .",
    "visit wish":                       "T    T    T    .    .    T    .    .    .    .    .    .    .    T    T",
}
# fmt: on
MEANING: Final = {"T": "text", "t": "trace", ".": "nothing"}
POLICY: Final[dict[str, dict[str, str]]] = {
    kind: dict(zip(PARTS, (MEANING[sign] for sign in row.split()), strict=True)) for kind, row in TABLE.items()
}
RESTRICTED: Final = "有一条受限记录"


def column(part: str) -> dict[str, str]:
    """Kind → what `part` sees of it."""
    return {kind: row[part] for kind, row in POLICY.items()}


@pytest.fixture
def marked(qingzhu: SchoolCast, other: SchoolCast, own_folder: Path) -> Marked:
    return build_marked(qingzhu, other)


def sight(marked: Marked, part: str, kind: str) -> str:
    """What the querysets and rules say."""
    actor, record = marked.cast.actor(marked.people[part]), marked.records[kind]

    def known(model: Any) -> bool:
        return bool(model.objects.visible_to(actor).filter(pk=record.pk).exists())

    def told(knows: bool, reads: bool) -> str:
        return "nothing" if not knows else "text" if reads else "trace"

    match record:
        case HomeVisit() | HeartTalk() if kind.startswith("former text"):
            version = marked_version(record)
            reads = can_read_history(actor, record) and can_read_version(actor, record, version)
            return told(known(type(record)) and reads, reads)
        case HomeVisit() | HeartTalk():
            return told(known(type(record)), can_read_text(actor, record))
        case GrowthLetter():
            reads = can_write_letter(actor, record) or record.state != LetterState.DRAFT
            return told(known(GrowthLetter), reads)
        case Attachment():
            note = record.visit
            assert note is not None
            reads = can_read_attached(actor, note) and HomeVisit.objects.visible_to(actor).filter(pk=note.pk).exists()
            return told(reads, reads)
        case Referral() if kind == "counsellor's notes":
            return told(known(Referral) and can_work_on(actor, record), True)
        case TreeHoleCard():
            return told(known(TreeHoleCard), holds_tree_hole_card(actor, record))
        case Draft() | LetterReply() | Referral() | HandOverNote() | CaseMeeting() | VisitPlan():
            return told(known(type(record)), True)
    raise AssertionError(kind)


def marked_version(record: HomeVisit | HeartTalk) -> dict[str, Any]:
    """The fields of the record as it was written first."""
    fields: dict[str, Any] = RecordVersion.objects.get(record_id=record.pk, kind="talk", version=1).fields
    return fields


def test_the_rules_say_what_the_table_says(marked: Marked) -> None:
    # A wish has no rule of its own: it stands on pages of those who visit. 德育室 counts cards, without reading any.
    asked = [kind for kind in POLICY if kind != "visit wish"]
    found = {kind: {part: sight(marked, part, kind) for part in marked.people} for kind in asked}
    expected = {kind: {part: POLICY[kind][part] for part in marked.people} for kind in asked}
    for kind in ("card", "answer to the card"):
        expected[kind]["office"] = "nothing"
    assert found == expected


def pages_of(marked: Marked, client: Client) -> Iterator[HttpResponseBase]:
    """The answer of every address of the project that takes a GET, and of the pages' own filters and further pages."""
    asked: set[str] = set()

    def ask(url: str) -> Iterator[HttpResponseBase]:
        if url in asked:
            return
        asked.add(url)
        response = client.get(url)
        yield response
        if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            # Terms and pages of a long list are links to the same address.
            for query in re.findall(r'href="(\?[^"#]*)', response.content.decode()):
                yield from ask(url.partition("?")[0] + html.unescape(query))

    for name in all_url_names():
        ours = marked.arguments.get(name, [])
        for kwargs in [*ours, marked.world.arguments.get(name)]:
            try:
                url = reverse(name, kwargs=kwargs)
            except NoReverseMatch:
                assert ours, f"{name} has no arguments in tests/roles/world.py"
                continue
            yield from ask(url)


def text_of(response: HttpResponseBase, folder: Path) -> str:
    """All that a person can read out of an answer: a page, a paper, a table."""
    if response.status_code not in (200, 422):
        return ""
    content = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]  # either kind
    match response.headers.get("Content-Type", "").partition(";")[0]:
        case "application/pdf":
            path = folder / "page.pdf"
            path.write_bytes(content)
            return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
        case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            return "\n".join(
                str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value
            )
        case _:
            return content.decode(errors="replace")


# Where, apart from the texts, the table's "trace" is seen: a sentence on a page, how often.
def traces(marked: Marked, client: Client) -> dict[str, int]:
    """How many notes of the first pupil are told as restricted, letters as unfinished, cards as counted."""
    pupil = client.get(reverse("desk:pupil", args=[marked.pupil.pk])).content.decode()
    cards = client.get(reverse("office:tree_hole")).content.decode()
    return {
        "notes": pupil.count(RESTRICTED),
        "letters": pupil.count("导师还在写，交稿后可以看到"),
        # The card and its answer are one card about studies.
        "cards": 2 * cards.count('<th scope="row">学习</th><td class="num">1</td>'),
    }


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Thousands of refusals are asked for here; nobody needs to read of each."""
    caplog.set_level(logging.CRITICAL, logger="django.request")


@pytest.mark.usefixtures("quiet")
def test_every_page_shows_what_the_table_says(marked: Marked, client_of: ClientOf, tmp_path: Path) -> None:
    marks = {kind: mark(kind) for kind in POLICY}
    on_pages: dict[str, set[str]] = {part: set() for part in PARTS}
    on_paper: dict[str, set[str]] = {part: set() for part in PARTS}
    told, broken = {}, set()
    for part in PARTS:
        client = marked.client(part, client_of)
        client.raise_request_exception = False
        for response in pages_of(marked, client):
            text = text_of(response, tmp_path)
            found = {kind for kind, sign in marks.items() if sign in text}
            is_paper = response.headers.get("Content-Type", "").startswith("application/pdf")
            (on_paper if is_paper else on_pages)[part] |= found
            if response.status_code >= 500:
                broken.add(response.request["PATH_INFO"])  # type: ignore[attr-defined]  # the test client adds it
        told[part] = traces(marked, client)
    wanted = {part: {kind for kind, sees in column(part).items() if sees == "text"} for part in PARTS}
    # In two directions, so that a failure names what leaks and what is missing.
    assert {part: kinds - wanted[part] for part, kinds in on_pages.items() if kinds - wanted[part]} == {}
    assert {part: wanted[part] - kinds for part, kinds in on_pages.items() if wanted[part] - kinds} == {}
    assert on_paper == {part: PRINTS.get(part, set()) for part in PARTS}
    assert told == {part: expected_traces(part) for part in PARTS}
    assert broken == set()


def expected_traces(part: str) -> dict[str, int]:
    """What `traces` finds if the table is right."""
    hidden = [kind for kind, sees in column(part).items() if sees == "trace"]
    return {
        "notes": sum(kind.startswith(("visit for", "talk for")) for kind in hidden),
        "letters": hidden.count("letter in draft"),
        "cards": sum("card" in kind for kind in hidden),
    }


# What stands on the papers that each may print: a book holds what the team may read about the slot's own pupils, a
# class's letters are the released ones. A letter that was handed in prints for 德育室 alone until it is proof-read.
_BOOK = {"visit for team", "talk for team", "talk of an earlier mentor's time", "letter released"}
PRINTS: Final[dict[str, set[str]]] = {
    "author": _BOOK,
    "co-mentor": _BOOK,
    "homeroom": {"letter released"},
    "office": _BOOK | {"letter handed in"},
    "guardian": {"letter released"},
    "pupil": {"letter released"},
}


def test_notices_mails_and_the_log_carry_no_word_of_a_record(marked: Marked) -> None:
    told = [f"{n.title} {n.body} {n.link}" for n in Notice.objects.all()]
    told += [f"{m.subject} {m.body}" for m in mail.outbox]
    told += [f"{entry.verb} {entry.detail}" for entry in AuditEntry.objects.all()]
    assert len(told) > 30
    assert [(kind, line) for kind in POLICY for line in told if mark(kind) in line] == []
