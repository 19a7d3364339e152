"""The figures of an English line in the forms that Chinese text uses: dates, scales, number words."""

from __future__ import annotations

import re
from decimal import Decimal

_MONTHS = {
    name: number
    for number, name in enumerate(
        "january february march april may june july august september october november december".split(),
        start=1,
    )
}
_MONTH = "|".join(_MONTHS)
_ENGLISH_DATE = re.compile(
    rf"(?<![a-z])(?:(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?({_MONTH})(?: (\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,? (?:of )?((?:19|20)\d\d))?(?![a-z])"
)
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SMALL = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen seventeen eighteen nineteen".split()
    )
} | {
    word: 10 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
_COUNT = "|".join(sorted((*_SMALL, "dozen"), key=len, reverse=True))
_SCALE = "|".join(_SCALES)
_NUMBER = re.compile(
    rf"(?<![a-z\d.-])(?:{_DIGITS}(?= (?:{_SCALE})(?![a-z]))|(?:a|an)(?= (?:{_SCALE}|dozen)(?![a-z]))|(?:{_COUNT})(?![a-z]))"
    rf"(?:(?:[ -]|(?<=hundred) and |(?<=thousand) and |(?<=million) and )(?:{_COUNT}|{_SCALE})(?![a-z]))*"
)
_MONEY = re.compile(rf"(?<![a-z])(?:rmb|cny) ?({_DIGITS}(?: (?:{_SCALE})(?![a-z]))?)")
_VAGUE = re.compile(
    r"(?<![a-z])(?:(?:tens|dozens|scores|hundreds|thousands|millions|billions) (?:of|upon)|countless|numerous)(?![a-z])"
)
_CHINESE_VAGUE = re.compile(
    "[数几上][十百千万亿]|成[百千]上|[十百千万亿][余多]|众多|大量|大批|诸多|无数"
)
_TIMES = re.compile(
    r"(?<![a-z])(?:doubl(?:e|ed|ing)|tripl(?:e|ed|ing)|quadrupl(?:e|ed|ing)|halv(?:ed|ing)|twice|twofold|threefold)(?![a-z])"
)
_CHINESE_TIMES = re.compile("倍|翻番|翻一番|一半|减半|50%")
_HALF = re.compile(r"(?<![a-z])(?:one |a |nearly |over |about )?half (?:of|the)(?![a-z])")
_CHINESE_HALF = re.compile("一半|半数|过半|50%|二分之一")


def in_chinese_figures(text: str) -> str:
    """Return a levelled English line with its figures in the forms that Chinese text uses."""

    def date(match: re.Match[str]) -> str:
        day = match[1] or match[3]
        if not day and not match[4] and match[2] in ("may", "march"):
            return match[0]
        year = f"{match[4]}年" if match[4] else ""
        return f"{year}{_MONTHS[match[2]]}月" + (f"{day}日" if day else "")

    text = _ENGLISH_DATE.sub(date, text)
    text = _MONEY.sub(lambda m: f"{_NUMBER.sub(_spelled, m[1])}元", text)
    text = _NUMBER.sub(_spelled, text)
    text = re.sub(r"[ -]?percentage points?(?![a-z])", "个百分点", text)
    return re.sub(r"[ -]?per ?cent(?![a-z])", "%", text)


def _spelled(match: re.Match[str]) -> str:
    """Return the digits of a spelled number; a lone *one* or *zero* is left to other checks."""
    if match[0] in ("one", "zero"):
        return match[0]
    total = current = Decimal(0)
    for word in re.findall(rf"{_DIGITS}|[a-z]+", match[0]):
        if word[0].isdigit():
            current = Decimal(word.replace(",", ""))
        elif word in _SMALL:
            current += _SMALL[word]
        elif word in ("a", "an"):
            current = Decimal(1)
        elif word == "dozen":
            current = (current or Decimal(1)) * 12
        elif word == "hundred":
            current = (current or Decimal(1)) * 100
        elif word in _SCALES:
            total += (current or Decimal(1)).scaleb(_SCALES[word])
            current = Decimal(0)
    return format((total + current).normalize(), "f")


def amount_problems(text: str, source: str) -> tuple[str, ...]:
    """Find amounts told without a figure (thousands of, doubled, half) that the source does not tell."""
    rows = ((_VAGUE, _CHINESE_VAGUE), (_TIMES, _CHINESE_TIMES), (_HALF, _CHINESE_HALF))
    return tuple(
        f"原文没有“{found[0].strip()}”"
        for said, support in rows
        if (found := said.search(text)) and not support.search(source)
    )
