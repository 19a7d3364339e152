"""Who a figure belongs to when a sentence speaks of several reports.

``甲县 41 件，乙县 23 件`` is true only if each figure stands in its own report. A sentence is cut
at the names of reports, and a comparison between them is checked against the figures shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot.lock.figure_contexts import COUNTED
from retrieval.genre.quantities import canonical, compare_numbers, find_quantities
from retrieval.text.normalise import level

_DIGITS = re.compile(r"\d")
_COMPARES = re.compile("(?:比|较|高于|低于|多于|少于|超过|不及|大于|小于)")
_MORE = re.compile("多|高|大|增|超过|领先|强")
_LESS = re.compile("少|低|小|减|不及|落后|弱|不如")


def comparison_problems(sentence: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Find comparisons between two reports' names that the line's own figures do not bear out.

    ``names`` maps each name to its report. ``甲 41 件，乙 23 件，甲比乙多 18 件`` is checked for
    its sign; a comparison whose figures are not shown in the line cannot be checked and fails.
    """
    mentions = _mentions(sentence, names)
    if len({report for _, _, report in mentions}) < 2:
        return ()
    found: list[str] = []
    for comparison in _COMPARES.finditer(sentence):
        clause_start = max(
            (m.end() for m in re.finditer(r"[,。;!?:]", sentence[: comparison.start()])), default=0
        )
        end = re.search(r"[,。;!?]", sentence[comparison.end() :])
        clause_end = comparison.end() + end.start() if end else len(sentence)
        left = [m for m in mentions if clause_start <= m[0] < comparison.start()]
        right = [m for m in mentions if comparison.end() <= m[0] < clause_end]
        if not left or not right or left[-1][2] == right[0][2]:
            continue
        words = comparison[0] + sentence[right[0][1] : clause_end]
        more, less = bool(_MORE.search(words)), bool(_LESS.search(words))
        ours = _figures_of(sentence, mentions, left[-1][2], clause_start, clause_end)
        theirs = _figures_of(sentence, mentions, right[0][2], clause_start, clause_end)
        signs = {a > b for a, unit in ours for b, other in theirs if unit == other and a != b}
        if more == less or signs != {more}:
            found.append(f"“{sentence[clause_start:clause_end]}”无法由句中数字核对")
    return tuple(found)


def _mentions(sentence: str, names: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """Return where each report's names stand, in order, longer names first at one place."""
    taken: list[tuple[int, int, str]] = []
    for name in sorted(names, key=len, reverse=True):
        start = sentence.find(name)
        while name and start >= 0:
            end = start + len(name)
            if not any(a < end and start < b for a, b, _ in taken):
                taken.append((start, end, names[name]))
            start = sentence.find(name, end)
    return sorted(taken)


def _figures_of(
    sentence: str, mentions: Sequence[tuple[int, int, str]], report: str, skip: int, until: int
) -> list[tuple[Decimal, str]]:
    """Return the figures between a report's names and the next name, the comparison left out."""
    found = []
    for place, (_, end, owner) in enumerate(mentions):
        following = mentions[place + 1][0] if place + 1 < len(mentions) else len(sentence)
        if owner != report:
            continue
        found += [
            canonical(q)
            for q in find_quantities(sentence)
            if end <= q.start < following and q.kind in COUNTED and not skip <= q.start < until
        ]
    return found


def without_computed(sentence: str, quotes: Sequence[str]) -> str:
    """Return a levelled sentence without the clauses whose figures only arithmetic gave."""
    source = "\n".join(level(quote) for quote in quotes)
    parts = re.split(r"(?<=[,;])(?!\d)", sentence)
    return "".join(part for part in parts if not compare_numbers(part, source).missing)


def owned_parts(sentence: str, names: Mapping[str, str]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Split a sentence at the names of reports; each part with the reports that it is about.

    Names joined without a figure between them (甲、乙两县均…) own the words together; the words
    before the first name belong to all. ``甲、乙分别为 41 件和 23 件`` gives each its figure.
    """
    mentions = _mentions(sentence, names)
    everyone = frozenset(names.values())
    if len({report for _, _, report in mentions}) < 2:
        owners = frozenset({mentions[0][2]}) if mentions else everyone
        return ((sentence, owners),)
    parts: list[tuple[str, frozenset[str]]] = []
    group: list[tuple[int, int, str]] = []
    for place, mention in enumerate(mentions):
        group.append(mention)
        following = mentions[place + 1][0] if place + 1 < len(mentions) else len(sentence)
        body = sentence[mention[1] : following]
        if place + 1 < len(mentions) and not _DIGITS.search(body) and len(body) <= 4:
            continue
        part = sentence[group[0][0] : following]
        own = [report for _, _, report in group]
        figures = [q for q in find_quantities(body) if q.kind in COUNTED]
        if "分别" in body and len(figures) == len(own) > 1:
            cuts = [0, *(q.end for q in figures[:-1]), len(body)]
            for begin, end, owner in zip(cuts, cuts[1:], own, strict=False):
                parts.append((body[begin:end], frozenset({owner})))
        else:
            parts.append((part, frozenset(own)))
        group = []
    if mentions[0][0] > 0:
        parts.insert(0, (sentence[: mentions[0][0]], everyone))
    return tuple(parts)
