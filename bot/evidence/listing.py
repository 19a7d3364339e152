"""The items of a list as a report gives them: numbered, bulleted in prose, or only strung together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.evidence.reading import read
from retrieval.documents import Report, Role, Section, Span
from retrieval.genre.lexicon import pattern
from retrieval.genre.roles import role_of_heading
from retrieval.parsing.chunking import split_sentences, trim
from retrieval.parsing.sequences import Quotations
from retrieval.text.wrapping import unwrap
from retrieval.text.years import SAID_YEAR

MAX_ITEM_CHARS = 160
LEAST_IN_PROSE = 3
_INTRO = re.compile(
    r"(?:存在|面临|有).{0,24}(?:问题|不足|短板|差距|困难|薄弱环节).{0,8}$|(?:(?<![岁元名人日天%])以下|如下|几个方面|几点|方面).{0,10}[：:]?$|[：:]$|"
    r"^(?:虽然|尽管|总的来看|同时|但)?.{0,60}(?:取得|成效).{0,40}(?:但|仍|还)|"
    r"^(?:下一|今后|明年|新的一年|针对|对此).{0,16}(?:坚持问题导向|逐[项条一个]整改|入手|发力|着手).{0,8}$"
)
_OPENS_ENUMERATION = re.compile(
    r"(?:主要)?(?:表现|体现|集中|反映)(?:在|为|于)(?:以下(?:几个)?方面)?|比如|例如|主要是|主要有|包括|[：:]|[，,。]如(?!何|期|下|实|果|今)"
)
# 存在A、B、C等问题: the list stands between verb and noun
_OPENS_OBJECTS = re.compile(
    r"(?:存在|面临)着?(?=[^。；：]{4,120}等(?:方面的?)?(?:问题|不足|困难|短板|差距|情况))"
)
# a sentence that looks back at the list and is no item of it
_CLOSING = re.compile(
    r"^(?:(?:针对|对于|对)?(?:以上|上述|这些|此类)(?:存在的?)?(?:的?问题|不足|短板|差距|困难|情况)|对此|为此|特此|"
    r"(?:在)?(?:今后|以后|下一步)的?(?:工作)?中?[，,].{0,16}(?:解决|改进|克服|整改|改正)[。；]?$)"
)
# how a report rounds off: no figure, and a wish for what it will all be good for
_ASPIRES = re.compile(
    r"^[^0-9]{0,160}(?:提供|作出|贡献|奠定|谱写|开创|书写|再上|迈上|凝聚)[^0-9。；]{0,24}"
    r"(?:保障|贡献|力量|基础|篇章|局面|台阶|支撑)[。！]?$"
)
_MAX_TURN_CHARS = 60
_AHEAD = re.compile("下一步|下步|今后|接下来|明年|新的一年")
_TITLE_CHARS = 16
_TRAILING = re.compile("等(?:方面)?(?:的?问题|情况|不足|现象)?[。；;]?$")


@dataclass(frozen=True, slots=True)
class Item:
    """One item: ``label`` is the number or words that announce it, ``span`` all of it."""

    label: str
    lead: Span
    span: Span


def role_items(report: Report, role: Role) -> list[Item]:
    """Return the items of every section that plays ``role``, in order; empty if there is none."""
    groups: list[list[Section]] = []
    for section in report.sections:
        if section.role != role:
            continue
        if groups and _belongs(section, groups[-1]):
            groups[-1].append(section)
        else:
            groups.append([section])
    return [item for group in groups for item in group_items(report, group)]


def in_prose(report: Report, role: Role) -> list[Span]:
    """Return the sentences that tell of problems or plans where no part of the report is one.

    The sentence with most clauses of lack (or of aims) and those beside it that hold one; none where
    a single clause is all there is: in passing everything is lacking somewhere.
    """
    words = pattern("lack" if role == "problems" else "aim")
    other = "plans" if role == "problems" else "problems"
    lines = [
        line for line in read(report).lines
        if not line.is_table and line.role != other
        and not line.folded.endswith((",", "，")) and not _tells_ahead(report, line.span)
    ]  # fmt: skip
    telling = [sum(bool(words.search(clause.folded)) for clause in ln.clauses) for ln in lines]
    if max(telling, default=0) < LEAST_IN_PROSE:
        return []
    first = last = max(range(len(lines)), key=lambda i: telling[i])
    while first and telling[first - 1]:
        first -= 1
    while last + 1 < len(lines) and telling[last + 1]:
        last += 1
    return [line.span for line in lines[first : last + 1]]


def without_plans(report: Report, item: Item) -> Item:
    """Return a problem without the sentences behind it that tell what is to be done about it."""
    sentences = split_sentences(report.text, item.span.start, item.span.end)
    kept = len(sentences)
    while kept > 1 and _tells_ahead(report, sentences[kept - 1]):
        kept -= 1
    if kept == len(sentences):
        return item
    return replace(item, span=Span(item.span.start, sentences[kept - 1].end))


def _tells_ahead(report: Report, sentence: Span) -> bool:
    """Tell whether a sentence opens with the time to come: 下一步, or a year after the report's."""
    words = report.text[sentence.start : sentence.end].strip()
    opens = SAID_YEAR.match(words)
    after = opens is not None and report.meta.year is not None and int(opens[1]) > report.meta.year
    return after or _AHEAD.match(words) is not None


def _belongs(section: Section, group: Sequence[Section]) -> bool:
    """Tell whether a leaf carries on a group: under the same top heading, or outside of any."""
    if section.node[:1] == group[-1].node[:1]:
        return bool(section.node) or group[-1].end == section.start
    headed = section.kind == "heading" or any(leaf.kind == "heading" for leaf in group)
    return group[-1].end == section.start and not headed


def group_items(report: Report, leaves: Sequence[Section]) -> list[Item]:
    """Return the items of one section given as its leaves."""
    depth = _common_depth(leaves)
    children = _children(leaves, depth)
    while len(children) == 1 and _only_frames(children[0]):
        depth += 1
        children = _children(leaves, depth)
    if not children:
        return _prose_items(report.text, [s for s in leaves if s.kind != "heading"])
    items = [_item(report.text, child) for child in children]
    last = items[-1]
    return [*items[:-1], replace(last, span=_without_closing(report.text, last.span))]


def _only_frames(leaves: Sequence[Section]) -> bool:
    """Return True for a heading such as （一）存在的问题, alone under its parent: no item itself."""
    first = leaves[0]
    named = first.kind == "heading" and role_of_heading(first.path[-1], None) == first.role
    return named or len(_children(leaves, len(first.node))) > 1


def _common_depth(leaves: Sequence[Section]) -> int:
    first = leaves[0].node
    depth = 0
    while depth < len(first) and all(s.node[: depth + 1] == first[: depth + 1] for s in leaves):
        depth += 1
    return depth


def _children(leaves: Sequence[Section], depth: int) -> list[list[Section]]:
    children: list[list[Section]] = []
    for section in leaves:
        if len(section.node) <= depth:
            continue
        if children and children[-1][0].node[: depth + 1] == section.node[: depth + 1]:
            children[-1].append(section)
        else:
            children.append([section])
    return children


def _item(text: str, leaves: Sequence[Section]) -> Item:
    span = trim(text, leaves[0].start, leaves[-1].end)
    if leaves[0].kind == "heading":
        lead = trim(text, leaves[0].start, leaves[0].end)
    else:
        sentences = split_sentences(text, leaves[0].start, leaves[0].end)
        lead = sentences[0] if sentences else span
    return Item(leaves[0].path[-1] if leaves[0].path else "", lead, span)


def _without_closing(text: str, span: Span) -> Span:
    sentences = split_sentences(text, span.start, span.end)
    while len(sentences) > 1 and _CLOSING.match(text[sentences[-1].start : sentences[-1].end]):
        sentences.pop()
    return Span(span.start, sentences[-1].end) if sentences else span


def _prose_items(text: str, bodies: Sequence[Section]) -> list[Item]:
    if not bodies:
        return []
    start, end = bodies[0].start, bodies[-1].end
    matches = re.finditer(r"[^\r\n]+", unwrap(text)[start:end])
    paragraphs = [trim(text, m.start() + start, m.end() + start) for m in matches]
    paragraphs = [q for p in paragraphs if len(q := _without_turn(text, p))]
    words = [text[p.start : p.end] for p in paragraphs[:2]]
    if len(words) > 1 and _is_title(words[0]) and not _is_title(words[1]):
        paragraphs.pop(0)
    if len(paragraphs) > 1 and _ASPIRES.search(text[paragraphs[-1].start : paragraphs[-1].end]):
        paragraphs.pop()
    return [Item("", span, span) for span in _enumeration(text, paragraphs)]


def _is_title(words: str) -> bool:
    """Tell whether a paragraph only names the part (不足之处): short, and no sentence."""
    return len(words) <= _TITLE_CHARS and not re.search("[，,；;。：:]", words)


def _without_turn(text: str, paragraph: Span) -> Span:
    """Return a paragraph without a first sentence that only looks back at the list before it."""
    sentences = split_sentences(text, paragraph.start, paragraph.end)
    if not sentences or not _CLOSING.match(text[sentences[0].start : sentences[0].end]):
        return paragraph
    first = text[sentences[0].start : sentences[0].end]
    if re.search("[；;：:]", first) or len(first) > _MAX_TURN_CHARS:
        return paragraph
    return Span(sentences[1].start, paragraph.end) if len(sentences) > 1 else Span(0, 0)


def _enumeration(text: str, paragraphs: Sequence[Span]) -> list[Span]:
    """Return the items of running text: its paragraphs, or the parts of its only one.

    Parts are what ； divides, else sentences, else what commas or 、 divide where each part
    speaks of a lack: 、 also joins nouns that are no items.
    """
    # only the first paragraph introduces, or one that ends in a colon; 存在…问题 may be an item
    telling = [
        p
        for index, p in enumerate(paragraphs)
        if not (
            _is_intro(text[p.start : p.end])
            and (index == 0 or text[p.end - 1] in "：:" or len(paragraphs) == 1)
        )
    ]
    if len(telling) >= 2 or not paragraphs:
        return telling
    rest = _after_intro(text, Span(paragraphs[0].start, paragraphs[-1].end))
    if re.search("[；;]", text[rest.start : rest.end]):
        return _split(text, rest, "；;。")
    sentences = split_sentences(text, rest.start, rest.end)
    if len(sentences) >= 2:
        return sentences
    commas = _split(text, rest, "，,。")
    if len(commas) >= 2 and _lacking(text, commas) == len(commas):
        return commas
    points = _split(text, rest, "、。")
    if len(points) >= 3 and _lacking(text, points) >= len(points) - 1:
        return points
    return sentences


def _after_intro(text: str, block: Span) -> Span:
    """Return ``block`` from where its enumeration begins, its closing sentences off."""
    block = _without_closing(text, block)
    for sentence in split_sentences(text, block.start, block.end):
        words = text[sentence.start : sentence.end]
        opening = _opening(words)
        if opening is not None:
            return Span(sentence.start + opening, block.end)
        if not _is_intro(words):
            return Span(sentence.start, block.end)
    return block


def _lacking(text: str, spans: Sequence[Span]) -> int:
    return sum(bool(pattern("lack").search(text[s.start : s.end])) for s in spans)


_SUCH_AS = re.compile("^(?:譬如|比如|例如|诸如|如)(?![何期下实果今])")


def _opening(words: str) -> int | None:
    """Return where an enumeration starts inside a sentence, or None."""
    match = _OPENS_OBJECTS.search(words) or _OPENS_ENUMERATION.search(words)
    if match and re.search("[；;]", words[: match.start()]):
        return None  # the list began before: this opens what one of its items says
    if match and len(words) - match.end() > 10:
        rest = words[match.end() :].lstrip("：:，, ")
        return len(words) - len(_SUCH_AS.sub("", rest, count=1))
    return None


def _is_intro(words: str) -> bool:
    return bool(_INTRO.search(words.rstrip("。 ")))


def _split(text: str, span: Span, marks: str) -> list[Span]:
    """Return the parts of a span between marks, quotations left whole, the list's 等 off its end."""
    words = text[span.start : span.end]
    quotations = Quotations(words)
    cuts = [i + 1 for i, char in enumerate(words) if char in marks and i not in quotations]
    pieces = [
        trim(text, span.start + a, span.start + b)
        for a, b in zip([0, *cuts], [*cuts, len(words)], strict=True)
    ]
    pieces = [piece for piece in pieces if len(piece) > 3]
    if pieces:
        last = pieces[-1]
        trailing = _TRAILING.search(text[last.start : last.end])
        if trailing and trailing.start() > 3:
            pieces[-1] = Span(last.start, last.start + trailing.start())
    return pieces


def shown(item: Item, *, whole: bool = False) -> Span:
    """Return how much of an item to show: all of it if short (or ``whole``), else its lead."""
    if whole or len(item.span) <= MAX_ITEM_CHARS or len(item.lead) < 6:
        return item.span
    return item.lead
