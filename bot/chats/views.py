"""What the bot shows, as blocks of words: answers, quoted passages, lists of reports.

Pure functions from values to blocks and buttons; sending is done elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.chats.blocks import Block, Run, runs
from bot.chats.messages import Button, Keyboard, rows
from bot.chats.wording import language_of, said
from bot.notes import Language, worded
from bot.table import Table
from bot.values import SHANGHAI, Answer, Citation, Sentence
from retrieval.documents import Report, ReportMeta, Span, meet
from retrieval.library.catalogue import ReportSummary
from retrieval.library.library import Library
from retrieval.places.subunits import territory

CITATIONS_A_PAGE = 24
FOLD_OVER, FOLD_OVER_CHARS, FOLD_SHOWN = 10, 800, 8
REPORTS_A_PAGE = 8
SEGMENT_CHARS = 600
PASSAGE_CHARS = 2_400
MOST_ROWS_AS_LINES = 4
_NUMBERED = re.compile(
    r"\s*(?:[（(]?(?:[一二三四五六七八九十百]{1,4}|\d{1,3})[）)、．]|\d{1,3}[.．](?!\d)|[①-⑳]"
    r"|第?[一二三四五六七八九十]{1,3}(?:是|、|，)|[·•)）-])"
)
_LINE = re.compile(r"[^\n\r]+")
_SENTENCE = re.compile(r"[^。；！？]*[。；！？]?[”』」）)]?")

# in the order of the menu; what each does says ``command.<name>`` of the catalogue
COMMANDS = ("help", "ask", "reports", "brief", "compare", "why", "new", "export", "status", "add",
            "remove")  # fmt: skip
_HEADINGS = 24  # parts of a report that its card opens
_ASKED_OF = ("problems", "plans", "measures")


def sentence_block(sentence: Sentence) -> Block:
    """One checked line with its markers; what is computed by code stands in italics."""
    block = runs(sentence.text, "i" if sentence.kind == "note" else "")
    markers = "".join(f"[{n}]" for n in sentence.citations)
    return (*block, Run(markers)) if markers else block


def answer_blocks(
    answer: Answer, scope_label: str, language: Language = "zh", *, unfolded: bool = False
) -> list[Block]:
    """An answer for a phone: its lines, its warnings, the scope that follow-ups inherit.

    The body of a paragraph is run together, to be copied whole. Of a long list the first items
    are shown and the rest counted, unless ``unfolded``.
    """
    items = {} if answer.paragraph else _items(answer.sentences)
    whole = answer.body if answer.paragraph else ()
    hidden = frozenset() if unfolded else _hidden(answer)
    blocks: list[Block] = []
    if whole:
        lines = (sentence_block(replace(s, kind="claim")) for s in whole)
        blocks += [tuple(run for line in lines for run in line)]
    for index, sentence in enumerate(answer.sentences[len(whole) :], len(whole)):
        if index in hidden:
            if index - 1 not in hidden:
                blocks.append(runs(said("folded", language, count=folded(answer)), "i"))
            continue
        block = sentence_block(sentence)
        if index and _opens_list(sentence):
            blocks.append((Run(""),))
        blocks.append((Run(f"{items[index]}. "), *block) if index in items else block)
    blocks += [runs(f"⚠ {warning}", "i") for warning in answer.warnings]
    if scope_label:
        blocks += [(Run(""),), runs(said("scope", language, label=scope_label), "i")]
    return blocks


def without_lines(answer: Answer, words: Iterable[str]) -> Answer:
    """Return an answer without the notes that only say what buttons under it say."""
    pressed = set(words)
    kept = [s for s in answer.sentences if s.kind == "claim" or s.text.strip("· ") not in pressed]
    return replace(answer, sentences=tuple(kept))


def folded(answer: Answer) -> int:
    """Return how many items of an answer are folded away."""
    return sum(answer.sentences[at].kind == "claim" for at in _hidden(answer))


def _hidden(answer: Answer) -> frozenset[int]:
    """Return the places of the lines that are folded: those between the first items and the last."""
    claims = [at for at, s in enumerate(answer.sentences) if s.kind == "claim"]
    chars = sum(len(answer.sentences[at].text) for at in claims)
    if answer.paragraph or len(claims) <= FOLD_OVER or chars <= FOLD_OVER_CHARS:
        return frozenset()
    return frozenset(range(claims[FOLD_SHOWN - 1] + 1, claims[-1] + 1))


def language_of_answer(answer: Answer) -> Language:
    """Tell the language an answer speaks beside the reports' words: of its notes, else its question."""
    notes = " ".join(s.text for s in answer.sentences if s.kind == "note")
    return language_of(notes, answer.question)


def is_wide(table: Table) -> bool:
    """Tell whether a picture shows a comparison better than lines: figures side by side, or many."""
    said = [row for row in table.rows if row.said]
    figures = sum(column.numeric for column in table.columns)
    return len(said) > 1 and (figures > 1 or (figures == 1 and len(said) > MOST_ROWS_AS_LINES))


def _items(sentences: Sequence[Sentence]) -> dict[int, int]:
    """Number the claims (by index) of lists that a note like 「原文共4条：」 opens.

    A single item gets no number, nor does one that brings the report's own.
    """
    numbers: dict[int, int] = {}
    run: list[int] = []
    listing = False
    for index, sentence in enumerate([*sentences, Sentence("", "note")]):
        if sentence.kind == "claim" and listing:
            run.append(index)
            continue
        if len(run) > 1:
            numbers |= {at: n for n, at in enumerate(run, 1)}
        run, listing = [], _opens_list(sentence)
    return {at: n for at, n in numbers.items() if not _NUMBERED.match(sentences[at].text)}


def _opens_list(sentence: Sentence) -> bool:
    return sentence.kind == "note" and sentence.text.rstrip().endswith(("：", ":"))


def answer_keyboard(
    key: str,
    payload: Mapping[str, Any],
    *,
    scoped: bool,
    page: int = 0,
    folded: int = 0,
    language: Language = "zh",
) -> Keyboard:
    """Buttons under an answer: its citations, a verdict, and dropping the inherited scope."""
    numbers = [int(citation["n"]) for citation in payload.get("citations", ())]
    first = page * CITATIONS_A_PAGE
    shown = [Button(f"[{n}]", f"c|{key}|{n}|0") for n in numbers[first : first + CITATIONS_A_PAGE]]
    keyboard = list(rows(shown, 8 if len(shown) > 5 else 5))
    if len(numbers) > CITATIONS_A_PAGE:
        pages = -(-len(numbers) // CITATIONS_A_PAGE)
        more = said("button.more_citations", language, page=page + 1, pages=pages)
        keyboard.append((Button(more, f"m|{key}|{(page + 1) % pages}"),))
    if folded:
        keyboard.append((Button(said("button.unfold", language, count=folded), f"e|{key}"),))
    last = [Button("👍", f"u|{key}"), Button(said("button.wrong", language), f"d|{key}")]
    if scoped:
        last.append(Button(said("button.clear_scope", language), f"x|{key}"))
    return (*keyboard, tuple(last))


def segments(text: str) -> list[Span]:
    """The paragraphs of a report; one longer than 600 characters is cut between sentences."""
    found = []
    for line in _LINE.finditer(text):
        start, end = line.span()
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        begin = start
        while end - begin > SEGMENT_CHARS:
            cut = begin
            for sentence in _SENTENCE.finditer(text, begin, min(end, begin + SEGMENT_CHARS)):
                if sentence.end() > sentence.start() and sentence.group()[-1] in "。；！？”』」）)":
                    cut = sentence.end()
            cut = cut if cut > begin else begin + SEGMENT_CHARS
            found.append(Span(begin, cut))
            begin = cut
        if begin < end:
            found.append(Span(begin, end))
    return found


def passage(
    key: str,
    citation: Mapping[str, Any],
    report: Report | None,
    step: int,
    language: Language = "zh",
) -> tuple[list[Block], Keyboard]:
    """A cited passage with its cited words in bold, ``step`` paragraphs before or after it.

    ``report`` is None when it is no longer held as it was: the stored quote stands in.
    """
    title = runs(str(citation["title"] or citation["source"]), "b")
    head = _head(title, citation["section_path"])
    foot: list[Block] = [
        (Run(""),),
        (
            Run(f"[{citation['n']}] {said('source', language)}"),
            Run(str(citation["source"]), "code"),
        ),
    ]
    close = Button(said("button.close", language), f"z|{key}")
    start, end = int(citation["start"]), int(citation["end"])
    if report is None or report.text[start:end] != citation["quote"]:
        note = runs(said("report.changed", language), "i")
        return [*head, note, runs(str(citation["quote"]), "b"), *foot], ((close,),)
    spans = segments(report.text)
    cited = [i for i, span in enumerate(spans) if meet(span, start, end)]
    if not cited:
        return [*head, runs(str(citation["quote"]), "b"), *foot], ((close,),)
    if step == 0:
        shown = [spans[i] for i in cited]
        body = [_with_bold(report.text, span, start, end) for span in _within(shown, PASSAGE_CHARS)]
    else:
        index = min(max((cited[0] if step < 0 else cited[-1]) + step, 0), len(spans) - 1)
        at = spans[index].start
        head = _head(title, next((s.path for s in report.sections if s.start <= at < s.end), ()))
        body = [_with_bold(report.text, spans[index], start, end)]
    n = citation["n"]
    turn = []
    if cited[0] + min(step, 0) > 0 and (step <= 0 or cited):
        turn.append(Button(said("button.previous", language), f"v|{key}|{n}|{step - 1}"))
    if abs(step) > 1:
        turn.append(Button(said("button.citation", language), f"v|{key}|{n}|0"))
    if cited[-1] + max(step, 0) < len(spans) - 1:
        turn.append(Button(said("button.next", language), f"v|{key}|{n}|{step + 1}"))
    keyboard = (tuple(turn), (close,)) if turn else ((close,),)
    return [*head, *body, *foot], keyboard


def _head(title: Block, path: Sequence[str]) -> list[Block]:
    where = [runs(" › ".join(path), "i")] if path else []
    return [title, *where, (Run(""),)]


def _within(spans: Sequence[Span], max_chars: int) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        if kept and sum(len(s) for s in kept) + len(span) > max_chars:
            break
        kept.append(span)
    return kept


def _with_bold(text: str, span: Span, start: int, end: int) -> Block:
    begin, stop = max(span.start, start), min(span.end, end)
    if begin >= stop:
        return runs(text[span.start : span.end])
    return (
        *runs(text[span.start : begin]),
        *runs(text[begin:stop], "b"),
        *runs(text[stop : span.end]),
    )


def place_year(meta: ReportMeta) -> str:
    """「绍兴市上虞区 2022」, or what is known of it."""
    place = "".join(territory(meta.place, meta.issuer)[-2:]) or meta.issuer or meta.source
    return f"{place} {meta.year}" if meta.year else place


def place_key(place: str) -> str:
    """A short name of a province for a button's data."""
    return hashlib.sha256(place.encode()).hexdigest()[:8]


def reports_page(
    reports: Sequence[ReportSummary], page: int, year: str, place: str, language: Language = "zh"
) -> tuple[list[Block], Keyboard]:
    """One page of the list; ``year`` and ``place`` (a ``place_key``) narrow it, ``-`` does not."""
    years = sorted({r.meta.year for r in reports if r.meta.year}, reverse=True)
    places = sorted({r.meta.place[0] for r in reports if r.meta.place})
    kept = sorted(
        (
            r
            for r in reports
            if (year == "-" or str(r.meta.year) == year)
            and (place == "-" or (r.meta.place and place_key(r.meta.place[0]) == place))
        ),
        key=lambda r: (r.meta.place, -(r.meta.year or 0), r.meta.title),
    )
    pages = max(1, -(-len(kept) // REPORTS_A_PAGE))
    page = min(max(page, 0), pages - 1)
    first = page * REPORTS_A_PAGE
    key = "reports.some" if len(kept) < len(reports) else "reports.all"
    blocks: list[Block] = [runs(said(key, language, shown=len(kept), held=len(reports)), "b")]
    opened = []
    for number, report in enumerate(kept[first : first + REPORTS_A_PAGE], first + 1):
        title = report.meta.title or report.meta.source
        blocks.append(
            (*runs(f"{number}. {place_year(report.meta)}"), Run("\n"), *runs(title[:120], "i"))
        )
        opened.append(Button(str(number), f"o|{report.id}"))
    keyboard: list[tuple[Button, ...]] = [*rows(opened, 4)]
    if pages > 1:
        keyboard.append(
            (
                Button("◀", f"r|{(page - 1) % pages}|{year}|{place}"),
                Button(f"{page + 1}/{pages}", f"r|{page}|{year}|{place}"),
                Button("▶", f"r|{(page + 1) % pages}|{year}|{place}"),
            )
        )
    if len(years) > 1 or year != "-":
        chips = (
            [Button(said("button.all_years", language), f"r|0|-|{place}")] if year != "-" else []
        )
        chips += [Button(str(y), f"r|0|{y}|{place}") for y in years[:11] if str(y) != year]
        keyboard += rows(chips, 4)
    if len(places) > 1 or place != "-":
        chips = (
            [Button(said("button.all_places", language), f"r|0|{year}|-")] if place != "-" else []
        )
        chips += [
            Button(name, f"r|0|{year}|{place_key(name)}")
            for name in places[:34]
            if place_key(name) != place
        ]
        keyboard += rows(chips, 3)
    return blocks, tuple(keyboard)


def report_card(report: Report, language: Language = "zh") -> tuple[list[Block], Keyboard]:
    """A report opened from the list: what it is, and its parts, each a button's number."""
    meta = report.meta
    facts = [("place", place_year(meta)), ("issuer", meta.issuer), ("published", meta.published),
             ("source", meta.source)]  # fmt: skip
    blocks: list[Block] = [runs(meta.title or meta.source, "b")]
    blocks += [
        runs(said(f"report.{name}", language, value=value)) for name, value in facts if value
    ]
    blocks += [runs(f"⚠ {words}", "i") for words in worded(report.warnings, language)]
    parts = report_parts(report)
    if parts:
        blocks += [(Run(""),), runs(said("report.parts", language), "i")]
        blocks += [runs(f"{n}. {title}") for n, (title, _) in enumerate(parts, 1)]
    buttons = [Button(str(n), f"t|{report.id}|{n}") for n in range(1, len(parts) + 1)]
    close = Button(said("button.close", language), f"k|{report.id}")
    return blocks, (*rows(buttons, 6), (close,))


def report_parts(report: Report) -> list[tuple[str, Span]]:
    """The top-level parts of a report with their headings, or the whole where it has none."""
    found: dict[str, Span] = {}
    for section in report.sections:
        if section.role == "furniture" or not section.path:
            continue
        title = " ".join(section.path[0].split())[:60]
        begun = found.get(title)
        found[title] = Span(begun.start if begun else section.start, section.end)
    return list(found.items())[:_HEADINGS]


def report_part(
    report: Report, number: int, language: Language = "zh"
) -> tuple[list[Block], Keyboard]:
    """One top-level part of a report in its own words; raises ``IndexError`` for no such part."""
    if number < 1:
        raise IndexError(number)
    _, span = report_parts(report)[number - 1]
    title = runs(f"{place_year(report.meta)}　{report.meta.title}", "b")
    body = [
        runs(report.text[s.start : s.end])
        for s in segments(report.text[: span.end])
        if s.end > span.start
    ]
    close = Button(said("button.close", language), f"k|{report.id}")
    return [title, (Run(""),), *body], ((close,),)


def questions_on(report: Report, language: Language = "zh") -> list[str]:
    """Questions that a report's own parts answer."""
    if not report.meta.year or not report.meta.place:
        return []
    held = {section.role for section in report.sections}
    place = territory(report.meta.place, report.meta.issuer)[-1]
    return [
        said(f"example.{role}", language, place=place, year=report.meta.year)
        for role in _ASKED_OF
        if role in held
    ]


def examples(library: Library, language: Language = "zh") -> list[str]:
    """Three questions that the reports held can answer, of as many reports as there are."""
    known = [r for r in library.reports() if r.meta.place and r.meta.year]
    known.sort(key=lambda r: (-(r.meta.year or 0), r.meta.place))
    known = known[:12]
    parts = {r.id: {section.role for section in library.report(r.id).sections} for r in known}
    found = []
    for turn, role in enumerate(_ASKED_OF):
        begin = turn % len(known) if known else 0
        for summary in (*known[begin:], *known[:begin]):
            if role in parts[summary.id]:
                place = territory(summary.meta.place, summary.meta.issuer)[-1]
                year = summary.meta.year
                found.append(said(f"example.{role}", language, place=place, year=year))
                break
    return found


def help_text(names: Sequence[str], how: str, language: Language = "zh") -> str:
    """What ``/help`` says: ``how`` it is used, and the commands."""
    lines = [how, ""]
    lines += [f"/{name} {said(f'command.{name}', language)}" for name in names]
    return "\n".join(lines)


def stored_answer(payload: Mapping[str, Any]) -> Answer:
    """Make an answer again from what ``Answer.to_json`` gave (scope and usage left out)."""
    return Answer(
        id=payload["id"],
        question=payload["question"],
        status=payload["status"],
        sentences=tuple(
            Sentence(s["text"], s["kind"], tuple(s["citations"])) for s in payload["sentences"]
        ),
        citations=tuple(
            Citation(**{**c, "place": tuple(c["place"]), "section_path": tuple(c["section_path"])})
            for c in payload["citations"]
        ),
        warnings=tuple(payload["warnings"]),
        writer=payload["writer"],
        paragraph=bool(payload.get("paragraph")),
    )


def export_markdown(payload: Mapping[str, Any], created: float) -> str:
    """An answer as a Markdown document with its sources."""
    when = datetime.fromtimestamp(created, SHANGHAI).strftime("%Y-%m-%d %H:%M")
    language = language_of_answer(stored_answer(payload))
    lines = [f"# {payload.get('question', '')}", ""]
    for sentence in payload.get("sentences", ()):
        markers = "".join(f"[{n}]" for n in sentence["citations"])
        lines += [f"{sentence['text']}{markers}", ""]
    if payload.get("citations"):
        lines += [f"## {said('file.sources', language)}", ""]
    for citation in payload.get("citations", ()):
        path = " › ".join(citation["section_path"])
        title = citation["title"] or citation["source"]
        lines += [f"[{citation['n']}] {title}" + (f"，{path}" if path else ""), ""]
        lines += [
            f"> {citation['quote']}".replace("\n", "\n> "),
            "",
            f"{said('source', language)}`{citation['source']}`",
            "",
        ]
    lines.append(f"*{said('file.made', language, at=when, id=payload.get('id', ''))}*")
    return "\n".join(lines) + "\n"
