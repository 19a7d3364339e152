"""What is exact in a message, and therefore code: years, item numbers, lengths, forms.

The reader finds *where* these words stand; what number they are is computed here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from retrieval.question.addressing import item_of, numeral
from retrieval.question.request import Form
from retrieval.text.normalise import level

_CN_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "o": 0}
_CN_YEAR = "[〇零○o一二三四五六七八九]"
_ONE_YEAR = re.compile(
    f"(?<![0-9])(?P<full>(?:19|20)[0-9]{{2}})(?![0-9])|(?<![0-9])(?P<two>[0-9]{{2}})(?=[两三四五六这]?年|$|[到至和、—~-])"
    f"|(?P<cn>[一二]{_CN_YEAR}{{3}})|(?P<cn2>{_CN_YEAR}{{2}})(?=年)"
)
_DECADE = re.compile("(?P<tens>[二三四五六七八九]|[2-9])(?:十|0)年代|(?P<full>(?:19|20)[0-9])0s")
_TO = re.compile("到|至|-|—|~|～|to")
_LATEST_TWO_DIGITS = 49  # 49年 is 2049, 50年 is 1950
_A_SPAN = range(30, 80)  # 30年, alone, is how long a contract runs: no report is of such a year


def read_years(spans: Sequence[str]) -> tuple[int, ...]:
    """Return the years that year words name, each once, in order: 2021到2023年 is three.

    Relative words (去年, 明年) name none here: what they count from is for the scope to say.
    """
    years: list[int] = []
    for words in spans:
        text = level(words)
        if decade := _DECADE.search(text):
            first = int(decade["full"]) * 10 if decade["full"] else _decade(decade["tens"])
            years += range(first, first + 10)
            continue
        found = [(m, _year(m)) for m in _ONE_YEAR.finditer(text)]
        for (left, first), (right, last) in pairwise(found):
            if _TO.fullmatch(text[left.end() : right.start()].strip("年度 ")) and first < last:
                years += range(first, min(last, first + 30))
        alone = len(found) == 1 and (found[0][0]["two"] or "").isdecimal()
        if not (alone and int(found[0][0]["two"]) in _A_SPAN):
            years += [year for _, year in found]
    return tuple(dict.fromkeys(sorted(years) if len(years) > 2 else years))


def _year(match: re.Match[str]) -> int:
    if match["full"]:
        return int(match["full"])
    if match["cn"]:
        digits = [{"一": 1, "二": 2}[match["cn"][0]], *(_CN_DIGITS[c] for c in match["cn"][1:])]
        return int("".join(map(str, digits)))
    two = int(match["two"] or "".join(str(_CN_DIGITS[c]) for c in match["cn2"]))
    return two + (2000 if two <= _LATEST_TWO_DIGITS else 1900)


def _decade(tens: str) -> int:
    digit = int(tens) if tens.isdecimal() else numeral(tens) or 0
    return 1900 + digit * 10 if digit > 4 else 2000 + digit * 10


_RELATIVE = (
    (re.compile("前年|the year before last"), -2),
    (re.compile("去年|上一?年|头一?年|前一年|往年|last year|previous year|the year before"), -1),
    (re.compile("明年|来年|下一?年|后一年|next year|coming year"), 1),
    (re.compile("今年|当年|本年|同年|this year|that year"), 0),
)


def relative_year(spans: Sequence[str]) -> int | None:
    """Return how many years a relative word lies from the year spoken of: 去年 is -1; None for none."""
    for words in spans:
        for pattern, offset in _RELATIVE:
            if pattern.search(level(words)):
                return offset
    return None


def read_item(spans: Sequence[str]) -> tuple[int | None, str]:
    """Return the item that item words point at: a number from 1 or back from -1, else the words."""
    for words in spans:
        text = level(words)
        number = item_of(text)
        if number is not None:
            return number, ""
        about = re.sub(
            "^(?:讲|说|关于|提到|写|那个|那条|有关)+|(?:的|那|这|一|条|个|项|点|方面)+$", "", text
        )
        if about:
            return None, about
    return None, ""


_NUMERAL = "(?:[0-9]{2,4}|[一二三四五六七八九两]{0,2}[百千](?:[一二三四五六七八九]十?)?|[一二三四五六七八九]十)"
_LENGTH = re.compile(
    f"(?P<low>{_NUMERAL})字?(?:到|至|-|—|~|～)(?P<high>{_NUMERAL})个?(?:字|words|characters)"
    f"|(?P<most>不超过|不多于|少于|至多|最多|控制在|不要超过|别超过|小于|under|within|at most)?\\s*"
    f"(?P<least>不少于|至少|不低于|at least)?\\s*(?P<one>{_NUMERAL})[来多]?\\s?个?(?:字|words|characters)"
    "(?P<after>以内|之内|以下|以上|内)?"
    f"|(?:不超过|不要超过|别超过|控制在)(?P<bare>{_NUMERAL})\\Z"
)
_SEVERAL = re.compile("(?P<a>[一二三四五六七八九两])(?P<b>[一二三四五六七八九])(?P<unit>[百千])")
_POINTS = re.compile(
    "(?:[前分列成]|只要|归纳成|总结成|概括成|提炼)?(?P<n>(?!一[点条])[一二两三四五六七八九十]|[0-9]{1,2})(?:个)?(?:要点|点|条|方面|句话)|(?P<en>two|three|four|five|[2-9]) (?:key |main |bullet )?(?:points|bullets)"
)
_SAID_POINTS = re.compile("(?P<n>[一二两三四五六七八九十]|[0-9]{1,2})个?(?:要点|句话)(?P<en>)")
_EN = {"two": 2, "three": 3, "four": 4, "five": 5}
_EACH = re.compile("每|\\beach\\b")
_ONE_SENTENCE = re.compile("一句话|一两句|one sentence|one line")
_TABLE = re.compile("表|\\btab(?:le|ular)\\b")
_PARAGRAPH = re.compile("段|简报|信息稿|综述|paragraph|brief")
_ENGLISH = re.compile("英文|英语|english")
_SHORT = re.compile("简[单短要洁明略]|短|精[简炼]|压缩|扼要|brief|short|concise")
_PLAIN = re.compile("通俗|口语|白话|人话|[得好]懂|plain|simple")
_AUDIENCE = re.compile(
    "(?:给|供|报|向|发|呈)[^，。]{0,3}?(领导|县长|市长|书记|局长|主任|上级|省厅|群众|老百姓|媒体|记者|同事|大家|公众|网站|公众号)"
)
_AROUND = 0.1  # 200字 is kept to within a tenth
_SENTENCE_CHARS = (30, 80)
_LEAST_CHARS = 20


def read_form(spans: Sequence[str], question: str) -> Form:
    """Return the form that form words order.

    ``question`` decides about the language, and about points that nothing else could mean (五个要点).
    """
    text = level(" ".join(spans))
    points = _POINTS.search(text) or _SAID_POINTS.search(level(question))
    audience = _AUDIENCE.search(text)
    count = None
    if points:
        said = points["n"] or points["en"]
        count = _EN.get(said) or numeral(said)
        count = count if count and count > 1 else None  # 一条一行 orders lines, not one point
    chars = _read_length(text)
    if chars and count and _EACH.search(text):
        chars = chars[0] * count, chars[1] * count
    if chars is None and _ONE_SENTENCE.search(text) and not _EACH.search(text):
        chars, count = _SENTENCE_CHARS, None
    return Form(
        chars=chars,
        points=count,
        table=bool(_TABLE.search(text)),
        paragraph=bool(_PARAGRAPH.search(text)),
        english=bool(_ENGLISH.search(text)) or _is_latin(question),
        short=bool(_SHORT.search(text)),
        plain=bool(_PLAIN.search(text)),
        audience=audience[1] if audience else "",
    )


def _read_length(text: str) -> tuple[int, int] | None:
    match = _LENGTH.search(text)
    if not match:
        return None
    if match["low"]:
        low, high = sorted((_number(match["low"]), _number(match["high"])))
        return (low, high) if low else None
    if match["bare"]:
        most = _number(match["bare"])
        return most * 2 // 3, most
    if several := _SEVERAL.fullmatch(match["one"]):  # 两三百字
        unit = 100 if several["unit"] == "百" else 1000
        return (numeral(several["a"]) or 1) * unit, (numeral(several["b"]) or 1) * unit
    one = _number(match["one"])
    if one < _LEAST_CHARS:
        return None
    if match["least"] or match["after"] == "以上":
        return one, one * 5 // 4
    if match["most"] or match["after"]:
        return one * 2 // 3, one
    return round(one * (1 - _AROUND)), round(one * (1 + _AROUND))


def _number(words: str) -> int:
    if words.isdecimal():
        return int(words)
    match = re.fullmatch(
        "(?:([一二三四五六七八九两])千)?(?:([一二三四五六七八九两]{0,2})百)?(?:([一二三四五六七八九])?十?)?",
        words,
    )
    if not match:
        return numeral(words) or 0
    thousands, hundreds, tens = match.groups()
    total = (numeral(thousands) or 0) * 1000 if thousands else 0
    if hundreds is not None:  # 两三百 is the larger of the two, 百来字 a hundred
        total += (numeral(hundreds[-1:]) or 1) * 100
    return total + ((numeral(tens) or 0) * 10 if tens else 0)


def _is_latin(text: str) -> bool:
    letters = sum(c.isascii() and c.isalpha() for c in text)
    han = sum("\u3400" <= c <= "\u9fff" for c in text)
    return letters > 3 * han and letters > 3 and " " in text.strip()
