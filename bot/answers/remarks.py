"""What is said around the words of reports: greetings, questions back, refusals, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.evidence.drafting import Draft, note
from bot.labels import full_name
from bot.values import Cited, DraftLine
from retrieval.library.library import Library
from retrieval.places.gazetteer import short_name
from retrieval.places.subunits import territory
from retrieval.question.query import Query
from retrieval.question.scope import Resolved

NOT_IN_REPORTS = "现有报告中没有查到，无法回答。"
GREETING = "您好，我根据已入库的法治政府建设年度报告回答问题，每句话都注明出处。可以这样问："
GREETING_EN = (
    "Hello. I answer from the annual reports in the library and cite every sentence. For example:"
)
NEAREST = "相近的原文是（不是所问的）："
NO_BRIEFING = "前面还没有写过简报，或简报所依据的报告已更换；请先要一段简报，再问省略了什么。"
EMPTY = "请输入问题，例如：某县2023年报告列出了哪些问题？"


def greeting(library: Library, *, english: bool) -> list[DraftLine]:
    """Greet, with two questions that the library can answer."""
    return [note(GREETING_EN if english else GREETING), *_examples(library)]


def _examples(library: Library) -> list[DraftLine]:
    summaries = [s for s in library.reports() if s.meta.place][:2]
    places = [territory(s.meta.place, s.meta.issuer)[-1] for s in summaries]
    years = [s.meta.year or "" for s in summaries]
    names = [f"{short_name(p)}{year}" for p, year in zip(places, years, strict=True)]
    asks = ("年报告列出了哪些问题？", "年审核了多少件规范性文件？")
    return [note(f"· {name}{ask}") for name, ask in zip(names, asks, strict=False)]


def misplaced(query: Query) -> list[DraftLine]:
    """Say where a place lies that the question puts in another province."""
    return [
        note(f"{chain[-1]}属{''.join(chain[:-1])}，不属{said}。")
        for said, chain in query.wrong_parents
    ]


def ask_back(query: Query) -> list[DraftLine]:
    """Ask which place is meant where a name has several."""
    lines = []
    for mention in query.ambiguous:
        options = mention.held or mention.candidates
        names = "、".join("".join(chain) for chain in options[:8])
        more = f"等{len(options)}处" if len(options) > 8 else ""
        held = "" if mention.held else "（目前均未收录其报告）"
        lines.append(note(f"“{mention.text}”可能指{names}{more}{held}，请问是哪一个？"))
    return lines


def refusal(scope: Resolved, draft: Draft, library: Library) -> list[str]:
    """Say that the reports are silent, on what, and which were searched."""
    lines = [NOT_IN_REPORTS]
    # where the year or place itself is not held, what was not found there is beside the point
    gaps = scope.missing if scope.missing and not scope.reports else (*scope.missing, *draft.gap)
    for gap in dict.fromkeys(gaps):
        lines.append(f"{gap}。")
    lines.append(f"检索范围：{_range(scope, library)}。")
    return lines


def _range(scope: Resolved, library: Library) -> str:
    """Say what was searched: the reports in scope by name, or how many there are."""
    asked = scope.reports or scope.nearby
    everything = len(library.reports())
    if not asked or len(asked) == everything:
        return f"全部{everything}份报告"
    names = [full_name(library.report(report).meta) for report in asked[:6]]
    return "、".join(names) + (f"等{len(asked)}份报告" if len(asked) > 6 else "")


def closing(scope: Resolved, library: Library, cited: Sequence[Cited]) -> list[str]:
    """Name what was asked and is not held, and the one report that the words are from."""
    lines = [f"注意：{missing}。" for missing in scope.missing]
    reports = list(dict.fromkeys(c.report for c in cited))
    if len(reports) == 1:
        lines.append(f"（摘自{full_name(library.report(reports[0]).meta)}报告原文）")
    return lines


def under(line: DraftLine) -> DraftLine:
    """Return a note that was written to stand above a paragraph as one under it."""
    return replace(line, text=line.text.replace("以下", "以上"))
