"""The form of a plan, for every plan there can be: what it shows and gets back is what the plan says."""

import datetime
from typing import Any

from django.forms import BaseForm
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from records.office.forms.plan import PlanForm
from records.office.forms.plan_rules import Side, edge_of
from schools.contexts import WindowRule
from schools.enums import ActionKind, Anchor, Check, LetterTone, MatchingMode, NoteVisibility, PeriodKind, VisitOutcome
from schools.models import Grade, Plan, SchoolYear
from schools.queries import OwedAction, PlanRules
from schools.services import FARTHEST

TODAY = datetime.date(2026, 11, 18)
GRADES = [Grade(pk=number, number=number, name=f"{number}年级") for number in range(1, 10)]
YEAR = SchoolYear(start_year=2026, starts_on=datetime.date(2026, 9, 1), ends_on=datetime.date(2027, 7, 10))

days = st.integers(-FARTHEST, FARTHEST)
anchored = st.sampled_from([anchor for anchor in Anchor if anchor != Anchor.YEAR])
windows = st.one_of(
    st.just((WindowRule(Anchor.YEAR),)),
    st.lists(
        st.builds(lambda anchor, edges: WindowRule(anchor, min(edges), max(edges)), anchored, st.tuples(days, days)),
        min_size=1,
        max_size=4,
        unique=True,
    ).map(tuple),
)


@st.composite
def rules(draw: st.DrawFn) -> PlanRules:
    """Rules for each action, as many as there are groups of grades that ask for it."""
    covered = draw(st.sets(st.sampled_from([grade.pk for grade in GRADES]), min_size=1))
    actions = []
    for action in ActionKind:
        groups = draw(st.dictionaries(st.sampled_from(sorted(covered)), st.integers(0, 2)))
        for group in sorted(set(groups.values())):
            outcomes = st.frozensets(st.sampled_from(VisitOutcome.values), min_size=1)
            actions.append(
                OwedAction(
                    action=action,
                    period=draw(st.sampled_from(PeriodKind)),
                    count=draw(st.integers(1, 20)),
                    required=draw(st.booleans()),
                    windows=draw(windows),
                    accepted_outcomes=draw(outcomes) if action == ActionKind.VISIT else frozenset(),
                    grade_ids=frozenset(pk for pk, its in groups.items() if its == group),
                )
            )
    plan = Plan(
        version=draw(st.integers(1, 9)),
        effective_from=datetime.date(2026, 7, 1),
        title="全员导师制工作实施方案",
        cap=draw(st.integers(1, 60)),
        letter_label="成长寄语",
        letter_tone=draw(st.sampled_from(LetterTone)),
        note_visibility=draw(st.sampled_from(NoteVisibility)),
        letter_blocking=draw(st.sets(st.sampled_from(Check)).map(lambda some: [c.value for c in Check if c in some])),
        supporting_counts=draw(st.booleans()),
        supporting_owes=draw(st.booleans()),
        shared_counts_once=draw(st.booleans()),
    )
    return PlanRules(plan, tuple(actions), {pk: draw(st.sampled_from(MatchingMode)) for pk in sorted(covered)})


def shown(form: BaseForm) -> dict[str, list[str]]:
    """What a browser sends of a form that nobody touched."""
    sent: dict[str, list[str]] = {}
    for field in form:
        value: Any = field.value()
        if isinstance(value, list | tuple):
            sent[field.html_name] = [str(one) for one in value]
        elif isinstance(value, bool):
            sent |= {field.html_name: ["on"]} if value else {}
        else:
            sent[field.html_name] = ["" if value is None else str(value)]
    return sent


@given(rules())
@settings(max_examples=80, deadline=None)
def test_what_is_shown_and_sent_back_unchanged_changes_nothing(held: PlanRules) -> None:
    blank = PlanForm(held, GRADES, YEAR, TODAY)
    data = QueryDict(mutable=True)
    for form in (blank, *blank.parts):
        for name, values in shown(form).items():
            data.setlist(name, values)
    sent = PlanForm(held, GRADES, YEAR, TODAY, data)
    assert (sent.is_valid(), sent.errors, [part.errors for part in sent.parts if part.errors]) == (True, {}, [])
    assert sent.makes_no_change
    assert sent.change().actions == held.actions


@given(days)
def test_no_edge_of_a_window_is_a_negative_number(edge: int) -> None:
    typed = edge_of(edge)
    assert (typed["number"] is None) is (typed["side"] == Side.ON) is (edge == 0)
    assert typed["number"] is None or typed["number"] > 0
