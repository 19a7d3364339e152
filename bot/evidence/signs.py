"""The signs that tell whether a clause answers a question: words, search, figures, place.

Each sign is a number with a name: how much of the question stands in a clause and around it, the
kind and unit of its figure, its part of the report, how search ranks it. ``eval/fits/selection.py``
fits what they weigh on labelled questions; ``bot/evidence/likely.py`` uses that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.evidence import selection
from bot.evidence.likeness import RarePairs
from bot.evidence.reading import Clause, Line, Reading
from bot.evidence.selection import KnownFact, weigh
from bot.evidence.table_rows import column_bonus, is_said, meant_rows
from bot.evidence.units import unit_fit
from retrieval.documents import meet
from retrieval.genre.quantities import same_value
from retrieval.question.query import Query
from retrieval.question.terms import Term, is_topical
from retrieval.search.nearness import Near, best_in
from retrieval.text.normalise import fold

Floats = NDArray[np.float64]
SIGNS = (
    "clause", "near", "line", "path", "before", "topical clause", "pairs", "pairs around",
    "beside best", "above the rest", "bm25", "held",
    "foreign", "foreign beside best", "carried", "carried around",
    "focus", "focus leaf", "focus near", "focus before", "spoken", "cited",
    "figure", "no figure", "figures", "unit same", "unit alike", "unit other", "unit lacking",
    "after the words", "claimed", "claimed here alone",
    "change as asked", "change not asked", "change lacking", "named", "denies", "unreached",
    "plan not asked", "plan asked", "problem", "heading", "contrast", "length", "row", "row said", "column",
)  # fmt: skip
# signs of the question itself: they order nothing, but tell how likely its first clause answers
ASKED = (
    "number", "percent", "date", "name", "text", "yes or no", "unit", "words", "topical words",
    "characters", "pairs held", "best cosine",
    "list", "tell", "verify", "change", "count", "leans", "leans on", "focus here",
)  # fmt: skip
NEAREST = 12  # the passages nearest in meaning, whose lines are weighed whatever words they have


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a question leans on: ``focus`` are (report, start, end) of the words last cited.

    ``words`` are those of the question before, ``cited`` those last cited, in search form; both are
    empty for a question that stands alone.
    """

    focus: Sequence[tuple[str, int, int]] = ()
    words: str = ""
    cited: str = ""


NOTHING_SPOKEN = Spoken()


class Told:
    """A question beside a report: what the signs of every line are reckoned from."""

    def __init__(
        self,
        query: Query,
        reading: Reading,
        spoken: Spoken,
        known: Sequence[KnownFact],
        near: Sequence[Near],
    ) -> None:
        report = reading.report
        self.reading = reading
        self.near = near
        cosines = np.array([n.cosine for n in near] or [0.0])
        # every embedder has cosines of its own height and spread
        self.usual, self.spread = float(cosines.mean()), float(cosines.std()) + 1e-3
        self.best = (float(cosines.max()) - self.usual) / self.spread
        self.foreign = query.english
        self.query = query
        self.weighted = weigh(query.terms, reading)
        self.carried = weigh(query.carried, reading)
        self.topical = [(t, w) for t, w in self.weighted if is_topical(t)]
        whole = [line.folded for line in reading.lines]
        self.held = self._share(
            [max((t.match(words) for words in whole), default=0.0) for t, _ in self.weighted]
        )
        self.pairs = RarePairs(fold(query.topic), whole)
        self.nearest = [(n.chunk.start, n.chunk.end) for n in near[:NEAREST]]
        self.focus = [(a, b) for name, a, b in spoken.focus if name == report.id]
        self.spoken, self.cited = RarePairs(spoken.words, whole), RarePairs(spoken.cited, whole)
        self.leans = bool(spoken.words)
        self.in_focus = [i for i, line in enumerate(reading.lines) if _over(line, self.focus)]
        self.leaves = {reading.lines[i].section for i in self.in_focus}
        lines = enumerate(reading.lines) if self.in_focus else ()
        self.place_of = {line.span.start: i for i, line in lines}
        ahead = report.meta.year is not None and query.years == (report.meta.year + 1,)
        self.ahead = query.role == "plans" or ahead
        self.named = selection.asked_facts(query, known)
        claimed = reading.lines if query.figures else ()
        claiming = [line for line in claimed if any(map(self._claimed, line.clauses))]
        self.only_claiming = claiming[0] if len(claiming) == 1 else None

    @property
    def asked(self) -> Floats:
        """The signs of the question itself, of shape (``len(ASKED)``,)."""
        query, whole = self.query, "\n".join(line.folded for line in self.reading.lines)
        wants = [query.wants == kind for kind in ("number", "percent", "date", "name", "text")]
        told = ("list", "tell", "verify", "change", "count")
        return np.array(
            [
                *wants,
                query.yes_no,
                bool(query.unit),
                len(self.weighted),
                len(self.topical),
                len(query.topic) / 10,
                self.pairs.share_in(whole),
                self.best,
                *(query.ask.operation == operation for operation in told),
                self.leans,
                len(self.carried),
                bool(self.in_focus),
            ],
            np.float64,
        )

    def signs(self, lines: Sequence[Line]) -> tuple[list[tuple[Line, Clause]], Floats]:
        """Return the clauses of the lines that may answer, and their signs."""
        clauses, rows = [], []
        for line in meant_rows(self.query, self.weighted, self.reading.report, lines):
            if self.may_answer(line):
                for row, clause in self.rows(line):
                    clauses.append((line, clause))
                    rows.append([row.get(sign, 0.0) for sign in SIGNS])
        return clauses, np.array(rows, np.float64).reshape(len(rows), len(SIGNS))

    def may_answer(self, line: Line) -> bool:
        """Tell whether anything asked stands in a line or around it, or its passage is near."""
        around = (line.folded, line.lead, line.path, line.before)
        standing = any(t.match(words) for words in around if words for t, _ in self.weighted)
        spoken = bool(self.carried) or line.section in self.leaves
        return standing or spoken or _over(line, self.nearest)

    def rows(self, line: Line) -> list[tuple[Mapping[str, float], Clause]]:
        """Return the signs of each clause of a line."""
        query = self.query
        in_line = [t.match(line.folded) for t, _ in self.weighted]
        in_path = [t.match(line.path) for t, _ in self.weighted]
        in_before = [t.match(line.before) if line.before else 0.0 for t, _ in self.weighted]
        around = line.folded + line.lead + line.path
        plan = line.role == "plans"
        close = best_in(self.near, line.span.start, line.span.end)
        above = (close["cosine"] - self.usual) / self.spread if self.near else 0.0
        shared = {
            "above the rest": above,
            "beside best": above - self.best,
            "bm25": close["words"],
            "held": self.held,
            "foreign": float(self.foreign),
            "foreign beside best": self.foreign * (above - self.best),
            "line": self._share(in_line),
            "path": self._share([max(a, b) for a, b in zip(in_line, in_path, strict=True)]),
            "before": self._share([max(a, b) for a, b in zip(in_line, in_before, strict=True)]),
            "pairs": self.pairs.share_in(line.folded),
            "pairs around": self.pairs.share_in(around),
            "carried around": _share(self.carried, around),
            "focus": float(_over(line, self.focus)),
            "spoken": self.spoken.share_in(around),
            "cited": self.cited.share_in(around),
            **self._beside_focus(line),
            "plan not asked": float(plan and not self.ahead),
            "plan asked": float(plan and self.ahead),
            "problem": float(line.role in ("problems", "causes") and query.role is None),
            "unit lacking": float(self._lacks_unit(line)),
        }
        rows: list[tuple[Mapping[str, float], Clause]] = []
        for i, clause in enumerate(line.clauses):
            near = line.clauses[i - 1].folded if i else ""
            inside = [t.match(clause.folded) for t, _ in self.weighted]
            beside = [
                max(m, t.match(near) if near else 0.0)
                for m, (t, _) in zip(inside, self.weighted, strict=True)
            ]
            rows.append(
                (
                    {
                        **shared,
                        "clause": self._share(inside),
                        "near": self._share(beside),
                        "topical clause": _share(self.topical, clause.folded),
                        "carried": _share(self.carried, clause.folded),
                        "heading": float(
                            len(line.span) < selection.HEADING_CHARS and not clause.figures
                        ),
                        "contrast": float(selection.contrasts(self.weighted, line, clause)),
                        "length": len(clause.folded) / 20,
                        "figures": float(len(clause.figures)),
                        "claimed": float(self._claimed(clause)),
                        "claimed here alone": float(line is self.only_claiming),
                        **self._of_cell(line, i),
                        **self._of_figures(clause),
                    },
                    clause,
                )
            )
        return rows

    def _of_cell(self, line: Line, at: int) -> dict[str, float]:
        if line.row is None:
            return {}
        named = column_bonus(self.query, self.reading.report, line.row.cells[at])
        said = is_said(self.query, line.row) or line.row.is_total
        return {"row": 1.0, "row said": float(said), "column": named}

    def _beside_focus(self, line: Line) -> dict[str, float]:
        """How a line stands to those last cited, in its leaf and in lines before or after them."""
        if not self.in_focus:
            return {}
        at = self.place_of[line.span.start]
        away = min((at - i for i in self.in_focus), key=abs)
        return {
            "focus leaf": float(line.section in self.leaves),
            "focus near": 1 / (1 + abs(away)),
            "focus before": float(away < 0),
        }

    def _lacks_unit(self, line: Line) -> bool:
        """No figure of the line is of the unit asked."""
        figures = [q for clause in line.clauses for q in selection.figures_of(self.query, clause)]
        fits = {unit_fit(self.query.unit, q.unit) for q in figures}
        return bool(self.query.unit) and not fits & {"same", "alike"}

    def _claimed(self, clause: Clause) -> bool:
        """A figure of the clause is one that the question asserts."""
        return any(same_value(a, q) for a in self.query.figures for q in clause.figures)

    def _of_figures(self, clause: Clause) -> dict[str, float]:
        query = self.query
        changes = selection.is_change(clause)
        signs = {
            "change as asked": float(changes and query.change),
            "change not asked": float(changes and not query.change),
            "change lacking": float(query.change and not changes),
            "named": float(any(clause.span.start <= f.start < clause.span.end for f in self.named)),
            "unreached": float(query.role != "plans" and selection.is_unreached(clause)),
        }
        if not selection.wants_figure(query):
            return signs
        figures = [] if selection.is_missed(clause) else selection.figures_of(query, clause)
        signs["figure"], signs["no figure"] = float(bool(figures)), float(not figures)
        signs["denies"] = float(
            query.wants == "number" and not figures and selection.denies(clause, self.weighted)
        )
        if figures and query.unit:
            fits = {unit_fit(query.unit, q.unit) for q in figures}
            best = "same" if "same" in fits else "alike" if "alike" in fits else "other"
            signs[f"unit {best}"] = 1.0
        if figures:
            words = clause.folded[: max(figures[0].start, 1)]
            signs["after the words"] = float(any(t.word in words for t, _ in self.weighted))
        return signs

    def _share(self, matches: Sequence[float]) -> float:
        total = sum(w for _, w in self.weighted) or 1.0
        return sum(w * m for (_, w), m in zip(self.weighted, matches, strict=True)) / total


def _share(weighted: Sequence[tuple[Term, float]], words: str) -> float:
    total = sum(w for _, w in weighted)
    return sum(w * t.match(words) for t, w in weighted) / total if total else 0.0


def _over(line: Line, spans: Sequence[tuple[int, int]]) -> bool:
    return any(meet(line.span, start, end) for start, end in spans)
