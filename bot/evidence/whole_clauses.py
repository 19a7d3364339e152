"""Cutting official prose into pieces that can stand alone: whole clauses, no dangling marker.

A piece is a span of one sentence. It starts where a reader needs nothing from before it and
ends where nothing that belongs to it follows; quotation marks and brackets are never opened
and left open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.documents import Span
from retrieval.parsing.chunking import split_clauses, trim
from retrieval.text.numbering import inline_markers, marker_at

_INLINE_STYLES = frozenset(("is", "must", "ordinal", "first", "aspect", "circled", "num_paren"))
_CONNECTIVE = re.compile(
    r"(?:其中|同时|此外|另外|一方面|另一方面|但是|但|而且|并且|并|且|虽然|尽管|因此|然而|也|还|还有|比如|例如|如)[，,：:]"
    r"|(?:比|例)?如(?!何|期|下|实|果|今|意|需|要|此|同)"
)
# what says more about the clause before it, and means nothing alone
_DEPENDENT = re.compile(
    r"(?:同比|同期|环比|较|比|相比|占|分别|增长|上升|下降|减少|增加|提高|降低|增幅|降幅|涨幅|达到?|为|均|率|"
    r"并|且|而|但|也|还|又|从而|进而|使得?|让|致|以致|导致|以及|及|和|或|等|则|即|该|其|此|这|那|它|因此|所以|然后|"
    r"同时|另外|例如|如|特别是|尤其是|包括|含|累计|共|总|合计|[0-9]|[”’」』》）)】])"
)
# what only prepares the clause after it
_OPENER = re.compile(
    r"(?:为了?|通过|针对|按照|根据|依托|围绕|结合|随着|坚持以|以|经|在|对|将|把|由|从|自|当|虽|尽管|如果|聚焦|紧扣|立足|借助|依据|关于|面对|鉴于|作为|与|向)"
)
_RESULT_VERB = re.compile(
    r"(?!实现率|完成率|办结率|调解率|审核率)(?:完成|实现|取得|建成|办理|审核|审查|开展|组织|举办|召开|出台|制定|印发|成立|建立|设立|培训|化解|调解|受理|审结|发放|进行|公布|清理|评查|梳理|推进|提升|加强)"
)
_FRESH = re.compile(
    r"(?:20[0-9]{2}年|全年|今年|年内|目前|截至|[全我本][区县市省局]|各级|县委|县政府|区委|区政府|市委|市政府|局党组)"
)
_PURPOSE = re.compile(
    r"(?:确保|切实|有效|不断|进一步|努力|着力|全力|推动|促进|助推|持续|大力|提升|保障|为.{2,30}(?:提供|奠定|营造|打下))"
)
# a clause that breaks off: a time, a means, a cause, a comparison that waits for what follows
_HANGING = re.compile(
    r"(?:年初|年底|[0-9]月|[0-9]日|以来|期间|之际|同时|基础上|过程中|情况下|方面|等(?:方式|形式|途径|手段|因素|渠道)|为(?:契机|抓手|目标|导向|主题|载体|依托|核心|主线|重点)|主导|会上|会议上)$"
    r"|^(?:由于|因为|因)|^[^，]{0,12}(?:由于|因为)|^20[0-9]{2}年度?$"
)
_PREDICATE = re.compile(
    r"[0-9]|不足|不够|不高|不强|不到位|不平衡|不均|不多|不全|不规范|不畅|薄弱|滞后|有待|仍需|亟需|亟待|急需|需要?进一步|较低|较弱|偏少|偏弱|偏低|缺乏|缺少|困难|严重|突出|老化|居高|单一|提升$|提高$|加强$|完善$"
)
_PAIRS = {"“": "”", "‘": "’", "《": "》", "（": "）", "(": ")", "【": "】", "〔": "〕", "「": "」"}
_CLOSERS = {close: opening for opening, close in _PAIRS.items()}
_HAN_BLANK = re.compile(
    r"(?<=[\u3400-\u9fff，。；：、）》”])\s+(?=[\u3400-\u9fff（《“0-9])|\s+(?=[，。；：、])"
)
_HALF_BRACKETS = re.compile(r"\(([^()]{0,80}[\u3400-\u9fff][^()]{0,80})\)")
_FULL = str.maketrans({",": "，", ";": "；", ":": "：", "?": "？", "!": "！"})
_WIDE_FIGURES = str.maketrans("０１２３４５６７８９％．", "0123456789%.")
_SET_ALREADY = re.compile("[0-9.%\u3400-\u9fff]+")  # most figures: thousands are set for a ranking
_HALF_MARK = re.compile(r"(?<![0-9A-Za-z])[,;:?!]|[,;:?!](?![0-9A-Za-z/])")


def bare_start(text: str, span: Span) -> int:
    """Return where a sentence starts once its number (一是, （二）, 3.) and connectives are off."""
    start = span.start
    for _ in range(3):
        marker = marker_at(text, start)
        if marker is None:
            inline = inline_markers(text, start, min(span.end, start + 6))
            marker = next(
                (m for m in inline if m.start == start and m.style in _INLINE_STYLES), None
            )
        moved = marker.end if marker else start
        connective = _CONNECTIVE.match(text, moved, span.end)
        if connective:
            moved = connective.end()
        while moved < span.end and text[moved] in " \u3000\xa0\t，,、：:.．)）":
            moved += 1
        if moved == start or moved >= span.end - 3:
            break
        start = moved
    return start


def typeset(words: str) -> str:
    """Return words as they are set in a Chinese document: full-width marks, no stray blanks."""
    if _SET_ALREADY.fullmatch(words):
        return words
    words = words.translate(_WIDE_FIGURES)
    words = _HALF_MARK.sub(lambda m: m.group().translate(_FULL), " ".join(words.split()))
    return _HALF_BRACKETS.sub(r"（\1）", _HAN_BLANK.sub("", words))


def balanced(words: str) -> bool:
    """Tell whether every bracket and quotation mark opened in ``words`` is closed there."""
    stack: list[str] = []
    for char in words:
        if char in _PAIRS:
            stack.append(char)
        elif char in _CLOSERS and (not stack or stack.pop() != _CLOSERS[char]):
            return False
    return not stack and words.count('"') % 2 == 0


def stands_alone(words: str) -> bool:
    """Tell whether a clause can open a piece: it leans on nothing said before it."""
    return len(words) >= 4 and not _DEPENDENT.match(words)


def pieces(text: str, sentence: Span, most: int, *, loose: bool = False) -> list[Span]:
    """Return the runs of whole clauses of a sentence, each at most ``most`` characters long.

    They start with the sentence, after a semicolon or with words that name their own subject;
    ``loose`` lets them start with any clause that leans on nothing. Longest runs are not
    preferred: every run that can stand alone is returned, in order of start, then of end.
    """
    start = bare_start(text, sentence)
    clauses = split_clauses(text, start, sentence.end)
    found = []
    for i, clause in enumerate(clauses):
        if not _may_open(text, clauses, i, loose=loose):
            continue
        for j in range(i, len(clauses)):
            end = clauses[j].end
            if end - clause.start > most + 1:
                break
            if _may_close(text, clauses, i, j):
                found.append(trim(text, clause.start, end))
    return found


def _may_open(text: str, clauses: Sequence[Span], i: int, *, loose: bool) -> bool:
    words = text[clauses[i].start : clauses[i].end]
    if i == 0:
        return True
    if not stands_alone(words):
        return False
    before = text[clauses[i - 1].start : clauses[i - 1].end]
    if _is_opener(before):
        return False
    if before[-1] in "；;" or _FRESH.match(words):
        return True
    return loose and bool(_RESULT_VERB.match(words))


def _may_close(text: str, clauses: Sequence[Span], i: int, j: int) -> bool:
    words = text[clauses[i].start : clauses[j].end]
    if not balanced(words):
        return False
    last = text[clauses[j].start : clauses[j].end]
    if last[-1] in "：:" or _is_opener(last):
        return False
    if j + 1 == len(clauses) or last[-1] in "；;":
        return True
    after = text[clauses[j + 1].start : clauses[j + 1].end]
    if _PURPOSE.match(after):
        return True
    if _DEPENDENT.match(after):
        return False
    goes_on = _RESULT_VERB.match(after) or _FRESH.match(after) or _OPENER.match(after)
    return bool(goes_on or _PREDICATE.search(last.rstrip("，,")))


def _is_opener(words: str) -> bool:
    """A clause that only prepares the next: 为…, 通过…, 在…基础上 without a verb of result."""
    bare = words.rstrip("，,；;。")
    if _HANGING.search(bare):
        return True
    if not _OPENER.match(bare):
        return False
    return not re.search(r"[0-9]|提供|奠定|取得|实现|完成|进行|开展|纳入", bare)


def is_effect(words: str) -> bool:
    """Tell whether a clause only claims an effect (确保…, 切实提升…): the first to be cut."""
    return bool(_PURPOSE.match(words)) and not re.search("[0-9]", words)
