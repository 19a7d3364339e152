"""Answers for a terminal: Chinese widths counted, citations under the answer, nothing to execute."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from bot.lock.plaintext import drop_invisible
from bot.values import Answer, Citation


def wrap(text: str, width: int | None, indent: str = "") -> list[str]:
    """Return ``text`` in lines of at most ``width`` columns; later lines start with ``indent``.

    Chinese breaks anywhere but before a closing mark; Latin words and figures stay whole. With
    no width nothing is broken.
    """
    if width is None:
        return [text.rstrip()]
    lines: list[str] = []
    line, used = "", 0
    for word in _words(text):
        wide = cell_len(word)
        if used + wide > width and line.strip() and word[0] not in "。，；：！？、）》”’)]%,.;:":
            lines.append(line.rstrip())
            line, used = indent, cell_len(indent)
            word = word.lstrip()
        line += word
        used += wide
    lines.append(line.rstrip())
    return lines


def cut(text: str, width: int | None) -> str:
    """Return ``text`` on one line of at most ``width`` columns, with … where it was cut."""
    if width is None or cell_len(text) <= width:
        return text
    kept, used = "", 0
    for char in text:
        used += cell_len(char)
        if used > width - 1:
            break
        kept += char
    return kept + "…"


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


def to_terminal(answer: Answer, width: int | None = None) -> str:
    """Return an answer and its citations as lines for a terminal ``width`` wide, or for a file."""
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
            if quote:
                lines += wrap(f"    “{quote}”", width, "    ")
            lines.append(f"    {citation.source}")
    return "\n".join(lines)
