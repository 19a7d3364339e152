"""Where sentences, clauses and the items of a list end in a levelled text, for the checks of the lock."""

from __future__ import annotations

import re
from functools import lru_cache

HARD_STOP = re.compile(r"[。!?\n]")
HALF_STOP = re.compile(r"[;。!?\n]")
STOP = re.compile(r"(?<!\d)[,:]|[,:](?!\d)|[;。!?\n]")
CUT = re.compile(rf"{STOP.pattern}|[()\[\]【】]")
_ITEM = re.compile(rf"{STOP.pattern}|、|\.(?=\s|$)")
# what begins so tells of the clause before it
DEPENDENT = re.compile(
    "^(?:同比|环比|同期|[较比](?:上年|去年|20\\d\\d年|前年|往年)|(?:增长|下降|上升|提高|降低|减少|增加|增幅|降幅)[了为到至达约]{0,2}\\d)"
)


@lru_cache(maxsize=4096)
def clauses(text: str, stop: re.Pattern[str] = STOP) -> tuple[str, ...]:
    """Return the clauses of a text between stops, blanks removed, empty ones left out."""
    parts = ("".join(part.split()) for part in stop.split(text))
    return tuple(part for part in parts if part)


def items(text: str) -> tuple[str, ...]:
    """Return the clauses of a text, each item of a list as one."""
    return clauses(text, _ITEM)


def clause_at(text: str, start: int, end: int, stop: re.Pattern[str] = STOP) -> tuple[int, int]:
    """Return where the clause (or sentence, by its ``stop``) of ``text[start:end]`` begins and ends."""
    before = (match.end() for match in stop.finditer(text, 0, start))
    after = (match.start() for match in stop.finditer(text, end))
    return max(before, default=0), next(after, len(text))
