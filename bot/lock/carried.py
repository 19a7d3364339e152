"""Whether every clause of a line, however short, is carried by its quotes.

A clause is held against one clause of the quotes. What it says is there, in order or moved
within the clause; or opens an earlier clause of the same sentence and is the subject taken over;
or begins the clauses that follow it (joining). What remains is glue from a closed list
(``retrieval.genre.lexicon``), or the writer's own words. Words of one meaning count as the same. Texts are
levelled.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.lock.clause_tokens import MAX_TOKENS, Covered
from bot.lock.stops import DEPENDENT, HARD_STOP, STOP
from retrieval.genre.lexicon import pattern, same_words
from retrieval.genre.quantities import canonical, find_quantities
from retrieval.text.normalise import has_han

_BRACKETS = re.compile(r"[()\[\]【】]")
_BRACKETED_NUMBER = re.compile(r"\([一二三四五六七八九十\d]{1,3}\)")
_LATIN = re.compile(r"[a-z][a-z0-9+.-]*")
_NUMBER = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[是、]|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[.、](?!\d)|第[一二三四五六七八九十]{1,3},)"
)
_DATE_PART = re.compile(r"\d+[年月日号]|[上下]旬|[初底末]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d年度?(?!\d{1,2}月)")
_TIMES = re.compile(
    r"《[^《》]*》|(?<![较比由从自\d])((?:19|20)\d\d)(?=年)|(近[一二两三四五六七八九十几\d]+年)"
)
_LAST_YEAR = re.compile("(?<![较比同与和])上一?年度")
_MAX_CHARS = 1_500  # of a line; a longer one is no sentence
_RANKS = (("省", "自治区"), ("市", "州", "盟", "地区"), ("县", "区", "旗"), ("镇", "乡", "街道"))
_RANK_UNITS = "名位"  # 第2 of a ranking is 第2名
_CLEFT = re.compile("的,(?=[则就正也]?是)")  # 评为示范市的,是省司法厅 tells of one deed
_LISTED = re.compile("[、和与及]|以及|并且?")
_STANDS = 4  # characters of a member of a list that say enough by themselves
_VERB = 2  # characters of a verb that a list may leave out: 提交…10份, 提供…14份
_SUBJECT = 5  # characters of a subject that may be taken for another one
_ADVERBS = 8  # characters that a clause may begin with before what a line takes of it


@dataclass(frozen=True, slots=True)
class _Token:
    key: str
    text: str
    at: int
    figure: bool = False
    day: bool = False


_Run = tuple[_Token, ...]


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause with what it says; ``times`` are its years, those it only compares with apart."""

    text: str
    tokens: _Run
    times: frozenset[str] = frozenset()
    lately: frozenset[str] = frozenset()  # those of its sentence up to here


_Place = tuple[int, int, int]  # of a clause: its quote, its sentence there, its turn in that


def own_words(
    sentence: str,
    sources: Sequence[str],
    names: Sequence[str] = (),
    spare: Collection[str] = (),
    *,
    several: bool = False,
) -> tuple[str, ...]:
    """Return the runs of words of a line that no clause of the quotes carries.

    ``names`` are the report's own, which a line may put where the quotes say 我县 or nothing;
    ``spare`` are figures that code has reckoned with. With ``several`` reports whose figures
    and whose comparison they are is held against each of them elsewhere.
    """
    if len(sentence) > _MAX_CHARS:
        return (sentence[:20],)
    own = own_names(tuple(names))
    years = [int(name) for name in names if name.isdigit()]
    if len(years) == 1:  # what was done last year is not this year's
        sentence, *sources = (
            _LAST_YEAR.sub(f"{years[0] - 1}年", text) for text in (sentence, *sources)
        )
    bare = _BRACKETS.sub(",", _BRACKETED_NUMBER.sub("", sentence))
    said = frozenset(map(str, years))
    found = _least_added(bare, sources, own, spare, said, several=several)
    if not any(found) and _CLEFT.search(bare):
        joined = _CLEFT.sub("的", bare)
        found = _least_added(joined, sources, own, spare, said, several=several)
    return tuple(dict.fromkeys(words for clause in found for words in clause))


def _least_added(
    sentence: str,
    sources: Sequence[str],
    names: tuple[str, ...],
    spare: Collection[str],
    years: Collection[str],
    *,
    several: bool,
) -> list[list[str]]:
    """Return what each clause of a line adds, words of one meaning put for one another or not."""
    found = list(_added(sentence, sources, names, spare, years, several=several, same=True))
    if any(found):  # words of one meaning stand for one another, but 设 is also a part of 设立
        plain = _added(sentence, sources, names, spare, years, several=several, same=False)
        found = [
            min(pair, key=lambda w: sum(map(len, w))) for pair in zip(found, plain, strict=True)
        ]
    return found


def _added(
    sentence: str,
    sources: Sequence[str],
    names: tuple[str, ...],
    spare: Collection[str],
    years: Collection[str],
    *,
    several: bool,
    same: bool,
) -> Iterator[list[str]]:
    """Yield what each clause of a line adds to its quotes."""
    told = [_clauses(source, names, same) for source in sources]
    before: set[_Place] = set()
    last: _Clause | None = None
    for clause in (c for part in _sentences(sentence, names, same) for c in part):
        if several or any(t.text in spare for t in clause.tokens):
            clause = _uncompared(clause, several=several, spare=spare)
        words, places = _own(clause, told, years)
        if not words and last is not None and places:
            words = _for_another(last, clause, places, told)
        if not words and before and places and _told_otherwise(clause, places, before, told):
            words = [clause.text]
        last = clause
        parts = [_own(part, told, years) for part in _parts(clause)] if words else []
        if len(parts) > 1 and not any(added for added, _ in parts):
            words, places = [], set().union(*(where for _, where in parts))
        if not words and places and before and DEPENDENT.match(clause.text):
            if not any(_follows(clause, place, before, told) for place in places):
                words = [clause.text]  # a change that the quotes tell of something else
        elif places:
            before = places
        yield words


def _for_another(
    subject: _Clause,
    clause: _Clause,
    places: Collection[_Place],
    told: Sequence[Sequence[Sequence[_Clause]]],
) -> list[str]:
    """Return what a clause before adds to each opening of the clauses that carry this one.

    In 甲建设考评,获得优秀等次 of 甲建设考评、乙建设考评,乙建设考评获得优秀等次 the clauses stand
    each in the quotes, and the first is nearly, but not, the subject of the second.
    """
    least: list[str] | None = None
    keys = tuple(t.key for t in subject.tokens)
    if any(t.figure for t in subject.tokens):
        return []  # it tells something of its own
    said = {t.key for t in clause.tokens}
    for quote, sentence, at in places:
        opening = told[quote][sentence][at].tokens[: len(keys)]
        common = _aligned(keys, tuple(t.key for t in opening))
        alike = 3 * len(common) >= 2 * len(keys) and len(keys) >= _SUBJECT
        held = {theirs for _, theirs in common}
        missed = any(i not in held and t.key not in said for i, t in enumerate(opening))
        own = {mine for mine, _ in common}
        added = ["".join(t.text for i, t in enumerate(subject.tokens) if i not in own)]
        if not alike or not missed or not added[0]:
            return []
        least = added
    return least or []


def _told_otherwise(
    clause: _Clause,
    places: Collection[_Place],
    before: Collection[_Place],
    told: Sequence[Sequence[Sequence[_Clause]]],
) -> bool:
    """Tell whether the sentence of the clause before says this with another figure.

    审核决策40件,提出意见73条 and 审核草案168件,提出意见393条 are two sentences: 393条 are not of the 40件.
    """
    figures = {t.key for t in clause.tokens if t.figure}
    words = [t.key for t in clause.tokens if not t.figure]
    here = {(quote, sentence) for quote, sentence, _ in places}
    earlier = {(quote, sentence) for quote, sentence, _ in before}
    if not figures or not words or here & earlier:
        return False
    return any(
        [t.key for t in other.tokens if not t.figure] == words
        and not figures & {t.key for t in other.tokens if t.figure}
        for quote, sentence in earlier
        for other in told[quote][sentence]
    )


def _follows(
    clause: _Clause,
    place: _Place,
    heads: Collection[_Place],
    told: Sequence[Sequence[Sequence[_Clause]]],
) -> bool:
    """Tell whether a change (同比上升…) stands right after what the line says it of."""
    quote, sentence, at = place
    clauses = told[quote][sentence]
    if not {t.key for t in clause.tokens if t.figure} <= {t.key for t in clauses[at].tokens}:
        return False
    while at > 0 and (at == place[2] or DEPENDENT.match(clauses[at].text)):
        if (quote, sentence, at) in heads:
            return True
        at -= 1
    return (quote, sentence, at) in heads


@lru_cache(maxsize=256)
def own_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a report calls its place and its issuer, longest first: 甲市乙县, 我县, 全县, 乙县司法局."""
    ranked = [(_rank(name), name) for name in names if _rank(name) >= 0]
    finest = max((rank for rank, _ in ranked), default=-1)
    own = [name for rank, name in ranked if rank == finest]
    parents = [name for rank, name in ranked if rank < finest]
    short = [name for name in names if any(o != name and o.startswith(name) for o in own)]
    chains = [f"{parent}{name}" for name in own for parent in parents]
    chains += [f"{a}{b}{name}" for name in own for a in parents for b in parents if a != b]
    selves = [f"{self}{name[-1]}" for name in own for self in "我本该全"]
    bodies = [name for name in names if name.endswith("局")]
    return tuple(sorted({*own, *short, *chains, *selves, *bodies}, key=lambda n: (-len(n), n)))


def _rank(name: str) -> int:
    """Return how fine a place is, by the last character of its name; -1 for what is no place."""
    return next((rank for rank, tails in enumerate(_RANKS) if name.endswith(tails)), -1)


def _own(
    clause: _Clause, told: Sequence[Sequence[Sequence[_Clause]]], own: Collection[str] = ()
) -> tuple[list[str], set[_Place]]:
    """Return what a clause adds to the source's clause that carries most of it, and where that is.

    ``own`` are the report's years: another one is told only of what its quotes tell of it.
    """
    tokens = clause.tokens
    best: list[_Token] = list(tokens)
    places: set[_Place] = set()
    for quote, source in enumerate(told) if tokens else ():
        for number, sentence in enumerate(source):
            for place, other in enumerate(sentence):
                if clause.times and other.times and not clause.times & other.times:
                    continue
                if clause.times and other.lately and not clause.times & {*other.lately, *own}:
                    continue
                left = _left(tokens, sentence, place)
                if len(left) < len(best):
                    best, places = left, set()
                if len(left) == len(best) < len(tokens):
                    places.add((quote, number, place))
    return ["".join(t.text for t in run) for run in _runs(best, tokens)], places


def _parts(clause: _Clause) -> list[_Clause]:
    """Return the members of a list in a clause, if each says enough to stand alone."""
    cuts = [m.end() for m in _LISTED.finditer(clause.text)]
    bounds = list(pairwise([0, *cuts, len(clause.text)]))
    members = [tuple(t for t in clause.tokens if a <= t.at < b) for a, b in bounds]
    if not all(len(m) >= _STANDS or any(t.figure for t in m) for m in members):
        return []
    return [
        _Clause(clause.text[a:b], m, clause.times)
        for (a, b), m in zip(bounds, members, strict=True)
    ]


def _uncompared(clause: _Clause, *, several: bool, spare: Collection[str]) -> _Clause:
    """Return a clause without what compares and what code has reckoned."""
    words = pattern("comparing").sub(lambda m: "\0" * len(m[0]), clause.text)
    figure_free = tuple(
        t
        for t in clause.tokens
        if not (t.figure and (several or t.text in spare)) and words[t.at] != "\0"
    )
    return _Clause(words, figure_free, clause.times)


def _left(tokens: _Run, sentence: Sequence[_Clause], place: int) -> list[_Token]:
    """Return the tokens that the clause at ``place`` and what belongs to it do not carry."""
    source = sentence[place].tokens
    common = _aligned(tuple(t.key for t in tokens), tuple(t.key for t in source))
    if not common:
        return list(tokens)
    matched = {mine for mine, _ in common}
    said = {t.key for t in tokens}
    untold = {_unit(t) for t in source if t.figure and t.key not in said}
    after = [t for clause in sentence[place + 1 :] for t in clause.tokens]
    # of two figures of one unit the later is not told of what stands with the first
    held = {t.key for t in (*source, *(t for t in after if _unit(t) not in untold)) if t.figure}
    rest = [t for i, t in enumerate(tokens) if i not in matched and t.key not in held]
    left: list[_Token] = []
    for run in _runs(rest, tokens):
        first, last = tokens.index(run[0]), tokens.index(run[-1])
        if _within(run, source):
            continue
        earlier = [clause.tokens for clause in sentence[:place]]
        opens = all(i >= first for i in matched) and _opens(source, common)
        if opens and any(_is_subject(run, clause) for clause in earlier):
            continue
        if all(t.day for t in run) and any(_find(run, clause) is not None for clause in earlier):
            continue
        counted = tokens[first : last + 2]
        if (
            len(counted) > len(run)
            and counted[-1].figure
            and any(_is_counted(run, clause) for clause in earlier)
        ):
            continue
        wider = tokens[first : last + 2]  # 区 of 区政府, where an earlier clause says whose
        short = len(run) == 1 or (len(run) <= _VERB and _is_put_in(first, last, common))
        if short and len(wider) > len(run) and any(_within(wider, c) for c in earlier):
            continue
        follows = all(i < first for i in matched)
        # 其中讨薪188件 tells of a part, no word of it of the whole
        joining = [c for c in sentence[place + 1 :] if not c.text.startswith("其中")]
        left += _joined(run, joining) if follows else run
    return left


def _unit(token: _Token) -> str:
    return token.text.lstrip("0123456789.,")


def _aligned(mine: tuple[str, ...], theirs: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return the longest common subsequence of two runs as pairs of positions."""
    return _lcs(mine, theirs)


@lru_cache(maxsize=16384)
def _lcs(mine: tuple[str, ...], theirs: tuple[str, ...]) -> list[tuple[int, int]]:
    rows, columns = len(mine), len(theirs)
    table = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        row, below = table[i], table[i + 1]
        for j in range(columns - 1, -1, -1):
            row[j] = below[j + 1] + 1 if mine[i] == theirs[j] else max(below[j], row[j + 1])
    found = []
    i = j = 0
    while i < rows and j < columns:
        if mine[i] == theirs[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _runs(tokens: Sequence[_Token], of: _Run) -> Iterator[_Run]:
    """Yield tokens in runs of neighbours in the clause ``of``."""
    places = {token: i for i, token in enumerate(of)}
    run: list[_Token] = []
    for token in tokens:
        if run and (places[token] != places[run[-1]] + 1 or token.day != run[-1].day):
            yield tuple(run)
            run = []
        run.append(token)
    if run:
        yield tuple(run)


def _within(run: _Run, source: _Run) -> bool:
    """Tell whether a run stands in a clause as it is, elsewhere than in order."""
    return len(run) > 1 and _find(run, source) is not None


def _find(run: _Run, source: _Run) -> int | None:
    keys = [t.key for t in run]
    for at in range(len(source) - len(run) + 1):
        if [t.key for t in source[at : at + len(run)]] == keys:
            return at
    return None


def _opens(source: _Run, common: Sequence[tuple[int, int]]) -> bool:
    """Tell whether what a line takes of a clause begins with its first words, adverbs apart."""
    first = min(theirs for _, theirs in common)
    skipped = "".join(t.text for t in source[:first])
    if len(skipped) <= _VERB and not pattern("doer").search(skipped):
        return True
    return bool(pattern("adverb").fullmatch(skipped))


def _is_put_in(first: int, last: int, common: Sequence[tuple[int, int]]) -> bool:
    """Tell whether tokens of a line stand between two that are neighbours in the source."""
    before = [theirs for mine, theirs in common if mine < first]
    after = [theirs for mine, theirs in common if mine > last]
    return bool(before and after) and after[0] - before[-1] == 1


def _is_subject(run: _Run, source: _Run) -> bool:
    """Tell whether a run can be the subject of the clauses after one: its opening words."""
    if all(t.figure for t in run) or pattern("stage").search("".join(t.text for t in run)):
        return False
    at = _find(run, source)
    return at is not None and sum(len(t.text) for t in source[:at]) <= _ADVERBS


def _is_counted(run: _Run, source: _Run) -> bool:
    """Tell whether a run is what an earlier clause counts: 纠纷 in 受理民间纠纷599件."""
    if pattern("stage").search("".join(t.text for t in run)):
        return False
    at = _find(run, source)
    return at is not None and any(t.figure for t in source[at + len(run) : at + len(run) + 3])


def _joined(run: _Run, following: Sequence[_Clause]) -> _Run:
    """Return what is left of a run after the clauses that follow have carried its parts."""
    rest = run
    for clause in following:
        if not rest:
            break
        common = _aligned(tuple(t.key for t in rest), tuple(t.key for t in clause.tokens))
        if not common or common[0][0] != 0 or not _opens(clause.tokens, common):
            continue
        matched = {mine for mine, _ in common}
        rest = tuple(t for i, t in enumerate(rest) if i not in matched)
    return rest


@lru_cache(maxsize=1024)
def _clauses(text: str, names: tuple[str, ...], same: bool) -> tuple[tuple[_Clause, ...], ...]:
    return tuple(_sentences(text, names, same))


def _sentences(text: str, names: tuple[str, ...], same: bool) -> Iterator[tuple[_Clause, ...]]:
    """Yield the sentences of a text as clauses, each item of a list as a sentence of its own.

    ``same``: one word stands for each group of one meaning.
    """
    head: list[_Clause] = []
    for sentence in HARD_STOP.split(text):
        clauses = list(head)  # the title of an item is the subject of what stands under it
        lately: frozenset[str] = frozenset()
        numbered = False
        for part in STOP.split(sentence):
            words = "".join(part.split())
            if _NUMBER.match(words):
                if len(clauses) > len(head):
                    yield tuple(clauses)
                clauses, head, numbered = [], [], True
            times = frozenset(t[0] or t[1] for t in _TIMES.findall(words) if any(t))
            tokens = _tokens(words, names, same)
            lately = times or lately
            clauses.append(_Clause(_levelled(words, names, same), tokens, times, lately))
        if len(clauses) > len(head):
            yield tuple(clauses)
        if numbered and len(clauses) == 1:
            head = clauses


@lru_cache(maxsize=8192)
def _levelled(clause: str, names: tuple[str, ...], same: bool) -> str:
    """Return a clause with names blanked, and with ``same`` one word for each of one meaning."""
    text = _NUMBER.sub("", clause)
    for name in names:
        text = re.sub(f"{re.escape(name)}(?!级)", "\0" * len(name), text)
    levels = {name[-1] for name in names if len(name) > 1 and _rank(name) >= 0}
    if text[:1] in levels and text[1:2] not in "级镇乡县、":  # 区司法局 of 我区司法局
        text = f"\0{text[1:]}"
    text = _YEAR.sub(lambda match: "\0" * len(match[0]), text)
    text = _NUMBER.sub("", text.lstrip("\0"))
    for word, canon in same_words() if same else ():
        text = word.sub(canon, text)
    return text


@lru_cache(maxsize=8192)
def _tokens(clause: str, names: tuple[str, ...], same: bool) -> _Run:
    """Return what a clause says: characters of Chinese, figures, Latin words; glue left out."""
    text = _levelled(clause, names, same)
    covered = Covered(len(text))
    found: list[_Token] = []
    for quantity in find_quantities(text):
        if covered.add(quantity.start, quantity.end):
            value, _ = canonical(quantity)
            key = str(value.normalize())
            if quantity.kind in ("ordinal", "document"):
                key = quantity.text.rstrip(_RANK_UNITS)
            elif quantity.kind == "date":
                found += _day(quantity.text, quantity.start)
            if quantity.kind not in ("year", "date"):
                found.append(_Token(key, quantity.text, quantity.start, True))
    for match in pattern("glue").finditer(text):
        if not covered.any(*match.span()):
            covered.add(*match.span())
    for at, sign in enumerate(text):
        if has_han(sign) and not covered.any(at, at + 1):
            found.append(_Token(sign, sign, at))
    for match in _LATIN.finditer(text):
        if covered.add(*match.span()):
            found.append(_Token(match[0], match[0], match.start()))
    found.sort(key=lambda token: token.at)
    return tuple(found[:MAX_TOKENS])


def _day(text: str, at: int) -> Iterator[_Token]:
    """Yield a date as its month and its day: 2月 stands for 2月19日, not the other way round."""
    for match in _DATE_PART.finditer(text):
        if not match[0].endswith("年"):
            yield _Token(match[0], match[0], at + match.start(), day=True)
