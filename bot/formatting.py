"""Answers for a terminal: Chinese widths counted, citations under the answer, nothing to execute."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from bot.answers import Answer, Citation
from bot.plaintext import drop_invisible

WIDTH = 80


def display_width(text: str) -> int:
    """Return the columns ``text`` takes in a terminal: two for a wide character, none for a mark."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def wrap(text: str, width: int = WIDTH, indent: str = "") -> list[str]:
    """Return ``text`` in lines of at most ``width`` columns; later lines start with ``indent``.

    Chinese breaks anywhere but before a closing mark; Latin words and figures stay whole.
    """
    lines: list[str] = []
    line, used = "", 0
    for word in _words(text):
        wide = display_width(word)
        if used + wide > width and line.strip() and word[0] not in "。，；：！？、）》”’)]%,.;:":
            lines.append(line.rstrip())
            line, used = indent, display_width(indent)
            word = word.lstrip()
        line += word
        used += wide
    lines.append(line.rstrip())
    return lines


def _words(text: str) -> Iterable[str]:
    word = ""
    for char in text:
        if char.isascii() and (char.isalnum() or char in ".%-_/[]"):
            word += char
            continue
        if word:
            yield word
            word = ""
        yield char
    if word:
        yield word


def where(citation: Citation) -> str:
    """Return place, year and section path of a citation on one line."""
    place = "".join(citation.place) or citation.title
    year = f" {citation.year}年度" if citation.year else ""
    path = " > ".join(citation.section_path)
    return " · ".join(part for part in (place + year, path) if part)


def to_terminal(answer: Answer, width: int = WIDTH) -> str:
    """Return an answer and its citations as lines for a terminal."""
    lines: list[str] = []
    whole = answer.body if answer.paragraph else ()
    if whole:
        lines += wrap(
            "".join(drop_invisible(s.text) + "".join(f"[{n}]" for n in s.citations) for s in whole),
            width,
        )
    for sentence in answer.sentences[len(whole) :]:
        markers = "".join(f"[{n}]" for n in sentence.citations)
        lines += wrap(drop_invisible(sentence.text) + markers, width)
    if answer.warnings:
        lines.append("")
        for warning in answer.warnings:
            lines += wrap(f"注意：{warning}", width, "      ")
    if answer.citations:
        lines += ["", "出处"]
        for citation in answer.citations:
            lines += wrap(f"[{citation.n}] {where(citation)}", width, "    ")
            quote = " ".join(drop_invisible(citation.quote).split())
            lines += wrap(f"    “{quote}”", width, "    ")
            lines.append(f"    {citation.source}")
    return "\n".join(lines)


def why_lines(record: Mapping[str, Any]) -> list[str]:
    """Return an answer's record as lines for a person."""
    answer, query, model = record["answer"], record["query"], record["model"]
    lines = [
        f"问题：{answer['question']}",
        f"时间：{record['asked_at']}  结果：{answer['status']}  用时：{answer['elapsed_ms']} 毫秒",
        f"理解：{query['kind']}；地区 {'、'.join(query['places']) or '未限定'}；"
        f"年度 {'、'.join(map(str, query['years'])) or '未限定'}；部分 {query['role'] or '未限定'}"
        + ("（沿用上文）" if query["inherited"] else ""),
        f"要找的词：{'、'.join(word for word, _ in query['terms']) or '无'}"
        + (f"；指标：{'、'.join(query['indicators'])}" if query["indicators"] else ""),
        f"检索范围：{len(answer['scope']['reports'])}份报告；缺：{'；'.join(answer['scope']['missing']) or '无'}",
        f"检索到{len(record['hits'])}段，引用{len(answer['citations'])}处",
        f"写法：{answer['writer']}"
        + (f"（{answer['model']}，{model['prompt']}）" if answer["model"] else ""),
    ]
    if model["not_used_because"]:
        lines.append(f"没有用模型的话：{model['not_used_because']}")
    lines += [f"拦下：{text}（{'；'.join(problems)}）" for text, problems in model["dropped"]]
    lines += [f"换成原文：{text} → {official}" for text, official in model["replaced"]]
    lines += [f"核对未过：{problem}" for problem in record["checks_failed"]]
    return lines
