"""The word that names what a question counts: 讲座 in 开了多少场法治讲座, 案件 in 复议案件有多少."""

from __future__ import annotations

from retrieval.question.asking import how_many
from retrieval.question.query import Query
from retrieval.question.terms import Term, content_terms, is_theme
from retrieval.text.marks import CLAUSE_END
from retrieval.text.normalise import fold
from retrieval.text.segmentation import tag


def counted(query: Query) -> Term | None:
    """Return the last word behind 多少 and its unit, else the last before it, if that is a noun."""
    topic = fold(query.topic)
    asks = how_many(topic)
    if asks is None or query.wants not in ("number", "percent"):
        return None
    behind = CLAUSE_END.split(topic[asks.end() :])[0].removeprefix(query.unit)
    before = CLAUSE_END.split(topic[: asks.start()])[-1]
    for words in (behind, before):
        named = [t for t in content_terms(words) if is_theme(t) and len(t.word) > 1]
        if named:
            kinds = (kind for _, kind in tag(named[-1].word))
            return named[-1] if all(kind.startswith("n") for kind in kinds) else None
    return None
