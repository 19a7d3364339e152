"""Figures in Chinese official prose: where they stand, what they are worth, what they count.

A *figure* is a number that counts or measures. Numbers that order or name things are told
apart: ``第五次会议``, ``3+X``, ``V7版``, ``12345热线``, ``3·15`` come back with kind
``ordinal`` or ``document``; list markers (``1.``, ``(2)``, ``一是``) and numerals inside
names (``三项制度``, ``“三大机制”``, ``一窗通办``, ``党的二十大``) are not figures and do not come
back at all. The grounding lock is more generous on the side of the source, see
``compare_numbers``.

Values stand as written: ``89.1亿元`` is 89.1 of ``亿元``, ``5万余张`` is 5 of ``万张`` with
modifier ``余``; ``canonical`` converts. Positions are offsets into the text given, and a
span covers number, multiplier and unit, not the words around them (``近``, ``以上``).
Every step looks at a bounded window, so the cost is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from retrieval.genre.measures import measures, modifier_after, modifier_before, unit_at
from retrieval.genre.quantity_values import (
    MULTIPLIER,
    POWERS,
    NumberCheck,
    Quantity,
    QuantityKind,
    canonical,
    half_width,
    modifiers_agree,
    part_of_date,
    same_number,
    same_value,
    units_agree,
)

__all__ = [
    "NumberCheck",
    "Quantity",
    "canonical",
    "compare_numbers",
    "find_quantities",
    "same_value",
]


_HAN_DIGITS = "零〇○一二两三四五六七八九"
_STOPS = frozenset("，。；、,;.)）】」:：！？!?\n\r \u3000\u00a0")
_OPENING_QUOTES = frozenset("“‘\"'「『《〈<")
_TOKEN = re.compile(
    r"""
  (?=[〔\[(【0-9A-Za-z零〇○一二两三四五六七八九十百千万])  # what any begins with: most characters fail here
  (?:
  (?P<docno>[〔\[(【][12][0-9]{3}[〕\])】]第?[0-9]{1,6}号)
| (?P<isodate>(?<![0-9.])(?:19|20)[0-9]{2}(?P<sep>[-/.])[0-9]{1,2}(?P=sep)[0-9]{1,2}(?![0-9.]))
| (?P<code>(?<![0-9A-Za-z])[0-9A-Za-z]{3,40}/[0-9A-Za-z]{2,40}(?:-[0-9A-Za-z]{1,40})?
    |(?<![0-9.])0[0-9]{2,3}-?[0-9]{7,8}(?![0-9]))
| (?P<clock>(?<![0-9:])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9]))
| (?P<date>(?<![0-9])(?:(?P<y>(?:19|20)[0-9]{2})年)?(?:(?P<m0>[0-9]{1,2})[-—~至])?
    (?P<m>[0-9]{1,2})月(?:份|(?P<d>[0-9]{1,3})日)?)
| (?P<day>(?<![0-9])[0-9]{1,40}日(?!内|以内|之内|均))
| (?P<festival>(?<![0-9])[0-9]{1,2}[·・•‧][0-9]{1,2}(?![0-9]))
| (?P<version>(?<![0-9.])[0-9]{1,4}(?:\.[0-9]{1,4}){2,6}(?![0-9]))
| (?P<formula>(?<![0-9.])[0-9]{1,3}\+[0-9A-Za-zＮＸ](?![0-9]*[%.]))
| (?P<arabic>(?:[0-9]{1,3}(?:[\ \u00a0\u2009\u202f][0-9]{3}(?![0-9]))+|[0-9]+(?:,[0-9]{3}(?![0-9]))*)(?:\.[0-9]+)?)
| (?P<fraction>[百千万三二四五六七八九十]分之[零〇○一二两三四五六七八九十百千点0-9.]{1,12})
| (?P<handate>(?:[零〇○一二三四五六七八九]{4}年)(?:[一二三四五六七八九十]{1,3}月
    (?:[一二三四五六七八九十]{1,3}日)?)?|[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)
| (?P<han>[零〇○一二两三四五六七八九十][零〇○一二两三四五六七八九十百千万亿]*)
  )
""",
    re.VERBOSE,
)
_ARABIC = re.compile(
    r"(?:[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3}(?![0-9]))+|[0-9]+(?:,[0-9]{3}(?![0-9]))*)(?:\.[0-9]+)?"
)
_GROUPING = re.compile(r"[,\s]")
_RANGE_SIGN = re.compile(r"(%|[^\W\d_]{0,2})(?:—{1,2}|-|~|至|到)(?=[0-9])")
_FRACTION = re.compile(
    r"(?P<below>[0-9]{1,3})分之(?P<above>[0-9]{1,3})(?![0-9])"
    r"|(?<![0-9/])(?P<n>[1-9])/(?P<d>[1-9][0-9]?)(?![0-9/A-Za-z])"
)
_LIST_BODY = re.compile(r"[.、](?![0-9]{1,3}(?:[^0-9]|$))")
_PLACE_UNITS = "门台家元张部所座间层"
_PLACE_ENDS = "县市区镇乡河峡渠山桥庄店岭沟堡"
_HOTLINE = re.compile(r".{0,4}(?:热线|电话|专线|平台)")
_SAID_TO_BE = re.compile(r"(?:为|是|达|达到|至|到|有|共|计|实现|均|等于|数|率)$")
_MORE = {"余": "余", "多": "多", "几": "余"}
_LONGEST_NUMERAL = 24
_BLANKS = (" ", "\u00a0")
_WRAPPED_AT = 15  # a line broken by its width is longer than this


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the figures of a text in order, with exact offsets; never overlapping."""
    return tuple(_scan(text, generous=False))


def _scan(text: str, *, generous: bool) -> Iterator[Quantity]:
    """Yield figures from left to right; ``generous`` adds numerals inside names."""
    plain = half_width(text)
    previous: Quantity | None = None
    position = 0
    while match := _TOKEN.search(plain, position):
        group = match.lastgroup or ""
        if group == "arabic":
            found, position = _read_arabic(text, plain, match, previous)
        elif group == "han":
            found, position = _read_han(text, plain, match, generous=generous)
        else:
            found, position = _read_fixed(text, match, group), match.end()
        if found is not None:
            previous = found
            position = max(position, found.end)
            yield found


def _read_fixed(text: str, match: re.Match[str], group: str) -> Quantity | None:
    """Read the tokens whose extent the pattern gives: dates, codes, fractions."""
    start, end = match.span()
    words = match[0]

    def made(
        kind: QuantityKind, value: Decimal | None, unit: str, doubtful: bool = False
    ) -> Quantity:
        return Quantity(start, end, text[start:end], value, unit, "", kind, doubtful=doubtful)

    if group in ("docno", "code"):
        return made("document", None, "")
    if group in ("festival", "version", "formula"):
        return made("ordinal", None, "")
    if group == "clock":
        return made("date", None, "时刻")
    if group == "isodate":
        year, month, day = (int(part) for part in re.split(r"[-/.]", words))
        return made("date", _date(year, month, day), "日期", month > 12 or day > 31)
    if group == "date":
        year, month, day = (int(match[name] or 0) for name in ("y", "m", "d"))
        wrong = not 1 <= month <= 12 or day > 31
        return made("date", None if wrong else _date(year, month, day), "日期", wrong)
    if group == "day":
        wrong = end - start > 3 or not 1 <= int(words[:-1]) <= 31
        return made("date", None if wrong else _date(0, 0, int(words[:-1])), "日期", wrong)
    if group == "handate":
        return _han_date(start, end, text, words)
    return _read_fraction(start, end, text, words)


def _date(year: int, month: int, day: int) -> Decimal:
    return Decimal(year * 10000 + month * 100 + day)


def _han_date(start: int, end: int, text: str, words: str) -> Quantity | None:
    fields = {"年": 0, "月": 0, "日": 0}
    for numeral, field in re.findall(r"([^年月日]+)([年月日])", words):
        value = _numeral(numeral)
        fields[field] = int(value) if value is not None else 0
    year, month, day = fields["年"], fields["月"], fields["日"]
    if year and not 1900 <= year <= 2099:
        return None
    if not month:
        return Quantity(start, end, text[start:end], Decimal(year), "年", "", "year")
    return Quantity(start, end, text[start:end], _date(year, month, day), "日期", "", "date")


def _read_fraction(start: int, end: int, text: str, words: str) -> Quantity | None:
    whole, part = words.split("分之")
    above = _numeral(part)
    below = Decimal(10 ** POWERS[whole]) if whole in POWERS else _numeral(whole)
    if above is None or not below:
        return None
    if below in (100, 1000):
        unit = "%" if below == 100 else "‰"
        return Quantity(
            start, end, text[start:end], above, unit, modifier_after(text, end), "percent"
        )
    return Quantity(start, end, text[start:end], above / below, "", modifier_after(text, end))


def _read_arabic(
    text: str, plain: str, match: re.Match[str], previous: Quantity | None
) -> tuple[Quantity | None, int]:
    """Read an Arabic number with everything that belongs to it; return where to go on."""
    start, digits_end = match.span()
    digits = match[0]
    if "," in digits and len(digits.split(",")[0]) > 3:  # 2023,120件: a comma, no grouping
        digits = digits.split(",")[0]
        digits_end = start + len(digits)
    before = plain[start - 1 : start]
    if _is_list_marker(plain, start, digits_end, digits):
        return None, start + len(digits.split(".")[0]) + 1
    bare = digits if digits.isdecimal() else _GROUPING.sub("", digits)
    whole = bare.split(".")[0]
    if len(whole) > 15 or (len(whole) > 8 and not unit_at(plain, digits_end)):
        return _code(text, start, digits_end)
    if before.isascii() and before.isalpha():
        return _code(text, start, digits_end)

    value = Decimal(bare)
    if before == "第":
        end = digits_end + len(unit_at(plain, digits_end))
        found = Quantity(start, end, text[start:end], value, plain[digits_end:end], "", "ordinal")
        return found, end
    if _looks_like_year(digits) and (year := _read_year(text, plain, start, digits_end, value)):
        return year, year.end
    if part := _FRACTION.match(plain, start):  # 3分之2, 1/4
        below, above = (part["below"], part["above"]) if part["above"] else (part["d"], part["n"])
        if int(below):
            share, end = Decimal(above) / Decimal(below), part.end()
            return Quantity(start, end, text[start:end], share, "", modifier_after(plain, end)), end

    low: Decimal | None = None
    if (sign := _RANGE_SIGN.match(plain, digits_end)) and (
        upper := _ARABIC.match(plain, sign.end())
    ):
        high = Decimal(upper[0].replace(",", "")) if len(upper[0]) <= 15 else Decimal(0)
        if value < high and unit_at(plain, upper.end()).endswith(sign[1]):
            low, value, digits_end = value, high, upper.end()
    return _finish(text, plain, start, digits_end, value, low, previous)


def _finish(
    text: str,
    plain: str,
    start: int,
    digits_end: int,
    value: Decimal,
    low: Decimal | None,
    previous: Quantity | None,
) -> tuple[Quantity, int]:
    """Take multiplier, 余, and unit after the digits and decide the kind."""
    modifier, end = "", digits_end
    multiplier = ""
    for _ in range(2):  # 9000余万元 and 5万余张
        sign = plain[end : end + 1]
        if not modifier and (
            sign in _MORE or (sign == "+" and not plain[end + 1 : end + 2].isalnum())
        ):
            modifier, end = _MORE.get(sign, "余"), end + 1
        if not multiplier and (power := MULTIPLIER.match(plain, end)):
            multiplier, end = power[0], power.end()
    if not multiplier and plain[end : end + 1] in _BLANKS:  # 202.6 万元
        power = MULTIPLIER.match(plain, end + 1)
        if power is not None and unit_at(plain, power.end()):
            multiplier, end = power[0], power.end()
    gap = _gap_before_unit(plain, start, end)
    unit = unit_at(plain, end + gap)
    if unit:
        end += gap + len(unit)
    elif modifier and not multiplier and text[end - 1] == "多":  # 3多样: not our 多
        modifier, end = "", digits_end
    if unit == "元" and plain.startswith("人民币", end):
        unit, end = "元人民币", end + 3
    full_unit = multiplier + unit
    kind = _kind(unit)
    doubtful = False
    if not full_unit:
        following = plain[end : end + 1]
        if _HOTLINE.match(plain[end : end + 8]) or (following.isascii() and following.isalpha()):
            kind = "ordinal" if not following.isascii() else "document"
        elif "." in plain[start:end] and plain[start:end].endswith(".0"):
            kind = "ordinal"  # 一件事2.0: a version
        elif following == ")":
            kind = "ordinal"  # (亦称十减15): a name
        elif not following or following in _STOPS or following.isspace():
            doubtful = not _SAID_TO_BE.search(plain[max(0, start - 3) : start])
    if previous is not None and previous.end == start and previous.kind in ("percent", "points"):
        doubtful = True  # 99.75%41项: words between them were lost
    if not modifier:
        modifier = modifier_before(plain, start) or modifier_after(plain, end)
    if low is not None:
        found = Quantity(
            start, end, text[start:end], None, full_unit, modifier, kind, low, value, doubtful
        )
    else:
        found = Quantity(
            start, end, text[start:end], value, full_unit, modifier, kind, doubtful=doubtful
        )
    return found, end


def _gap_before_unit(plain: str, start: int, end: int) -> int:
    """Return 1 where a blank, or the break of a wrapped line, parts a number from its unit.

    A number alone on its line, or at the end of a short one, numbers what follows it.
    """
    sign = plain[end : end + 1]
    if sign in _BLANKS:
        return 1 if unit_at(plain, end + 1) else 0
    line = plain[max(0, start - _WRAPPED_AT) : start]
    wrapped = sign == "\n" and len(line) == _WRAPPED_AT and "\n" not in line
    return 1 if wrapped and unit_at(plain, end + 1) else 0


def _kind(unit: str) -> QuantityKind:
    if unit in ("%", "‰", "成"):
        return "percent"
    if unit.endswith("百分点"):
        return "points"
    if unit.endswith(("元", "元人民币")):
        return "money"
    if unit in ("级", "号", "版", "届", "班"):
        return "ordinal"
    return "number"


def _code(text: str, start: int, end: int) -> tuple[Quantity, int]:
    return Quantity(start, end, text[start:end], None, "", "", "document"), end


def _is_list_marker(plain: str, start: int, end: int, digits: str) -> bool:
    """Tell whether these digits number a paragraph: ``1.``, ``(2)``, ``3、`` at its start."""
    whole = digits.split(".")[0]
    if len(whole) > 2 or "," in digits:
        return False
    before, after = plain[start - 1 : start], plain[end : end + 1]
    if before == "(" and after == ")":
        return True
    if before and before not in "\n\r。；;：: \u3000\u00a0\t*#>":  # the last three: Markdown
        return False
    if before == " " and plain[start - 2 : start - 1] not in ("", "\n", " ", "。"):
        return False
    if "." in digits:  # 1.2023年: the dot belongs to the marker
        return _looks_like_year(digits.split(".")[1])
    return bool(_LIST_BODY.match(plain, end))


def _looks_like_year(digits: str) -> bool:
    return len(digits) == 4 and digits.isdigit() and 1949 <= int(digits) <= 2099


def _read_year(text: str, plain: str, start: int, end: int, value: Decimal) -> Quantity | None:
    """Read four digits as a year if the words after them allow it."""
    if plain[end : end + 1] == "年":
        return Quantity(start, end + 1, text[start : end + 1], value, "年", "", "year")
    if unit_at(plain, end) not in ("", "版") or plain[end : end + 1] in ("余", "多", "%"):
        return None
    if MULTIPLIER.match(plain, end):
        return None
    joined = plain[end : end + 1] in ("-", "—", "~", "至") or plain[start - 1 : start] in (
        "-", "—", "~", "至",
    )  # fmt: skip
    named = joined or plain[end : end + 1] in ("版", ")", "」", "”")
    if not named and value < 2000:
        return None
    return Quantity(start, end, text[start:end], value, "年", "", "year", doubtful=not named)


def _read_han(
    text: str, plain: str, match: re.Match[str], *, generous: bool
) -> tuple[Quantity | None, int]:
    """Read a Chinese numeral if a measure word says that it counts."""
    start, digits_end = match.span()
    numeral = match[0]
    if len(numeral) > _LONGEST_NUMERAL:
        return None, digits_end
    modifier, end = "", digits_end
    if more := _MORE.get(plain[end : end + 1], ""):
        modifier, end = more, end + 1
    unit = unit_at(plain, end)
    ordinal = plain[start - 1 : start] == "第"
    if not generous and not ordinal and not _counts(plain, start, end, numeral, unit):
        return None, digits_end
    value = _numeral(numeral)
    if value is None or (not unit and not generous):
        return None, digits_end
    if not unit:
        modifier, end = "", digits_end
    end += len(unit)
    kind: QuantityKind = "ordinal" if ordinal else _kind(unit)
    pair = len(numeral) == 2 and all(c in _HAN_DIGITS for c in numeral)
    if pair and not ordinal:  # 两三件
        low, high = (_numeral(c) or Decimal(0) for c in numeral)
        if low >= high:
            return None, digits_end
        return Quantity(start, end, text[start:end], None, unit, "", kind, low, high), end
    modifier = modifier or modifier_before(plain, start) or modifier_after(plain, end)
    return Quantity(start, end, text[start:end], value, unit, modifier, kind), end


def _counts(plain: str, start: int, end: int, numeral: str, unit: str) -> bool:
    """Tell a counting numeral from one inside a name (三项制度) or an article (一件事)."""
    before, after = plain[start - 1 : start], plain[end + len(unit) : end + len(unit) + 1]
    if unit not in measures().after_han and unit != "大":
        return False
    if before in _OPENING_QUOTES or before in (
        "数",
        "每",
        "哪",
        "几",
        "某",
        "同",
        "逐",
        "另",
        "统",
        "唯",
    ):
        return False
    if plain.startswith(measures().names, start) or after == "一":
        return False
    if numeral in ("零", "〇", "○"):  # 跑零次率
        return after in _STOPS
    if numeral == "二":  # counting says 两; 二类案件, 二级 name a class
        return False
    if numeral == "一":
        return unit in measures().after_one or _stops_after_one(plain, start, unit, after)
    if unit == "大":  # 八大机制, but 党的二十大, 十大案例
        return len(numeral) == 1 and numeral != "十" and after.isalpha() and before != "的"
    if unit == "年":
        return (
            plain[max(0, start - 2) : start] in ("连续", "实现", "为期", "过去")
            or before in ("近", "满", "用")
            or after in ("内", "时")
        )
    if unit == "成":
        return after in _STOPS or plain.startswith(("以上", "左右", "多", "的"), end + 1)
    following = plain[end + len(unit) : end + len(unit) + 3]
    if unit == "次" and following.startswith(("会议", "全会", "全体", "党代")):
        return "届" not in plain[max(0, start - 8) : start]  # 十七届人大三次会议
    if unit in _PLACE_UNITS and after and after in _PLACE_ENDS:
        return False  # 三门县, 五台山, 五家渠市
    return not plain.startswith(("部门", "人民", "张清", "位一"), end)


def _stops_after_one(plain: str, start: int, unit: str, after: str) -> bool:
    """``开展清理一次，``: the measure closes its clause, so ``一`` is a number."""
    return (
        unit in measures().after_one_before_stop
        and (after == "" or after in "，。；、,;")
        and plain[max(0, start - 1) : start] not in ("跑", "这", "的", "为", "是", "有", "于")
    )


@lru_cache(maxsize=4096)
def _numeral(numeral: str) -> Decimal | None:
    """Return the value of a Chinese numeral, ``None`` if it is none."""
    import cn2an  # lazily: not needed for most texts

    if numeral.isascii():
        return Decimal(numeral) if _ARABIC.fullmatch(numeral) else None
    try:
        return Decimal(str(cn2an.cn2an(numeral.replace("○", "零"), "normal")))
    except (ValueError, KeyError):  # a run of its characters that is no numeral (十十一)
        return None


def compare_numbers(text: str, source: str, *, years: frozenset[int] = frozenset()) -> NumberCheck:
    """Check that every number of ``text`` stands in ``source``.

    The source is read generously: a numeral inside a name (三项制度) may support ``3项``. ``years``
    are given by the setting (the year reported on) and need not stand in the source. A number
    found with another unit (件 for 宗) or without the source's 余/近/以上 is reported apart.
    """
    offered = tuple(_scan(source, generous=True))
    missing: list[Quantity] = []
    units: list[Quantity] = []
    modifiers: list[Quantity] = []
    for quantity in find_quantities(text):
        if quantity.kind == "year" and quantity.value is not None and int(quantity.value) in years:
            continue
        same = [o for o in offered if same_number(quantity, o)]
        if not same and not part_of_date(quantity, offered):
            missing.append(quantity)
        elif same and not (fitting := [o for o in same if units_agree(quantity, o)]):
            units.append(quantity)
        elif same and not any(modifiers_agree(quantity, o) for o in fitting):
            modifiers.append(quantity)
    return NumberCheck(tuple(missing), tuple(units), tuple(modifiers))
