"""The trained reader: a message to a request, by the two readers shipped beside it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import cast

from retrieval.documents import meet
from retrieval.genre.pinyin import from_pinyin, looks_like_pinyin
from retrieval.question.addressing import address_of, item_of
from retrieval.question.exact import read_form, read_item, read_years
from retrieval.question.features import NameTable, part_features, plain_words
from retrieval.question.question_layers import QuestionLayers, shipped_layers
from retrieval.question.request import Act, Ask, Content, Form, Operation, Request, Tagged
from retrieval.question.tagger import Tagger
from retrieval.question.untagged import subject_of
from retrieval.question.wishes import Floats, Wished, WishModel, likeliest
from retrieval.question.word_vectors import WordVectors
from retrieval.shipped import model_file
from retrieval.text.marks import CLAUSE_END, SENTENCE_END
from retrieval.text.normalise import level
from retrieval.text.once import once

FILES = ("spans.crf.gz", "parts.crf.gz", "wishes.npz", "words.npz")
# a message is off the subject only when that is sure, surer where it names a place: a search that finds
# nothing costs less than a question that is not looked up. Questions on the weather, shares and poems are
# read so from 0.88 on, 闲置土地 and 欠薪 below 0.84
SURE_OF_OFF, SURE_OF_OFF_WITHOUT_A_PLACE = 0.9, 0.85
_HOW_MANY = re.compile("多少|几|什么|哪|how many|what")
_NUMBERED = re.compile("[①-⑳]")  # before each of several wishes: none of their words
_ANOTHER = re.compile("那?(?P<name>[\u4e00-\u9fff]{2,8})呢[?？]?")
MAX_READ_CHARS = 600  # what is said later in a message names no further wish


@dataclass(frozen=True, slots=True)
class Models:
    """The fitted models: spans and parts by the tagger, acts and wishes by two readers together.

    Regressions over signs know the ways things are asked, trained layers what words mean; where the
    layers cannot be loaded there are none, and the regressions read alone.
    """

    tagger: Tagger
    wishes: WishModel
    vectors: WordVectors
    layers: QuestionLayers | None


@once
def shipped_models() -> Models:
    """Return the models of this installation, read once."""
    spans, parts, wishes, words = (model_file(name).read_bytes() for name in FILES)
    tagger = Tagger(gzip.decompress(spans), gzip.decompress(parts))
    vectors = WordVectors.from_bytes(words)
    return Models(tagger, WishModel.from_bytes(wishes), vectors, shipped_layers())


class TrainedReader:
    """Reads questions; ``names`` are what a library's own places and offices are called."""

    def __init__(self, names: Collection[str] = (), models: Models | None = None) -> None:
        self._names = NameTable(names)
        self._given = models

    def read(self, question: str, before: Request | None = None) -> Request:
        """Return how ``question`` is understood in the light of the request before it."""
        question = _NUMBERED.sub("；", question)
        text = question[:MAX_READ_CHARS]
        typed = ""
        if looks_like_pinyin(text):
            typed, text = question, from_pinyin(text)
            question = text
        models = self._given or shipped_models()
        tags, starts = models.tagger.tag(text, self._names)
        ends = (*starts[1:], len(text))
        if before is not None:
            tags = _of_another(text, self._names) or tags
        said, follows = last_wish(before), before is not None
        read = (
            models.layers.read(text or " ", self._names, said, follows=follows)
            if models.layers
            else None
        )

        def seen(span: tuple[int, int], said: Wished | None) -> tuple[list[str], Floats]:
            signs = part_features(text, tags, span, said, follows=follows)
            return signs, models.vectors.pool(plain_words(text, tags, span))

        acts = [models.wishes.acts(*seen((0, len(text)), said))]
        act, sure = likeliest([*acts, read.acts] if read else acts)[0]
        # what has its own subject and nothing before it continues nothing
        first = before is None and act in _CONTINUES
        first = first and (_has(tags, _SUBJECT) or len(subject_of(text)) >= _ITS_OWN)
        named = _has(tags, ("place", "office"))
        bound = SURE_OF_OFF if named else SURE_OF_OFF_WITHOUT_A_PLACE
        unsure = (act == "off" or (act == "source" and named)) and sure < bound
        if address_of(text) or first or unsure:
            act = "ask"
        elif before is not None and item_of(text) is not None and not _has(tags, _SUBJECT):
            act = "item"  # 最后一条呢: a number that points is exact
        elif before is not None and act == "undo" and _has(tags, ("excluded",)):
            act = "same"  # 不要上虞了 takes back a place, not what was asked
        if act in ("chat", "undo", "off"):
            return Request(question, cast(Act, act), (), tags, sure, typed=typed)
        if act in ("same", "rework", "source"):
            # their slots change the last wish, whatever it was
            wish = said or ("report", "overview")
            slots = Ask(*wish, confidence=sure, span=(0, len(text)))
            asks = (with_slots(slots, text, tags, None),)
            return Request(question, cast(Act, act), asks, tags, sure, typed=typed)
        # 第一条呢 has no wish to be unsure of
        pointed = act == "item" and item_of(text) is not None
        found: list[Ask] = []
        alternatives: Sequence[tuple[str, str, float]] = ()
        for span in _spans(starts, ends, text, tags):
            of_signs = models.wishes.wishes(*seen(span, said))
            readings = likeliest([of_signs, read.wishes(*span)] if read else [of_signs])
            wish, probability = readings[0]
            if found and _is_told_already(found[-1], wish) and not _has(tags, _OWN, span):
                continue
            if not found:
                alternatives = [(*other, p) for other, p in readings[1:4]]
            ask = Ask(*wish, confidence=min(probability, sure), span=span)
            found.append(with_slots(ask, text, tags, found[-1] if found else None))
            said = wish
        if before is None and found[0].operation == "brief" and not _has(tags, _MATTER):
            # a text is ordered on nothing that a report could be about: a poem
            return Request(question, "off", (), tags, sure, typed=typed)
        return Request(
            question,
            cast(Act, act),
            tuple(found),
            tags,
            1.0 if pointed else min(ask.confidence for ask in found),
            alternatives=tuple(alternatives),  # type: ignore[arg-type]
            typed=typed,
        )


def _of_another(text: str, names: NameTable) -> tuple[Tagged, ...]:
    """Return the place that a message of nothing but its name asks on about: 那曲沃呢, 那平安呢.

    A name that is all of a message is one, whatever else its characters mean.
    """
    asked = _ANOTHER.fullmatch(text.strip())
    if asked is None or not names.kind(level(asked["name"])):
        return ()
    start = text.index(asked[0]) + asked.start("name")
    return (Tagged("place", start, start + len(asked["name"]), asked["name"]),)


def last_wish(request: Request | None) -> tuple[Content, Operation] | None:
    """Return content and operation of what a request asked for last."""
    last = request.asks[-1] if request and request.asks else None
    return (last.content, last.operation) if last else None


_OTHERS = re.compile("其[他它余]|别|另|剩|以外|之外|other|rest|else")
_NO_TOPIC = ("place", "office", "excluded", "scope", "year", "form")


_SUBJECT = ("theme", "place", "office")
_CONTINUES = ("same", "item", "rework", "source", "undo")
# so many words that no wish is said with are a subject: 44 of 453 messages of the corpus that go on
# from one before have as many, so it counts only where there is none
_ITS_OWN = 2
_OWN = (*_SUBJECT, "excluded", "year", "item")  # what makes a part of a message one of its own
_MATTER = (*_SUBJECT, "scope", "year", "excluded")  # what a text may be ordered on


def _has(
    tags: Sequence[Tagged], kinds: Collection[str], span: tuple[int, int] | None = None
) -> bool:
    """Tell whether any tag is of one of ``kinds``, and stands in ``span`` where one is given."""
    start, end = span or (0, MAX_READ_CHARS)
    return any(t.tag in kinds and meet(t, start, end) for t in tags)


def _is_told_already(last: Ask, wish: Wished) -> bool:
    """Tell whether a part that names nothing asks for what the part before shows.

    哪里搞了X，怎么说的; 谁最多，几件; X的三大机制是什么，又统一了哪三样.
    """
    content, operation = wish
    if operation not in ("tell", "list", "overview", "which"):
        return False
    if last.operation in ("which", "rank", "count"):
        return content not in ("causes", "remedy", "honours", "problems", "plans")
    return bool(last.theme) and content == last.content and content != "figure"


def _spans(
    starts: Sequence[int], ends: Sequence[int], text: str, tags: Sequence[Tagged]
) -> list[tuple[int, int]]:
    """Return the spans of the wishes; a clause with a theme and a question word is one of its own.

    办了多少执法证，培训了多少人 are two figures even where no break was found between them.
    """
    spans: list[tuple[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        cuts = [m.end() for m in CLAUSE_END.finditer(text, start, end)]
        pieces = [
            (a, b)
            for a, b in zip([start, *cuts], [*cuts, end], strict=True)
            if text[a:b].strip(" ，,；;？?。.、：:")
        ]
        whole = [
            (a, b)
            for a, b in pieces
            if (asked := _HOW_MANY.search(text, a, b))
            and (
                text[b - 1] in "？?"
                # beside a full stop, a question for a figure is one of its own
                or (asked[0] in "多少几" and SENTENCE_END.search(text[max(a - 1, 0) : b]))
                or any(t.tag == "theme" and t.start < b and a < t.end for t in tags)
            )
        ]
        asks = len(whole) > 1 and whole[-1] == pieces[-1]
        asks = asks or sum(text[b - 1] in "？?；;。" for _, b in whole) > 1
        firsts = [start, *(a for a, _ in whole[1:])] if asks else [start]
        spans += zip(firsts, [*firsts[1:], end], strict=True)
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not _bare(text, tags, joined[-1]):  # 2022年上虞和云城，哪边多: one wish
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def _bare(text: str, tags: Sequence[Tagged], span: tuple[int, int]) -> str:
    start, end = span
    kept, at = [], start
    for t in tags:
        if t.tag in _NO_TOPIC:
            kept.append(text[at : max(at, t.start)])
            at = max(at, t.end)
    kept.append(text[at:end])
    return " ".join("".join(kept).split()).strip(" ，,。？?！!；;、：:")


def with_slots(ask: Ask, text: str, tags: Sequence[Tagged], before: Ask | None) -> Ask:
    """Fill in what the tags of the ask's own part say, and what it takes from the part before."""
    start, end = ask.span
    here = [t for t in tags if meet(t, start, end)]

    def words(kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t.text for t in here if t.tag == kind))

    places, offices, scope = words("place"), words("office"), words("scope")
    excluded = words("excluded")
    years = read_years(words("year"))
    item, about = read_item(words("item"))
    item = item_of(text[start:end]) if item is None and not about else item
    form = read_form(words("form"), text)
    context: tuple[str, ...] = ()
    if before:
        wider = [word for word in scope if _OTHERS.search(word)]
        if not (places or offices or wider or excluded):
            places, offices, excluded = before.places, before.issuers, before.excluded
            scope = ("",) if before.everywhere else () if before.places else scope
        years = years or before.years
        context = before.theme or before.context
        form = form if form != Form() else before.form
    return replace(
        ask,
        words=_bare(text, here, ask.span),
        places=places,
        excluded=excluded,
        issuers=offices,
        years=years,
        everywhere=bool(scope),
        theme=words("theme"),
        claims=words("claim"),
        item=item,
        about=about,
        context=context,
        form=form,
    )
