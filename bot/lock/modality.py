"""How a sentence says that something is so: done or planned, wholly or in part, of some or of all.

Each clause of a claim is held against the clauses of the passages that say most of it. A plan
told as done, 有待加强 as 加强, 基本建成 as 建成, 部分单位 as 所有单位, or a 首次 and 仅 of the
writer's own change no figure and no name, and make a true line false. Texts are levelled;
problems are Chinese, for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from bot.evidence.likeness import pairs_of
from bot.lock.stops import CUT, HARD_STOP, clauses
from bot.lock.wording import overlap
from retrieval.genre.lexicon import pattern
from retrieval.genre.quantities import canonical, find_quantities

_LIKE = 0.5  # share of a clause's character pairs in a source clause that says the same
_TIE = 0.05
_GLOSS = re.compile(r"(?<=[\u4e00-\u9fff])\([\u4e00-\u9fff]{1,4}\)")  # 村(社区) is one thing
_POST = re.compile("(?:[省市县区镇乡局处院部所]长|书记|主任|主席|检察长)(?=([\u4e00-\u9fff]{2}))")
_WHOLE = pattern("whole").pattern
# A word that generalises or singles out, and what in the source's clause bears it out.
_SWEEPING = tuple(
    (re.compile(word), re.compile(support))
    for word, support in (
        ("全部", _WHOLE), ("所有", _WHOLE), ("(?<![平人户])均(?!衡|等|分|值|可)", _WHOLE), ("(?<![首古成])都(?!市)", _WHOLE),
        ("一律", _WHOLE), ("全体", _WHOLE), ("悉数", _WHOLE), ("首[次个家批创]", "首|第一"), ("率先", "率先|首|第一|先行"),
        ("唯一", "唯一|仅|只"), ("(?<!不)仅(?!仅是)|只有", "仅|只|(?<!人)才|不足[0-9]|唯"), ("从未|从不(?![足到满])", "从未|从不|未曾|无"),
    )
)  # fmt: skip
_LITTLE = ("仅", "只有")
_EVERY = re.compile("(?:所有|全体|[全各][省市县区镇乡])(?=([\u4e00-\u9fff]{2}))")
_COUNT_BEFORE = re.compile(r"\d[^\d,]{1,2}$")
_COUNT = re.compile(r"\d+(?=[余多]?[件份个项条宗起例家名人次处])")
_MOST = re.compile("最(?!终|后|近|新|大[限程]|佳|美)(.)")
_TITLE = re.compile("《[^《》]*》")  # 《学法计划》 plans nothing
_OBJECT = re.compile("将[^,。;]{2}")
_SEVERAL = re.compile("[、和与及各每两双]|[这那]些")
_NO = re.compile("[不没未无非缺欠少低弱差]|问题|短板")
_NONE = re.compile("无(?!论)|没有")
_FIRST_PLACE = re.compile("第一|首位|榜首|居首|之最")
_MARKS = re.compile(
    f"{pattern('plan', 'ahead', 'done', 'still_to_do', 'nearly', 'some_of').pattern}"
    "|全部|所有|均|都|一律|全体|首次|首个|率先|唯一|仅|只有|全面|目前|该[省市县区]"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A clause with its sentence so far: ``planned`` by words of its own or by those before it."""

    text: str
    before: str
    bare: str

    @property
    def planned(self) -> bool:
        """Whether its own words say that it is a plan."""
        return bool(pattern("plan").search(_TITLE.sub("", self.text)))

    @property
    def ahead(self) -> bool:
        """Whether it is among what is to be done, by the words before it or a 要, 应当."""
        said = [_TITLE.sub("", words) for words in (self.before, self.text)]
        return bool(pattern("plan").search(said[0]) or any(map(pattern("ahead").search, said)))


@lru_cache(maxsize=2048)
def said_in(text: str) -> tuple[Said, ...]:
    """Return the clauses of a levelled text."""
    found = []
    for sentence in HARD_STOP.split(_GLOSS.sub("", text)):
        before = ""
        for clause in clauses(sentence, CUT):
            found.append(Said(clause, before, _MARKS.sub(" ", clause)))
            before += clause + ","
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Ground:
    """The levelled passages that a line stands on.

    ``plans`` are those in a section of what is to be done, ``done`` those in one of what was done.
    """

    passages: tuple[str, ...]
    plans: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()


def modality_problems(sentence: str, ground: Ground, *, softly: bool = False) -> tuple[str, ...]:
    """Find clauses that are more certain, more done or more general than what they are told from.

    Where things were done 将 puts an object first (将5个所下划至镇街). ``softly``: whether a figure
    is little (只有5人) is left to a judge.
    """
    plans, done = ground.plans, ground.done
    for passage in done:
        for words in {match[0] for match in _OBJECT.finditer(passage)}:
            sentence = sentence.replace(words, f"把{words[1:]}")
    passages = [p.replace("将", "把") if p in done else p for p in ground.passages]
    sources = [
        replace(said, before=f"下一步,{said.before}") if passage in plans else said
        for passage in passages
        for said in said_in(passage)
    ]
    found: list[str] = []
    clauses = said_in(sentence)
    for place, clause in enumerate(clauses):
        if any(later.planned or later.ahead for later in clauses[place + 1 : place + 2]):
            clause = replace(clause, before=f"下一步,{clause.before}")  # 在…方面,计划…
        close = _closest(clause, sources)
        told_from = close or _same_figure(clause, sources)
        found += _standing_problems(clause, close)
        near = close or _closest(clause, sources, 0.0) or sources
        found += _parity_problems(clause, told_from, sources)
        found += _planned_problems(clause, told_from, sources)
        support = [*near, *_after(near, sources)]
        found += _extent_problems(clause, near, support, softly=softly)
    found += _post_problems(sentence, "\n".join(passages))
    return tuple(dict.fromkeys(found))


def _closest(clause: Said, sources: Sequence[Said], least: float = _LIKE) -> list[Said]:
    """Return the source clauses that say most of a clause, words of standing and extent apart."""
    if len(pairs_of(clause.bare)) < 3:
        return []
    scored = [(overlap(clause.bare, source.bare), source) for source in sources]
    best = max((score for score, _ in scored), default=0.0)
    return [s for score, s in scored if score >= max(least, best - _TIE) and score > 0]


def _standing_problems(clause: Said, close: Sequence[Said]) -> Iterator[str]:
    """Yield plans told as done and the other way round, and what was nearly or not yet so."""
    if not close:
        return
    said = clause.text[:30]
    promises = clause.planned or clause.ahead
    if not promises:
        if all(s.planned for s in close):
            yield f"“{said}”在原文中是计划，不是已做的事"
        elif all((s.planned or s.ahead) and not pattern("done").search(s.text) for s in close):
            yield f"“{said}”在原文中是要求或计划，不是已做的事"
    if not (
        pattern("still_to_do").search(clause.text)
        or pattern("wanting").search(clause.text)
        or promises
    ) and all(_governs(pattern("still_to_do"), s.text, clause.text) for s in close):
        yield f"原文说“{said}”还有待去做"
    if all(_breaks_off(clause.text, s.text) or _wants_not(clause.text, s.text) for s in close):
        yield f"原文说的是“{said}”的不足"
    if not pattern("nearly").search(clause.text) and all(
        _governs(pattern("nearly"), s.text, clause.text) for s in close
    ):
        yield f"原文只说“{said}”基本或初步如此"


def _planned_problems(
    clause: Said, close: Sequence[Said], sources: Sequence[Said]
) -> Iterator[str]:
    """Yield what a clause says of itself to be planned and the clauses it is told from say was done."""
    plan = pattern("plan").search(_TITLE.sub("", clause.text))
    if plan is None or not close or pattern("done").search(clause.text):
        return
    if any(clause.text[plan.start() : plan.end() + 2] in s.text for s in sources):
        return  # 原拟罚款5万元
    if all(not (s.planned or s.ahead) and not pattern("still_to_do").search(s.text) for s in close):
        yield f"“{clause.text[:30]}”在原文中是已做的事，不是计划"


def _same_figure(clause: Said, sources: Sequence[Said]) -> list[Said]:
    """Return the source clauses that hold a figure of a clause that says little else."""
    mine = {canonical(q) for q in find_quantities(clause.text)}
    return [s for s in sources if mine & {canonical(q) for q in find_quantities(s.text)}]


def _parity_problems(clause: Said, close: Sequence[Said], sources: Sequence[Said]) -> Iterator[str]:
    """Yield what a clause adds to or leaves out of the closed words of the clauses it is told from."""
    said = clause.text[:30]
    if not close:
        return
    if any(pattern("either").search(s.text) for s in close) and not pattern("listing").search(
        clause.text
    ):
        figures = {canonical(q) for q in find_quantities(clause.text)}
        ends = [(s, m.end()) for s in close for m in pattern("either").finditer(s.text)]
        if any(figures & {canonical(q) for q in find_quantities(s.text[at:])} for s, at in ends):
            yield f"原文说“{said}”时用了“或”，不是其中一种"
    if pattern("besides").match(clause.text) and all("其中" in s.text for s in close):
        yield f"“{said}”在原文中是其中的一部分"
    promised = all((s.planned or s.ahead or pattern("promised").search(s.text)) for s in close)
    if (
        promised
        and pattern("reached").search(clause.text)
        and not any(pattern("reached").search(s.text) for s in close)
    ):
        yield f"“{said}”在原文中是计划，不是已做的事"
    of_a_part = all(pattern("part_of_place").search(s.text) for s in close)
    if (
        of_a_part
        and pattern("whole_place").search(clause.text)
        and not pattern("part_of_place").search(clause.text)
    ):
        yield f"原文只说其中一部分地方：“{said}”"
    if (each := pattern("each_place").search(clause.text)) and not any(
        pattern("of_each").search(s.text) for s in close
    ):
        yield f"原文没有说“{each[0]}”"
    if (link := pattern("because").search(clause.text)) and not any(
        pattern("cause", "tells_cause", "because", "why").search(s.before + s.text)
        for s in (*close, *_after(close, sources))
    ):
        yield f"原文没有说“{link[0]}”"


def _after(close: Sequence[Said], sources: Sequence[Said]) -> list[Said]:
    """Return the clauses that follow the close ones in their sentences: …16条,均被采纳."""
    return [b for a, b in pairwise(sources) if a in close and b.before.endswith(a.text + ",")]


def _extent_problems(
    clause: Said, close: Sequence[Said], support_in: Sequence[Said], *, softly: bool
) -> Iterator[str]:
    """Yield some told as all, and words that generalise or single out without support."""
    if not pattern("some_of").search(clause.text) and all(
        _governs(pattern("some_of"), s.text, clause.text) for s in close
    ):
        yield f"原文只说部分如此：“{close[0].text[:30]}”"
    for word, support in _SWEEPING:
        found = word.search(clause.text)
        if not found:
            continue
        beyond = support_in if all(_same_counts(clause.text, s.text) for s in close) else close
        borne = [s for s in beyond if support.search(s.text)]
        if support.pattern == _WHOLE:  # 均为争议款项 is not 均已进入诉讼, nor is 其余都 all
            after = clause.text[found.end() :]
            borne = [s for s in borne if _is_of_all(support, s, after, clause.text)]
        if borne:
            continue
        if softly and found[0] in _LITTLE and find_quantities(clause.text[found.end() :]):
            continue
        subject = clause.text[: found.start()] or clause.before
        several = _SEVERAL.search(subject) or len(_COUNT.findall(subject)) > 1
        if found[0] in "均都" and several and (softly or clause.text[: found.start()]):
            continue  # 甲、乙均…, 各单位均…: the writer sums up what the source says of each
        if found[0] in "均都" and any(_NONE.search(s.text) for s in close):
            continue  # 无败诉案件 is 均未败诉
        yield f"原文没有说“{found[0]}”"
    for found in _EVERY.finditer(clause.text):  # 163名领导干部 are not 全区领导干部
        held = [s.text for s in close if found[1] in s.text and not _EVERY.search(s.text)]
        if held and all(_is_counted(found[1], text) for text in held):
            yield f"原文没有说“{found[0]}{found[1]}”"
    for found in _MOST.finditer(clause.text):
        if not any(found[0] in s.text or _FIRST_PLACE.search(s.text) for s in close):
            yield f"原文没有说“{found[0]}”"


def _is_of_all(support: re.Pattern[str], source: Said, told: str, clause: str) -> bool:
    """Tell whether a word for all in a source says it of what a line tells of all (``told``), if of that.

    A word that ends its clause (整改率100%, 全部) says it of what stands before.
    """
    for match in support.finditer(source.text):
        if pattern("the_rest").search(source.text[: match.start()]) and not pattern(
            "the_rest"
        ).search(clause):
            continue
        rest = source.text[match.end() :]
        counted = source.before.rstrip(",").split(",")[-1] + source.text[: match.start()]
        counts = {canonical(q) for q in find_quantities(counted)}
        if counts & {canonical(q) for q in find_quantities(clause)}:
            return True  # of as many
        if not pairs_of(rest) or not pairs_of(told) or pairs_of(rest) & pairs_of(told):
            return True
    return False


def _is_counted(thing: str, text: str) -> bool:
    """Tell whether a text counts a thing: 163名领导干部."""
    return any(_COUNT_BEFORE.search(text[: m.start()]) for m in re.finditer(thing, text))


def _same_counts(clause: str, source: str) -> bool:
    """Tell whether a clause leaves out no count that its source gives: 纳入整改26条 is not 全部纳入."""
    ours, theirs = (
        {canonical(q)[0] for q in find_quantities(text) if q.kind == "number"}
        for text in (clause, source)
    )
    return theirs <= ours


def _governs(mark: re.Pattern[str], source: str, clause: str) -> bool:
    """Tell whether a mark of the source stands right before words that the clause says, too."""
    return any(
        len(word := source[match.end() : match.end() + 2]) == 2 and word in clause
        for match in mark.finditer(source)
    )


def _breaks_off(clause: str, source: str) -> bool:
    """Tell whether a clause stops where the source goes on with what is lacking (重视|不够)."""
    at = source.find(clause)
    return at >= 0 and bool(pattern("wanting").match(source, at + len(clause)))


def _wants_not(clause: str, source: str) -> bool:
    """Tell whether a clause says otherwise what the source says is wanting: 力度较大 of 力度不足."""
    if (
        pattern("wanting").search(clause)
        or pattern("still_to_do").search(clause)
        or _NO.search(clause)
    ):
        return False
    before = {source[m.start() - 2 : m.start()] for m in pattern("wanting").finditer(source)}
    return any(len(word) == 2 and word in clause and not clause.endswith(word) for word in before)


def _post_problems(sentence: str, source: str) -> Iterator[str]:
    """Yield posts raised by leaving out 副: 副县长 told as 县长."""
    for match in _POST.finditer(sentence):
        if sentence[max(0, match.start() - 1) : match.start()] == "副" or "副" in match[0]:
            continue
        held = [m.start() for m in re.finditer(re.escape(match[0] + match[1]), source)]
        if held and all(source[max(0, at - 1) : at] == "副" for at in held):
            yield f"原文是“副{match[0]}{match[1]}”"
