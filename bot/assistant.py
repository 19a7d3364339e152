"""One question's way to a checked answer, in order.

``ask`` is the whole of it: understand, settle the scope, retrieve, write, check. Everything
that can be said without words from a report (nothing held, ask back, off topic) is said
before anything is searched.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.answers import choose, derived_figures, tables, talk
from bot.answers.choose import ANSWERERS, Answerer
from bot.answers.mentions import telling_apart, telling_phrases, words_to_hold
from bot.answers.remarks import misplaced, not_told
from bot.answers.suggestions import (
    AT_ONCE,
    BY_WORDS,
    IN_PLACE_OF_A_REFUSAL,
    MOST,
    places_meant,
    suggestions,
)
from bot.answers.suggestions import ask_back as suggest
from bot.briefing import briefing, left_out
from bot.briefing.briefing import Briefing
from bot.checked_answer import checked_answer, checker_of, names_of
from bot.evidence.absence import in_search_form, words_of
from bot.evidence.drafting import Desk, Draft, label
from bot.evidence.opening import (
    MAX_READ_REPORTS,
    Opened,
    Opening,
    Passages,
    choose_opened,
)
from bot.evidence.silence import silent
from bot.evidence.wording import in_their_words
from bot.holdings import (
    known_facts,
    place_index,
    reader_of,
    summaries_of,
)
from bot.labels import Names, full_name
from bot.model.tracing import span
from bot.model.union import Line, reframed
from bot.named_things import naming
from bot.notes import note
from bot.records import AnswerRecords, describe
from bot.saying import Teller, sentences_of
from bot.second_reading import SecondReading
from bot.settling import settled
from bot.synthesis import Attempt, Synthesis, widened
from bot.table import Table
from bot.tables.reporting import brief_question
from bot.turn import Answered, joined, next_state
from bot.values import Answer, Cited, Sentence
from retrieval.documents import Chunk, Hit, meet
from retrieval.errors import ReportNotFound
from retrieval.genre.english import is_english
from retrieval.library.library import Library
from retrieval.question.conversation import completed
from retrieval.question.held_words import mended
from retrieval.question.query import Query, State, clean, kind_of
from retrieval.question.request import Reader, Request
from retrieval.question.scope import Resolved
from retrieval.question.terms import Term
from retrieval.search.nearness import Nearness, nothing_near
from retrieval.search.pair_reader import ReadPairs, read_once, reads_nothing
from retrieval.search.retriever import Options, retrieve

HITS = 40
MAX_RESPELLED = 8  # a turned theme is looked for in the texts of a narrow scope only
MAX_LISTED = 40
# a report costs some 40 ms to read; among more the signs alone choose
MOST_READ = 12
# the same for which reports tell of a thing: F1 is 0.79 where sentences are read, 0.75 by signs
MOST_READ_FOR_WHICH = 24
WARMING = ("{place}办理行政复议案件多少件", "{place}列出了哪些问题", "How many cases in Beijing?")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer and what the next question inherits; ``table`` where reports were compared.

    ``suggestions`` are full questions that may be meant, where the message was not understood.
    """

    answer: Answer
    state: State
    table: Table | None = None
    suggestions: tuple[str, ...] = ()


class Assistant:
    """Answers questions over one library. Thread-safe: it keeps nothing between questions.

    ``synthesis`` words answers with a language model, ``records`` keeps how each was made;
    both may be missing. ``reader`` understands questions (default: the trained one, knowing the
    names of what the library holds).
    """

    def __init__(
        self,
        library: Library,
        *,
        synthesis: Synthesis | None = None,
        records: AnswerRecords | None = None,
        options: Options | None = None,
        reader: Reader | None = None,
        answerers: Sequence[Answerer] = ANSWERERS,
    ) -> None:
        self.library = library
        self.answerers = answerers
        self.options = options or Options()
        self._reader = reader
        self._synthesis = synthesis
        self._records = records

    def ask(
        self,
        question: str,
        state: State | None = None,
        *,
        on_sentence: Callable[[Sentence], None] | None = None,
        user: str = "",
    ) -> Reply:
        """Answer one question in the light of ``state``; each checked sentence is handed over at once.

        What was handed over is never taken back.
        """
        if state is not None and state.briefed is not None and left_out.asked(question):
            return self.left_out(state, question, on_sentence=on_sentence)
        return self._reply(
            question, state, self._write, on_sentence=on_sentence, user=user, model=True
        )

    def warm(self) -> None:
        """Load what a first question, Chinese or English, would wait for; nothing of it is kept."""
        bare = Assistant(
            self.library, options=self.options, reader=self._reader, answerers=self.answerers
        )
        held = next((r.meta.place[-1] for r in self.library.reports() if r.meta.place), "")
        for question in WARMING:
            bare.ask(question.format(place=held))

    def brief(
        self,
        words: str | Sequence[str],
        *,
        year: int | None = None,
        chars: briefing.Length | None = None,
        state: State | None = None,
        user: str = "",
    ) -> Reply:
        """Write one paragraph on a question, or on the reports of the places named in ``words``.

        ``year`` adds a year where the words name none; ``chars`` is the range of its length, by
        default what the question asks for, else 200 to 300.
        """
        question = brief_question([words] if isinstance(words, str) else words, year)
        return self._reply(
            question,
            state,
            lambda desk: silent(desk) if desk.only_years else briefing.brief(desk, chars),
            user=user,
            model=True,
        )

    def left_out(
        self,
        state: State,
        question: str = "还有什么没写进去",
        *,
        on_sentence: Callable[[Sentence], None] | None = None,
    ) -> Reply:
        """Say what the last briefing of a conversation leaves out, with the words of its reports.

        ``state`` is that of the briefing's reply; without a briefing, or where its reports are
        gone, the answer says so.
        """
        started = time.perf_counter()
        self.library.refresh()
        library = self.library.pinned()
        told = state.briefed
        held = {summary.id for summary in library.reports()}
        if told is None or not held.issuperset(told.reports):
            query = Query(question, "", "brief")
            scope, draft = (
                Resolved(()),
                Draft((note("no_briefing"),), status="clarify", answerer="left_out"),
            )
        else:
            scope = Resolved(told.reports)
            query, _ = self.settle(told.question, replace(state, briefed=None), library)[0]
            desk = self._desk(library, query, scope, (), State())
            draft = briefing.left_out(desk, [Cited(*span) for span in told.told])
            draft = replace(draft, answerer="left_out")
            query = replace(query, question=question)
        tell = Teller(on_sentence) if on_sentence else None
        answer = checked_answer(library, query, scope, draft, Attempt(), tell)
        answer = replace(answer, elapsed_ms=round((time.perf_counter() - started) * 1000))
        self._record(query, answer, (), Attempt())
        return Reply(answer, state)

    def compare(self, question: str, state: State | None = None) -> Reply:
        """Compare the reports a question is about."""
        return self.tabulate(question, state)[0]

    def tabulate(self, question: str, state: State | None = None) -> tuple[Reply, Table]:
        """Answer a question as a table over every report in scope; the answer shows its lines.

        Where there are more reports than can be read at once, figures come from the ledger of
        each, and the answer shows the first rows in order of the figures.
        """

        def tabulated(desk: Desk) -> Draft:
            return silent(desk) if desk.only_years else tables.tabulated(desk)

        reply = self._reply(question, state, tabulated)
        return reply, reply.table or Table((), ())

    def _reply(
        self,
        question: str,
        state: State | None,
        draft_of: Callable[[Desk], Draft | Briefing],
        *,
        on_sentence: Callable[[Sentence], None] | None = None,
        user: str = "",
        model: bool = False,
    ) -> Reply:
        """Go the whole way of a question, with ``draft_of`` to write and a model if ``model``."""
        started = time.perf_counter()
        tell = Teller(on_sentence) if on_sentence else None
        state = state or State()
        self.library.refresh()
        library = self.library.pinned()
        with span("answer") as traced:
            with span("understand"):
                request = self.read(question, state, library)
                second = SecondReading(self._synthesis if model else None, request, state, user)
                request = second.if_unsure(self._is_place(library))
                asked = self._settled(request, state, library)
            english = is_english(question)
            said = talk.reply(request, library, state)
            may_mean = suggestions(request, tuple(query.ask for query, _ in asked))
            at_hand = all(scope.reports for _, scope in asked)
            pointed = request.act == "item"
            surest = 1.0 if pointed else max((q.ask.confidence for q, _ in asked), default=0.0)
            if said is None and at_hand and may_mean and surest < AT_ONCE and len(asked) > 1:
                said = suggest(may_mean)
            elif at_hand and may_mean and surest < BY_WORDS:
                hardly = surest < AT_ONCE
                draft_of = _by_its_words(draft_of, suggest(may_mean) if hardly else None)
            if said is not None or not asked:
                query = Query(question, "", "overview", english=english)
                scope = Resolved(())
                draft = said or Draft(status="abstained")
                whole = Answered(query, scope, (), draft, second.told(Attempt()))
                with span("check"):
                    answer = checked_answer(library, query, scope, draft, whole.attempt, tell)
                answered = [replace(whole, draft=said or Draft())]
            else:
                answered = []
                for query, scope in asked:
                    told = derived_figures.of_found(query, [a.draft for a in answered], library)
                    if told is not None:
                        answered.append(Answered(query, scope, (), told, Attempt()))
                        continue
                    answered.append(
                        self._answer_one(
                            library,
                            query,
                            scope,
                            state,
                            draft_of,
                            tell,
                            second if len(asked) == 1 else None,
                        )
                    )
                whole = joined(answered, question, lambda report: label(library.report(report)))
                if len(answered) > 1 and whole.scope.reports:
                    whole = self._worded_together(library, whole, state, second)
                whole = replace(whole, attempt=second.told(whole.attempt))
                with span("check"):
                    refused = whole.draft.status == "abstained" and not whole.scope.missing
                    refused = refused and not (whole.query.field or whole.query.address)
                    refused = refused and bool(whole.scope.reports)
                    if refused and request.confidence < IN_PLACE_OF_A_REFUSAL:
                        overview = self._of_the_whole(library, request, asked, state)
                        asks_back = replace(whole, draft=suggest(may_mean)) if may_mean else whole
                        whole = overview or asks_back
                    answer = checked_answer(
                        library,
                        whole.query,
                        whole.scope,
                        whole.draft,
                        whole.attempt,
                        tell,
                        paragraph=whole.paragraph,
                    )
            first = answered[0]
            traced.set(
                baogao__kind=first.query.kind,
                baogao__language="en" if first.query.english else "zh",
                baogao__scope__reports=len(first.scope.reports),
                baogao__scope__missing=len(first.scope.missing),
                baogao__passages=len(first.hits),
                baogao__citations=len(answer.citations),
                baogao__status=answer.status,
                baogao__writer=answer.writer,
                baogao__checks_failed=len(answer.checks_failed),
            )
        answer = replace(answer, elapsed_ms=round((time.perf_counter() - started) * 1000))
        self._record(first.query, answer, first.hits, whole.attempt)
        asks = tuple(a.query.ask for a in answered) if asked else ()
        return Reply(
            answer,
            next_state(request, asks, answered, state, answer),
            answered[-1].draft.table,
            (places_meant(first.query) or may_mean) if answer.status == "clarify" else (),
        )

    def _answer_one(
        self,
        library: Library,
        query: Query,
        scope: Resolved,
        state: State,
        draft_of: Callable[[Desk], Draft | Briefing],
        tell: Teller | None,
        second: SecondReading | None,
    ) -> Answered:
        """Go the way of one ask, from its scope to an unchecked draft.

        With ``second`` a model may read the message anew where nothing is found, and word the
        answer.
        """
        hits = Passages(lambda: self._search(library, query, scope))
        desk = self._desk(library, query, scope, hits, state)
        draft = self._before_search(desk)
        if draft is not None:
            return Answered(query, scope, (), draft, Attempt())
        if query.ask.theme:
            query = _in_words_held(library, query, scope)
            hits = Passages(lambda: self._search(library, query, scope))
            desk = self._desk(library, query, scope, hits, state)
        with span("write"):
            made = draft_of(desk)
        draft = made.draft if isinstance(made, Briefing) else made
        attempt = Attempt()
        if draft.status == "abstained" and scope.bodies:
            # no second reading here: it would settle the message anew, on the place's own reports
            of_bodies = Resolved(scope.bodies)
            told = self._answer_one(library, query, of_bodies, state, draft_of, tell, None)
            if told.draft.status == "answered":
                own = [held.meta for held in summaries_of(library, scope.reports)]
                names = tuple(map(Names(own).report, own))
                said = note("under.by_bodies", reports=names)
                return replace(told, draft=replace(told.draft, after=(*told.draft.after, said)))
            scope = replace(scope, reports=(*scope.reports, *scope.bodies), bodies=())
        if second is not None and second.synthesis is not None:
            first = Answered(query, scope, hits.found, draft, attempt)
            anew = None
            if draft.status == "abstained" and not isinstance(made, Briefing) and scope.reports:
                anew = self._read_anew(library, state, second)
            if anew is not None:
                desk, made = anew.desk, anew.draft
            with span("synthesis"):
                desk, draft, attempt = self._with_model(second, desk, made, draft, tell)
            if anew is not None and not (attempt.written or attempt.discarded):
                return first  # nobody looked at what other words have found
            if anew is not None:
                return Answered(anew.query, anew.scope, anew.hits, draft, attempt)
        looked = hits.found
        if self._records is not None and len(scope.reports) == 1:
            looked = tuple(hits)  # a fact is chosen among all sentences; ``why`` shows what is near
        return Answered(query, scope, looked, draft, attempt, isinstance(made, Briefing))

    def _of_the_whole(
        self,
        library: Library,
        request: Request,
        asked: Sequence[tuple[Query, Resolved]],
        state: State,
    ) -> Answered | None:
        """Tell what a report says in all where a message that may ask for that found nothing else."""
        query, scope = asked[0]
        operations = [query.ask.operation, *(wished for _, wished, _ in request.alternatives)]
        if len(asked) > 1 or "overview" not in operations[:MOST]:
            return None
        ask = replace(query.ask, content="report", operation="overview", theme=())
        meant = replace(query, ask=ask, kind=kind_of(ask), role=None, terms=())
        told = self._answer_one(library, meant, scope, state, self._write, None, None)
        return told if told.draft.status == "answered" else None

    def _worded_together(
        self, library: Library, whole: Answered, state: State, second: SecondReading
    ) -> Answered:
        """Let a model word what several asks of one message found, in one call."""
        if second.synthesis is None:
            return whole
        # every line stays: the model's stand in for those that they say
        query = replace(whole.query, kind="list", role=None)
        desk = self._desk(library, query, whole.scope, whole.hits, state)
        with span("synthesis"):
            _, draft, attempt = self._with_model(second, desk, whole.draft, whole.draft, None)
        return replace(whole, draft=draft, attempt=attempt)

    def why(self, answer_id: str) -> dict[str, Any]:
        """Return the record of an answer; raises ``ReportNotFound`` if none is kept."""
        if self._records is None:
            raise ReportNotFound("没有保存回答记录")
        return self._records.get(answer_id)

    def read(self, question: str, state: State, library: Library) -> Request:
        """Return how a message is understood in its conversation."""
        words = clean(question)
        reader = self._reader
        if reader is None:
            reader = reader_of(library)
        return reader.read(words, state.request)

    def is_courtesy(self, words: str) -> bool:
        """Tell whether a message is only thanks, a greeting or a nod: it asks for nothing."""
        return self.read(words, State(), self.library.pinned()).act == "chat"

    def understood(self, question: str, state: State | None = None) -> dict[str, Any]:
        """Return how a message is understood, whole, without answering it: the JSON of ``read``."""
        state = state or State()
        library = self.library.pinned()
        request = self.read(question, state, library)
        second = SecondReading(self._synthesis, request, state, "")
        request = second.if_unsure(self._is_place(library))
        request = mended(request, place_index(library), naming(library))
        return replace(request, asks=completed(request, state.asks)).to_json()

    def settle(self, question: str, state: State, library: Library) -> list[tuple[Query, Resolved]]:
        """Read a question against what ``library`` holds; return each ask with its reports."""
        request = self.read(question, state, library)
        return self._settled(request, state, library)

    def _settled(
        self, request: Request, state: State, library: Library
    ) -> list[tuple[Query, Resolved]]:
        return settled(request, state, library)

    def retrieve(self, question: str, k: int = 10, state: State | None = None) -> list[Hit]:
        """Return the passages an answer to ``question`` would be written from, best first.

        What the writer would cite leads, in its order; the other hits follow as they rank.
        """
        state = state or State()
        library = self.library.pinned()
        asked = self.settle(question, state, library)
        if not asked:
            return []
        query, scope = asked[0]
        reports = scope.reports or scope.nearby
        if not reports:
            return []
        hits = retrieve(library, query, reports, max(k, HITS), self.options)
        desk = self._desk(library, query, scope, hits, state)
        made = self._write(desk)
        draft = made.draft if isinstance(made, Briefing) else made
        cites = [cite for line in draft.lines for cite in line.cites]
        if query.kind == "catalogue":
            lead = [report.chunks[0] for report in desk.reports if report.chunks]
        else:
            lead = _cited_chunks(desk, cites)
        known = {hit.chunk.id: hit for hit in hits}
        ordered = {c.id: known.get(c.id, Hit(c, hits[0].score if hits else 0.0)) for c in lead}
        ordered |= {hit.chunk.id: hit for hit in hits if hit.chunk.id not in ordered}
        return list(ordered.values())[:k]

    def desk(self, library: Library, query: Query, scope: Resolved, state: State) -> Desk:
        """Lay out what one settled ask is answered from, with its passages found."""
        query = _in_words_held(library, query, scope)
        hits = self._search(library, query, scope)
        return self._desk(library, query, scope, hits, state)

    def scope_label(self, state: State) -> str:
        """Return what a conversation has settled on, for people: 重庆市綦江区 · 2023."""
        places = "、".join("".join(place[-2:]) for place in state.places)
        years = "、".join(str(year) for year in state.years)
        return " · ".join(part for part in (places, years) if part)

    # -- steps ------------------------------------------------------------------------------

    def _before_search(self, desk: Desk) -> Draft | None:
        """Return the answers that need no search: greetings, nothing held, a place to ask back."""
        made = choose.answer(desk, [a for a in self.answerers if not a.searches])
        return made.draft if isinstance(made, Briefing) else made

    def _write(self, desk: Desk) -> Draft | Briefing:
        """Return what the first answerer that applies writes in the words of the reports."""
        made = choose.answer(desk, [a for a in self.answerers if a.searches])
        return _unread_told(desk, silent(desk) if made is None else made)

    def _search(self, library: Library, query: Query, scope: Resolved) -> list[Hit]:
        reports = scope.reports or scope.nearby
        if query.kind == "catalogue":
            return []
        everything = len(reports) == len(library.reports())
        with span("retrieval", gen_ai__operation__name="retrieval") as traced:
            hits = retrieve(
                library,
                query,
                None if everything and len(reports) > 50 else reports,
                HITS,
                self.options,
            )
            traced.set(baogao__scope__reports=len(reports), baogao__passages=len(hits))
        return hits

    def _desk(
        self,
        library: Library,
        query: Query,
        scope: Resolved,
        hits: Sequence[Hit],
        state: State,
    ) -> Desk:
        """Lay out what an answer is written from; its reports are opened when looked at."""
        in_scope = scope.reports or scope.nearby
        apart = telling_apart(query, library, in_scope) if query.kind == "which" else ()
        nearness = Nearness(library, query) if self.options.dense else None
        return Desk(
            query,
            Opened(library, lambda: self._opening(library, query, apart, in_scope, hits)),
            hits,
            state,
            lambda report: known_facts(library, report),
            () if scope.reports else query.years,
            in_scope,
            scope.missing,
            library,
            summaries_of(library, in_scope),
            nearness.of if nearness else nothing_near,
            nearness.to if nearness else nothing_near,
            self._reads(library, query, in_scope) if nearness else reads_nothing,
            apart,
        )

    def _reads(self, library: Library, query: Query, in_scope: Sequence[str]) -> ReadPairs:
        few = len(in_scope) <= (MOST_READ_FOR_WHICH if query.kind == "which" else MOST_READ)
        return read_once(library.read_pairs) if self.options.pairs and few else reads_nothing

    def _opening(
        self,
        library: Library,
        query: Query,
        apart: Sequence[Term],
        in_scope: Sequence[str],
        hits: Sequence[Hit],
    ) -> Opening:
        """Return which reports in scope are opened for a question."""
        if query.kind == "catalogue":  # what it lists needs no text but their titles
            return Opening(tuple(in_scope[:MAX_LISTED]))
        if query.kind != "which":
            return choose_opened(library, in_scope, hits)
        words, phrases = words_to_hold(query), telling_phrases(query)
        if apart:  # the others need not be read
            words, phrases = words_of(apart), ()
        return choose_opened(library, in_scope, hits, words, phrases)

    def _read_anew(self, library: Library, state: State, second: SecondReading) -> _Anew | None:
        """Return what another reading of the message finds; None if none finds anything."""
        for request, words in second.others(self._is_place(library)):
            asked = self._settled(request, state, library)
            if len(asked) != 1 or not asked[0][1].reports:
                continue
            query, scope = widened(asked[0][0], words), asked[0][1]
            hits = self._search(library, query, scope)
            desk = self._desk(library, query, scope, hits, state)
            made = self._write(desk)
            if isinstance(made, Draft) and made.status == "answered":
                return _Anew(query, scope, hits, desk, made)
        return None

    def _is_place(self, library: Library) -> Callable[[str], bool]:
        def is_place(name: str) -> bool:
            mentions = place_index(library).resolve(name, [(0, len(name))]).mentions
            return any(m.held or m.candidates for m in mentions)

        return is_place

    def _with_model(
        self,
        second: SecondReading,
        desk: Desk,
        made: Draft | Briefing,
        first: Draft,
        tell: Teller | None,
    ) -> tuple[Desk, Draft, Attempt]:
        """Let the model word the answer.

        A model that declines is believed: what its reading of the question found is forgotten, and
        what the rules had found ``first`` is shown as the nearest.
        """
        assert second.synthesis is not None
        names = {report.id: names_of(report) for report in desk.reports}
        user, allowance = second.user, second.allowance
        if isinstance(made, Briefing):
            attempt = second.synthesis.attempt_briefing(
                desk, made, names, user=user, allowance=allowance, on_sentence=tell
            )
            return desk, made.draft, attempt
        draft = made
        # how many reports tell of it is known at the end
        show = _showing(desk, draft, tell) if tell and desk.query.kind != "which" else None
        attempt = second.synthesis.attempt(
            desk, draft, names, user=user, allowance=allowance, show=show
        )
        if attempt.declined:
            draft = first if first.status == "abstained" else not_told(desk, draft)
        elif attempt.lines and draft.status == "abstained":
            draft = replace(draft, lines=(), status="answered", gap=())
        elif attempt.lines:
            full_names = {report.id: full_name(report.meta) for report in desk.reports}
            draft = reframed(draft, attempt.lines, full_names)
        return desk, draft, attempt

    def _record(self, query: Query, answer: Answer, hits: Sequence[Hit], attempt: Attempt) -> None:
        if self._records is not None:
            self._records.add(answer.id, describe(query, answer, hits, attempt))


def _showing(desk: Desk, draft: Draft, tell: Teller) -> Callable[[Line], None]:
    """Return what shows the lines of an answer that are certain while a model writes it."""
    texts = {report.id: report.text for report in desk.reports}
    assert desk.library is not None
    checker = checker_of(desk.library, desk.query, draft)
    over: list[Line] = [*misplaced(desk.query), *reframed(draft).before]

    def show(line: Line) -> None:
        for sentence in sentences_of(checker, [*over, line], texts.__getitem__):
            tell(sentence)
        over.clear()

    return show


def _in_words_held(library: Library, query: Query, scope: Resolved) -> Query:
    """Return a query whose theme is told in the words of the reports in scope, if they are few."""
    if not query.ask.theme or len(scope.reports) > MAX_RESPELLED:
        return query
    texts = [in_search_form(library.report(r).text) for r in scope.reports]
    return in_their_words(query, texts)


def _by_its_words(
    draft_of: Callable[[Desk], Draft | Briefing], instead: Draft | None
) -> Callable[[Desk], Draft | Briefing]:
    """Answer a message that is poorly understood by leaves that surely answer its words.

    Where there are none it is answered as it was read, or by ``instead``.
    """
    return lambda desk: choose.surely_told(desk) or instead or draft_of(desk)


def _unread_told(desk: Desk, made: Draft | Briefing) -> Draft | Briefing:
    """Return what was written, saying which part of its scope was not read."""
    draft = made.draft if isinstance(made, Briefing) else made
    whole = draft.table is not None and len(draft.table.rows) >= len(desk.scope)
    if whole or len(desk.scope) <= MAX_READ_REPORTS or not desk.unread:
        return made
    told = note("unread", count=len(desk.scope), read=len(desk.reports), unread=len(desk.unread))
    if draft.status == "abstained" and told.note is not None:
        draft = replace(draft, gap=(*draft.gap, told.note))
    else:
        draft = replace(draft, after=(*draft.after, told))
    return replace(made, draft=draft) if isinstance(made, Briefing) else draft


def _cited_chunks(desk: Desk, cites: Sequence[Cited]) -> list[Chunk]:
    """Return the chunks that hold the cited spans, in the order cited, each once."""
    chunks: dict[str, Chunk] = {}
    for cite in cites:
        report = next((r for r in desk.reports if r.id == cite.report), None)
        for chunk in report.chunks if report else ():
            if meet(chunk, cite.start, cite.end):
                chunks.setdefault(chunk.id, chunk)
    return list(chunks.values())


@dataclass(frozen=True, slots=True)
class _Anew:
    """What another reading of a message has found."""

    query: Query
    scope: Resolved
    hits: Sequence[Hit]
    desk: Desk
    draft: Draft
