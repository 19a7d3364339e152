"""Whether a model's answer says all that the official words say: it may word, never leave out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.evidence.drafting import Draft
from bot.lock.wording import pairs
from bot.values import Cited
from retrieval.genre.quantities import find_quantities
from retrieval.genre.quantity_values import same_number
from retrieval.question.query import Query
from retrieval.text.normalise import level

KEPT = 0.6
"""Least share of the draft's character pairs, those of the question apart, in an answer in words.

Of 40 worded answers of a small model, the right ones without a figure held 0.75 or more, the
ones that left the matter out 0.53 or less.
"""
_EVERY_CITE = frozenset({"list", "compare", "rank", "which"})


def says_enough(texts: Sequence[str], cites: Iterable[Cited], draft: Draft, query: Query) -> bool:
    """Tell whether an answer (its sentences and citations) leaves out nothing of the draft.

    Every citation of a list or a comparison must be met, any of another answer; every figure
    that answers the question must be said; without one, most of the draft's words.
    """
    if not covers(cites, draft, complete=query.kind in _EVERY_CITE):
        return False
    said = " ".join(texts)
    if draft.figures:
        figures = find_quantities(said)
        return all(any(same_number(f, q) for q in figures) for f in draft.figures)
    if query.kind != "fact" or query.english:
        return True
    official = " ".join(line.text for line in draft.lines if line.kind == "claim")
    news = pairs(level(official)) - pairs(level(query.question))
    return not news or len(news & pairs(level(said))) >= KEPT * len(news)


def covers(cites: Iterable[Cited], draft: Draft, *, complete: bool) -> bool:
    """Tell whether the cited spans meet the draft's: all of them if ``complete``, else any."""
    held = tuple(cites)
    wanted = [c for line in draft.lines for c in line.cites]
    met = [any(_overlap(c, h) for h in held) for c in wanted]
    return not wanted or (all(met) if complete else any(met))


def _overlap(one: Cited, other: Cited) -> bool:
    return one.report == other.report and one.start < other.end and other.start < one.end
