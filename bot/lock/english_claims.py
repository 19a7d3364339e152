"""What an English line says of Chinese quotes beside its figures: whose they are, and yes or no.

Each English clause finds its Chinese clauses by its figures, else by the genre's glossary. They
must agree on denial, direction, plan or deed, some or all; and a figure's English words may not
be those of a neighbouring figure. Texts are levelled; problems are Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.lock import wording
from bot.lock.figure_contexts import COUNTED
from bot.lock.modality import Ground, said_in
from bot.lock.stops import HARD_STOP, STOP, items
from retrieval.genre.english import chinese_words, glosses
from retrieval.genre.lexicon import pattern
from retrieval.genre.quantities import Quantity, find_quantities, same_value

_PART = re.compile(
    r"(?<!\d)[,:]|[,:](?!\d)|;|\.(?!\d)|!|\?|(?<![a-z])(?:while|whereas|but|although|though)(?![a-z])"
)
_AND = re.compile(
    r"(?<![a-z])(?:and|of which|including|involving|covering|in|with|for|at)(?![a-z])"
)
_NO = re.compile(
    r"(?<![a-z])(?:no(?!-| more than| less than|\. ?\d)|not(?! only)|none|never|without|neither|nor|cannot|fail(?:s|ed|ing)? to|fail(?:s|ed)"
    r"|lack(?:s|ed|ing)?|zero|insufficient(?:ly)?|inadequate(?:ly)?|un(?:able|resolved|completed|qualified|used|certified)"
    r"|yet to|absence)(?![a-z])|n't(?![a-z])"
)
_WANT = re.compile(
    r"(?<![a-z])(?:weak|poor|short|limited|low|difficult|gap|problem|issue|deficien|incomplete|lag|need|uneven|under|avoid"
    r"|prevent|prohibit|forbid|ban|stop|cancel|invalid|only|rare|few|hard|little|less|remain|still|exempt|free|illegal|unlawful|non)"
)
_CHINESE_NO = re.compile(
    "没|未|不|无|非|缺|零|禁止|难以|薄弱|滞后|避免|杜绝|防止|停止|废止|失效|取消|(?<![0-9.])0(?![0-9.])"
)
_RISE_EN = re.compile(
    r"(?<![a-z])(?:increas|rose|risen|rise|rising|grew|grow|(?<!set )up(?![a-z-])|climb|upward|higher|gain)"
)
_FALL_EN = re.compile(
    r"(?<![a-z])(?:decreas|fell|fallen|fall|falling|declin|drop|down(?![a-z]| to [a-z])|reduc|lower|shrank|fewer)"
)
_RISE_ZH = re.compile("升|增|提高|上涨|扩大|多")
_FALL_ZH = re.compile("降|减|下滑|回落|缩|压|少|低")
_WILL = re.compile(
    r"(?<![a-z])(?:will|shall|plan(?:s|ned|ning)?|intend(?:s|ed)?|aim(?:s|ed|ing)?|going to|to be|expect(?:s|ed)?|propos|seek|strive"
    r"|should|must|next (?:year|step)|future|goal|target|prepar|need(?:s|ed)? to|ha(?:s|ve) to|require|call(?:s|ed)? for)"
)
_FUTURE = re.compile(
    r"(?<![a-z])(?:will|shall|going to|(?:is|are|was|were) (?:due |set |yet )?to be|plan(?:s|ned)? to|intends? to)(?![a-z])"
)
_NEEDED = re.compile(
    r"(?<![a-z])(?:need|should|must|remain|yet to|require|weak|insufficient|room|not |lack|inadequate|improvable|will|await|urgent)"
)
_ALMOST = re.compile(
    r"(?<![a-z])(?:basic|large|essential|most|prelimin|initial|rough|almost|near|main|in principle|broad|general|start|began|begun)"
)
_SEVERAL = re.compile(
    r"(?<![a-z])(?:some|part|several|certain|few|individual|many|most|majority|number of|minority|handful|one of)"
)
_SWEEPING = (
    (re.compile(r"(?<![a-z])(?<!in )(?<!at )(?:all(?! in all)|every|entire|whole|fully|entirely|always|universal)(?![a-z])"), re.compile(f"{pattern('whole').pattern}|全|各|每|总|齐")),
    (re.compile(r"(?<![a-z])(?:first time|first[- ]ever|the first (?!instance|half|quarter|class|category|batch|phase|level)|pioneer)"), re.compile("首|第一|率先|先行")),
    (re.compile(r"(?<![a-z])(?:only(?<!not only)|just(?! as)|merely|solely|sole|as few as|no more than)(?![a-z])"), re.compile("仅|只|(?<!人)才|不足[0-9]|唯")),
    (re.compile(r"(?<![a-z])(?:the most(?! of)|highest|lowest|largest|biggest|best|greatest|leading|top|number one|unprecedented|record (?:high|low))(?![a-z])"), re.compile("最|第一|首位|榜首|领先|前列|空前|新高")),
    (re.compile(r"(?<![a-z])(?:most(?= of|,| [a-z]+s(?![a-z]))|majority|mostly)(?<!at most)(?<!the most)"), re.compile("多数|部分|大多|一半|过半|主要|为主|%")),
    (re.compile(r"(?<![a-z])(?:because|due to(?! be)|owing to|as a result|thanks to|caused by|led to|attribut)"), re.compile("因|由于|所以|从而|致|引发|使|促")),
)  # fmt: skip
_BODY = re.compile("[局厅院会]$|大学|公司|集团|中心|办公室")
_LEVELS = (
    (re.compile("(?<![a-z])(?:provinc|the province)"), "省"),
    (re.compile("(?<![a-z])(?:national|nationwide|(?:whole|entire|the) (?:country|nation))(?![a-z])"), "国"),
    (re.compile("(?<![a-z])(?:municipal|citywide|(?:whole|entire|the) city)"), "市"),
)  # fmt: skip
_GENERAL = frozenset("案件 申请 事项 人员 工作 情况 问题 单位 部门 行政 法治 法律 政府".split())
_MOVES = re.compile("上升|下降|增长|增加|减少|提高|降低")
_OF = re.compile(r"\s*(?:件|项|个)?\s*(?:out )?of (?:the |its |all )?\s*")
_SUBJECT = 8  # characters that a body may have that does all that its sentence tells
_CHANGE = re.compile("^(?:同比|环比|同期|较|比|增|降|上升|下降|提高|减|幅)")


@dataclass(frozen=True, slots=True)
class _Told:
    """A figure of a quote: its clause, the words beside it, and what it takes over from before.

    ``change`` are its clause and those after it that tell how it changed.
    """

    quantity: Quantity
    clause: str
    own: str
    taken: str
    change: str
    sentence: str


def english_problems(text: str, ground: Ground) -> tuple[str, ...]:
    """Find what a levelled English line, figures in Chinese form, says otherwise than its passages."""
    passages = ground.passages
    source = "\n".join(passages)
    found = [
        f"原文没有“{m[0]}”" for w, sign in _LEVELS if (m := w.search(text)) and sign not in source
    ]
    found += [f"原文没有“{body}”" for body in _bodies(text, source)]
    found += _misdated(text, passages)
    told = [t for passage in passages for t in _told(passage)]
    before: tuple[tuple[str, ...], ...] = ()
    close: list[tuple[str, str]] = []
    for part in filter(str.strip, _PART.split(text)):
        figures = [q for q in find_quantities(part) if q.kind in COUNTED]
        for quantity, words, shared in _beside(part, figures):
            terms = _terms(words) if _says_anything(words) else before
            before = terms or before
            found += _strange(quantity, terms, told, shared=shared)
            found += _turned(quantity, words, told)
        if not figures:
            before = _terms(part) or before
        close = _homes(part, figures, passages, told) or close
        if close:
            found += _standing(part, close, passages)
            found += _planned(part, close, ground)
        else:
            found += _sweeping(part, passages)
    return tuple(dict.fromkeys(found))


def _beside(part: str, figures: Sequence[Quantity]) -> Iterator[tuple[Quantity, str, bool]]:
    """Yield the figures of a part with the words beside each, and whether it shares them.

    What follows ``30 of the 36`` is told of both.
    """
    for place, quantity in enumerate(figures):
        begin = figures[place - 1].end if place else 0
        until = figures[place + 1].start if place + 1 < len(figures) else len(part)
        left, right = part[begin : quantity.start], part[quantity.end : until]
        shared = place > 0 and bool(_OF.fullmatch(left))
        if place and (joint := _AND.search(left)):
            left = left[joint.end() :]
        if place + 1 < len(figures):
            if _OF.fullmatch(right):
                shared = True
                after = figures[place + 2].start if place + 2 < len(figures) else len(part)
                right = part[figures[place + 1].end : after]
            else:
                joint = _AND.search(right)
                right = right[: joint.start()] if joint else ""
        yield quantity, f"{left} {right}", shared


def _says_anything(words: str) -> bool:
    """Tell whether words name anything, known to the glossary or not."""
    return any(True for _ in glosses(words))


@lru_cache(maxsize=4096)
def _terms(words: str) -> tuple[tuple[str, ...], ...]:
    """Return the glossary's Chinese for each English term of some words, directions left out."""
    found = (gloss.chinese for gloss in glosses(words) if gloss.chinese)
    return tuple(term for term in found if not any(_MOVES.search(word) for word in term))


@lru_cache(maxsize=1024)
def _told(passage: str) -> tuple[_Told, ...]:
    """Return the figures of a passage with what they are told of."""
    found = []
    for sentence in HARD_STOP.split(passage):
        earlier = ""
        clauses = [c for c in STOP.split(sentence) if c.strip()]
        for place, clause in enumerate(clauses):
            figures = [q for q in find_quantities(clause) if q.kind in COUNTED]
            after = place + 1
            while after < len(clauses) and _CHANGE.match(clauses[after].strip()):
                after += 1
            change = ",".join(clauses[place:after])
            for n, quantity in enumerate(figures):
                begin = figures[n - 1].end if n else 0
                until = figures[n + 1].start if n + 1 < len(figures) else len(clause)
                own = clause[begin : quantity.start] + (
                    clause[quantity.end : until] if n + 1 == len(figures) else ""
                )
                before = earlier + clause[:begin]
                taken = "" if _names_a_thing(own) else pattern("deed").sub("|", before)
                if _CHANGE.match(own.strip()):
                    taken = _last_thing(before)
                found.append(_Told(quantity, clause, own, taken, change, sentence))
            earlier += clause + ","
    return tuple(found)


def _names_a_thing(words: str) -> bool:
    """Tell whether words hold a term of the genre other than a verb or a general word."""
    bare = pattern("deed").sub("|", words)
    return any(t in bare for t in chinese_words() if len(t) > 1 and t not in _GENERAL)


def _last_thing(before: str) -> str:
    """Return the last clause before a change that names what changed."""
    for clause in reversed(before.split(",")):
        if clause and not _CHANGE.match(clause.strip()):
            return clause
    return ""


def _strange(
    quantity: Quantity, terms: Sequence[tuple[str, ...]], told: Sequence[_Told], *, shared: bool
) -> Iterator[str]:
    """Yield a figure whose English words are those of another figure of the passages.

    Of words that it has ``shared`` with another figure some may be that one's.
    """
    same = [t for t in told if same_value(quantity, t.quantity)]
    if not same:
        return
    ours = "\n".join(f"{t.own}\n{t.taken}\n{_doer(t.sentence)}" for t in same)
    missed = [term for term in terms if not any(word in ours for word in term)]
    if shared and len(missed) < len(terms):
        return
    for other in told:
        if same_value(quantity, other.quantity) or quantity.kind != other.quantity.kind:
            continue
        if any(word in other.own for term in missed for word in term if word not in _GENERAL):
            yield f"“{quantity.text}”在原文中说的是“{same[0].clause[:30]}”"
            return


def _doer(sentence: str) -> str:
    """Return who a sentence opens with, if it opens with a body: its subject to its end."""
    ends = [match.end() for match in pattern("doer").finditer(sentence[:_SUBJECT])]
    return sentence[: ends[-1]] if ends else ""


def _turned(quantity: Quantity, words: str, told: Sequence[_Told]) -> Iterator[str]:
    """Yield a figure told as a rise that is a fall in the passages, or the other way round."""
    same = [t for t in told if same_value(quantity, t.quantity)]
    for said, ours, other in ((_RISE_EN, _RISE_ZH, "上升"), (_FALL_EN, _FALL_ZH, "下降")):
        theirs = _FALL_ZH if ours is _RISE_ZH else _RISE_ZH
        if not same or not said.search(words) or any(ours.search(t.change) for t in same):
            continue
        if all(theirs.search(t.sentence) or not ours.search(t.sentence) for t in same):
            yield f"原文没有说“{quantity.text}”是{other}"


def _homes(
    part: str, figures: Sequence[Quantity], passages: Sequence[str], told: Sequence[_Told]
) -> list[tuple[str, str]]:
    """Return the Chinese clauses that an English part tells, each with its sentence before it."""
    clauses = [(s.text, s.before) for passage in passages for s in said_in(passage)]
    if figures:
        homes = {
            "".join(t.clause.split()) for q in figures for t in told if same_value(q, t.quantity)
        }
        found = [(text, before) for text, before in clauses if text in homes]
        if found:
            return found
    terms = _terms(part)
    scored = [
        (sum(any(w in text for w in t) for t in terms), text, before) for text, before in clauses
    ]
    best = max((score for score, _, _ in scored), default=0)
    if best < 2 and (best < 1 or len(terms) > 2):
        return []
    return [(text, before) for score, text, before in scored if score == best]


def _standing(
    part: str, close: Sequence[tuple[str, str]], passages: Sequence[str]
) -> Iterator[str]:
    """Yield denials, plans, hedges and generalities on which a part and its clauses differ.

    What generalises may stand in another clause: …案件4件,均判决驳回.
    """
    said = part.strip()[:40]
    texts = [text for text, _ in close]
    denies, wants = bool(_NO.search(part)), bool(_WANT.search(part))
    if denies and not any(_CHINESE_NO.search(text) for text in texts):
        yield "原文没有否定"
    twice = all(sum(map(len, map(wording.denials, items(t)))) > 1 for t in texts)
    if denies and twice and len(_NO.findall(part)) == 1:
        yield f"原文有两重否定，句中只有一重：“{said}”"
    if not denies and not wants and all(wording.denies(text) for text in texts):
        yield f"原文有否定，句中看不出：“{said}”"
    clauses = [s for text, before in close for s in said_in(f"{before}{text}")[-1:]]
    if not _WILL.search(part) and not denies and all(s.planned for s in clauses):
        yield f"“{said}”在原文中是计划，不是已做的事"
    if _WILL.search(part) and all(
        pattern("done").search(s.text) and not (s.planned or s.ahead) for s in clauses
    ):
        yield f"“{said}”在原文中是已做的事，不是计划"
    if not _NEEDED.search(part) and all(pattern("still_to_do").search(text) for text in texts):
        yield f"原文说“{texts[0][:30]}”，还有待去做"
    if not _ALMOST.search(part) and all(pattern("nearly").search(text) for text in texts):
        yield "原文只说基本或初步如此"
    if not _SEVERAL.search(part) and all(pattern("some_of").search(text) for text in texts):
        yield "原文只说部分如此"
    yield from _sweeping(part, passages)


def _planned(part: str, close: Sequence[tuple[str, str]], ground: Ground) -> Iterator[str]:
    """Yield a plan told as done and the other way round, by the sections that the clauses stand in."""
    texts = [text for text, _ in close]
    if not _WILL.search(part) and all(any(t in p for p in ground.plans) for t in texts):
        yield f"“{part.strip()[:40]}”在原文中是计划，不是已做的事"
    stated = not any(s.planned or s.ahead for t in texts for s in said_in(t))
    if _FUTURE.search(part) and stated and all(any(t in p for p in ground.done) for t in texts):
        yield f"“{part.strip()[:40]}”在原文中是已做的事，不是计划"


def _sweeping(part: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield words that generalise or single out though none of some texts does."""
    for word, support in _SWEEPING:
        found = word.search(part)
        if found and not any(support.search(text) for text in texts):
            yield f"原文没有说“{found[0].strip()}”"


def _bodies(text: str, source: str) -> Iterator[str]:
    """Yield bodies that the source has not, neither whole nor shortened (管委会)."""
    for gloss in glosses(text):
        bodies = [word for word in gloss.chinese if _BODY.search(word)]
        if bodies and not any(
            word in source or re.search(f"{word[0]}.{{0,{len(word)}}}{word[-1]}", source)
            for word in gloss.chinese
        ):
            yield gloss.english


def _misdated(text: str, passages: Sequence[str]) -> Iterator[str]:
    """Yield days and months that the passages give in another sentence than the one a line tells."""
    sentences = [s for passage in passages for s in HARD_STOP.split(passage) if s.strip()]
    for sentence in re.split(r"[.;](?!\d)", text):
        terms = _terms(sentence)
        told = [sum(any(word in s for word in term) for term in terms) for s in sentences]
        for date in (q.text for q in find_quantities(sentence) if q.kind == "date"):
            held = [score for s, score in zip(sentences, told, strict=True) if date in s]
            if held and len(terms) > 1 and max(held) < max(told):
                yield f"“{date}”在原文中说的是别的事"
