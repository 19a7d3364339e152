"""A draft becomes an answer: refusals worded, lines checked and cited, what is said around them."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Sequence
from dataclasses import replace

from bot.answers.remarks import closing, misplaced, refusal, under
from bot.evidence.drafting import Draft
from bot.labels import full_name
from bot.lock import citations
from bot.model.union import Line, is_worded
from bot.notes import Language, Note, note, text_of, worded
from bot.saying import Teller, sentences_of
from bot.synthesis import Attempt
from bot.values import Answer, Citation, Cited, DraftLine, Scope, Sentence, Status
from retrieval.documents import Report
from retrieval.library.library import Library
from retrieval.places.gazetteer import short_name
from retrieval.places.subunits import territory, unit_of
from retrieval.question.query import Query
from retrieval.question.scope import Resolved

_REPEATED = frozenset({"cut_off", "rivals"})  # doubts about a report that an answer repeats
_COUNTER = itertools.count()


def checked_answer(
    library: Library,
    query: Query,
    scope: Resolved,
    draft: Draft,
    attempt: Attempt,
    tell: Teller | None,
    *,
    paragraph: bool = False,
) -> Answer:
    """Return the answer that a draft makes: its lines as the lock lets them through, and what they cite.

    Each sentence is handed to ``tell`` once it is certain. A draft none of whose claims passes is
    a refusal; of a ``paragraph`` what is said about it stands under it.
    """
    language: Language = "en" if query.english else "zh"

    def stored(report: str) -> str:
        return library.report(report).text

    checker = checker_of(library, query, draft)
    status: Status = draft.status
    written = attempt.written if status == "answered" else None
    lines: list[Line]
    below: list[DraftLine] = []
    notice = [DraftLine("", "note", note=attempt.notice)] if attempt.notice else []
    if status == "abstained":
        lines = [*refusal(scope, draft, library)]
        if draft.lines and draft.lines[0].kind == "note":
            lines = list(draft.lines)  # a refusal in words of its own
        elif draft.lines:  # what is near what was asked, said to be so
            declined = any(gap.kind == "declined" for gap in draft.gap)
            head = draft.before or [note("nearest_read" if declined else "nearest")]
            lines += [*head, *draft.lines]
        lines += notice if attempt.unread else []
    else:
        around = [*notice, *misplaced(query), *draft.before]
        lines = [*around, *(attempt.lines or draft.lines), *draft.after]
        if paragraph:  # it is pasted as it is: what is said about it stands under it
            below = [*draft.after, *(under(line) for line in around)]
            lines = [*draft.lines, *below]
    if paragraph and written is not None:
        checked = written.checked
        sentences = [*checked.sentences, *(_said(line, language) for line in below)]
    else:
        if tell is not None:
            tell.begin()
        for sentence in sentences_of(checker, lines, stored):
            if tell is not None:
                tell(sentence)
        checked = checker.checked()
        sentences = list(checked.sentences)
    if status == "answered" and _lost_all(lines, sentences):
        refused = replace(draft, status="abstained", lines=(), before=(), after=())
        answer = checked_answer(library, query, scope, refused, Attempt(), tell)
        return replace(answer, checks_failed=_problems(checked))
    if status == "answered":
        by_model = written is not None and (paragraph or any(map(is_worded, lines)))
        source = closing(scope, library, checked.citations, worded=by_model)
        sentences += [_said(line, language) for line in source]
    cited = tuple(
        _citation(n, cite, library.report(cite.report))
        for n, cite in enumerate(checked.citations, start=1)
    )
    told = [library.report(r) for r in dict.fromkeys(c.report for c in checked.citations)]
    warnings = tuple(
        Note("warning_of", {"report": full_name(report.meta), "what": w}) if len(told) > 1 else w
        for report in told  # among several, whose it is
        for w in report.warnings
        if w.kind in _REPEATED
    )
    words_only = library.words_only_in(scope.reports) if scope.reports else None
    if words_only is not None:
        warnings = (words_only, *warnings)
    gaps = dict.fromkeys((*scope.missing, *draft.gap))
    return Answer(
        id=_answer_id(query.question),
        question=query.question,
        status=status,
        sentences=tuple(sentences),
        citations=cited,
        scope=Scope(scope.reports, tuple(worded(gaps, language))),
        warnings=tuple(worded(warnings, language)),
        answerer=draft.answerer,
        notes=(*(s.note for s in sentences if s.note is not None), *warnings),
        paragraph=paragraph and status == "answered",
        writer="llm" if written else "extractive",
        prompt=written.prompt if written else "",
        model=written.model if written else None,
        usage=written.usage if written else {},
        checks_failed=(*_problems(checked), *(_problems(written.checked) if written else ())),
    )


def checker_of(library: Library, query: Query, draft: Draft) -> citations.Checker:
    """Return what checks and numbers the lines of an answer whose passages are all cited."""
    return citations.Checker(
        (),
        lambda report: library.report(report).text,
        {
            r: names_of(library.report(r))
            for r in {c.report for ln in draft.lines for c in ln.cites}
        },
        language="en" if query.english else "zh",
    )


def names_of(report: Report) -> tuple[str, ...]:
    """Return the names and the year of a report, which its lines may say without a quote."""
    meta = report.meta
    places = [name for place in meta.place for name in (place, short_name(place))]
    unit = unit_of(meta.place, meta.issuer)  # a town's report may name its town by its office alone
    return tuple(dict.fromkeys([*places, *filter(None, [unit]), meta.issuer, str(meta.year or "")]))


def _lost_all(lines: Sequence[Line], sentences: Sequence[Sentence]) -> bool:
    """Tell whether an answer that was to say something says nothing: no claim passed its check."""
    claimed = any(not isinstance(line, DraftLine) or line.kind == "claim" for line in lines)
    return claimed and not any(sentence.kind == "claim" for sentence in sentences)


def _problems(checked: citations.Checked) -> tuple[str, ...]:
    return tuple(problem for failure in checked.failures for problem in failure.problems)


def _said(line: DraftLine, language: Language) -> Sentence:
    return Sentence(text_of(line, language), "note", note=line.note)


def _citation(n: int, cite: Cited, report: Report) -> Citation:
    meta = report.meta
    path = next(
        (s.path for s in report.sections if s.start <= cite.start < s.end),
        (),
    )
    return Citation(
        n, report.id, meta.source, meta.title, territory(meta.place, meta.issuer), meta.year, path,
        cite.start, cite.end, report.quote(cite.start, cite.end),
    )  # fmt: skip


def _answer_id(question: str) -> str:
    seed = f"{time.time_ns()}-{next(_COUNTER)}-{question}"
    return hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:12]
