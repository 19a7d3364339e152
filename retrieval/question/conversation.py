"""What a message means after those before it: slots taken over, changed, or left as they were.

A conversation keeps its last asks whole. A follow-up says only what changes: 那玉山呢 changes the
place, 2022年呢 the year, 诉讼的呢 the theme; a new wish keeps the places it does not name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from retrieval.question.request import Ask, Content, Form, Request
from retrieval.text.normalise import has_han

# 它跟玉山比: one place beside the one spoken of
_BESIDE = re.compile(
    "^(?:那|再|请)*(?:它|他|这|该|跟|和|与|同|比|拿|把)|跟?它|比一比|相比|[和跟与].{0,8}比"
)
_THEMED: frozenset[Content] = frozenset(
    ("figure", "causes", "remedy", "measures", "meaning", "report")
)


def completed(request: Request, last: Sequence[Ask]) -> tuple[Ask, ...]:
    """Return the asks of ``request`` with what they take over from the ``last`` ones.

    For ``same`` and ``rework`` these are the last asks, changed in what the message says; for
    other acts than these, ``ask`` and ``item`` there are none.
    """
    if not last:
        return request.asks if request.act in ("ask", "same", "item") else ()
    if request.act == "same":
        said = request.asks[0] if request.asks else Ask(last[-1].content, last[-1].operation)
        return tuple(_changed(ask, said, request) for ask in last)
    if request.act == "rework":
        form = request.asks[0].form if request.asks else Form()
        return tuple(replace(ask, form=_merged(_ordered(ask), form)) for ask in last)
    if request.act in ("ask", "item"):
        before, out = last[-1], []
        for ask in request.asks:
            ask = _carried(ask, before, request)
            out.append(ask)
            before = ask
        return tuple(out)
    return ()


def _names_scope(ask: Ask) -> bool:
    return bool(ask.places or ask.issuers or ask.everywhere or ask.excluded)


def _carried(ask: Ask, last: Ask, request: Request) -> Ask:
    """Return a new wish with the places, years and, where it has none, the theme spoken of."""
    if (
        ask.operation in ("compare", "rank")
        and len(ask.places) == 1
        and last.places
        and not ask.everywhere
        and _BESIDE.search(request.question)
    ):
        both = tuple(dict.fromkeys((*last.places, *ask.places)))
        theme = ask.theme or last.theme
        content = last.content if not ask.theme else ask.content
        return replace(
            ask, places=both, theme=theme, content=content, years=ask.years or last.years
        )
    everything = ask.content == "holdings" or ask.operation == "which"
    inherits = not _names_scope(ask) and not everything
    if inherits:
        ask = replace(
            ask,
            places=last.places,
            issuers=last.issuers,
            everywhere=last.everywhere,
            excluded=last.excluded,
            years=ask.years or last.years,
            context=ask.context or last.theme or last.context,
        )
    if not ask.theme and ask.content in _THEMED and ask.operation not in ("overview", "brief"):
        ask = replace(ask, theme=last.theme)
    return ask


def _changed(ask: Ask, said: Ask, request: Request) -> Ask:
    """Return an earlier wish with what a follow-up says in place of what it said."""
    if said.places or said.issuers:
        beside = said.places and _BESIDE.search(request.question) and ask.places
        if beside and "比" in request.question:
            both = tuple(dict.fromkeys((*ask.places, *said.places)))
            return replace(ask, places=both, operation="compare", years=said.years)
        ask = replace(
            ask,
            places=said.places or (ask.places if said.issuers else ()),
            issuers=said.issuers,
            excluded=(),
            everywhere=said.everywhere,
            years=said.years,
        )
    elif said.everywhere:
        ask = replace(
            ask, places=(), issuers=(), everywhere=True, excluded=said.excluded, years=said.years
        )
    elif said.excluded:
        kept = tuple(p for p in ask.places if p not in said.excluded)
        ask = replace(ask, places=kept, everywhere=not kept, excluded=said.excluded)
    elif said.years:
        ask = replace(ask, years=said.years)
    if said.theme:
        context = ask.theme or ask.context
        ask = replace(
            ask, theme=said.theme, claims=(), context=context, words=_reworded(ask, said.theme)
        )
    form = _ordered(ask)
    return replace(ask, form=_merged(form, said.form) if said.form != Form() else form, span=(0, 0))


def _ordered(ask: Ask) -> Form:
    """Return the form an earlier wish ordered: a question in English orders no English for ever."""
    return replace(ask.form, english=ask.form.english and has_han(ask.words))


def _reworded(ask: Ask, theme: Sequence[str]) -> str:
    """Return an ask's words with another theme in the place of its own."""
    words = ask.words
    for old, new in zip(ask.theme, theme, strict=False):
        if old in words:
            return words.replace(old, new)
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
