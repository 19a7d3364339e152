"""Fit what a briefing tells first: ``python -m eval.fits.briefings``.

Labels are the clauses that people marked in reports (``eval/fits/briefings.jsonl``): the most
telling ones of each report, and those that a paragraph on a theme should hold. The order of the
pieces of a report is a conditional logit, one choice a marked clause, over the pieces that are
that clause and those that are no marked clause. Printed are five folds by report: of 220
characters of best pieces the share that stands in marked clauses, and how many of the six clauses
marked first are met. ``--write`` writes the weights.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import bot
from bot.assembly import open_assistant
from bot.assistant import Assistant
from bot.briefing.briefing import leaves_on
from bot.briefing.briefing_pieces import Candidate, theme_candidates, whole_candidates
from bot.briefing.worth import OF_THEME, SIGNS, common_indicators
from bot.evidence.drafting import Desk
from bot.evidence.reading import read
from bot.holdings import known_facts
from eval.cases import read_sources
from eval.fits.logit import Choice, Floats, fit_logit
from eval.libraries import prepare_library
from eval.suites import HERE
from retrieval.documents import Report, Span
from retrieval.library.library import Library
from retrieval.places.gazetteer import short_name
from retrieval.question.query import State
from retrieval.question.terms import content_terms
from retrieval.search.embedding import LocalEmbedder

LABELS = Path(__file__).parent / "briefings.jsonl"
FILE = Path(bot.__file__).parent / "data" / "briefings.json"
COMMON = FILE.with_name("common_indicators.json")
FOLDS, PENALTY, CHARS, FIRST = 5, 1.0, 220, 6
_SAME = 0.6  # of two spans together: the part that both hold, for them to be one clause
# of the marked clauses this share scores more than what is called to tell next to nothing
_LEAST = 0.1
# what 50 characters more must be worth where many things are to be told: of 0 … 3 the one at which
# composed paragraphs meet most of the marked clauses (0.269 of them, 0.256 without)
BREVITY = 1.0


@dataclass(frozen=True, slots=True)
class Marked:
    """The pieces of a report, their signs, and for each marked clause which of them it is."""

    report: str
    spans: tuple[Span, ...]
    signs: Floats
    clauses: tuple[Span, ...]

    @property
    def choices(self) -> list[Choice]:
        """One choice a marked clause that is a piece: it, and the pieces that are none."""
        same = np.array([[_shared(s, c) >= _SAME for s in self.spans] for c in self.clauses])
        met = np.array(
            [any(s.start < c.end and c.start < s.end for c in self.clauses) for s in self.spans]
        )
        rows = []
        for right in same:
            if right.any():
                keep = right | ~met
                rows.append((self.signs[keep], right[keep]))
        return rows


def _shared(a: Span, b: Span) -> float:
    inside = min(a.end, b.end) - max(a.start, b.start)
    return inside / (max(a.end, b.end) - min(a.start, b.start))


def count_indicators() -> Mapping[str, float]:
    """Return the share of the marked reports that give each indicator."""
    counts: Counter[str] = Counter()
    folders = {(HERE / json.loads(line)["report"]).parent for line in LABELS.open(encoding="utf-8")}
    reports = 0
    for folder in folders:
        library = _assistant(folder).library.pinned()
        for summary in library.reports():
            reports += 1
            counts.update({fact.indicator for fact in known_facts(library, summary.id)})
    return {name: round(count / reports, 3) for name, count in sorted(counts.items())}


def _assistant(folder: Path) -> Assistant:
    files = [folder / name for name in read_sources(folder)]
    return open_assistant(prepare_library(files, LocalEmbedder(), print), writer="extractive")


def marked() -> tuple[list[Marked], list[Marked]]:
    """Return what was marked of whole reports, and of reports on a theme."""
    whole: list[Marked] = []
    themed: list[Marked] = []
    by_folder: dict[Path, list[Mapping[str, Any]]] = {}
    for line in LABELS.read_text("utf-8").splitlines():
        told = json.loads(line)
        by_folder.setdefault((HERE / told["report"]).parent, []).append(told)
    for folder, listed in by_folder.items():
        assistant = _assistant(folder)
        library = assistant.library.pinned()
        held = [library.report(summary.id) for summary in library.reports()]
        for told in listed:
            name = Path(told["report"]).name
            report = next(r for r in held if Path(r.meta.source).name == name)
            body = short_name(report.meta.place[-1]) if report.meta.place else report.meta.issuer
            facts = known_facts(library, report.id)
            whole += _marked(report, whole_candidates(read(report), facts), told["quotes"])
            for theme in told["themes"]:
                desk = desk_of(assistant, library, f"给我写一段{body}{theme['theme']}的情况")
                if desk is None:  # asked back
                    continue
                terms = content_terms(theme["theme"])
                found = theme_candidates(leaves_on(desk, report, terms), facts, terms)
                themed += _marked(report, found, theme["quotes"])
    return whole, themed


def desk_of(assistant: Assistant, library: Library, question: str) -> Desk | None:
    """Return the desk of a question; None if it is asked back."""
    settled = assistant.settle(question, State(), library)
    return assistant.desk(library, *settled[0], State()) if settled else None


def _marked(
    report: Report, candidates: Sequence[Candidate], quotes: Sequence[str]
) -> Iterator[Marked]:
    if candidates and quotes:
        yield Marked(
            report.id,
            tuple(c.piece.span for c in candidates),
            np.array([c.signs for c in candidates], np.float64),
            tuple(Span(at, at + len(q)) for q in quotes if (at := report.text.find(q)) >= 0),
        )


def fit(told: Sequence[Marked]) -> Floats:
    """Return the weights of a conditional logit over the pieces of each marked clause."""
    return fit_logit([row for m in told for row in m.choices], PENALTY)


def read_off(m: Marked, scores: Floats) -> tuple[float, float]:
    """Return the share of the best pieces that is marked, and of the first clauses that is met."""
    taken: list[Span] = []
    for i in np.argsort(-scores):
        span = m.spans[i]
        if any(span.start < t.end and t.start < span.end for t in taken):
            continue
        if sum(map(len, taken)) + len(span) <= CHARS:
            taken.append(span)
    held = sum(max(0, min(t.end, c.end) - max(t.start, c.start)) for t in taken for c in m.clauses)
    met = [any(t.start < c.end and c.start < t.end for t in taken) for c in m.clauses[:FIRST]]
    return held / max(sum(map(len, taken)), 1), sum(met) / max(len(met), 1)


def folds(told: Sequence[Marked]) -> Floats:
    """Return, on reports that the weights were not fitted on, the means of ``read_off``."""
    found = []
    for fold in range(FOLDS):
        of_fold = [zlib.crc32(m.report.encode()) % FOLDS == fold for m in told]
        out = [m for m, inside in zip(told, of_fold, strict=True) if inside]
        weights = fit([m for m, inside in zip(told, of_fold, strict=True) if not inside])
        found += [read_off(m, m.signs @ weights) for m in out]
    means: Floats = np.asarray(found, np.float64).mean(axis=0)
    return means


def weights_of(
    told: Sequence[Marked], names: Sequence[str], brevity: float = 0.0
) -> tuple[Mapping[str, float], float]:
    """Return the weights fitted on all and the least score; ``brevity`` is what length costs."""
    weights = fit(told)
    weights[names.index("length")] -= brevity
    scores = [(signs @ weights)[right].max() for m in told for signs, right in m.choices]
    by_name = {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)}
    return by_name, round(float(np.quantile(scores, _LEAST)), 3)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the folds; with ``--write`` also write the weights fitted on all."""
    parser = argparse.ArgumentParser(prog="python -m eval.fits.briefings", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    args = parser.parse_args(argv)
    if args.write:  # a sign of the fit, so first
        _write(COMMON, count_indicators())
        common_indicators.cache_clear()
    whole, themed = marked()
    for name, told in (("whole reports", whole), ("themes", themed)):
        share, met = folds(told)
        clauses = sum(len(m.clauses) for m in told)
        print(f"{name}: {len(told)} with {clauses} clauses; of the best pieces {share:.3f} marked;"
              f" of the first {FIRST} clauses {met:.3f} met")  # fmt: skip
    if args.write:
        shipped, least = weights_of(whole, SIGNS, BREVITY)
        on_theme, least_on_theme = weights_of(themed, (*SIGNS, *OF_THEME))
        ends = {"least": least, "least_on_theme": least_on_theme}
        _write(FILE, {"whole": shipped, "theme": on_theme, **ends})


def _write(file: Path, data: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
