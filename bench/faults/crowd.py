"""Many mentors at a term's end, each with a browser: who save, press again where no answer came, and keep a diary.

A diary says of each save what was pressed and whether the house acknowledged it; `found` looks into the database
afterwards. Wants Django set up, and the folder of the benchmarks on the path.
"""

import collections
import itertools
import random
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from papers_school import Built, Desk, build_desk_school, letter_body, note_text
from probe import NOTHING, asked

from core.clock import today
from records.enums import LetterState
from records.models.records import GrowthLetter, HeartTalk
from records.services.ticks import rebuild_ticks

BACKEND = "django.contrib.auth.backends.ModelBackend"
CSRF = "csrfmiddlewaretoken"
#: The boxes that somebody has typed into.
TYPED = ("text", "body")
#: Where the form of the desk begins; a page has others, too.
FORM = re.compile(r'<form class="[^"]*desk-form.*?</form>', re.DOTALL)
#: What is as it should be; 422 is a question before a letter goes out.
WELL = (200, 302, 422)
#: What the house asks before it saves, by its button, and how that is sent: the letter as it stands, one more talk.
QUESTIONS = {'value="hand_in_anyway"': {"action": "hand_in_anyway"}, 'name="once_more"': {"once_more": "1"}}
MOST_PRESSES = 3
SIGN_IN = "/sign-in/"
#: Seconds for which everybody stays signed in, whatever becomes of the clock.
SIGNED_IN = 7 * 86_400
#: Seconds: from one press to the next of somebody who has got no answer, and how long nobody gives up.
AGAIN, PATIENCE = 1.0, 120.0


@dataclass(slots=True)
class Save:
    """One thing that somebody wanted to be kept: its words occur nowhere else."""

    kind: str
    pupil: int
    words: str
    at: float
    presses: int = 0
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """When it was there, after how long, which, and to what."""

    at: float
    seconds: float
    status: int
    what: str


@dataclass(slots=True)
class Diary:
    """What all of them saw; appended to by many threads."""

    saves: list[Save] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    refused: collections.Counter[str] = field(default_factory=collections.Counter)


class Form(HTMLParser):
    """What a browser sends of a form in which nobody has touched anything."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = collections.defaultdict(list)
        self._select = self._area = ""
        found = FORM.search(page)
        if found is not None:
            self.feed(found[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Fields that are sent."""
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value")
        if tag == "input" and name and given.get("type") not in ("submit", "button", "file"):
            if given.get("type") not in ("checkbox", "radio"):
                self.values[name].append(value or "")
            elif "checked" in given:
                self.values[name].append("on" if value is None else value)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select].append(value or "")
        elif tag == "textarea" and name:
            self._area = name
            self.values[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        """The end of a field."""
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        """What stands in a text box."""
        if self._area:
            self.values[self._area][0] += data


class Browser:
    """A person who is signed in."""

    def __init__(self, port: int, session: str, diary: Diary) -> None:
        self._port, self._diary = port, diary
        self._token = secrets.token_hex(16)
        self._cookies = {"sessionid": session, "csrftoken": self._token}

    def _ask(
        self,
        what: str,
        path: str,
        form: Mapping[str, object] | None = None,
        between: Callable[[], object] | None = None,
    ) -> tuple[int, str, str]:
        began = time.monotonic()
        status, body, headers = asked(self._port, path, form, cookies=self._cookies, between=between)
        ended = time.monotonic()
        self._diary.answers.append(Answer(ended, ended - began, status, what))
        return status, body, (headers["Location"] or "") if headers is not None else ""

    def _well(self, status: int, what: str) -> bool:
        if status in (200, 302):
            return True
        self._diary.refused[f"{what} {status or 'no answer'}"] += 1
        return False

    def read(self, what: str, path: str) -> str:
        """The page, asked for until it comes; an empty one after two minutes."""
        until = time.monotonic() + PATIENCE
        while True:
            status, body, to = self._ask(what, path)
            if self._well(status, what):
                return body if status == 200 else self.read(what, to)
            if time.monotonic() > until or status in (403, 404):
                return ""
            time.sleep(AGAIN)

    def press(
        self,
        save: Save,
        path: str,
        form: Mapping[str, object],
        action: str = "",
        between: Callable[[], object] | None = None,
    ) -> None:
        """Send a form until it is acknowledged: with the same words and key each time, as the page itself would."""
        until = time.monotonic() + PATIENCE
        sent = dict(form) | {CSRF: self._token} | ({"action": action} if action else {})
        while time.monotonic() < until:
            save.presses += 1
            status, body, to = self._ask(save.kind, path, sent, between)
            if SIGN_IN in to:
                self._diary.refused[f"{save.kind}: sign in anew"] += 1
                return
            if status in (302, 303):
                save.acknowledged = True
                self.read("after saving", to)
                return
            if status == 422:
                # The house asks something: yes, as it stands.
                fresh = {name: value for name, value in Form(body).values.items() if name not in (CSRF, *TYPED)}
                sent = dict(sent) | fresh
                asked_about = [answer for words, answer in QUESTIONS.items() if words in body]
                if save.presses > MOST_PRESSES or not asked_about:
                    self._diary.refused[f"{save.kind} 422"] += 1
                    return
                sent |= asked_about[0]
                continue
            self._well(status, save.kind)
            time.sleep(AGAIN)


class Mentor:
    """Somebody with fifteen pupils who does what is done at a term's end."""

    def __init__(self, number: int, desk: Desk, browser: Browser, diary: Diary) -> None:
        self._browser, self._diary, self._number = browser, diary, number
        self._pupils = [(pupil.pk, pupil.name[-2:]) for pupil in desk.pupils]
        self._dice = random.Random(number)  # noqa: S311 - invented words
        self._turn = 0

    def work(self, talks: int, pause: float, over: threading.Event) -> None:
        """Home, some talks, and one letter: opened, kept as a draft, handed in. Each time about other pupils."""
        acts = [lambda: self._browser.read("home", "/my/"), *[self._talk] * talks, self._letter]
        for act in acts:
            act()
            if over.wait(pause * self._dice.uniform(0.5, 1.5)):
                return

    def _next(self) -> tuple[int, str, str]:
        self._turn += 1
        pupil, given = self._pupils[self._turn % len(self._pupils)]
        return pupil, given, f"（{self._number}之{self._turn}）"

    def _keep(self, kind: str, pupil: int, words: str) -> Save:
        save = Save(kind, pupil, words, time.monotonic())
        self._diary.saves.append(save)
        return save

    def _talk(self) -> None:
        if (press := self.open_talk()) is not None:
            press(None)

    def open_talk(self) -> "Callable[[Callable[[], object] | None], Save] | None":
        """The form of a talk, filled in; what is returned presses it, however much later."""
        pupil, _given, mark = self._next()
        path = f"/my/pupils/{pupil}/talk/"
        form = Form(self._browser.read("talk's page", path)).values
        if "submission" not in form:
            return None
        words = note_text(self._dice, 60) + mark

        def press(between: Callable[[], object] | None) -> Save:
            save = self._keep("talk", pupil, words)
            self._browser.press(save, path, form | {"text": [words]}, between=between)
            return save

        return press

    def _letter(self) -> None:
        pupil, given, mark = self._next()
        path = f"/my/letters/{pupil}/"
        for kind, action in (("draft", "draft"), ("letter", "hand_in")):
            page = self._browser.read("letter's page", path)
            form = Form(page).values
            # What is handed in already has no draft any more, and can be handed in again.
            if "submission" in form and f'name="action" value="{action}"' in page:
                words = letter_body(self._dice, given) + mark
                self._browser.press(self._keep(kind, pupil, words), path, form | {"body": [words]}, action)


@dataclass(slots=True)
class Crowd:
    """All of them, with one diary."""

    built: Built
    people: list[Mentor]
    diary: Diary
    over: threading.Event

    @classmethod
    def of(cls, port: int, mentors: int) -> "Crowd":
        """A school of so many mentors, all signed in."""
        built, desks = build_desk_school(mentors)
        rebuild_ticks(year=built.year(), on=today())
        diary, over, people = Diary(), threading.Event(), []
        for number, desk in enumerate(desks):
            session = SessionStore()
            session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(desk.user.pk), BACKEND
            session[HASH_SESSION_KEY] = desk.user.get_session_auth_hash()
            session.set_expiry(SIGNED_IN)
            session.create()
            people.append(Mentor(number, desk, Browser(port, session.session_key or "", diary), diary))
        return cls(built, people, diary, over)

    def once(self, seconds: float, talks: int) -> None:
        """Each does the work of a term's end once; they come one after the other over two thirds of the time."""

        def come(number: int, person: Mentor) -> None:
            time.sleep(number * seconds * 2 / 3 / len(self.people))
            person.work(talks, seconds / 3 / (talks + 2), self.over)

        threads = [threading.Thread(target=come, args=pair, daemon=True) for pair in enumerate(self.people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def for_ever(self, pause: float) -> list[threading.Thread]:
        """Each does it again and again until `over`."""

        def stay(person: Mentor) -> None:
            while not self.over.is_set():
                person.work(2, pause, self.over)

        threads = [threading.Thread(target=stay, args=(person,), daemon=True) for person in self.people]
        for thread in threads:
            thread.start()
        return threads


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database says to the diary."""

    acknowledged: int
    found: int
    doubled: int
    lost: tuple[Save, ...]


def kept(saves: Sequence[Save], *, among: Sequence[Save] = ()) -> Kept:
    """Each talk by its words, each letter by the last words that were acknowledged for its pupil; `among` are all saves
    where `saves` are some of them.

    What was never acknowledged may be there or not, but not twice.
    """
    talks = collections.Counter(HeartTalk.objects.filter(deleted_at=None).values_list("text", flat=True))
    rows = list(GrowthLetter.objects.values_list("pupil_id", "body", "state", "term_id"))
    letters = {(pupil, body): state for pupil, body, state, _term in rows}
    # One for each term.
    a_term = collections.Counter((pupil, term) for pupil, _body, _state, term in rows)
    a_pupil: dict[int, int] = collections.defaultdict(int)
    for (pupil, _term), number in a_term.items():
        a_pupil[pupil] = max(a_pupil[pupil], number)
    tried: dict[int, list[Save]] = collections.defaultdict(list)
    for save in among or saves:
        if save.kind != "talk":
            tried[save.pupil].append(save)
    lost, found, doubled = [], 0, 0
    for save in saves:
        if save.kind == "talk":
            there = save.words in talks
            doubled += max(0, talks[save.words] - 1)
        else:
            # These words, or others that were sent for the same pupil later.
            of_pupil = tried[save.pupil]
            later = of_pupil[of_pupil.index(save) :]
            states = {one.words: letters.get((one.pupil, one.words)) for one in later}
            there = any(state is not None for state in states.values())
            there &= save.kind == "draft" or states[save.words] != LetterState.DRAFT
            doubled += max(0, a_pupil[save.pupil] - 1)
        if save.acknowledged:
            found += there
            if not there:
                lost.append(save)
    return Kept(sum(save.acknowledged for save in saves), found, doubled, tuple(lost))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so large a share does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def longest_silence(answers: Sequence[Answer], start: float, end: float) -> float:
    """The longest time between `start` and `end` in which nobody was answered anything but an error."""
    well = sorted(a.at for a in answers if start <= a.at <= end and a.status not in (NOTHING, 500, 502, 503, 504))
    moments = [start, *well, end]
    return max(after - before for before, after in itertools.pairwise(moments))
