"""The lock: what a sentence says must stand in its quotes.

``judge`` returns a verdict on one sentence, without problems if it is supported. It is the one judge
of extractive and model answers alike, deterministic, and errs on the side of refusing: a
refused sentence is replaced by the official wording, so a mistake costs fluency, never truth.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from bot.lock import wording
from bot.lock.carried import own_words
from bot.lock.doers import doer_problems
from bot.lock.english_claims import english_problems
from bot.lock.english_figures import amount_problems, in_chinese_figures
from bot.lock.figures import DIGITS, check_figures
from bot.lock.judged import unjudgeable
from bot.lock.modality import Ground, modality_problems
from bot.lock.placement import placement_problems
from bot.lock.reckoned import without_reckoned
from bot.lock.refuted import without_refuted
from bot.lock.rounded import as_quoted
from bot.lock.stops import HARD_STOP, clause_at
from retrieval.genre.lexicon import pattern
from retrieval.genre.pinyin import syllables_of
from retrieval.genre.romanisation import romanise
from retrieval.text.normalise import HAN, HAN_RUN, has_han, level
from retrieval.text.years import YEAR

_BOUNDARY = "。;!?,:、\n“”\"'‘’《》()[]【】 "
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』]{1,200})[”\"」』]|《([^《》]{1,200})》")
_DOCUMENT = re.compile(r"[\u4e00-\u9fff]{0,6}[〔\[(【]((?:19|20)\d\d)[〕\])】]第?(\d{1,6})号")
_ORDINAL = re.compile(r"第([零〇一二三四五六七八九十百千两]{1,8}|\d{1,6})([^\W\d_])")
_LATIN = re.compile(r"[a-z][a-z0-9.+'-]*[a-z0-9+]|[a-z]")
_PUNCTUATION = re.compile(r"[^\w%]+")
_YEAR_BEFORE = re.compile("上一?年度?|去年")
_RISE_EN = re.compile(
    r"(?<![a-z])(?:increas|rose|risen|rise|rising|grew|grow|up by|climb|improv|upward)"
)
_FALL_EN = re.compile(
    r"(?<![a-z])(?:decreas|fell|fallen|fall|falling|declin|drop|down by|reduc|lower)"
)
_RISE_ZH = re.compile("升|增|提高|上涨|扩大|改善|优化|强|完善")
_FALL_ZH = re.compile("降|减|下滑|回落|缩|压|低")
_ENGLISH_PLACE = re.compile(
    r"((?:[A-Z][A-Za-z'’]{1,19}[ -]){1,3})(?:County|District|City|Province|Prefecture|Town|Township"
    r"|Municipality|Region|Village|Subdistrict)"
)
_ENGLISH_ARTICLES = frozenset(
    {"the", "this", "that", "in", "each", "our", "of", "and", "its", "for"}
)
_CONTRAST = re.compile(
    r"(?:并?不是|并非|并?没有|未)([^,。;:不没未]{1,12}),(?:而是|是|而)?(?=([^。;]{1,60}))"
)
_ALL_CAPS = re.compile(r"(?<![A-Za-z])(?!(?:RMB|CNY) ?\d)[A-Z][A-Z0-9]{1,9}(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the lock found: no problems means supported; ``computed``: code did arithmetic."""

    problems: tuple[str, ...]
    computed: bool = False


def is_english(text: str) -> bool:
    """Tell whether a line is written in English (more Latin words than Chinese characters)."""
    return len(re.findall(r"[A-Za-z]{2,}", text)) > len(HAN.findall(text))


def is_verbatim(sentence: str, quotes: Sequence[str]) -> bool:
    """Tell whether a sentence stands in a quote as whole clauses, blanks and end marks apart."""
    core = "".join(level(sentence).split()).strip("。;,:、!?")
    if not core:
        return False
    for quote in quotes:
        text = "".join(level(quote).split())
        at = text.find(core)
        while at >= 0:
            end = at + len(core)
            starts = at == 0 or text[at - 1] in _BOUNDARY
            ends = end == len(text) or text[end] in _BOUNDARY
            if starts and ends:
                return True
            at = text.find(core, at + 1)
    return False


def judge(
    sentence: str,
    quotes: Sequence[str],
    allowed: Collection[str] = (),
    known: Collection[str] = (),
    around: Sequence[str] = (),
    plans: Collection[str] = (),
    *,
    done: Collection[str] = (),
    several: bool = False,
    softly: bool = False,
) -> Verdict:
    """Return what ``sentence`` says that ``quotes`` do not; no problems if it is supported.

    Checked: figures with unit, percent and modifier, and what they belong to; dates, document
    and ordinal numbers; quoted words; places; directions, negations and superlatives; plans and
    deeds; words that no clause of the quotes carries, and so every name of a body or a person.
    ``allowed`` are names and years of the cited reports themselves, which code may add;
    ``known`` are names of elsewhere that must not appear in English without support; ``around`` are the
    whole passages that the quotes stand in, which tell whose a value is. ``softly``: only what no
    judge may decide.
    """
    if not quotes:
        return Verdict(("没有引用",))
    if is_verbatim(sentence, quotes):
        return Verdict(())
    own_names = tuple(level(name) for name in allowed)
    years = {int(year) for name in own_names for year in YEAR.findall(name)}
    if plans:  # what is planned is planned for the year after the report's
        years |= {year + 1 for year in years}
    text = _CONTRAST.sub(_excluded, level(sentence))
    if any(_YEAR_BEFORE.search(level(quote)) for quote in quotes):
        years |= {year - 1 for year in years if not _tells_of(year - 1, text)}
    known_names = tuple(level(name) for name in known)
    sources = tuple(level(quote) for quote in quotes)
    context = tuple(level(passage) for passage in around) or sources
    ground = Ground(context, frozenset(map(level, plans)), frozenset(map(level, done)))
    if is_english(text):
        return _judge_english(sentence, text, sources, own_names, known_names, years, ground)
    text = as_quoted(text, sources)
    reckoned = False
    if softly:

        def holds(part: str) -> bool:
            return not judge(part, quotes, allowed, known, around, plans, done=done).problems

        text = without_refuted(text, sources, holds)
        said, text = text, without_reckoned(text, _in_sentences(sources, context))
        reckoned = len(DIGITS.findall(text)) < len(DIGITS.findall(said))
    figures = check_figures(text, sources, years, names=own_names, around=context)
    problems = (
        *figures.problems,
        *_document_problems(text, sources),
        *_quotation_problems(text, sources, own_names),
        *wording.direction_problems(text, sources, figures.excused),
        *wording.negation_problems(text, sources),
        *modality_problems(text, ground, softly=softly),
        *doer_problems(text, sources, own_names),
    )
    spare = (*figures.excused, *figures.derived)
    sentences = _in_sentences(sources, context)
    own = own_words(text, sentences, own_names, spare, several=several)
    if softly:
        problems += unjudgeable(own, text, sentences, own_names)
    else:
        problems += tuple(f"“{words}”不是原文的话" for words in own)
    if softly or not problems:
        problems += placement_problems(text, context, own_names, spare, words=not (softly and own))
    return Verdict(tuple(dict.fromkeys(problems)), figures.computed or reckoned)


def _tells_of(year: int, text: str) -> bool:
    """Tell whether a line tells what was done in a year, and does not only compare with it (比2023年, 2023年的132件)."""
    return re.search(f"(?<![比较由从自与和同而]){year}年度?(?!的|为|是|[0-9])", text) is not None


def _excluded(contrast: re.Match[str]) -> str:
    """Leave out what a line only denies where its other half rules it out: 不是上升,而是下降."""
    denied, said = contrast[1], contrast[2]
    rules_out = any(
        one.search(denied) and other.search(said) and not one.search(said)
        for one, other in permutations((pattern("rise"), pattern("fall")))
    )
    ranks = _ORDINAL.search(denied), _ORDINAL.search(said)
    return "," if rules_out or (all(ranks) and denied not in said) else contrast[0]


def _in_sentences(quotes: Sequence[str], context: Sequence[str]) -> list[str]:
    """Return each quote widened to the sentence of a passage it stands in, neighbours as one."""
    alone: list[str] = []
    spans: dict[str, list[tuple[int, int]]] = {}
    for quote in quotes:
        passage = next((p for p in context if quote in p), None)
        if passage is None:
            alone.append(quote)
            continue
        at = passage.find(quote)
        start, end = clause_at(passage, at, at + len(quote) - 1, HARD_STOP)
        spans.setdefault(passage, []).append((start, max(end, at + len(quote))))
    for passage, found in spans.items():
        first, last = min(found)
        for start, end in sorted(found):
            if start > last + 1:
                alone.append(passage[first:last])
                first, last = start, end
            last = max(last, end)
        alone.append(passage[first:last])
    return list(dict.fromkeys(alone))


def _squeeze(text: str) -> str:
    return _PUNCTUATION.sub("", text)


def _document_problems(text: str, sources: Sequence[str]) -> tuple[str, ...]:
    held = {match.groups() for source in sources for match in _DOCUMENT.finditer(source)}
    found = [f"原文没有文号“{m[0]}”" for m in _DOCUMENT.finditer(text) if m.groups() not in held]
    source = "\n".join(sources)
    for match in _ORDINAL.finditer(text):
        scaled = match[2] in "百千万亿"
        if match[0] not in source and (scaled or f"第{match[1]}" not in source):
            found.append(f"原文没有“{match[0]}”")
    return tuple(found)


def _quotation_problems(
    text: str, sources: Sequence[str], allowed: Sequence[str]
) -> tuple[str, ...]:
    squeezed = [_squeeze(source) for source in (*sources, *allowed)]
    found = []
    for match in _QUOTED.finditer(text):
        words = _squeeze(match[1] or match[2])
        if words and not any(words in source for source in squeezed):
            found.append(f"原文没有{match[0][:40]}")
    return tuple(found)


def _judge_english(
    sentence: str,
    text: str,
    sources: Sequence[str],
    allowed: Sequence[str],
    known: Sequence[str],
    years: Collection[int],
    ground: Ground,
) -> Verdict:
    """Judge an English line over Chinese quotes: strict on figures, tolerant of the language."""
    chinese_form = in_chinese_figures(text)
    figures = check_figures(chinese_form, sources, years, english=True)
    source = "\n".join(sources)
    problems = list(figures.problems)
    problems += _document_problems(text, sources)
    for match in _QUOTED.finditer(text):
        words = match[1] or match[2]
        if has_han(words):
            problems += _quotation_problems(match[0], sources, allowed)
    for run in re.findall(r"[\u3400-\u9fff]{2,}", text):
        if run not in source and not any(run in name for name in allowed):
            problems.append(f"原文没有“{run}”")
    held = set(_LATIN.findall("\n".join((*sources, *allowed))))
    problems += [f"原文没有“{w}”" for w in _ALL_CAPS.findall(sentence) if w.lower() not in held]
    problems += _english_place_problems(sentence, source, allowed, known)
    problems += amount_problems(text, source)
    problems += english_problems(chinese_form, ground)
    for mine, ours, other in ((_RISE_EN, _RISE_ZH, "上升"), (_FALL_EN, _FALL_ZH, "下降")):
        if mine.search(text) and not ours.search(source):
            problems.append(f"原文没有说“{other}”")
    return Verdict(tuple(dict.fromkeys(problems)), figures.computed)


def _english_place_problems(
    sentence: str, source: str, allowed: Sequence[str], known: Sequence[str]
) -> Iterator[str]:
    """Yield places written in pinyin that neither the quotes nor the allowed names hold."""
    sounds = [romanise("".join(HAN_RUN.findall(words))) for words in (source, *allowed)]
    sounds += ["".join(_LATIN.findall(name)) for name in allowed]
    for match in _ENGLISH_PLACE.finditer(sentence):
        words = [w.lower() for w in re.findall(r"[A-Za-z]+", match[1])]
        words = [word for word in words if word not in _ENGLISH_ARTICLES]
        name = "".join(words)
        if name and all(map(syllables_of, words)) and not any(name in sound for sound in sounds):
            yield f"原文没有“{match[0]}”"  # China Textile City is a name put into English
    spoken = "".join(re.findall(r"[a-z]+", sentence.lower()))
    for other in known:
        sound = romanise("".join(HAN_RUN.findall(other)))
        if len(sound) > 5 and sound in spoken and not any(sound in held for held in sounds):
            yield f"原文没有“{other}”"
