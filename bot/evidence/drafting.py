"""What a writer has before it (a desk) and what it hands over (a draft), with its kinds of line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

from bot.evidence.leaf_ranking import READ, READ_OF_SEVERAL, ranked
from bot.evidence.likely import most_likely
from bot.evidence.opening import Opened, Opening
from bot.evidence.pieces import Piece
from bot.evidence.reading import Line, Reading, read
from bot.evidence.selection import Evidence, KnownFact
from bot.evidence.signs import NOTHING_SPOKEN, Spoken, Told
from bot.labels import full_name
from bot.notes import Note, note
from bot.table import Table
from bot.values import LEFT_OUT, Cited, DraftLine, Status
from retrieval.documents import Hit, Report, Role, Span, meet
from retrieval.errors import ReportNotFound
from retrieval.genre.quantities import Quantity
from retrieval.library.catalogue import ReportSummary
from retrieval.library.library import Library
from retrieval.question.query import Query, State
from retrieval.question.terms import Term, is_theme
from retrieval.search.nearness import NearnessOf, NearnessTo, nothing_near
from retrieval.search.pair_reader import ReadPairs, reads_nothing
from retrieval.text.grids import BETWEEN_CELLS, row_at, tell
from retrieval.text.normalise import fold
from retrieval.text.numbering import inline_markers
from retrieval.text.wrapping import BULLETS, words_of

MOST_CITED = 3  # as many spans say what was spoken of; an answer over all places cites hundreds
# what is known of a held report, be it open or not
Held = Report | ReportSummary


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer proposes: lines, and what a follow-up may refer to (items, focus).

    ``gap`` says what was looked for and not found, when nothing or not all was.
    ``before`` and ``after`` are notes that stand around the lines whoever words them: a
    corrected premise, an order computed from the figures, the reports that do not say.
    ``figures`` are those that answer the question, out of all that the lines hold.
    ``table`` is the comparison that the lines tell, if they tell one; ``answerer`` names the
    part that wrote it. ``paired`` claims stand one under the other (a plan under its problem): none
    is left out because it was told above.
    """

    lines: tuple[DraftLine, ...] = ()
    status: Status = "answered"
    gap: tuple[Note, ...] = ()
    items: tuple[Cited, ...] = ()
    focus: tuple[Cited, ...] = ()
    before: tuple[DraftLine, ...] = ()
    after: tuple[DraftLine, ...] = ()
    figures: tuple[Quantity, ...] = ()
    table: Table | None = None
    answerer: str = ""
    paired: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What the writer has before it: the query, its scope's reports and the hits in them.

    ``scope`` are the ids of all reports in scope, of which ``reports`` may be only some; hits
    and reports are searched for and opened when they are looked at. ``held`` are the summaries of
    all in scope.
    ``missing`` is what was asked for and is not held; ``only_years`` are the years asked where
    ``reports`` are of other years. ``library`` is what is held besides. ``near`` tells how near the
    passages of a report are to the question, ``near_to`` to other words, ``pairs`` reads sentences
    beside a question. ``apart`` are words of a
    question which reports mention something that stand in some of them only: one must stand where
    it is mentioned.
    """

    query: Query
    reports: Sequence[Report]
    hits: Sequence[Hit]
    state: State = field(default_factory=State)
    ledger: Callable[[str], Sequence[KnownFact]] = lambda _: ()
    only_years: tuple[int, ...] = ()
    scope: tuple[str, ...] = ()
    missing: tuple[Note, ...] = ()
    library: Library | None = None
    held: Sequence[Held] = ()
    near: NearnessOf = nothing_near
    near_to: NearnessTo = nothing_near
    pairs: ReadPairs = reads_nothing
    apart: tuple[Term, ...] = ()

    @property
    def opening(self) -> Opening:
        """Which reports are opened, and what is known of the others in scope."""
        if isinstance(self.reports, Opened):
            return self.reports.opening
        return Opening(tuple(report.id for report in self.reports))

    @property
    def unread(self) -> tuple[str, ...]:
        """The reports in scope that are not opened and may say what is asked."""
        return self.opening.unread

    @property
    def surely(self) -> tuple[Held, ...]:
        """The reports not opened that say what is asked for certain."""
        sure = set(self.opening.sure)
        return tuple(h for h in self.held if h.id in sure) if sure else ()

    @property
    def without(self) -> tuple[Held, ...]:
        """The reports not opened in which no word of what is asked stands, as a search has shown."""
        known = {*self.opening.opened, *self.opening.unread, *self.opening.sure}
        return tuple(h for h in self.held if h.id not in known)

    def spoken(self, report: Report, beside: Sequence[Span] = ()) -> Spoken:
        """Return what the question leans on: what was cited last, and the spans it stands ``beside``."""
        focus = (*self.state.focus, *((report.id, s.start, s.end) for s in beside))
        if not self.query.inherited or self.library is None:
            return Spoken(focus)
        said = []
        for name, start, end in self.state.focus[:MOST_CITED]:
            with suppress(ReportNotFound):
                said.append(self.library.report(name).text[start:end])
        return Spoken(focus, fold(self.state.topic), fold("".join(said)))

    def reading(self, report: Report) -> Reading:
        """Return the prepared sentences of a report."""
        return read(report)

    def lines(self, report: Report) -> Sequence[Line]:
        """Return the sentences that may answer: all, or those that name what the question is about."""
        lines, named = self.reading(report).lines, self.query.named
        return [line for line in lines if line.names(named)] if named else lines

    def telling(
        self, report: Report, terms: Sequence[Term], roles: Collection[Role] | None = None
    ) -> list[Piece]:
        """Return the leaves of a report that answer, best first; ``terms`` are the theme's."""
        most = READ if len(self.reports) == 1 else READ_OF_SEVERAL
        return ranked(self.query, report, self.near(report.id), terms, roles, self.pairs, most)

    def likeliest(
        self,
        report: Report,
        most: int,
        least: float,
        *,
        unread: float | None = None,
        role: Role | None = None,
    ) -> list[Evidence]:
        """Return the sentences of a report that answer most likely, as ``most_likely`` does.

        With ``role`` only those of such parts; none where no vectors tell of the report.
        """
        near = self.near(report.id)
        if not near:
            return []
        told = Told(self.query, self.reading(report), NOTHING_SPOKEN, (), near)
        lines = [line for line in self.lines(report) if role in (None, line.role)]
        return most_likely(told, lines, self.pairs, most, least, unread)


def asked_words(query: Query) -> str:
    """Return what a question is about in its own words: its themes, those side by side as one."""
    themes = [t.word for t in query.terms if is_theme(t)] or [t.word for t in query.terms]
    asked = fold(query.topic)
    phrases: list[str] = []
    for word in themes:
        if phrases and not word.isascii() and phrases[-1] + word in asked:
            phrases[-1] += word
        elif not any(word in phrase for phrase in phrases):
            phrases.append(word)
    return "、".join(phrases[:6]) or query.topic


def claim(report: Report, span: Span) -> DraftLine:
    """Return a span as a claim: its words on one line, no bullet before them nor a comma behind.

    Of a number that a page has lost half of (）推进…) nothing is left. Cells of a table are told with
    the words of their row and columns, and cite its head, too.
    """
    placed = row_at(report.text, span.start)
    if placed is not None and span.end <= placed[1].end:
        grid, row = placed
        cells = [c for c in row.cells if meet(c, span.start, span.end)]
        cites = (Cited(report.id, row.start, row.end), Cited(report.id, *grid.head))
        if cells:
            return DraftLine(" ".join(tell(cells).split()), "claim", cites)
    words = words_of(report.text, span.start, span.end)
    text = re.sub(r"\s+", " ", words).lstrip(f"{BULLETS})） ").rstrip("，,；;、：: ")
    return DraftLine(text, "claim", (Cited(report.id, span.start, span.end),))


_COUNTS_UP = frozenset({"is", "cn_paren", "num_paren", "circled", "cn", "num"})
_BETWEEN = " 　、.．:："
_LEAST_CHARS = 8


def joined(report: Report, spans: Sequence[Span]) -> DraftLine:
    """Return one line of several runs of sentences, each cited where it stands.

    Rows of a table that follow each other have nothing left out between them.
    """
    parts = [claim(report, span) for span in spans]
    text = parts[0].text if parts else ""
    for (before, after), part in zip(pairwise(spans), parts[1:], strict=True):
        rows = all(row_at(report.text, span.start) for span in (before, after))
        adjoin = rows and not report.text[before.end : after.start].strip()
        text += (BETWEEN_CELLS if adjoin else LEFT_OUT) + part.text
    return DraftLine(text, "claim", tuple(cite for part in parts for cite in part.cites))


def alone(report: Report, span: Span) -> Span:
    """Return ``span`` without the number its sentence has in a list (四是, （二）, 3.).

    Left as it is where the span itself holds a further number: then it is the list.
    """
    markers = [
        m for m in inline_markers(report.text, span.start, span.end) if m.style in _COUNTS_UP
    ]
    if len(markers) != 1 or markers[0].start != span.start:
        return span
    start = markers[0].end
    while start < span.end and report.text[start] in _BETWEEN:
        start += 1
    return Span(start, span.end) if span.end - start >= _LEAST_CHARS else span


def role_name(role: Role) -> Note:
    """Return the name of a part of a report, to stand in a note."""
    return Note(f"role.{role}")


def label(report: Report) -> DraftLine:
    """Return the note that heads one report's lines in an answer over several."""
    return note("heads", what=full_name(report.meta), report=report.id)


def cited(evidence: Evidence) -> Cited:
    """Return the address of evidence."""
    return Cited(evidence.report, evidence.span.start, evidence.span.end)
