"""What a question takes for granted of all, of none or by denial, held against the words cited.

These are premises without a figure of their own: 全部整改完了吧, 有过败诉, 没评上优秀.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.notes import Note
from retrieval.genre.lexicon import pattern
from retrieval.genre.quantities import find_quantities
from retrieval.question.terms import Term, is_topical
from retrieval.text.marks import CLAUSE_END
from retrieval.text.normalise import fold

_ASKS = re.compile(
    "吗|吧|是不是|是否|对不对|没错|怎么|为什么|为何|为啥|在哪|哪里|几|多少|什么|依据|\\?|？"
)
# 划了地方没有?, 办了没: whether, not that not; 一件都没有 denies
_WHETHER = re.compile("(?<![都也])没有?(?=[?？，,。]|$)")
_COUNTS = re.compile("几|多少")
WHOLE = 0.9  # a synonym of the word counts as the word


def judge_extent(
    topic: str, terms: Sequence[Term], cited: Sequence[str], *, figured: bool
) -> Note | None:
    """Return what to say where ``cited`` tell otherwise than a question in search form presumes.

    ``terms`` are those of the question, ``figured`` tells that a figure answers it. None where
    the words agree, or where the question presumes nothing of the kind.
    """
    words = [fold(w) for w in cited]
    if not words or not _ASKS.search(topic):
        return None
    together = "，".join(words)
    denied = pattern("denial").search(_WHETHER.sub("", topic))
    if pattern("all_of").search(topic):
        return Note("not_all") if _tells_a_part(topic, together) else None
    if denied:
        if figured and _COUNTS.search(topic):
            return None  # 贷款没还清就能过户的有几宗 tells which are counted, and presumes nothing
        return None if pattern("denial").search(together) else Note("said_otherwise")
    given = [q for q in find_quantities(topic) if q.kind != "date"]
    if {q.value for q in given} & {q.value for q in find_quantities(together)}:
        return None  # what is asked about stands there
    counted = bool(given) or "几" in topic
    if counted and not figured and not pattern("none_of").search(topic):
        topical = [t for t in terms if is_topical(t)]
        denying = [c for c in CLAUSE_END.split(together) if pattern("none_of").search(c)]
        if any(t.match(clause) >= WHOLE for clause in denying for t in topical):
            return Note("none_of_it")
    return None


def _tells_a_part(topic: str, cited: str) -> bool:
    """Tell whether the words name a remainder, or a smaller figure of what the question counts."""
    if pattern("part_of").search(cited):
        return True
    asked = [q for q in find_quantities(topic) if q.value is not None and q.unit]
    told = [q for q in find_quantities(cited) if q.value is not None]
    return any(
        a.unit == t.unit and t.value is not None and a.value is not None and t.value < a.value
        and pattern("inside").search(cited)
        for a in asked for t in told
    )  # fmt: skip
