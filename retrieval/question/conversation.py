"""What a message means after those before it: slots taken over, changed, or left as they were.

A conversation keeps its last asks whole. A follow-up says only what changes: 那玉山呢 changes the
place, 2022年呢 the year, 诉讼的呢 the theme; a new wish keeps the places it does not name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from retrieval.documents import meet
from retrieval.genre.lexicon import pattern
from retrieval.question.asking import asks_target
from retrieval.question.exact import relative_year
from retrieval.question.request import Ask, Content, Form, Request
from retrieval.question.terms import FAINT, content_terms, is_theme, is_topical
from retrieval.text.normalise import has_han
from retrieval.text.segmentation import tag

# 它跟玉山比: one place beside the one spoken of
_BESIDE = re.compile(
    "^(?:那|再|请)*(?:它|他|这|该|跟|和|与|同|比|拿|把)|跟?它|比一比|相比|[和跟与].{0,8}比"
)
_THEMED: frozenset[Content] = frozenset(
    ("figure", "causes", "remedy", "measures", "meaning", "report")
)
_LISTED: frozenset[Content] = frozenset(("problems", "plans", "measures", "remedy"))
MOST_SPOKEN_OF = 4  # themes of a conversation that a question without one is read beside
_POINTING = tuple("这那该")


def completed(request: Request, last: Sequence[Ask]) -> tuple[Ask, ...]:
    """Return the asks of ``request`` with what they take over from the ``last`` ones.

    For ``same`` and ``rework`` these are the last asks, changed in what the message says; for
    other acts than these, ``ask`` and ``item`` there are none.
    """
    return _told_at_once(_completed(request, last))


def _told_at_once(asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """Join asks that one answer tells.

    Some figures and their order, which shows them: 各地办了多少，哪里最少. Two matters of one
    paragraph on the same reports: 写一段问题和打算.
    """
    kept: list[Ask] = []
    for ask in asks:
        before = kept[-1] if kept else None
        joined = before and (_figures_in_order(before, ask) or _one_paragraph(before, ask))
        if joined:
            kept.pop()
        kept.append(joined or ask)
    return tuple(kept)


def _figures_in_order(ask: Ask, order: Ask) -> Ask | None:
    told = (ask.content, ask.operation) == ("figure", "tell") and ask.theme
    ranks = (order.content, order.operation) == ("figure", "rank") and not order.theme
    of_many = len(ask.places) != 1 and _scope(order) in (_scope(ask), ((), False, ask.years))
    if not (told and ranks and of_many):
        return None
    words = f"{ask.words}{order.words}"
    return replace(order, theme=ask.theme, everywhere=ask.everywhere, span=(0, 0), words=words)


def _one_paragraph(ask: Ask, other: Ask) -> Ask | None:
    if (ask.operation, other.operation) != ("brief", "brief") or _scope(ask) != _scope(other):
        return None
    contents = {ask.content, other.content}
    content: Content = "report"
    if contents == {"problems", "plans"}:
        content = "remedy"
    elif len(contents) == 1:
        content = ask.content
    theme = tuple(dict.fromkeys((*ask.theme, *other.theme)))
    form = ask.form if ask.form != Form() else other.form
    words = f"{ask.words}{other.words}"
    return replace(ask, content=content, theme=theme, form=form, span=(0, 0), words=words)


def _scope(ask: Ask) -> tuple[tuple[str, ...], bool, tuple[int, ...]]:
    return ask.places, ask.everywhere, ask.years


def _completed(request: Request, last: Sequence[Ask]) -> tuple[Ask, ...]:
    if not last:
        return request.asks if request.act in ("ask", "same", "item") else ()
    if request.act == "same":
        said = request.asks[0] if request.asks else Ask(last[-1].content, last[-1].operation)
        if not (request.tags or said.theme or _names_scope(said)):  # 红树林呢: another theme
            said = replace(said, theme=_own_nouns(said))
        # 其中调解的呢 is of the last of two figures, 那玉山呢 of both
        changing = last[-1:] if said.theme and not _names_scope(said) else last
        return tuple(_changed(ask, said, request) for ask in changing)
    if request.act == "rework":
        form = request.asks[0].form if request.asks else Form()
        return tuple(replace(ask, form=_merged(_ordered(ask), form)) for ask in last)
    if request.act in ("ask", "item"):
        before, out = last[-1], []
        for n, ask in enumerate(request.asks):
            if n and not _names_scope_itself(ask, request):
                # the part before it is read in the light of the conversation, and so is its scope
                ask = replace(ask, places=(), issuers=(), everywhere=False, excluded=())
            ask = _carried(ask, before, request)
            out.append(ask)
            before = ask
        return tuple(out)
    return ()


def _names_scope(ask: Ask) -> bool:
    return bool(ask.places or ask.issuers or ask.everywhere or ask.excluded)


def _names_scope_itself(ask: Ask, request: Request) -> bool:
    scoped = ("place", "office", "scope", "excluded")
    return any(t.tag in scoped and meet(t, *ask.span) for t in request.tags)


def _carried(ask: Ask, last: Ask, request: Request) -> Ask:
    """Return a new wish with the places, years and, where it has none, the theme spoken of."""
    if (
        ask.operation in ("compare", "rank", "change")
        and len(ask.places) == 1
        and last.places
        and ask.places[0] not in last.places
        and not ask.everywhere
        and _BESIDE.search(request.question)
    ):
        both = tuple(dict.fromkeys((*last.places, *ask.places)))
        operation = "compare" if ask.operation == "change" else ask.operation
        years = tuple(dict.fromkeys((*last.years, *ask.years)))
        ask = replace(ask, places=both, operation=operation, years=years)
        return _on_what_was_spoken_of(ask, last)
    if ask.operation == "common" and ask.content == "report" and not ask.theme:
        ask = replace(ask, content=last.content)  # 它们有什么共同点 after their problems
    if _of_what_was_listed(ask, last):
        ask = replace(ask, content=last.content, operation="list")
    everything = ask.content == "holdings" or ask.operation == "which"
    if _names_scope(ask) or everything:
        ask = replace(ask, years=_years(ask, last, request, elsewhere=True))
    else:
        ask = replace(
            ask,
            places=last.places,
            issuers=last.issuers,
            everywhere=last.everywhere,
            excluded=last.excluded,
            years=_years(ask, last, request),
            context=ask.context or last.theme or last.context,
        )
    if ask.content in _THEMED and ask.operation not in ("overview", "brief"):
        return _on_what_was_spoken_of(ask, last)
    return ask if ask.theme else replace(ask, theme=_said_again(ask, last))


def _of_what_was_listed(ask: Ask, last: Ask) -> bool:
    """Tell whether a which without a noun (哪些已经解决了) points at the items of one place."""
    if ask.operation != "which" or last.operation == "which" or _names_scope(ask):
        return False
    if len(last.places) != 1 or last.content not in _LISTED:
        return False
    words = tag(ask.words)
    after = [kind[:1] for (word, _), (_, kind) in pairwise(words) if word == "哪些"]
    return bool(after) and not set(after) & set("nmqu")


def _said_again(ask: Ask, last: Ask) -> tuple[str, ...]:
    """Return the themes spoken of that the words of an ask say again: 督察情况 of 法治督察."""
    words = [term.word for term in content_terms(ask.words) if is_theme(term)]
    return tuple(theme for theme in _spoken_of(last) if any(word in theme for word in words))


def _on_what_was_spoken_of(ask: Ask, last: Ask) -> Ask:
    """Return a wish that has no theme with the one spoken of; one of no words at all repeats its words."""
    if ask.theme:
        return ask
    own = _own_nouns(ask) if ask.content in ("measures", "remedy") else ()
    if own:  # 同样的整治什么时候做的: a noun beside what was spoken of, tagged or not
        return replace(ask, theme=own, context=_spoken_of(last))
    ask = replace(ask, theme=last.theme, context=_spoken_of(last))
    if ask.content == last.content and last.words and not _has_words(ask):
        ask = replace(ask, words=last.words, claims=last.claims, span=(0, 0))
    return ask


def _own_nouns(ask: Ask) -> tuple[str, ...]:
    """Return the nouns of an ask that points at nothing, in its own words."""
    kept, points = _unpointed(ask.words)
    return () if points else tuple(t.word for t in content_terms(kept) if is_topical(t))


def _spoken_of(last: Ask) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*last.theme, *last.context)))[:MOST_SPOKEN_OF]


def _has_words(ask: Ask) -> bool:
    """Tell whether an ask names anything of its own: 这个指标 and 这两个数 name what was spoken of.

    A verb of one character is enough (改了多少), unless it is said of what is pointed at, or
    of how that has changed (是好了还是坏了). A target is another figure.
    """
    kept, points = _unpointed(ask.words)
    terms = content_terms(kept)
    if any(map(is_theme, terms)) or asks_target(ask.words):
        return True
    verbs = any(term.weight > FAINT for term in terms)
    return verbs and not (points or ask.operation in ("change", "compare"))


def _unpointed(words: str) -> tuple[str, bool]:
    """Return words without the nouns that are pointed at, and whether anything is."""
    kept, points, pointing = "", False, ""
    for word, pos in tag(words):
        kind = pos[:1]
        if kind == "r" and word.startswith(_POINTING):
            pointing = word
        elif pointing and kind in "mq":
            continue
        elif pointing and kind == "n":
            points, pointing = True, ""
        else:  # 针对这个他们: what is pointed at has no name
            points = points or (pointing[-1:] in ("个", "些") and kind in "rv")
            kept, pointing = kept + word, ""
    return kept, points


def _years(ask: Ask, last: Ask, request: Request, *, elsewhere: bool = False) -> tuple[int, ...]:
    """Return the years of a follow-up: as said, reckoned from those spoken of, or these.

    Of ``elsewhere`` only 同年 is these. What is compared with 上一年 is of the year spoken of, and so
    are plans for 明年; what is compared with a year that is said (跟23年比) is of both. 这两年 are none
    that were spoken of alone.
    """
    start, end = ask.span if ask.span != (0, 0) else (0, len(request.question))
    said = [t.text for t in request.tags if t.tag == "year" and start <= t.start < end]
    away = relative_year(said or [request.question[start:end]])
    beside = ask.operation in ("change", "compare") and bool(_BESIDE.search(request.question))
    if ask.years and beside and not elsewhere:
        return tuple(dict.fromkeys((*last.years, *ask.years)))
    if ask.years or (elsewhere and away != 0):
        return ask.years
    if away is None:
        return () if said else last.years
    ahead = away > 0 and ask.content == "figure"
    reckoned = (away < 0 or ahead) and ask.operation not in ("change", "compare")
    return tuple(year + away for year in last.years) if reckoned else last.years


def _changed(ask: Ask, said: Ask, request: Request) -> Ask:
    """Return an earlier wish with what a follow-up says in place of what it said, or beside it."""
    adds = bool(pattern("adding").search(request.question))
    if adds and said.places and (ask.places or ask.everywhere):
        both = tuple(dict.fromkeys((*ask.places, *said.places)))
        years = tuple(dict.fromkeys((*ask.years, *said.years)))
        kept = tuple(p for p in ask.excluded if p not in said.places)
        ask = replace(ask, places=() if ask.everywhere else both, years=years, excluded=kept)
    elif said.places or said.issuers:
        beside = said.places and _BESIDE.search(request.question) and ask.places
        if beside and "比" in request.question:
            both = tuple(dict.fromkeys((*ask.places, *said.places)))
            years = tuple(dict.fromkeys((*ask.years, *said.years)))
            return replace(ask, places=both, operation="compare", years=years)
        ask = replace(
            ask,
            places=said.places or (ask.places if said.issuers else ()),
            issuers=said.issuers,
            excluded=(),
            everywhere=said.everywhere,
            years=_years(said, ask, request, elsewhere=bool(said.places)),
        )
    elif said.everywhere:
        ask = replace(
            ask, places=(), issuers=(), everywhere=True, excluded=said.excluded, years=said.years
        )
    elif said.excluded:
        kept = tuple(p for p in ask.places if p not in said.excluded)
        ask = replace(ask, places=kept, everywhere=not kept, excluded=said.excluded)
    else:
        ask = replace(ask, years=_years(said, ask, request))
    if said.theme and adds and ask.theme:
        both = tuple(dict.fromkeys((*ask.theme, *said.theme)))
        ask = replace(ask, theme=both, claims=(), words="、".join((ask.words, *said.theme)))
    elif said.theme:
        ask = replace(
            ask,
            theme=said.theme,
            claims=(),
            context=ask.theme or ask.context,
            words=_reworded(ask, said.theme),
        )
    form = _ordered(ask)
    return replace(ask, form=_merged(form, said.form) if said.form != Form() else form, span=(0, 0))


def _ordered(ask: Ask) -> Form:
    """Return the form an earlier wish ordered: a question in English orders no English for ever."""
    return replace(ask.form, english=ask.form.english and has_han(ask.words))


def _reworded(ask: Ask, theme: Sequence[str]) -> str:
    """Return an ask's words with another theme in the place of its own."""
    words = ask.words
    for old in ask.theme:
        if old in words:
            return words.replace(old, "".join(theme))
    return "".join(theme) + words if not ask.theme else "".join(theme)


def _shorter(chars: tuple[int, int] | None, form: Form) -> tuple[int, int] | None:
    """Return a length, by two fifths less where 再短一点 is said without a number."""
    return (chars[0] * 3 // 5, chars[1] * 3 // 5) if chars and form.short else chars


def _merged(old: Form, new: Form) -> Form:
    return Form(
        chars=new.chars or (None if new.points or new.table else _shorter(old.chars, new)),
        points=new.points or (None if new.paragraph or new.table else old.points),
        table=new.table or (old.table and not (new.points or new.paragraph)),
        paragraph=new.paragraph or (old.paragraph and not (new.points or new.table)),
        english=new.english or old.english,
        short=new.short,
        plain=new.plain or old.plain,
        audience=new.audience or old.audience,
    )
