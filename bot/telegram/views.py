"""What the bot shows, as blocks of words: answers, quoted passages, lists of reports.

Pure functions from values to blocks and buttons; sending is done elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.table import Table
from bot.telegram.messages import Button, Keyboard, rows
from bot.telegram.ports import LibraryLike, SummaryLike
from bot.telegram.rendering import Block, Run, runs
from bot.values import Answer, Citation, Sentence
from retrieval.documents import Report, ReportMeta, Span
from retrieval.places.subunits import territory

CITATIONS_A_PAGE = 24
REPORTS_A_PAGE = 8
SEGMENT_CHARS = 600
PASSAGE_CHARS = 2_400
MOST_ROWS_AS_LINES = 4
SHANGHAI = ZoneInfo("Asia/Shanghai")
_NUMBERED = re.compile(
    r"\s*(?:[（(]?(?:[一二三四五六七八九十百]{1,4}|\d{1,3})[）)、．]|\d{1,3}[.．](?!\d)|[①-⑳]"
    r"|第?[一二三四五六七八九十]{1,3}(?:是|、|，)|[·•)）-])"
)
_LINE = re.compile(r"[^\n\r]+")
_SENTENCE = re.compile(r"[^。；！？]*[。；！？]?[”』」）)]?")

COMMANDS: dict[str, str] = {
    "help": "怎么用，几个真实的例子",
    "reports": "已收录的报告，按年份和地区浏览",
    "brief": "写一段简报：/brief 地区或问题",
    "compare": "比较几份报告：/compare 问题",
    "why": "上一个回答是怎么得出的",
    "new": "忘掉前文，重新开始",
    "export": "把上一个回答存成文件",
    "status": "运行状况（管理员）",
    "add": "添加报告（管理员）",
    "remove": "移除报告（管理员）",
}


def sentence_block(sentence: Sentence) -> Block:
    """One checked line with its markers; what is computed by code stands in italics."""
    block = runs(sentence.text, "i" if sentence.kind == "note" else "")
    markers = "".join(f"[{n}]" for n in sentence.citations)
    return (*block, Run(markers)) if markers else block


def answer_blocks(answer: Answer, scope_label: str) -> list[Block]:
    """An answer for a phone: its lines, its warnings, the scope that follow-ups inherit.

    The body of a paragraph is run together, to be copied whole.
    """
    items = {} if answer.paragraph else _items(answer.sentences)
    whole = answer.body if answer.paragraph else ()
    blocks: list[Block] = []
    if whole:
        lines = (sentence_block(replace(s, kind="claim")) for s in whole)
        blocks += [tuple(run for line in lines for run in line)]
    for index, sentence in enumerate(answer.sentences[len(whole) :], len(whole)):
        block = sentence_block(sentence)
        if index and _opens_list(sentence):
            blocks.append((Run(""),))
        blocks.append((Run(f"{items[index]}. "), *block) if index in items else block)
    blocks += [runs(f"⚠ {warning}", "i") for warning in answer.warnings]
    if scope_label:
        blocks += [(Run(""),), runs(f"范围：{scope_label}", "i")]
    return blocks


def is_wide(table: Table) -> bool:
    """Tell whether a picture shows a comparison better than lines: figures side by side, or many."""
    said = [row for row in table.rows if any(cell.cite for cell in row.cells)]
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
    key: str, payload: Mapping[str, Any], *, scoped: bool, page: int = 0
) -> Keyboard:
    """Buttons under an answer: its citations, a verdict, and dropping the inherited scope."""
    numbers = [int(citation["n"]) for citation in payload.get("citations", ())]
    first = page * CITATIONS_A_PAGE
    shown = [Button(f"[{n}]", f"c|{key}|{n}|0") for n in numbers[first : first + CITATIONS_A_PAGE]]
    keyboard = list(rows(shown, 8 if len(shown) > 5 else 5))
    if len(numbers) > CITATIONS_A_PAGE:
        pages = -(-len(numbers) // CITATIONS_A_PAGE)
        keyboard.append(
            (Button(f"更多引文（{page + 1}/{pages}）▸", f"m|{key}|{(page + 1) % pages}"),)
        )
    last = [Button("👍", f"u|{key}"), Button("不对", f"d|{key}")]
    if scoped:
        last.append(Button("✕ 清除范围", f"x|{key}"))
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
    key: str, citation: Mapping[str, Any], report: Report | None, step: int
) -> tuple[list[Block], Keyboard]:
    """A cited passage with its cited words in bold, ``step`` paragraphs before or after it.

    ``report`` is None when it is no longer held as it was: the stored quote stands in.
    """
    title = runs(str(citation["title"] or citation["source"]), "b")
    head = _head(title, citation["section_path"])
    foot: list[Block] = [
        (Run(""),),
        (Run(f"[{citation['n']}] 来源："), Run(str(citation["source"]), "code")),
    ]
    close = Button("收起", f"z|{key}")
    start, end = int(citation["start"]), int(citation["end"])
    if report is None or report.text[start:end] != citation["quote"]:
        note = runs("该报告已更新或移除，以下为作答时的原文：", "i")
        return [*head, note, runs(str(citation["quote"]), "b"), *foot], ((close,),)
    spans = segments(report.text)
    cited = [i for i, span in enumerate(spans) if span.start < end and start < span.end]
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
        turn.append(Button("◀ 上一段", f"v|{key}|{n}|{step - 1}"))
    if abs(step) > 1:
        turn.append(Button("引文", f"v|{key}|{n}|0"))
    if cited[-1] + max(step, 0) < len(spans) - 1:
        turn.append(Button("下一段 ▶", f"v|{key}|{n}|{step + 1}"))
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
    reports: Sequence[SummaryLike], page: int, year: str, place: str
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
    blocks: list[Block] = [
        runs(
            f"已收录报告 {len(kept)} 份"
            + (f"（共 {len(reports)} 份）" if len(kept) < len(reports) else ""),
            "b",
        )
    ]
    for number, report in enumerate(kept[first : first + REPORTS_A_PAGE], first + 1):
        title = report.meta.title or report.meta.source
        blocks.append(
            (*runs(f"{number}. {place_year(report.meta)}"), Run("\n"), *runs(title[:120], "i"))
        )
    keyboard: list[tuple[Button, ...]] = []
    if pages > 1:
        keyboard.append(
            (
                Button("◀", f"r|{(page - 1) % pages}|{year}|{place}"),
                Button(f"{page + 1}/{pages}", f"r|{page}|{year}|{place}"),
                Button("▶", f"r|{(page + 1) % pages}|{year}|{place}"),
            )
        )
    if len(years) > 1 or year != "-":
        chips = [Button("全部年份", f"r|0|-|{place}")] if year != "-" else []
        chips += [Button(str(y), f"r|0|{y}|{place}") for y in years[:11] if str(y) != year]
        keyboard += rows(chips, 4)
    if len(places) > 1 or place != "-":
        chips = [Button("全部地区", f"r|0|{year}|-")] if place != "-" else []
        chips += [
            Button(name, f"r|0|{year}|{place_key(name)}")
            for name in places[:34]
            if place_key(name) != place
        ]
        keyboard += rows(chips, 3)
    return blocks, tuple(keyboard)


def examples(library: LibraryLike) -> list[str]:
    """Three questions that the reports held can answer, of as many reports as there are."""
    wanted = {
        "problems": "法治政府建设存在哪些问题？",
        "plans": "法治政府建设下一步有哪些安排？",
        "measures": "法治政府建设有哪些主要举措？",
    }
    known = [r for r in library.reports() if r.meta.place and r.meta.year]
    known.sort(key=lambda r: (-(r.meta.year or 0), r.meta.place))
    known = known[:12]
    parts = {r.id: {section.role for section in library.report(r.id).sections} for r in known}
    found = []
    for turn, (role, words) in enumerate(wanted.items()):
        begin = turn % len(known) if known else 0
        for summary in (*known[begin:], *known[:begin]):
            if role in parts[summary.id]:
                place = territory(summary.meta.place, summary.meta.issuer)[-1]
                found.append(f"{place}{summary.meta.year}年{words}")
                break
    return found


def help_text(names: Sequence[str]) -> str:
    """What ``/help`` says."""
    lines = [
        "我根据已收录的法治政府建设年度报告回答问题。每句话后面的 [1] 是出处，点下方按钮看原文。",
        "直接提问即可；追问会沿用上一个问题的地区和年份，/new 重新开始。群里请 @我 或回复我。",
        "",
    ]
    lines += [f"/{name} {COMMANDS[name]}" for name in names]
    return "\n".join(lines)


def why_text(payload: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    """How an answer was made, for people; ``details`` is the assistant's record of it, if kept."""
    scope = payload.get("scope") or {}
    usage = payload.get("usage") or {}
    model = details.get("model") or {}
    writers = {"extractive": "摘自原文", "llm": "语言模型撰写，逐句核对"}
    lines = [
        f"问题：{payload.get('question', '')}",
        f"结果：{ {'answered': '已回答', 'abstained': '未作答', 'clarify': '需要您补充'}.get(str(payload.get('status')), '') }",
        f"范围内的报告：{len(scope.get('reports') or ())} 份",
    ]
    if scope.get("missing"):
        lines.append(f"未收录：{'、'.join(map(str, scope['missing']))}")
    lines.append(f"引用：{len(payload.get('citations') or ())} 处")
    lines.append(f"写法：{writers.get(str(payload.get('writer')), payload.get('writer'))}")
    if payload.get("model"):
        lines.append(f"模型：{payload['model']}；提示词：{payload.get('prompt')}")
    if model.get("not_used_because"):
        lines.append(f"没有用模型的话：{model['not_used_because']}")
    if usage:
        lines.append("用量：" + "，".join(f"{name} {number}" for name, number in usage.items()))
    if "hits" in details:
        lines.append(f"检索到的段落：{len(details['hits'])} 段")
    failed = payload.get("checks_failed") or ()
    lines.append(f"核对未通过：{len(failed)} 处" + ("（已换成原文或删去）" if failed else ""))
    lines.append(f"用时：{payload.get('elapsed_ms', 0)} 毫秒；编号：{payload.get('id', '')}")
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
    lines = [f"# {payload.get('question', '')}", ""]
    for sentence in payload.get("sentences", ()):
        markers = "".join(f"[{n}]" for n in sentence["citations"])
        lines += [f"{sentence['text']}{markers}", ""]
    if payload.get("citations"):
        lines += ["## 出处", ""]
    for citation in payload.get("citations", ()):
        path = " › ".join(citation["section_path"])
        title = citation["title"] or citation["source"]
        lines += [f"[{citation['n']}] {title}" + (f"，{path}" if path else ""), ""]
        lines += [
            f"> {citation['quote']}".replace("\n", "\n> "),
            "",
            f"来源：`{citation['source']}`",
            "",
        ]
    lines.append(f"*{when}（北京时间），编号 {payload.get('id', '')}*")
    return "\n".join(lines) + "\n"
