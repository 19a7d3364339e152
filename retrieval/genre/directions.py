"""Which way something went, in words: 上升, 缩短, 不升反降."""

from __future__ import annotations

import re
from typing import Literal

Direction = Literal["up", "down"]

_UP = (
    "上升|增长|增加|提高|上涨|升高|攀升|增幅|涨幅|延长|升了|涨了?|变多|多了|增多"
    "|\\b(?:increase|rise|rose|grew|grow|up)\\w*"
)
_DOWN = (
    "下降|减少|降低|下滑|回落|降幅|缩短|压缩|降了|跌|(?<!多)少了|变少"
    "|\\b(?:decrease|fell|fall|drop|decline|down)\\w*"
)
MOVES = f"不[升降增减涨跌]反[升降增减涨跌]|{_UP}|{_DOWN}"
"""Words of a change, for a pattern."""
_MOVES = re.compile(f"(?P<up>{_UP})(?![到至率])|(?P<down>{_DOWN}|压减)(?![到至率])")
_TURNS = re.compile("不(?:[升增涨]反(?P<down>[降减跌])|[降减跌]反(?P<up>[升增涨]))")


def ways(words: str) -> list[Direction]:
    """Return the way of each verb of change in some words, in order; of a turn (不升反降) that alone."""
    found = [turned] if (turned := _TURNS.search(words)) else _MOVES.finditer(words)
    return ["up" if match["up"] else "down" for match in found]
