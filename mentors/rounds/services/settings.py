"""What 德育室 sets of a matching round, and what it usually is."""

import datetime
import secrets
from dataclasses import dataclass

from mentors.enums import MatchRule, MatchTieBreak
from schools.enums import MatchingMode
from schools.models import Grade

# The rules that fit a way of matching, the usual one first.
RULES: dict[MatchingMode, tuple[MatchRule, ...]] = {
    MatchingMode.CHOICE: (MatchRule.SATISFACTION, MatchRule.LOTTERY),
    MatchingMode.TWO_SIDED: (MatchRule.STABLE,),
    MatchingMode.CLUB: (MatchRule.GIVEN,),
    MatchingMode.CARRY_ON: (MatchRule.GIVEN,),
}
_NAMES = {
    MatchingMode.CHOICE: "意向征询",
    MatchingMode.TWO_SIDED: "双向选择",
    MatchingMode.CLUB: "社团匹配",
    MatchingMode.CARRY_ON: "沿用上一学年的导师",
}


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """What 德育室 sets of a round. Empty `rule` and `seed` mean the usual rule of the mode, and a random number."""

    name: str = ""
    opens_at: datetime.datetime | None = None
    closes_at: datetime.datetime | None = None
    max_choices: int = 3
    rule: MatchRule | None = None
    tie_break: MatchTieBreak = MatchTieBreak.LOTTERY
    seed: int | None = None
    keep_former: bool = False
    rematch: bool = False
    fill: bool = True


def default_settings(mode: MatchingMode, grade: Grade) -> RoundSettings:
    """What a new round starts from: clubs and carrying on place nobody beyond their lists."""
    asks = mode in (MatchingMode.CHOICE, MatchingMode.TWO_SIDED)
    return RoundSettings(
        name=f"{grade.name}{_NAMES[mode]}",
        rule=RULES[mode][0],
        keep_former=mode == MatchingMode.CARRY_ON,
        fill=asks,
    )


def new_seed() -> int:
    """A random number of six digits, easy to write on a notice."""
    return 100_000 + secrets.randbelow(900_000)
