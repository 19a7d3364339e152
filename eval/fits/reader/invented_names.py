"""Messages with another place in them: a reader must not know by heart which places there are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from eval.fits.reader.utterances import Utterance
from retrieval.places.gazetteer import gazetteer
from retrieval.question.request import Tagged

# characters that names of counties, towns and streets are made of
_CHARACTERS = (
    "青石白云清柳河溪江安平宁阳川岭泉湖沙桥林松龙凤金玉兰梅竹桐榆枫澄澜泽沧沅沣淮汾洛渭漳溱滦滨湾港岛屏岚峰谷坪坝塘堰渡"
    "口荷莲菱芦苇棠槐椿桂枣栗杏桃李麦禾稷黍禄福瑞祥永长广大小新东西南北中上下双三九千万武文景昌盛隆兴建德义仁和顺泰康乐贺"
    "临望怀思远博定靖绥辽朔雁鹤鹭鹿骏虎"
)
_ENDINGS = ("街道", "开发区", "县", "区", "市", "镇", "乡", "州", "旗")
_KEPT = ("省", "自治县", "自治州", "自治区")  # what stands above or is spelt out is not invented
SHARE = 0.6
"""Of the messages that name a place; of the names, three in ten are real ones of other places."""
_REAL, _THREE = 0.3, 0.12


def renamed(corpus: Sequence[Utterance], seed: int = 1) -> list[Utterance | None]:
    """Return each message with its places replaced, spans and parts moved along, or None."""
    chance = random.Random(seed)
    real = sorted(name for name in gazetteer().short if 2 <= len(name) <= 4)
    found: list[Utterance | None] = []
    for u in corpus:
        places = dict.fromkeys(t.text for t in u.tags if t.tag == "place" and _can_change(t.text))
        # a template names another place in every message already
        if u.writer == "templates" or not places or chance.random() > SHARE:
            found.append(None)
            continue
        names = {}
        for place in places:
            ending = next(
                (e for e in _ENDINGS if place.endswith(e) and len(place) > len(e) + 1), ""
            )
            size = 3 if chance.random() < _THREE else 2
            made = "".join(chance.sample(_CHARACTERS, size))
            names[place] = (chance.choice(real) if chance.random() < _REAL else made) + ending
        found.append(_with_names(u, names))
    return found


def _can_change(place: str) -> bool:
    chinese = len(place) > 1 and all("\u4e00" <= char <= "\u9fff" for char in place)
    return chinese and not place.endswith(_KEPT)


def _with_names(u: Utterance, names: dict[str, str]) -> Utterance:
    text, at, tags, moved = "", 0, [], []
    for t in u.tags:
        words = names.get(t.text, t.text) if t.tag == "place" else t.text
        text += u.text[at : t.start]
        tags.append(Tagged(t.tag, len(text), len(text) + len(words), words))
        text += words
        moved.append((t.end, len(words) - (t.end - t.start)))
        at = t.end
    text += u.text[at:]
    starts = tuple(s + sum(by for end, by in moved if end <= s) for s in u.starts)
    return replace(u, text=text, tags=tuple(tags), starts=starts)
