"""People, bodies and quoted names that a question takes for granted, held against the report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.evidence.binding import subject_terms
from bot.evidence.reading import Reading, unquoted
from bot.evidence.selection import Evidence
from bot.notes import Note
from retrieval.documents import Span
from retrieval.question.query import Query
from retrieval.text.marks import QUOTED
from retrieval.text.normalise import fold, has_han, normalise

_TITLES = "区委书记|县委书记|市委书记|书记|区长|县长|市长|镇长|乡长|主任|局长|院长|检察长|秘书长"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范廖石金韦贾"
    "夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万钱覃武戴莫孔汤"
)
_NAME = f"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}"
_PERSON = re.compile(f"(?P<title>{_TITLES})(?P<name>{_NAME})")
_PLAIN = "[^\\W\\d_各个这那些有县市区乡级全于和与及在对由把从向到给帮的了等]"
_BODY = re.compile(
    f"(?P<court>检察院|法院)|(?P<place>{_PLAIN}{{2}}(?:街道|(?<![街城集村])镇))(?![街村居级])|"
    f"(?P<office>{_PLAIN}{{2}}(?:(?<![格布全结大开当时政])局|(?<=[法治安导审改])办))(?![理事公长势面限])"
)


@dataclass(frozen=True, slots=True)
class Misnamed:
    """What to say of a name the question got wrong, and the words that show it, if any do."""

    note: Note
    span: Span | None = None


def judge_names(query: Query, found: Sequence[Evidence], reading: Reading) -> Misnamed | None:
    """Correct a person's office, a body or a quoted name that the chosen words do not bear out."""
    if not found:
        return None
    topic, question = normalise(query.topic), normalise(query.question)
    whole = unquoted(reading.report.text)
    return (
        _judge_person(question, whole, found, reading)
        or _judge_quoted(topic, whole, found, reading)
        or _judge_body(topic, whole, found, reading)
    )


def _judge_person(
    question: str, whole: str, found: Sequence[Evidence], reading: Reading
) -> Misnamed | None:
    match = _PERSON.search(question)
    if not match:
        return None
    title, name = match["title"], match["name"].rstrip("主亲带部是在的做对组")
    if len(name) < 2:
        return None
    if name not in whole:
        return Misnamed(Note("body_absent", {"body": name}))
    spoken = {m[1] for m in re.finditer(f"({_TITLES})、?{name}", whole)}
    if spoken and not any(t.endswith(title) or title.endswith(t) for t in spoken):
        held = sorted(spoken, key=len)[-1]
        span = _first_clause(name, reading)
        return Misnamed(Note("office_of", {"name": name, "office": held}), span)
    words = _said(found)
    deed = re.sub("^(?:亲自|来|了|在)+", "", question[match.start("name") + len(name) :])[:2]
    by = re.compile(f"(?:{_TITLES})(?P<name>{_NAME}?)(?:亲自)?{re.escape(deed)}")
    doers = {m["name"] for m in by.finditer(words)} if len(deed) == 2 else set()
    others = {m["name"] for m in _PERSON.finditer(words)}
    if (name not in words and others) or (doers and name not in doers):
        return Misnamed(Note("other_body", {"body": name}))
    return None


def _first_clause(words: str, reading: Reading) -> Span | None:
    """Return the first clause that holds ``words``, with the one after it if it is short."""
    for line in reading.lines:
        for i, clause in enumerate(line.clauses):
            if words in unquoted(clause.folded):
                last = line.clauses[min(i + 1, len(line.clauses) - 1)]
                end = last.span.end if last.span.end - clause.span.start <= 120 else clause.span.end
                return line.span if len(line.span) <= 120 else Span(clause.span.start, end)
    return None


def _said(found: Sequence[Evidence]) -> str:
    return "|".join(unquoted(e.line.folded + e.line.lead + e.line.path) for e in found)


def _judge_quoted(
    topic: str, whole: str, found: Sequence[Evidence], reading: Reading
) -> Misnamed | None:
    for phrase in QUOTED.findall(topic):
        if not has_han(phrase):
            continue  # English words are held by none of the reports
        words = unquoted(phrase)
        if words not in whole:
            return Misnamed(Note("phrase_absent", {"phrase": phrase}))
        if words not in _said(found):
            span = _first_clause(words, reading)
            if span:
                return Misnamed(Note("phrase_told", {"phrase": phrase}), span)
    return None


def _judge_body(
    topic: str, whole: str, found: Sequence[Evidence], reading: Reading
) -> Misnamed | None:
    """Say whose doing it was where the chosen words name another body of the same kind."""
    match = _BODY.search(topic)
    if not match or found[0].coverage < 0.5 or re.search("哪|谁", topic):
        return None
    body, kind = match[0], str(match.lastgroup)
    meta = reading.report.meta
    if _core(body) in fold(f"{meta.issuer or ''}{meta.title}"):
        return None
    terms = [t for t in subject_terms(topic) if _core(body) not in t.word]
    clauses = [c for e in found for c in e.line.clauses]
    best = max(clauses, key=lambda c: sum(t.weight * t.match(c.folded) for t in terms))
    said = unquoted(best.folded)
    others = [m[0] for m in _BODY.finditer(said) if m.lastgroup == kind]
    if others and _core(body) not in said:
        return Misnamed(Note("other_body", {"body": body}))
    if _core(body) not in whole:
        return Misnamed(Note("body_absent", {"body": body}))
    return None


def _core(body: str) -> str:
    """Return what tells a body from others: 检察, 司法, 百官."""
    return body if body == "法院" else re.sub("街道|[院局镇办]$", "", body)
