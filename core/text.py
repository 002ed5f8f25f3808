"""Cleaning of what people type into cells: text, names, numbers, dates, Chinese numerals.

Everything here is a pure function from a value to a value. None of it knows what a column means.
"""

import datetime
import re
import unicodedata

# Ideographs with their extensions, radicals, 〇 and 々.
HAN = r"\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
MIDDLE_DOT = "\u00b7"
# A spreadsheet keeps 15 significant digits; from here on the last ones may be invented.
_EXACT_NUMBERS = 10**15

_SPACES = re.compile(r"\s+")
_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}]) +(?=[{HAN}])")
_DOTS = re.compile(r" *[\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65\u0387] *")
_FULL_STOP_IN_NAME = re.compile(rf"(?<=[{HAN}]) *[.\u3002] *(?=[{HAN}])")
# Format characters (zero width, direction marks), controls and halves of surrogate pairs: Unicode's Cc, Cf and Cs
# without white space.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
# Of these, what no keyboard types and what can make a name look like another: controls and changes of direction.
_TRICKS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Letters, digits and common ideographs: what most cells of a roster hold, and what no cleaning changes.
_PLAIN = re.compile("[0-9A-Za-z\u4e00-\u9fff]*").fullmatch
EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")


_PLAIN_TEXT = re.compile("[0-9A-Za-z\u4e00-\u9fff()<>（）、，。]*").fullmatch


def visible(text: str) -> str:
    """`text` without control, zero-width and direction characters; white space stays as it is."""
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", text)


def has_tricks(text: str) -> bool:
    """Whether `text` holds controls or changes of direction, which cleaning removes and the reader should know of."""
    return _TRICKS.search(text) is not None


def clean_text(text: str) -> str:
    """Free text: nothing invisible, white space of any kind collapsed; full-width punctuation is kept."""
    if _PLAIN_TEXT(text):
        return text
    return _SPACES.sub(" ", visible(text)).strip()


def clean_key(text: str) -> str:
    """A number, a label or a heading: as `clean_text`, with full-width and compatibility forms folded (NFKC)."""
    if _PLAIN(text):
        return text
    return clean_text(unicodedata.normalize("NFKC", text))


def typed_key(text: str) -> str:
    """What a person types to be found by, a user name or a school's code: whatever its case, width and blanks."""
    return "".join(clean_key(text).split()).lower()


def clean_name(text: str) -> str:
    """A person's name in its one stored form.

    Padding between Han characters goes (`葛 兰`, `张　三`), between Latin words it stays; all middle dots become
    U+00B7; a leading apostrophe typed to force text is dropped.
    """
    if _PLAIN(text):
        return text
    name = clean_key(text).lstrip("'\u2019")
    name = _DOTS.sub(MIDDLE_DOT, name)
    name = _FULL_STOP_IN_NAME.sub(MIDDLE_DOT, name)
    return _BETWEEN_HAN.sub("", name)


# Words with which people say that there is nothing, in a cell that should hold something.
_WORDS = """
无 無 没 没有 沒有 暂无 暂无信息 暂无数据 暂时没有 暂缺 暂未 暂未填写 未知 未详 不详 不明 不清楚 不知道 未填 没填
不填 未填写 未提供 未登记 未录入 未办理 未定 待定 待补 待补充 待补录 待填 待填写 待录入 待确认 待核实 待查 待办
待分配 待安排 未安排 未分配 尚未安排 暂未安排 空 空白 空缺 缺 缺失 略 查无 无此项 无此人 无信息 无数据 无电话 无手机
无手机号 无号码 无联系方式 无学籍号 无学籍 无备注 无姓名 没有电话 没有手机 没电话 没手机 没有学籍号 还没有
不愿提供 拒绝提供 不提供 不便提供 见备注 见附件 不知 不祥 无此联系人 无联系人 无家长 暂无学籍 暂无学籍号 正在办理 办理中
n/a na n.a n.a. #n/a none null nil nan tbd undefined unknown \\n
"""
_NOTHING = frozenset(_WORDS.split())
_ONLY_SIGNS = re.compile(r"[-\u2010-\u2015\u2212_~/\\|.\u00b7\u3002\u3001,;:()<>\[\]\u3010\u3011]*")
_ONLY_ZERO = re.compile(r"[0\u3007\u96f6\u25cb]+(?:\.0+)?")
_OUTER_MARKS = " ()<>[]\u3010\u3011\"'\u201c\u201d\u2018\u2019.,\u3002"
# What stands for the cell above, which nobody fills in unasked.
SAME_AS_ABOVE = frozenset(("同上", "同前", "同左", "〃", "″", '"', "''"))
# As they stand in a cell, mostly: whoever has many cells looks here first. Zero, too, means nothing in most columns.
NOTHING_AS_TYPED = SAME_AS_ABOVE | frozenset(
    [form for word in _NOTHING for form in (word, word.upper(), word.capitalize()) if form != "Na"]
    + [form for word in _NOTHING for form in (f"({word})", f"（{word}）")]
    + [form for word in _NOTHING for form in (f"({word})", f"（{word}）", f"<{word}>")]
    + [
        "-",
        "--",
        "---",
        "\u2014",
        "\u2014\u2014",
        "\uff0d",
        "/",
        "//",
        "\uff0f",
        "\\",
        "\uff3c",
        "\u3001",
        "\u3002",
        ".",
        "\u2026",
        "\u2026\u2026",
    ]
    + ["0", "0.0", *("0" * length for length in range(3, 20)), "00", "\u3007", "\u96f6", 0]
)


def is_nothing(text: str, *, zero: bool = True) -> bool:
    """Whether a text is only a word or sign for nothing: 无, /, —, NULL, 待定, and 0 unless `zero` is false."""
    key = clean_key(text)
    if key == "Na":
        return False
    bare = _BETWEEN_HAN.sub("", key.strip(_OUTER_MARKS)).lower()
    if bare in _NOTHING or _ONLY_SIGNS.fullmatch(key):
        return True
    return zero and _ONLY_ZERO.fullmatch(bare) is not None


_QUOTES = "'\u2018\u2019\"\u201c\u201d`\u00b4"
_FORCED_TEXT = re.compile(r'\s*=\s*"(.*)"\s*', re.DOTALL)
_WITH_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3}){2,}(?:\.0+)?")
_AS_FLOAT = re.compile(r"(\d+)\.0+")


def forced_text(text: str) -> str:
    """What `="00123"` stands for: programs write it so that a spreadsheet keeps a number as text."""
    found = _FORCED_TEXT.fullmatch(text)
    return found[1].replace('""', '"') if found else text


def bare_number(text: str) -> str:
    """A number without what it was wrapped in: `="00123"`, `'00123`, `20260101.0`, `13,800,138,000`."""
    number = forced_text(clean_key(text)).strip(_QUOTES).strip()
    if _WITH_THOUSANDS.fullmatch(number):
        number = number.replace(",", "")
    whole = _AS_FLOAT.fullmatch(number)
    return whole[1] if whole else number


# The middle of an identity number, also inside of a 学籍号, which no message needs to show.
_LONG_NUMBER = re.compile(
    r"(?<=\d{3})\d{9,}(?=\d{2}[\dXx\uff38\uff58])|(?<=\d{3})\d{3}[ -]\d{8}[ -](?=\d{3}[\dXx\uff38\uff58])"
)
_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d(?:[-./\u5e74]\d{1,2}[-./\u6708]\d{1,2}\u65e5?|[01]\d[0-3]\d)(?!\d)")


def without_identity(text: str) -> str:
    """`text` with the middle of every number of 15 places and more left out."""
    return _LONG_NUMBER.sub("***", text) if len(text) > 14 else text


def without_days(text: str) -> str:
    """`text` as `without_identity`, and without days such as a birth date: `20190101`, `2019-01-01`."""
    return _DAY.sub("***", without_identity(text))


# A word in brackets behind a name: 王一(转). Marks that tell two children of one name apart belong to the name.
_NOTE = re.compile(r"(.+?) *[(\[【〔](?P<note>[^()\[\]【】〔〕<>]{1,20})[)\]】〕]")
_MARK = re.compile(r"\d{1,2}|[一二三四五六七八九十大小甲乙丙丁男女]|[A-Za-z]", re.ASCII)


def split_note(name: str) -> tuple[str, str]:
    """A cleaned name without the remark that stands behind it in brackets, and the remark: `王一(借读)`."""
    found = _NOTE.fullmatch(name) if name.endswith((")", "]", "】", "〕")) else None
    if found is None or _MARK.fullmatch(found["note"]):
        return name, ""
    return found[1], found["note"]


_SIGNS = "*\u2217\u2605\u2606\u203b#\u25cf\u25cb\u25b2\u25b3\u25c6\u25c7\u25a0\u25a1\u25ce\u221a\u2713\u2714^!~"
_RUNNING = re.compile(rf"\(?\d{{1,3}}(?:[.,:)\u3001]| ?- ?| )+(?=[{HAN}A-Za-z])|\d{{1,3}}(?=[{HAN}]{{2}})")
_BEHIND = re.compile(rf"(?<=[{HAN}])(?:[/\\|,:;\s-]*\d[\d\s-]{{4,}}| *[/\\|,:;] *\w+| +[A-Za-z]?\d+)$")
_SEX_BEHIND = re.compile(rf"[{HAN}]{{2,}}[\s/,-]+[\u7537\u5973]")


def split_marks(text: str) -> tuple[str, str]:
    """A name as typed without running numbers, signs, telephones and the like around it, and what was taken off.

    `1.张三`, `③张三`, `张三*`, `张三/13900000001`, `孙一 女`. What tells two children of one name apart stays: `张三2`.
    """
    typed = clean_key(text)
    name = typed.strip(_SIGNS + " ")
    name = _RUNNING.sub("", name, count=1) if _RUNNING.match(name) else name
    if _SEX_BEHIND.fullmatch(name):
        name = name[:-1].rstrip(" /,-")
    name = _BEHIND.sub("", name).strip(_SIGNS + " ").rstrip(",;:?!。、·↓↑→×")
    if name == typed or not name:
        return text, ""
    before, _, behind = typed.partition(name)
    return name, " ".join(filter(None, (before.strip(), behind.strip())))


_COMPOUND = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|长孙|宇文|端木|南宫|西门|独孤|轩辕|呼延"
_NAME = rf"[{HAN}]{{2,4}}"
_SEVERAL = re.compile(rf"{_NAME}(?: *[、,;/\n] *{_NAME})+|(?!(?:{_COMPOUND}) ){_NAME}(?: +{_NAME})+")


def names_apart(text: str) -> list[str]:
    """The names of a cell that holds several and nothing else, `张勇、李芳`, `张勇 李芳`; empty for any other.

    Padding within one name, `王 一`, `欧阳 修`, separates nobody.
    """
    key = "\n".join(clean_key(line) for line in text.splitlines())
    return re.split(r" *[、,;/\n] *| +", key) if _SEVERAL.fullmatch(key) else []


def number_text(number: float) -> str:
    """The digits that the writer of a numeric cell saw: `19900000001.0` → `19900000001`."""
    # In this order: neither infinity nor what is no number has an integer.
    if abs(number) < 10**21 and number == int(number):
        return str(int(number))
    return repr(float(number))


def lost_digits(number: float) -> bool:
    """True if a spreadsheet cannot have kept all digits of this number (more than 15)."""
    return abs(number) >= _EXACT_NUMBERS


_DIGITS = "〇一二三四五六七八九"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {"零": 0, "两": 2}


def chinese_number(text: str) -> int | None:
    """`十二` → 12, `二十` → 20, `一` → 1, up to 99; None if the text is no such numeral."""
    if not text:
        return None
    tens, ten, units = text.rpartition("十")
    if ten:
        high = 1 if not tens else _VALUES.get(tens)
        low = 0 if not units else _VALUES.get(units)
        return None if not high or low is None else high * 10 + low
    return _VALUES.get(text)


def to_chinese(number: int) -> str:
    """`12` → `十二`, for 0 to 99; raises ValueError outside."""
    if not 0 <= number <= 99:
        raise ValueError(f"no Chinese numeral for {number}")
    tens, units = divmod(number, 10)
    if not tens:
        return _DIGITS[units]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[units] if units else "")


def small_number(text: str | None) -> int | None:
    """A number of an address or a hidden field: one to nine ASCII digits, as our own pages write them.

    None for all else: `int` takes some of it, and raises for more than 4,300 digits. The number fits every column.
    """
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def quantity(text: str) -> int | None:
    """A whole number written in digits of any width or as a Chinese numeral; None for anything else."""
    key = clean_key(text)
    number = small_number(key)
    return chinese_number(key) if number is None else number


_DATE = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_AMBIGUOUS_DATE = re.compile(r"\d{1,2}[-./]\d{1,2}[-./](?:\d{2}|\d{4})|\d{2}[-./年]\d{1,2}[-./月]\d{1,2}日?")
# Day numbers of the years 1950 to 2100: what a date column without date format holds.
_SERIALS = range(18_264, 73_415)
_EPOCH, _EPOCH_1904 = datetime.date(1899, 12, 30), datetime.date(1904, 1, 1)


class AmbiguousDate(ValueError):
    """The text may mean more than one day: `1/9/2026`, `26.9.1`."""


def parse_date(text: str, *, from_1904: bool = False) -> datetime.date | None:
    """The day that a text or a bare day number of a spreadsheet means; None if it is none.

    Raises AmbiguousDate if the order of day, month and year cannot be known.
    """
    key = clean_key(text).replace(" ", "")
    if key.isascii() and key.isdigit() and len(key) == 5 and int(key) in _SERIALS:
        return (_EPOCH_1904 if from_1904 else _EPOCH) + datetime.timedelta(days=int(key))
    found = _DATE.fullmatch(key)
    if found is None:
        if _AMBIGUOUS_DATE.fullmatch(key):
            raise AmbiguousDate(text)
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


_MONTH_DAY = re.compile(r"(\d{1,2})[-./月](\d{1,2})[日号]?")


def month_and_day(text: str) -> tuple[int, int] | None:
    """`9月12日`, `9/12` → (9, 12): a day whose year is not written; None for anything else."""
    found = _MONTH_DAY.fullmatch(clean_key(text).replace(" ", ""))
    return (int(found[1]), int(found[2])) if found else None


def whole_number(text: str) -> int | None:
    """A positive whole number of up to four digits, or None."""
    key = clean_key(text)
    return int(key) if key.isascii() and key.isdigit() and len(key) <= 4 and int(key) > 0 else None
