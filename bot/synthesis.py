"""Where a language model writes: what it may see, and when its words stand.

The extractive draft comes first. One that holds all there is keeps all, in its order and with its
count; a model words it and adds to it. Other answers are the model's where the lock lets them
through. A model that declines is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.briefing.briefing import Briefing
from bot.briefing.briefing_prose import write_prose
from bot.evidence.drafting import Desk, Draft, label
from bot.evidence.likeness import pairs_of
from bot.labels import full_name
from bot.model.budget import PROMPT_TOKENS, DailyBudget, count_tokens
from bot.model.early import Early, completing, in_order, uniting
from bot.model.llm import DEADLINE_S, Allowance, PatientChat
from bot.model.reader import ModelReader
from bot.model.sheet import sheet
from bot.model.trouble import unavailable
from bot.model.union import Line, completed, holds_all, of_others, under_heads, united
from bot.model.writers_llm import LLMWriter, Waiting, Written
from bot.notes import Note, corrects
from bot.values import DraftLine, Passage, Sentence, Told, meets
from prompts import load
from retrieval.documents import meet
from retrieval.errors import ModelFailed
from retrieval.genre.synonyms import synonyms
from retrieval.question.proposed import Proposal
from retrieval.question.query import Query
from retrieval.question.request import Operation, Request
from retrieval.text.normalise import fold

ABSENCES: frozenset[Operation] = frozenset(("verify", "which"))
"""Operations for which that the words are nowhere is an answer."""
OVER_BUDGET = Note("over_budget", {"where": Note("where.below")})
_KINDS = frozenset({"fact", "list", "compare", "rank", "which", "overview", "brief"})
_NOT_FOUND = frozenset(
    {
        "not_found", "not_matched", "not_answered", "unanswered", "figure_not_found",
        "part_absent", "causes_not_told",
    }
)  # fmt: skip
_MOST_OF_BEFORE = 120  # characters of what was said before
_MOST_NAMED = 4  # reports
_PARTS = frozenset({"problems", "plans"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of asking the model: an answer, or why the draft stands (``reason``).

    ``lines`` are those of the answer, the draft's among them. ``notice`` is said to the user
    when the model could not be had; ``discarded`` is what it wrote and was not used. ``unread``
    is why it could not read the message anew.
    ``declined``: it says that the reports do not answer this.
    """

    written: Written | None = None
    reason: str = ""
    notice: Note | None = None
    discarded: Written | None = None
    lines: tuple[Line, ...] = ()
    declined: bool = False
    unread: str = ""


class Synthesis:
    """A chat model with its budget; shared by all questions of a process.

    ``deadline_s`` is the time of one question's calls together, in seconds; ``prompt_tokens``
    what the sheet of a question may take.
    """

    def __init__(
        self,
        chat: PatientChat,
        budget: DailyBudget,
        today: Callable[[], date],
        *,
        deadline_s: float = DEADLINE_S,
        prompt_tokens: int = PROMPT_TOKENS,
    ) -> None:
        self._prompt_tokens = prompt_tokens
        self._chat = chat
        self._writer = LLMWriter(chat)
        self._reader = ModelReader(chat)
        self._budget = budget
        self._today = today
        self._deadline_s = deadline_s

    def allowance(self) -> Allowance:
        """Return what one question may cost."""
        return Allowance(seconds=self._deadline_s)

    def attempt(
        self,
        desk: Desk,
        draft: Draft,
        names: Mapping[str, Sequence[str]],
        *,
        user: str = "",
        allowance: Allowance,
        show: Callable[[Line], None] | None = None,
    ) -> Attempt:
        """Let the model write the answer that ``draft`` gives in official words.

        ``show`` is given the lines that are certain while it still writes: the first of the answer.
        """
        query = desk.query
        # a refusal that only says that words were not found, which a reader might yet do
        silent = draft.status == "abstained" and bool(draft.gap)
        silent = silent and draft.gap[0].kind in _NOT_FOUND
        if not (draft.status == "answered" or silent) or query.kind not in _KINDS:
            return Attempt(reason="not for a model")
        if not self._budget.allows(user, self._today()):
            return Attempt(reason="over budget", notice=OVER_BUDGET)
        texts = {report.id: report.text for report in desk.reports}
        early = Early(show, lambda said: _certain(desk, draft, said)) if show else None
        context = _context(desk)
        try:
            written = self._writer.write_and_check(
                query.question,
                context=context,
                language="en" if query.english else "zh",
                passages=self._passages(desk, draft, context),
                text_of=texts.__getitem__,
                scope_names=names,
                allowance=allowance,
                prompt_tokens=self._prompt_tokens,
                hear=early.hear if early else None,
            )
        except ModelFailed as error:
            self._spend(user, allowance)
            return Attempt(reason=error.reason, notice=unavailable(error))
        self._spend(user, allowance)
        if written.declined and (silent or not holds_all(query, draft)):
            return Attempt(reason="declined", discarded=written, declined=True)
        if not written.told:
            return Attempt(reason="nothing the lock let through", discarded=written)
        lines = _lines(desk, draft, written.told)
        if not lines:
            return Attempt(reason="nothing on what was asked", discarded=written)
        if not (early and early.lines) and not any(isinstance(line, Told) for line in lines):
            return Attempt(reason="no better than the draft", discarded=written)
        return Attempt(written, lines=early.kept(lines, written.failure) if early else lines)

    def attempt_briefing(
        self,
        desk: Desk,
        briefing: Briefing,
        names: Mapping[str, Sequence[str]],
        *,
        user: str = "",
        allowance: Allowance,
        on_sentence: Callable[[Sentence], None] | None = None,
    ) -> Attempt:
        """Let the model write the paragraph that ``briefing`` gives in official words.

        Its sentences are handed over together, once the paragraph has the length asked for.
        """
        if briefing.draft.status != "answered":
            return Attempt(reason="not for a model")
        if not self._budget.allows(user, self._today()):
            return Attempt(reason="over budget", notice=OVER_BUDGET)
        try:
            written, reason = write_prose(self._writer, desk, briefing, names, allowance)
        except ModelFailed as error:
            return Attempt(reason=error.reason, notice=unavailable(error))
        finally:
            self._spend(user, allowance)
        if written is not None and on_sentence is not None:
            for sentence in written.checked.sentences:
                on_sentence(sentence)
        return Attempt(written, reason)

    def read(
        self,
        trained: Request,
        before: Request | None,
        is_place: Callable[[str], bool],
        *,
        user: str,
        allowance: Allowance,
    ) -> Proposal | None:
        """Return how the model understands a message, held to its words; None if it does not.

        Raises ``ModelFailed`` if it could not be had.
        """
        if allowance.spent or not self._budget.allows(user, self._today()):
            return None
        try:
            return self._reader.read(trained, before, is_place, allowance)
        finally:
            self._spend(user, allowance)

    def _passages(self, desk: Desk, draft: Draft, context: str) -> tuple[Passage, ...]:
        """Return the sheet for a question: what the prompt's own words leave of the budget."""
        asked = desk.query.question + context
        own = count_tokens(load("select").text + asked, self._chat.name) + 100
        return sheet(
            desk,
            draft,
            self._prompt_tokens - own,
            lambda text: count_tokens(text, self._chat.name),
        )

    def _spend(self, user: str, allowance: Allowance) -> None:
        new = allowance.usage[allowance.booked :]
        allowance.booked = len(allowance.usage)
        tokens = sum(u.prompt_tokens + u.completion_tokens for u in new)
        self._budget.add(user, self._today(), tokens)


def _lines(desk: Desk, draft: Draft, told: Sequence[Told]) -> tuple[Line, ...]:
    """Return the lines of an answer: the model's, and what the draft found besides."""
    query, heads = desk.query, _heads(desk)
    if draft.status == "abstained":
        return under_heads([t for t in told if _is_of_theme(query, t)], heads)
    if holds_all(query, draft) and not (query.kind == "list" and _relates(told)):
        fitting = [t for t in told if _is_of_part(desk, draft, t)]
        fitting = fitting or list(told)  # all of it stands elsewhere: another part is asked after
        adds = query.kind == "list"  # beside the others a bare piece says nothing
        lines = united(draft, fitting, adds=adds, asked=_asked(query))
        return (*lines, *of_others(fitting, lines, heads)) if query.kind == "which" else lines
    if _is_bound(draft):
        return united(draft, told, adds=False)
    every = query.everywhere or (query.kind == "list" and not query.places)
    return under_heads(completed(draft, told, every=every), heads)


def _relates(told: Sequence[Told]) -> bool:
    """Tell whether a model's lines set reports beside one another, so that no list of each is asked."""
    over = sum(len({c.report for c in t.cites}) > 1 for t in told)
    return bool(told) and 2 * over >= len(told)


def _certain(desk: Desk, draft: Draft, written: Sequence[Told | Waiting]) -> Sequence[Line]:
    """Return the first lines of an answer that the rest of a reply cannot change."""
    query, heads = desk.query, _heads(desk)
    if draft.status == "abstained":
        return under_heads([t for t in in_order(written) if _is_of_theme(query, t)], heads)
    every = holds_all(query, draft)
    if every and query.kind == "list" and len(desk.reports) > 1:
        return ()  # whether it lists each or sets them beside one another shows at the end
    if every or _is_bound(draft):
        return uniting(
            draft,
            written,
            asked=_asked(query),
            fits=lambda told: not every or _is_of_part(desk, draft, told),
        )
    return completing(draft, written, heads)


def _context(desk: Desk) -> str:
    """Return what a question leans on, for a reader who has not heard what was said before.

    That is the question before it, the item it points at, and which reports it is asked of.
    """
    query, before = desk.query, desk.state
    if not before.asks or not (query.inherited or query.item is not None):
        return ""
    said = f"（接着上一问“{before.topic[:_MOST_OF_BEFORE]}”" if before.topic else "（接着上一问"
    if query.item is not None and 0 < abs(query.item) <= len(before.items):
        at = before.items[query.item - 1 if query.item > 0 else query.item]
        text = next((r.text[at[1] : at[2]] for r in desk.reports if r.id == at[0]), "")
        said += f"，指其中这一条：“{text[:_MOST_OF_BEFORE]}”" if text else ""
    names = "、".join(full_name(r.meta) for r in desk.reports[:_MOST_NAMED])
    return f"{said}，问的是{names}）" if names else f"{said}）"


def _heads(desk: Desk) -> dict[str, DraftLine]:
    return {r.id: label(r) for r in desk.reports} if len(desk.reports) > 1 else {}


def _asked(query: Query) -> str:
    """Return what is asked where a line only shows that it is told there."""
    return "".join(query.ask.theme) if query.kind == "which" else ""


def _is_bound(draft: Draft) -> bool:
    """Tell whether a draft corrects the question: its lines stay under the note."""
    return any(map(corrects, (*draft.before, *draft.lines)))


def _is_of_theme(query: Query, told: Told) -> bool:
    """Tell whether a line may answer where nothing was found: 有没有X needs a word of X."""
    wanted = pairs_of(fold("".join(query.ask.theme)))
    return (
        query.ask.operation not in ABSENCES
        or not wanted
        or bool(wanted & pairs_of(fold(told.text)))
    )


def _is_of_part(desk: Desk, draft: Draft, told: Told) -> bool:
    """Tell whether a line stands in the part that the question asks for, or where the draft does."""
    if any(meets(told.cites, line.cites) for line in draft.lines):
        return True
    wanted = _PARTS & {desk.query.role}
    reports = {report.id: report for report in desk.reports}
    return not wanted or all(
        any(
            s.role in wanted for s in reports[cite.report].sections if meet(s, cite.start, cite.end)
        )
        for cite in told.cites
    )


def widened(query: Query, words: Sequence[str]) -> Query:
    """Return a query with a model's words as further ones of its weightiest term.

    They can make evidence be found; whether it is enough stays the writer's rule.
    """
    if not query.terms or not words:
        return query
    more = tuple(dict.fromkeys(w for word in words for w in (word, *synonyms(word))))
    heaviest = max(query.terms, key=lambda term: term.weight)
    terms = tuple(
        replace(term, variants=(*term.variants, *more)) if term is heaviest else term
        for term in query.terms
    )
    return replace(query, terms=terms)
