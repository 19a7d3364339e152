"""What the problems (or plans) of several reports have in common: items gathered into groups.

Two items are of one group when they share enough words, rare ones counting most; less is asked
of items that also share a topic of the genre (``problem_topics``). Both thresholds were measured
on pairs labelled by hand (``tests/data/problem_pairs.jsonl``). The same items always fall
together, and a group shows every member's own words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import combinations, pairwise

from bot.evidence.likeness import COMMON_WORDS, Likeness
from bot.evidence.problem_topics import TOPICS, Point, points, telling_clause
from bot.evidence.reading import read
from bot.labels import Names
from bot.notes import Note
from retrieval.documents import NoteValue, Report, Role

ENOUGH_ON_ONE_TOPIC = 0.07
ENOUGH_BY_WORDS = 0.1
_LONGEST_NAME = 12
# what frames every problem and tells nothing of its subject
_FRAME = re.compile(
    "(?:还|仍|尚|急|亟)?(?:有待|需要?|待)?(?:于)?进一步(?:加强|提[升高]|完善|发挥|健全|深化)?|"
    "(?:有待|仍需|亟待|急需)(?:加强|提[升高]|完善)?|仍显|不够|不足|不高|较为|比较|还不|个别|部分|少数|一些|单位|机制|仅有|深入|到位|落实|力度|作用|发挥|显著|明显|法治政府建设|法治建设|依法行政"
)


@dataclass(frozen=True, slots=True)
class Group:
    """Items of two reports or more that speak of one matter, under a name."""

    name: str
    members: tuple[Point, ...]

    @property
    def reports(self) -> tuple[str, ...]:
        """The reports of the members, each once, in order."""
        return tuple(dict.fromkeys(member.report for member in self.members))


def group_points(items: Sequence[Point], background: Sequence[str]) -> list[Group]:
    """Return the groups of items of several reports, those of most reports first.

    ``background`` are the sentences of the reports: they tell which words are rare.
    """
    likeness = Likeness([_FRAME.sub(" ", item.text) for item in items], background)
    found: dict[tuple[int, ...], list[str]] = {}
    for name, _ in TOPICS:
        having = [i for i, item in enumerate(items) if name in item.topics]
        for cluster in _clusters(having, likeness, ENOUGH_ON_ONE_TOPIC):
            if _several(cluster, items):
                found.setdefault(cluster, []).append(name)
    whole = [c for c in found if not any(set(c) < set(other) for other in found)]
    told = {i for cluster in whole for i in cluster}
    rest = [i for i in range(len(items)) if i not in told]
    for cluster in _clusters(rest, likeness, ENOUGH_BY_WORDS):
        if _several(cluster, items):
            whole.append(cluster)
            found[cluster] = [_shared_words([items[i].text for i in cluster])]
    often = Counter(name for cluster in whole for name in found[cluster])
    groups = []
    for cluster in whole:
        members = tuple(items[i] for i in cluster)
        name = "、".join(found[cluster])
        if any(often[n] > 1 for n in found[cluster]):  # several groups on one topic are told apart
            name += f"：{_shared_words([m.text for m in members])}"
        groups.append(Group(name, members))
    return sorted(groups, key=lambda g: (-len(g.reports), -len(g.members)))


def shared_problems(reports: Sequence[Report], role: Role) -> list[Note]:
    """Return a note for each group common to several reports, then what only one report says."""
    names = Names(r.meta for r in reports)
    labels = {r.id: names.body(r.meta) for r in reports}
    if len(set(labels.values())) < len(labels):
        labels = {r.id: f"{labels[r.id]}{r.meta.year or ''}年" for r in reports}
    items = [p for r in reports for p in points(r, role)]
    groups = group_points(items, [line.folded for r in reports for line in read(r).lines])
    if not groups:
        return [Note("nothing_shared")]
    notes = []
    for group in groups:
        quotes = []
        for report in group.reports:
            own = [m for m in group.members if m.report == report]
            words = "".join(f"“{telling_clause(m.text, group.name)}”" for m in own)
            quotes.append(f"{labels[report]}{words}")
        values: dict[str, NoteValue] = {
            "name": group.name,
            "count": len(group.reports),
            "quotes": tuple(quotes),
        }
        notes.append(Note("shared", values))
    told = {member for group in groups for member in group.members}
    for report_id, label in labels.items():
        alone = [p for p in items if p.report == report_id and p not in told]
        if alone:
            quotes = [f"“{telling_clause(p.text)}”" for p in alone]
            notes.append(Note("only_one_tells", {"report": label, "quotes": tuple(quotes)}))
    return notes


def _several(cluster: Sequence[int], items: Sequence[Point]) -> bool:
    return len({items[i].report for i in cluster}) > 1


def _clusters(indexes: Sequence[int], likeness: Likeness, enough: float) -> list[tuple[int, ...]]:
    """Join the likest clusters while their items are alike enough on average; deterministic.

    The mean of a joined cluster is that of its halves by their sizes, so no pair is weighed twice.
    """
    alive: set[tuple[int, ...]] = {(i,) for i in indexes}
    means: dict[frozenset[tuple[int, ...]], float] = {}
    best: list[tuple[float, tuple[int, ...], tuple[int, ...]]] = []

    def note(a: tuple[int, ...], b: tuple[int, ...], mean: float) -> None:
        means[frozenset((a, b))] = mean
        if mean >= enough:
            heappush(best, (-mean, min(a, b), max(a, b)))

    for a, b in combinations(sorted(alive), 2):
        note(a, b, likeness.within(a[0], b[0]))
    while best:
        _, a, b = heappop(best)
        if a not in alive or b not in alive:
            continue
        alive -= {a, b}
        joined = tuple(sorted((*a, *b)))
        for other in sorted(alive):
            both = len(a) * means[frozenset((a, other))] + len(b) * means[frozenset((b, other))]
            note(joined, other, both / len(joined))
        alive.add(joined)
    return sorted(alive)


def _shared_words(texts: Sequence[str]) -> str:
    """Return the longest run of words that most members share, as the group's name."""
    runs: Counter[str] = Counter()
    for text in texts:
        spoken = re.findall("[\u3400-\u9fff]+", _FRAME.sub(" ", text))
        runs.update(
            {run[i:j] for run in spoken for i in range(len(run)) for j in range(i + 2, min(i + _LONGEST_NAME, len(run)) + 1)}
        )  # fmt: skip
    fit = [
        (count, len(run), run)
        for run, count in runs.items()
        if count > 1 and not all(a + b in COMMON_WORDS for a, b in pairwise(run))
    ]
    # of runs of as many members the longest, the first in the first text where they are equal
    return max(fit, key=lambda f: (f[0], f[1], -texts[0].find(f[2])), default=(0, 0, "相近事项"))[2]
