"""What is said around the words of reports: greetings, questions back, refusals, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.evidence.drafting import Desk, Draft, asked_words
from bot.labels import full_name
from bot.notes import Note, among, note
from bot.values import Cited, DraftLine
from retrieval.documents import ReportMeta
from retrieval.genre.indicator_names import indicators
from retrieval.genre.lexicon import pattern
from retrieval.library.library import Library
from retrieval.places.gazetteer import short_name
from retrieval.places.subunits import territory
from retrieval.question.query import Query
from retrieval.question.scope import Resolved
from retrieval.text.normalise import fold

_ASKED_FOR_A_FIGURE = 8  # reports looked through for a figure to ask for


def nothing_asked() -> Draft:
    """Ask for a question."""
    return Draft((note("empty"),), status="clarify", answerer="empty")


def not_held(desk: Desk) -> Draft:
    """Say what is not held where nothing else is left to search."""
    return Draft(status="abstained", gap=desk.missing or (Note("no_such_report"),))


def greeting(library: Library) -> Draft:
    """Greet, with two questions that the library can answer."""
    return Draft((note("greeting"), *examples(library)), status="clarify", answerer="greeting")


def examples(library: Library | None) -> list[DraftLine]:
    """Return questions that the library can answer: the problems of one report, a figure of another.

    The figure is the first of the catalogue of indicators that the ledger knows by name.
    """
    held = [s for s in library.reports() if s.meta.place][:_ASKED_FOR_A_FIGURE] if library else []
    if library is None or not held:
        return []
    asked = [_example("problems", held[0].meta)]
    for summary in (*held[1:], held[0]):
        named = {f.indicator for f in library.facts(summary.id)}
        if what := next((i.name for i in indicators() if i.name in named), ""):
            asked.append(_example("figure", summary.meta, what=what))
            break
    return asked


def _example(kind: str, meta: ReportMeta, **values: str) -> DraftLine:
    place = short_name(territory(meta.place, meta.issuer)[-1])
    return note(f"example.{kind}", place=place, year=str(meta.year or ""), **values)


def unless_told_why(made: Draft) -> Draft:
    """Return an answer to why, which says that no cause is told unless one of its claims tells one."""
    claims = [line.text for line in made.lines if line.kind == "claim"]
    if any(pattern("tells_cause").search(fold(words)) for words in claims):
        return made
    return replace(made, after=(*made.after, note("causes_unsaid")))


def misplaced(query: Query) -> list[DraftLine]:
    """Say where a place lies that the question puts in another province."""
    return [
        note("misplaced", place=chain[-1], parents="".join(chain[:-1]), said=said)
        for said, chain in query.wrong_parents
    ]


def ask_back(desk: Desk) -> Draft:
    """Ask which place is meant where a name has several."""
    lines = []
    for mention in desk.query.ambiguous:
        options = mention.held or mention.candidates
        names = tuple("".join(chain) for chain in options[:8])
        more = Note("places_more", {"count": len(options)}) if len(options) > 8 else ""
        held = "" if mention.held else Note("none_held")
        lines.append(note("which_place", name=mention.text, places=names, more=more, held=held))
    return Draft(tuple(lines), status="clarify")


def refusal(scope: Resolved, draft: Draft, library: Library) -> list[DraftLine]:
    """Say that the reports are silent, on what, and which were searched."""
    # where the year or place itself is not held, what was not found there is beside the point
    gaps = scope.missing if scope.missing and not scope.reports else (*scope.missing, *draft.gap)
    lines = [note("sentence", what=gap) for gap in dict.fromkeys(gaps)]
    only_words = (
        "not_answered",
        "not_matched",
        "unanswered",
        *(("not_found",) if draft.focus else ()),
    )
    if gaps and all(gap.kind in only_words for gap in gaps):
        # whether the near words that stand there answer is for the reader to say
        return [*lines, note("searched", range=_range(scope, library))]
    return [note("not_in_reports"), *lines, note("searched", range=_range(scope, library))]


def _range(scope: Resolved, library: Library) -> Note:
    """Say what was searched: the reports in scope by name, or how many there are."""
    asked = scope.reports or scope.nearby
    everything = len(library.reports())
    if not asked or len(asked) == everything:
        return Note("all_reports", {"count": everything})
    names = [full_name(library.report(report).meta) for report in asked[:6]]
    return among(names, len(asked))


def closing(
    scope: Resolved, library: Library, cited: Sequence[Cited], *, worded: bool = False
) -> list[DraftLine]:
    """Name what was asked and is not held, and whose the words are.

    The report that they are from, if they are from one and its own; or, with ``worded``, that a
    model put them.
    """
    lines = [note("attention", what=missing) for missing in scope.missing]
    reports = list(dict.fromkeys(c.report for c in cited))
    if worded:
        lines.append(note("worded_by_model"))
    elif len(reports) == 1:
        lines.append(note("quoted_from", report=full_name(library.report(reports[0]).meta)))
    return lines


def not_told(desk: Desk, draft: Draft) -> Draft:
    """Turn an answer that a reader found beside the question into the nearest to be had."""
    claims = tuple(line for line in draft.lines if line.kind == "claim")
    gap = Note("declined", {"topic": asked_words(desk.query)})
    return Draft(claims, "abstained", (gap,), focus=draft.focus, answerer=draft.answerer)


def under(line: DraftLine) -> DraftLine:
    """Return a note that was written to stand above a paragraph as one under it."""
    if line.note is None or line.note.values.get("where") != Note("where.below"):
        return line
    return note(line.note.kind, **{**line.note.values, "where": Note("where.above")})
