"""What is measured on one case, as pure functions of the case, the answer and the report texts.

Every function takes the answer as the JSON object of the contract and returns a ratio
``(right, of)`` over what it counts in this one case, or ``None`` where the case says nothing
about the metric: what cannot be scored is left out, never counted as zero. Positions are
half-open character offsets ``(report id, start, end)``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.notes import CORRECTING
from eval.cases import Case, Evidence

Json = Mapping[str, Any]
Ratio = tuple[float, float]
Place = tuple[str, int, int]

BUDGET_CHARS = 2_000
FOUND_SHARE = 0.9
CITED_SHARE = 0.5
CRASHED = "crashed"

_MARKER = re.compile(r"\[\d{1,3}\]")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?[%‰万亿]?")
_LIST_MARKER = re.compile(r"\A\s*[(]?\d{1,2}(?:[、)]|\.(?!\d))")


@dataclass(frozen=True, slots=True)
class Source:
    """A report as the metrics need it: its id, its file name and its stored text."""

    report: str
    name: str
    text: str


# --- words ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Folded:
    """Text after NFKC and case folding, blanks removed; ``joined[i]`` tells whether character
    ``i`` touched the one before it, so that ``2022 350件`` holds no number 2022350."""

    text: str
    joined: tuple[bool, ...]


def fold(text: str) -> Folded:
    """Return the form of ``text`` in which ``must`` and ``must_not`` are looked for."""
    characters: list[str] = []
    joined: list[bool] = []
    touching = False
    for character in unicodedata.normalize("NFKC", text).casefold():
        if character.isspace():
            touching = False
            continue
        characters.append(character)
        joined.append(touching)
        touching = True
    return Folded("".join(characters), tuple(joined))


def says(answer: Folded, words: str) -> bool:
    """Tell whether the answer contains ``words`` (folded likewise).

    A number is only found whole: ``5件`` does not stand in ``65件``, nor ``99%`` in ``1.99%``
    or ``2023`` in ``20231``.
    """
    wanted = fold(words).text
    at = answer.text.find(wanted) if wanted else -1
    while at >= 0:
        if not _cuts_number(answer, at, at + len(wanted)):
            return True
        at = answer.text.find(wanted, at + 1)
    return False


def _cuts_number(answer: Folded, start: int, end: int) -> bool:
    text, joined = answer.text, answer.joined
    if start > 0 and joined[start] and text[start].isdecimal():
        before = text[start - 1]
        if before.isdecimal():
            return True
        if before in ".," and start > 1 and text[start - 2].isdecimal():
            return before == "." or _thousands(text, start)
    if end < len(text) and joined[end] and text[end - 1].isdecimal():
        after = text[end]
        if after.isdecimal():
            return True
        if after in ".," and end + 1 < len(text) and text[end + 1].isdecimal():
            return after == "." or _thousands(text, end + 1)
    return False


def _thousands(text: str, start: int) -> bool:
    group = text[start : start + 4]
    return len(group) >= 3 and group[:3].isdecimal() and not group[3:].isdecimal()


def answer_words(answer: Json) -> Folded:
    """Return everything the answer says, claims and notes, without its ``[n]`` markers."""
    sentences = [s["text"] for s in answer["sentences"]]
    return fold("\n".join(sentences) if sentences else _MARKER.sub("", answer["answer"]))


def missing_facts(case: Case, answer: Json) -> tuple[tuple[str, ...], ...]:
    """Return the groups of ``must`` of which no alternative stands in the answer."""
    words = answer_words(answer)
    return tuple(group for group in case.must if not any(says(words, one) for one in group))


def forbidden_words(case: Case, answer: Json) -> tuple[str, ...]:
    """Return what the answer says of ``must_not``."""
    words = answer_words(answer)
    return tuple(one for one in case.must_not if says(words, one))


def passed(case: Case, answer: Json) -> bool:
    """Tell whether the case as a whole is right.

    Nothing of ``must`` missing, nothing of ``must_not`` said, and the status fits: not answered
    where the case is unanswerable, answered elsewhere. A false premise may be corrected under
    any status.
    """
    if missing_facts(case, answer) or forbidden_words(case, answer):
        return False
    if case.kind == "false_premise":
        return True
    return bool(answer["status"] == "answered") if case.answerable else refused(answer)


# --- places -----------------------------------------------------------------------------------


def locate(piece: Evidence, sources: Iterable[Source]) -> list[Place]:
    """Return every place where the evidence stands verbatim in the reports its ``doc`` names."""
    places = []
    for source in sources:
        if not source.name.startswith(piece.doc):
            continue
        at = source.text.find(piece.quote)
        while at >= 0:
            places.append((source.report, at, at + len(piece.quote)))
            at = source.text.find(piece.quote, at + 1)
    return places


def covered(place: Place, spans: Iterable[Place]) -> float:
    """Return the share of the characters of ``place`` that lie in one of ``spans``."""
    report, start, end = place
    ranges = sorted(
        (max(start, s), min(end, e)) for r, s, e in spans if r == report and s < end and e > start
    )
    total, reached = 0, start
    for low, high in ranges:
        total += max(0, high - max(low, reached))
        reached = max(reached, high)
    return total / (end - start)


def overlaps(a: Place, b: Place) -> bool:
    """Tell whether two spans share at least half of the shorter one."""
    if a[0] != b[0]:
        return False
    shared = min(a[2], b[2]) - max(a[1], b[1])
    return shared > 0 and shared >= CITED_SHARE * min(a[2] - a[1], b[2] - b[1])


def within_budget(hits: Sequence[Place], budget: int = BUDGET_CHARS) -> list[Place]:
    """Return the hits in order until ``budget`` characters are used; the last one is cut."""
    kept = []
    for report, start, end in hits:
        if budget <= 0:
            break
        kept.append((report, start, min(end, start + budget)))
        budget -= end - start
    return kept


# --- retrieval --------------------------------------------------------------------------------


def evidence_recall(
    gold: Sequence[Sequence[Place]], hits: Sequence[Place], budget: int = BUDGET_CHARS
) -> Ratio | None:
    """Share of the pieces of evidence found in the first ``budget`` characters retrieved.

    ``gold`` has a list of places for each piece. The hits' texts are taken in order, repeated
    characters counted again, until the budget is used. A piece is found if, at one of its
    places, at least nine tenths of its characters lie in them.
    """
    if not gold:
        return None
    kept = within_budget(hits, budget)
    found = sum(any(covered(p, kept) >= FOUND_SHARE for p in places) for places in gold)
    return found / len(gold), 1


def recall_at(gold: Sequence[Sequence[Place]], hits: Sequence[Place], k: int) -> Ratio | None:
    """Share of the pieces of evidence that one of the first ``k`` hits overlaps by half."""
    if not gold:
        return None
    found = sum(any(overlaps(p, hit) for p in places for hit in hits[:k]) for places in gold)
    return found / len(gold), 1


def reciprocal_rank(gold: Sequence[Sequence[Place]], hits: Sequence[Place]) -> Ratio | None:
    """1 / rank of the first hit that overlaps any piece of evidence by half; 0 if none does."""
    if not gold:
        return None
    for rank, hit in enumerate(hits, 1):
        if any(overlaps(p, hit) for places in gold for p in places):
            return 1 / rank, 1
    return 0, 1


# --- facts ------------------------------------------------------------------------------------


def fact_recall(case: Case, answer: Json) -> Ratio | None:
    """1 if all of ``must`` and nothing of ``must_not`` is said, else 0; answerable cases only.

    What is said under a refusal does not count, except for a false premise.
    """
    if not case.answerable:
        return None
    return float(passed(case, answer)), 1


def list_recall(case: Case, answer: Json) -> Ratio | None:
    """Share of the items (groups of ``must``) said; lists only, 0 where the answer refuses."""
    if case.kind != "list":
        return None
    if answer["status"] != "answered":
        return 0, 1
    return 1 - len(missing_facts(case, answer)) / len(case.must), 1


def invented_items(case: Case, answer: Json, gold: Sequence[Sequence[Place]]) -> Ratio | None:
    """Number of claim sentences of a list none of whose citations overlaps any evidence.

    Counted only for lists whose every item stands in the evidence: elsewhere an official item
    could be taken for an invented one.
    """
    if case.kind != "list" or not case.must or answer["status"] != "answered":
        return None
    quotes = [fold(piece.quote) for piece in case.evidence]
    if not all(any(says(q, one) for q in quotes for one in group) for group in case.must):
        return None
    spans = {c["n"]: (c["report"], c["start"], c["end"]) for c in answer["citations"]}
    alien = 0
    for sentence in claims(answer):
        cited = [spans[n] for n in sentence["citations"] if n in spans]
        alien += not any(overlaps(p, span) for span in cited for places in gold for p in places)
    return alien, 1


def comparison_cells(case: Case, answer: Json, gold: Sequence[Sequence[Place]]) -> Ratio | None:
    """Share of the cells of a table or comparison that are right: ``(right, cells)``.

    A cell is a piece of evidence in which alternatives of ``must`` stand; it is right if a claim
    says one of them and cites a span that overlaps this piece. Only cases with cells in two
    reports or more.
    """
    if case.kind not in ("table", "cross"):
        return None
    cells = []
    for piece, places in zip(case.evidence, gold, strict=True):
        quote = fold(piece.quote)
        values = [one for group in case.must for one in group if says(quote, one)]
        if values:
            cells.append((values, places))
    if len({places[0][0] for _, places in cells if places}) < 2:
        return None
    spans = {c["n"]: (c["report"], c["start"], c["end"]) for c in answer["citations"]}
    right = 0
    for values, places in cells:
        right += any(
            any(overlaps(p, spans[n]) for p in places for n in sentence["citations"] if n in spans)
            and any(says(words, one) for one in values)
            for sentence in claims(answer)
            for words in [fold(sentence["text"])]
        )
    return right, len(cells)


# --- grounding --------------------------------------------------------------------------------


def claims(answer: Json) -> list[Json]:
    """Return the claim sentences: what the answer states as found in the reports."""
    return [s for s in answer["sentences"] if s["kind"] == "claim"]


def cited_places(answer: Json) -> list[Place]:
    """Return the spans that claim sentences cite."""
    used = {n for sentence in claims(answer) for n in sentence["citations"]}
    return [(c["report"], c["start"], c["end"]) for c in answer["citations"] if c["n"] in used]


def citation_precision(case: Case, answer: Json, gold: Sequence[Sequence[Place]]) -> Ratio | None:
    """``(cited spans that overlap gold evidence by half of the shorter, cited spans)``.

    Not for briefs, whose evidence is a sample of what may rightly be cited, nor where a case has
    no evidence or nothing was cited.
    """
    cited = cited_places(answer)
    if not gold or not cited or case.kind == "brief":
        return None
    right = sum(any(overlaps(p, span) for places in gold for p in places) for span in cited)
    return right, len(cited)


def citation_recall(case: Case, answer: Json, gold: Sequence[Sequence[Place]]) -> Ratio | None:
    """``(pieces of evidence at least half covered by cited spans, pieces)``.

    Not for briefs, whose evidence names more than a paragraph can hold; an answerable case that
    is refused counts with nothing covered.
    """
    if not gold or case.kind == "brief":
        return None
    cited = cited_places(answer)
    right = sum(any(covered(p, cited) >= CITED_SHARE for p in places) for places in gold)
    return right, len(gold)


def quotes_resolved(answer: Json, sources: Mapping[str, Source]) -> Ratio | None:
    """``(citations whose quote equals text[start:end] of a held report, citations)``."""
    citations = answer["citations"]
    if not citations:
        return None
    right = sum(
        c["report"] in sources
        and 0 <= c["start"] < c["end"]
        and sources[c["report"]].text[c["start"] : c["end"]] == c["quote"]
        for c in citations
    )
    return right, len(citations)


def claims_cited(answer: Json) -> Ratio | None:
    """``(claim sentences with a citation that is listed, claim sentences)``."""
    listed = {c["n"] for c in answer["citations"]}
    sentences = claims(answer)
    if not sentences:
        return None
    return sum(bool(listed.intersection(s["citations"])) for s in sentences), len(sentences)


def numbers_in(text: str) -> list[str]:
    """Return the arabic numbers of ``text`` after NFKC, with % ‰ 万 亿, without group commas."""
    plain = unicodedata.normalize("NFKC", text)
    return [found.replace(",", "") for found in _NUMBER.findall(plain)]


def numbers_locked(answer: Json) -> Ratio | None:
    """``(numbers of claims that stand in the quotes their sentence cites, numbers of claims)``.

    Independent of the product's own lock. A number is arabic digits after NFKC with a following
    % ‰ 万 亿; a list number before a sentence is none of its statements, and a year may also
    be the cited report's own.
    """
    citations = {c["n"]: c for c in answer["citations"]}
    right = total = 0
    for sentence in claims(answer):
        cited = [citations[n] for n in sentence["citations"] if n in citations]
        held = {number for c in cited for number in numbers_in(c["quote"])}
        years = {str(c["year"]) for c in cited}
        plain = unicodedata.normalize("NFKC", sentence["text"])
        for number in numbers_in(_LIST_MARKER.sub("", plain)):
            total += 1
            right += number in held or number in years
    return (right, total) if total else None


def wrong_report_citations(case: Case, answer: Json, sources: Mapping[str, Source]) -> Ratio | None:
    """Number of citations of a report that is none of the case's ``docs``."""
    if not case.docs or not answer["citations"]:
        return None
    names = [
        sources[c["report"]].name if c["report"] in sources else "" for c in answer["citations"]
    ]
    return sum(not any(name.startswith(doc) for doc in case.docs) for name in names), 1


# --- refusing ---------------------------------------------------------------------------------


def refused(answer: Json) -> bool:
    """Tell whether the answer abstains or asks back (a crash is neither)."""
    return answer["status"] in ("abstained", "clarify")


def abstention_precision(case: Case, answer: Json) -> Ratio | None:
    """Of the refusals, the share that are rightly so (the case is unanswerable).

    False premises are left out: denying one may well be worded as a refusal.
    """
    if not refused(answer) or case.kind == "false_premise":
        return None
    return float(not case.answerable), 1


def abstention_recall(case: Case, answer: Json) -> Ratio | None:
    """Of the unanswerable cases, the share refused."""
    return None if case.answerable else (float(refused(answer)), 1)


def over_refusal(case: Case, answer: Json) -> Ratio | None:
    """Of the answerable cases other than false premises, the share refused or asked back."""
    if not case.answerable or case.kind == "false_premise":
        return None
    return float(refused(answer)), 1


ABSENT = frozenset(
    {"not_found", "part_absent", "month_absent", "month_silent", "phrase_absent",
     "figure_absent", "statute_absent", "item_absent", "number_absent", "none_beyond",
     "no_such_figure", "body_absent", "field_absent", "not_mentioned", "not_found_in",
     "nothing_found_in", "silent_on", "unsaid_in"}
)  # fmt: skip
"""Kinds of note that say the reports lack something."""


def note_kinds(answer: Json) -> set[str]:
    """Return the kinds of an answer's notes, those inside other notes as well."""
    found: set[str] = set()
    open_values = list(answer.get("notes") or ())
    while open_values:
        value = open_values.pop()
        if isinstance(value, dict):
            found.add(value["kind"])
            open_values += value["values"].values()
        elif isinstance(value, list):
            open_values += value
    return found


def false_premise_corrected(case: Case, answer: Json) -> Ratio | None:
    """1 where a false premise is met by an answer that is right *and* says what is wrong.

    It says so by a correcting note, or by abstaining with what is not in the reports. The right
    figure alone, beside a premise left standing, is no correction. An answer without notes (a
    rival's, a reviewer's) is measured by its words alone.
    """
    if case.kind != "false_premise":
        return None
    said = "notes" not in answer or bool(note_kinds(answer) & (CORRECTING | ABSENT))
    return (float(passed(case, answer) and said), 1)


def absence_stated_falsely(case: Case, answer: Json) -> Ratio | None:
    """1 where an answer says that the reports lack something and misses evidence they hold."""
    if not case.answerable or not case.evidence or case.kind == "false_premise":
        return None
    return (float(bool(note_kinds(answer) & ABSENT) and not passed(case, answer)), 1)


def answer_length(case: Case, answer: Json) -> float | None:
    """Characters of the claims of an answered fact question (notes and markers left out)."""
    if case.kind != "fact" or refused(answer):
        return None
    return float(sum(len(s["text"]) for s in claims(answer)))


# --- where a failed case was lost -------------------------------------------------------------


def lost_at(
    case: Case,
    answer: Json,
    gold: Sequence[Sequence[Place]],
    hits: Sequence[Place],
    docs: Collection[str],
) -> str:
    """Name the step at which a failed case went wrong; ``docs`` are the ids of the right reports.

    ``crashed``, ``not refused``, ``forbidden words``, ``scope`` (a right report is outside the answer's scope),
    ``refused``, ``not retrieved``, ``not chosen`` (retrieved, not cited) or ``wording``.
    """
    if answer["status"] == CRASHED:
        return CRASHED
    if not case.answerable:
        return "not refused" if not refused(answer) else "wording"
    scope = set(answer["scope"]["reports"])
    if scope and not scope.issuperset(docs):
        return "scope"
    found = evidence_recall(gold, hits)
    if found and found[0] < 1:
        return "not retrieved, refused" if refused(answer) else "not retrieved"
    if refused(answer):
        return "refused"
    cited = citation_recall(case, answer, gold)
    if cited and cited[0] < cited[1]:
        return "not chosen"
    return "forbidden words" if forbidden_words(case, answer) else "wording"
