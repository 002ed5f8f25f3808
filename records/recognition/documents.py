"""The 奖状 of a round of honours, in the school's look."""

import datetime
from collections.abc import Sequence
from typing import Final

from mentors.staff.documents.certificate import Certificate
from records.recognition.models import Award, AwardRound
from schools.queries import grades_of, paper_style

TITLE: Final = "奖状"
#: What stands on it where nobody has written a citation.
WORDS: Final = "在全员育人工作中用心陪伴学生成长，深受师生信任。"


def certificates_of(round: AwardRound, awards: Sequence[Award], on: datetime.date) -> list[Certificate]:
    """The 奖状 of `awards` in their order, dated `on`. Three queries."""
    style = paper_style(round.school)
    design = style.words.design_for(grades_of(round.school)[-1].number)
    return [
        Certificate(
            school=style.head,
            name=award.teacher.name,
            classes=(),
            year=str(round.year),
            on=on,
            title=TITLE,
            text=f"{award.citation or WORDS}\n荣获“{round.award}”称号，特发此证，以资鼓励。",
            design=design,
        )
        for award in awards
    ]
