"""How Chinese names sound: pinyin without tones, one syllable a character.

The readings a dictionary gets wrong for places (漯河, 洪洞, 郫都) are corrected here; the names
that English writes otherwise (Inner Mongolia, Shaanxi) are listed beside them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from retrieval.text.normalise import has_han

_PLACE_READINGS = {
    "洪洞": "hong tong",
    "郫都": "pi du",
    "六合": "lu he",
    "漯河": "luo he",
    "宕昌": "tan chang",
    "浚县": "xun xian",
    "单县": "shan xian",
    "什邡": "shi fang",
    "荥经": "ying jing",
    "筠连": "jun lian",
    "句容": "ju rong",
    "犍为": "qian wei",
    "柞水": "zha shui",
    "阿拉善": "a la shan",
    "长治": "chang zhi",
    "乐陵": "lao ling",
}

ENGLISH_NAMES = {
    "innermongolia": "内蒙古自治区",
    "tibet": "西藏自治区",
    "shaanxi": "陕西省",
    "hongkong": "香港特别行政区",
    "macau": "澳门特别行政区",
    "macao": "澳门特别行政区",
    "taiwan": "台湾省",
    "harbin": "哈尔滨市",
    "urumqi": "乌鲁木齐市",
    "hohhot": "呼和浩特市",
    "lhasa": "拉萨市",
    "kashgar": "喀什地区",
    "xizang": "西藏自治区",
}

_RUNS = re.compile("[\\u4e00-\\u9fff]+|.", re.DOTALL)


@lru_cache(maxsize=8192)
def syllables(name: str) -> tuple[str, ...]:
    """Return the syllable of each character of ``name``; what is not Chinese stays as it is."""
    from pypinyin import lazy_pinyin

    for part, reading in _PLACE_READINGS.items():
        if name.startswith(part):
            return (*reading.split(), *syllables(name[len(part) :]))
    read: list[str] = []
    for run in _RUNS.findall(name):
        read += lazy_pinyin(run) if has_han(run) else [run]
    # 都 is du in every place name but never so in a dictionary's unknown words
    return tuple(
        "du" if character == "都" else syllable
        for character, syllable in zip(name, read, strict=True)
    )


def romanise(name: str) -> str:
    """Return the pinyin of ``name`` in one lower-case word: 綦江 → qijiang."""
    return "".join(syllables(name)).lower()


def slurred(name: str) -> str:
    """Return the pinyin of ``name`` as a hasty ear has it: zh is z, ng is n, n is l."""
    return "".join(_blur(syllable) for syllable in syllables(name)).lower()


def sounds_like(one: str, other: str) -> bool:
    """Tell whether two characters sound the same to a hasty ear: 虞 and 于, 山 and 三."""
    first, second = syllables(one), syllables(other)
    return bool(first) and _blur(first[0]) == _blur(second[0] if second else "")


def _blur(syllable: str) -> str:
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    if syllable[:1] == "n":
        syllable = "l" + syllable[1:]
    return syllable[:-1] if syllable[-3:] in ("ang", "eng", "ing") else syllable


@lru_cache(maxsize=1)
def characters_by_syllable() -> dict[str, str]:
    """Return the common characters (GB 2312) of every syllable; each under all its readings."""
    from pypinyin import Style, pinyin

    characters = [
        bytes((row, cell)).decode("gb2312", "ignore")
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
    ]
    characters = [character for character in characters if character]
    table: dict[str, list[str]] = {}
    readings = pinyin(characters, style=Style.NORMAL, heteronym=True)
    for character, sounds in zip(characters, readings, strict=True):
        for sound in sounds:
            table.setdefault(sound.replace("ü", "v"), []).append(character)
    return {sound: "".join(found) for sound, found in table.items() if sound.isascii()}
