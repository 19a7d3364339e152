"""Which reports are held: their summaries, and finding one by the name a person gives it."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Any

from retrieval.documents import Note, ReportMeta
from retrieval.errors import ReportNotFound
from retrieval.library.stored_values import Entry
from retrieval.text.normalise import fold, normalise
from retrieval.text.years import YEAR

MIN_PREFIX = 3
MAX_NAMED = 6
RIVALS = "rivals"

_Identity = tuple[tuple[str, ...], str, int]


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """A held report without its text. ``chars`` counts characters, ``chunks`` indexed units."""

    id: str
    meta: ReportMeta
    chars: int
    chunks: int
    warnings: tuple[Note, ...] = ()
    version: int = 1
    added_at: str = ""

    @property
    def label(self) -> str:
        """Issuer and year as a person would say them, with the file they came from."""
        issuer = self.meta.issuer or "".join(self.meta.place) or self.meta.title
        year = f" {self.meta.year}" if self.meta.year else ""
        return f"{issuer}{year}（{self.meta.source}）" if issuer else self.meta.source

    def to_json(self) -> dict[str, Any]:
        """Return plain values; the warnings are notes still to be worded."""
        return {
            "report": self.id,
            "source": self.meta.source,
            "title": self.meta.title,
            "place": list(self.meta.place),
            "issuer": self.meta.issuer,
            "year": self.meta.year,
            "level": self.meta.level,
            "chars": self.chars,
            "chunks": self.chunks,
            "warnings": [warning.to_json() for warning in self.warnings],
        }


def summarise(entries: Sequence[Entry]) -> tuple[ReportSummary, ...]:
    """Return the summaries in order; reports that claim the same issuer and year warn of it."""
    return warned_of_rivals([summary_of(entry) for entry in entries])


def summary_of(e: Entry) -> ReportSummary:
    """Return the summary of one report, the others aside."""
    return ReportSummary(e.report, e.meta, e.chars, e.chunks, e.warnings, e.version, e.added_at)


def warned_of_rivals(summaries: Sequence[ReportSummary]) -> tuple[ReportSummary, ...]:
    """Return the summaries in order; reports that claim the same issuer and year warn of it."""
    beside: dict[tuple[Any, ...], list[ReportSummary]] = defaultdict(list)
    for summary in summaries:
        beside[summary.meta.place, summary.meta.year].append(summary)
    rivals: dict[_Identity, list[ReportSummary]] = defaultdict(list)
    for summary in chain.from_iterable(some for some in beside.values() if len(some) > 1):
        identity = claimed_identity(summary.meta)
        if identity:
            rivals[identity].append(summary)
    warned: dict[str, ReportSummary] = {}
    for claimants in rivals.values():
        for summary in claimants:
            others = [s.meta.source for s in claimants if s.id != summary.id]
            if others:
                conflict = Note(RIVALS, {"sources": tuple(others[:MAX_NAMED])})
                warned[summary.id] = replace(summary, warnings=(*summary.warnings, conflict))
    return tuple(warned.get(s.id, s) for s in summaries)


def claimed_identity(meta: ReportMeta) -> _Identity | None:
    """Return what makes a report the same report as another: place, issuer and year, if known."""
    if meta.year is None or not (meta.issuer or meta.place):
        return None
    return meta.place, _folded(meta.issuer), meta.year


@lru_cache(maxsize=32_768)
def _folded(issuer: str) -> str:
    return fold(issuer)


def find_report(name: str, summaries: Sequence[ReportSummary]) -> ReportSummary:
    """Return the one report that goes by ``name``.

    In this order: id, file name, beginning of an id, beginning of a file name (both of at least
    ``MIN_PREFIX`` characters), then words of its place, issuer or title with its year
    (``綦江 2023``). Raises ``ReportNotFound`` naming the candidates.
    """
    wanted = name.strip()
    folded = fold(wanted)
    if not folded:
        raise ReportNotFound("没有给出报告的名称，请给出编号、文件名或“地名 年份”")
    for matching in (
        [s for s in summaries if s.id == wanted],
        [s for s in summaries if wanted in (s.meta.source, s.meta.source.rpartition(".")[0])],
        [s for s in summaries if len(wanted) >= MIN_PREFIX and s.id.startswith(wanted)],
        [
            s
            for s in summaries
            if len(folded) >= MIN_PREFIX and fold(s.meta.source).startswith(folded)
        ],
        _by_words(wanted, summaries),
    ):
        if len(matching) == 1:
            return matching[0]
        if matching:
            raise ReportNotFound(
                f"“{_shown(name)}”对应 {len(matching)} 份报告：{_named(matching)}；请用编号或加上年份说明是哪一份"
            )
    raise ReportNotFound(f"没有找到报告“{_shown(name)}”。{_nearest(folded, summaries)}")


def _by_words(wanted: str, summaries: Sequence[ReportSummary]) -> list[ReportSummary]:
    text = normalise(wanted)
    years = {int(year) for year in YEAR.findall(text)}
    words = [w for w in re.split(r"[\s,，、]+", YEAR.sub(" ", text)) if w.strip("年度")]
    words = [w.removeprefix("年度").removeprefix("年") or w for w in words]
    if not words and not years:
        return []
    found = []
    for summary in summaries:
        meta = summary.meta
        if years and meta.year not in years:
            continue
        haystack = fold(" ".join((*meta.place, meta.issuer, meta.title)))
        if all(fold(word) in haystack for word in words):
            found.append(summary)
    exact = [s for s in found if any(fold(w) == fold(s.meta.issuer) for w in words)]
    return exact or found


def _nearest(folded: str, summaries: Sequence[ReportSummary]) -> str:
    if not summaries:
        return "报告库是空的，请先运行 baogao ingest 文件夹"
    labels = {fold(s.label): s for s in summaries}
    close = difflib.get_close_matches(folded[:100], labels, n=MAX_NAMED, cutoff=0.1)
    return f"现有：{_named([labels[c] for c in close] or summaries)}"


def _named(summaries: Sequence[ReportSummary]) -> str:
    shown = "、".join(f"{s.id} {s.label}" for s in summaries[:MAX_NAMED])
    return shown + (f" 等 {len(summaries)} 份" if len(summaries) > MAX_NAMED else "")


def _shown(name: str) -> str:
    clean = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return clean if len(clean) <= 40 else f"{clean[:40]}…"
