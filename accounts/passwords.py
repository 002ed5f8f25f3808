"""What a password must not be: one's own name with a number, or what everybody in China types."""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from accounts.models import User
from core.pinyin import name_pinyin

#: So many different letters must be left once all that can be guessed is taken out.
LEAST_LETTERS = 4
LEAST_SIGNS = 6
#: A name is tried in stretches of up to so many syllables.
LONGEST_STRETCH = 6
BETTER = "请换几个不相干的词，例如“窗台、松鼠、星期三”的拼音连起来。"
#: A piece of a name that is shorter stands in too many honest words.
SHORTEST_PIECE = 3
# What is typed without thought: words, and runs over the keyboard.
COMMON = (
    "woaini", "woaiwo", "aini", "iloveyou", "password", "passwd", "mima", "admin", "root", "laoshi", "teacher",
    "daoshi", "mentor", "xuexiao", "school", "xuesheng", "student", "banzhuren", "zhongguo", "china", "nihao", "hello",
    "welcome",
    "qwertyuiop", "qwerty", "qwert", "qwer", "asdfghjkl", "asdfgh", "asdf", "zxcvbnm", "zxcvbn", "zxcv", "qazwsxedc",
    "qazwsx", "qaz", "wsx", "edc", "abcdefgh", "abcdef", "abcd", "abc", "xyz", "test", "user", "demo", "pass", "baobei",
)  # fmt: skip


class NotToBeGuessed:
    """Refuses what is left with hardly a letter once names, common words and digits are taken out.

    `qingzhu1` passed: eight characters, on no list of common passwords, and every pupil knows the school's name.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError `password_of_oneself`, `password_common`."""
        typed = password.lower()
        without_names = _without(typed, pieces_of(user) if user is not None else set())
        if without_names != typed and not _enough(without_names):
            raise ValidationError(
                f"不要用学校、姓名、账号的拼音加数字，别人很容易猜到。{BETTER}", code="password_of_oneself"
            )
        if not _enough(_without(without_names, COMMON)):
            raise ValidationError(f"这个密码太常见，别人很容易猜到。{BETTER}", code="password_common")

    def get_help_text(self) -> str:
        """For forms that show it."""
        return "不要用学校、姓名、账号的拼音加数字。"


def pieces_of(user: User) -> set[str]:
    """What others know of a person and would try first: user name, own name, school's name and code, e-mail."""
    words = [user.username, user.email.partition("@")[0], user.name]
    names = [user.name]
    if user.school is not None:
        words += [user.school.code, user.school.name]
        names.append(user.school.name)
    pieces = {part for word in words for part in re.split(r"[\W\d_]+", word.lower())} | {w.lower() for w in words}
    for name in names:
        # Every stretch of it: 青竹小学 is called qingzhu, 林小满 xiaoman.
        syllables = [name_pinyin(character).full.split()[-1:] or [""] for character in name]
        read = [syllable[0] for syllable in syllables]
        for start in range(len(read)):
            for end in range(start + 2, min(len(read), start + LONGEST_STRETCH) + 1):
                pieces |= {"".join(read[start:end]), "".join(one[:1] for one in read[start:end])}
        pieces |= set(name_pinyin(name).full.split())
    return {piece for piece in pieces if len(piece) >= SHORTEST_PIECE}


def _without(text: str, pieces: Iterable[str]) -> str:
    """`text` with each piece taken out; what stood around it does not grow together."""
    for piece in sorted(pieces, key=len, reverse=True):
        text = text.replace(piece, " ")
    return text


def _enough(rest: str) -> bool:
    """Whether what is left holds four letters, or six signs beyond numbers of three and more digits."""
    rest = re.sub(r"\d{3,}|\s", "", rest)
    return len({sign for sign in rest if sign.isalpha()}) >= LEAST_LETTERS or len(set(rest)) >= LEAST_SIGNS
