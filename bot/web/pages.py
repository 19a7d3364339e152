"""The pages of the browser: written here whole, escaped by the templates, alive by two scripts."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.answers.remarks import examples
from bot.briefing.briefing import paragraph
from bot.briefing.export_docx import answer_document, briefing_document
from bot.chats.views import place_year, stored_answer
from bot.exports import answer_markdown, to_markdown
from bot.formatting import where
from bot.labels import full_name
from bot.lock.plaintext import drop_invisible
from bot.looking import list_reports, marked_leaves, search_rows, section_at
from bot.notes import Language, text_of
from bot.tables.export_xlsx import answer_workbook, table_workbook
from bot.values import SHANGHAI, Answer
from bot.web.desk import Desk, number_of, words_of
from bot.web.guard import Visitor
from bot.web.openapi import SPEC
from bot.web.rendering import download, fields_of, language_of, page
from bot.web.talk import chat_of, session_name
from bot.web.texts import texts
from retrieval.documents import Report
from retrieval.library.catalogue import ReportSummary
from retrieval.search.exhaustive import search_words

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DRAFT = ("words", "year", "low", "high", "left_out", "talk")  # what a draft's address holds
_MOST_SHOWN = 50
_A_PAGE = 100
_LISTED = 1000
_DETAILED, _MOST_NAMED = 20, 500  # of the reports searched: shown with their places, by name


def routes(desk: Desk) -> list[Route]:
    """Return the pages over ``desk``."""
    library = desk.assistant.library

    async def home(request: Request) -> Response:
        library.refresh()
        words, about = texts(language_of(request)), request.query_params.get("about", "")
        shown: Language = "en" if language_of(request) == "en" else "zh"
        asked = [text_of(line, shown).strip("· ") for line in examples(library)]
        return page(
            request, "ask.html", held=len(library.reports()), answer=None,
            begun=next((_about(s) for s in library.reports() if s.id == about), ""),
            examples=[*asked, words.ask_common, words.ask_holdings],
        )  # fmt: skip

    async def one_answer(request: Request) -> Response:
        told = desk.answer(request.path_params["id"]).payload
        return page(request, "ask.html", held=1, answer=told, examples=[], begun="")

    async def report(request: Request) -> Response:
        given = request.query_params
        start, end = number_of(given.get("start"), "start"), number_of(given.get("end"), "end")
        words = given.get("words", "").split()[:10]
        library.refresh()
        found = await desk.work(lambda: library.report(request.path_params["id"]))
        spans = [(start, end)] if start is not None and end is not None else []
        if words:
            told = await desk.work(
                lambda: search_words(
                    library, words, [found.id], with_synonyms=given.get("synonyms") == "on"
                )
            )
            spans += [(hit.start, hit.end) for hit in told.occurrences]
        part = given.get("part") == "1"
        return page(
            request, "_report.html" if part else "report.html",
            report=found, name=full_name(found.meta), leaves=marked_leaves(found, spans),
            outline=[] if part else _outline(found),
            path=section_at(found, spans[0][0]) if spans else (),
        )  # fmt: skip

    async def remove(request: Request) -> Response:
        if not request.state.visitor.is_admin:
            raise HTTPException(403, texts(language_of(request)).admins_only)
        name = (await fields_of(request)).get("report", "")
        await desk.work(lambda: library.remove(name))
        return RedirectResponse("/library", 303)

    async def shelf(request: Request) -> Response:
        if request.method == "POST":
            return await remove(request)
        given = request.query_params
        library.refresh()
        place, warned = given.get("place", ""), given.get("warned") == "on"
        year = number_of(given.get("year"), "year")
        found = list_reports(library, place, year, warned=warned)
        number = min(
            max(number_of(given.get("page"), "page") or 1, 1), -(-len(found) // _A_PAGE) or 1
        )
        shown = found[(number - 1) * _A_PAGE : number * _A_PAGE]
        names = [(summary, full_name(summary.meta)) for summary in shown]
        return page(
            request, "library.html",
            reports=names, place=place, year=year, warned=warned, held=len(found), page=number,
            pages=_pages(request, number, len(found)),
            **_coverage(found),
        )  # fmt: skip

    async def search(request: Request) -> Response:
        given = request.query_params
        words, place = given.get("words", ""), given.get("place", "")
        year, synonyms = number_of(given.get("year"), "year"), given.get("synonyms") == "on"
        rows: list[dict[str, Any]] = []
        if words.split():
            library.refresh()
            rows = await desk.work(
                lambda: search_rows(
                    library,
                    words.split()[:10],
                    place,
                    year,
                    with_synonyms=synonyms,
                    detailed=_DETAILED,
                )
            )
        return page(
            request, "search.html", rows=rows, words=words, place=place, year=year,
            synonyms=synonyms, most=_MOST_SHOWN, detailed=_DETAILED, named=_MOST_NAMED,
        )  # fmt: skip

    async def brief(request: Request) -> Response:
        visitor: Visitor = request.state.visitor
        if request.method == "POST":  # what is written has an address of its own to go on from
            form = await fields_of(request)
            form["talk"] = await drafted(request, form)
            kept = {name: form[name] for name in _DRAFT if form.get(name)}
            return RedirectResponse("/brief?" + urlencode(kept), 303)
        form = dict(request.query_params)
        answer, left = None, None
        talk = form.get("talk", "")
        stored = desk.talk.store.answers(visitor.number, chat_of(talk), most=1) if talk else []
        if stored:
            answer = stored_answer(stored[0].payload)
            if form.get("left_out") == "on" and answer.status == "answered":
                state = desk.talk.state(visitor, talk)
                left = (await desk.work(lambda: desk.assistant.left_out(state))).answer
        return page(
            request, "brief.html", form=form, answer=answer, left=left,
            written=paragraph(answer, markers=False) if answer else "",
            cited=_with_sources(answer) if answer else "",
        )  # fmt: skip

    async def drafted(request: Request, form: dict[str, str]) -> str:
        """Write a briefing, or revise the last of ``talk``; return the conversation it is kept in."""
        words, revise = words_of(form.get("words")), form.get("revise", "").strip()
        year = number_of(form.get("year"), "year")
        low, high = number_of(form.get("low"), "low"), number_of(form.get("high"), "high")
        chars = (low or 200, high or max(300, low or 0)) if low or high else None
        if chars and not 20 <= chars[0] <= chars[1] <= 3000:
            raise HTTPException(400, "字数应在20到3000之间，最少不能大于最多")
        visitor = desk.count(request)
        user, assistant = str(visitor.number), desk.assistant
        talk = session_name(form.get("talk") if revise else None)
        if revise:
            told, state = words_of(revise), desk.talk.state(visitor, talk)
            made = await desk.work(lambda: assistant.ask(told, state, user=user))
        else:
            made = await desk.work(
                lambda: assistant.brief(words, year=year, chars=chars, user=user)
            )
        desk.talk.keep(visitor, talk, made)
        return talk

    async def compare(request: Request) -> Response:
        words = request.query_params.get("words", "").strip()
        answer, table = None, None
        if words:
            words_of(words)
            visitor = desk.count(request)
            reply, table = await desk.work(lambda: desk.assistant.tabulate(words))
            if request.query_params.get("as") == "xlsx":
                return download(table_workbook(table, words), "对比.xlsx", _XLSX)
            answer = reply.answer
            desk.talk.keep(visitor, session_name(None), reply)
        return page(request, "compare.html", words=words, table=table, answer=answer)

    async def export(request: Request) -> Response:
        found = stored_answer(desk.answer(request.path_params["id"]).payload)
        name = "简报" if found.paragraph else "回答"
        if request.path_params["kind"] == "docx":
            made = (briefing_document if found.paragraph else answer_document)(found)
            return download(made, f"{name}.docx", _DOCX)
        if request.path_params["kind"] == "xlsx":
            return download(answer_workbook(found), f"{name}.xlsx", _XLSX)
        text = (to_markdown if found.paragraph else answer_markdown)(found)
        return download(text.encode(), f"{name}.md", "text/markdown; charset=utf-8")

    async def history(request: Request) -> Response:
        number, store = request.state.visitor.number, desk.talk.store
        if request.method == "POST":
            store.forget_user(number)
            return RedirectResponse("/history", 303)
        words = request.query_params.get("words", "").strip()
        turns = [
            (a.payload, datetime.fromtimestamp(a.created, SHANGHAI))
            for a in (store.answers(number, most=_LISTED) if desk.remembers else ())
            if words in a.payload["question"]
        ]
        return page(request, "history.html", turns=turns, words=words)

    async def described(request: Request) -> Response:
        return page(request, "api.html", spec=SPEC)

    both = ["GET", "POST"]
    return [
        Route("/", home),
        Route("/answer/{id:answer}", one_answer),
        Route("/answer/{id:answer}/export.{kind}", export),
        Route("/report/{id}", report),
        Route("/library", shelf, methods=both),
        Route("/search", search),
        Route("/brief", brief, methods=both),
        Route("/compare", compare),
        Route("/history", history, methods=both),
        Route("/api", described),
    ]


def _about(summary: ReportSummary) -> str:
    """Return the beginning of a question on a report."""
    return place_year(summary.meta).replace(" ", "") + ("年" if summary.meta.year else "")


def _outline(report: Report) -> list[tuple[int, str, int]]:
    """Return the headings of the upper two levels: which section, its words, its level."""
    return [
        (n, " ".join(report.quote(s.start, s.end).split())[:60], min(s.level, 2))
        for n, s in enumerate(report.sections)
        if s.kind == "heading" and s.level <= 2
    ]


def _pages(request: Request, page: int, many: int) -> list[tuple[int, str]]:
    """Return the pages near this one, the first and the last, each with its address."""
    last = -(-many // _A_PAGE)
    near = [n for n in range(1, last + 1) if n in (1, last) or abs(n - page) <= 2]
    return [(n, request.url.include_query_params(page=n).query) for n in near] if last > 1 else []


def _coverage(found: list[Any]) -> dict[str, Any]:
    """Return how many reports there are by place and year, for the table of the library."""
    counts: Counter[tuple[str, int]] = Counter()
    for parts in (slice(-2, None), slice(2), slice(1)):  # counties, else cities, else provinces
        counts = Counter(
            ("".join(s.meta.place[parts]) or s.meta.issuer, s.meta.year or 0) for s in found
        )
        if len({place for place, _ in counts}) <= _MOST_NAMED:
            break
    return {
        "counts": counts,
        "places": sorted({place for place, _ in counts}),
        "years": sorted({year for _, year in counts}),
    }


def _with_sources(answer: Answer) -> str:
    """Return a briefing with its marks, and under it what they stand for."""
    sources = [f"[{c.n}] {where(c)}：“{drop_invisible(c.quote)}”" for c in answer.citations]
    return "\n".join([paragraph(answer), *sources])
