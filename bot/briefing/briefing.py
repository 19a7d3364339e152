"""One paragraph on a report: what was done with its figures, what is lacking, what comes next.

A briefing is composed, not written: every claim is a run of whole clauses of one sentence,
cited where it stands; code adds only the attribution and the words that name a part. Pieces
are chosen until the length asked for is met, and the length is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.briefing.briefing_pieces import (
    MAX_PIECE,
    Part,
    Piece,
    Pools,
    honour_pieces,
    pools,
    says_little,
    theme_pools,
)
from bot.briefing.left_out import omissions, to_draft
from bot.briefing.standing_alone import standing_alone
from bot.evidence.drafting import Desk, Draft
from bot.evidence.pieces import Piece as Leaf
from bot.evidence.pieces import on_theme
from bot.evidence.silence import silent
from bot.labels import Names
from bot.notes import Note, note, text_of, words
from bot.values import Answer, Cited, DraftLine
from retrieval.documents import Report, meet
from retrieval.places.gazetteer import contains, short_name
from retrieval.places.subunits import territory
from retrieval.question.query import Query
from retrieval.question.terms import Term, content_terms

# a person's paragraph of 270 characters tells eleven points (eval/briefings.jsonl); quoted they take a
# third more: of 128 orders of blind sets eight more are right than with 200 to 300, none less
DEFAULT_CHARS = (240, 360)
MAX_REPORTS = 6
MAX_CHARS = 2000
POINT_CHARS = 70
PARTS: tuple[Part, ...] = ("overall", "measures", "problems", "plans")
LABELS: Mapping[Part, str] = {
    part: words(Note(f"briefing.{part}")) if part != "overall" else "" for part in PARTS
}
PART_ROLES: Mapping[Part, Note] = {
    "overall": Note("role.preamble"),
    "measures": Note("role.measures"),
    "problems": Note("role.problems"),
    "plans": Note("role.plans"),
}
_CLOSING_CHARS = 24  # what an answer may still say under the paragraph: where it was taken from
_LEAST_PIECE = 8
LEAST_SHARE = 60  # characters a report must have of a paragraph on several
SHORT_CHARS = (100, 160)  # 短一点, where no number is said: half of what is usual
TIGHT = 160  # characters under which the short parts are served first
Length = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Material:
    """What one report offers a paragraph: pieces by part, held to a theme or not."""

    report: Report
    pool: Pools
    on_theme: bool


@dataclass(frozen=True, slots=True)
class Briefing:
    """A composed paragraph: its draft, its length in characters, and what it was chosen from.

    ``absent`` names the parts that a report does not have.
    """

    draft: Draft
    chars: int
    asked: Length
    material: tuple[Material, ...] = ()
    absent: tuple[Note, ...] = ()


def asked(query: Query) -> bool:
    """Tell whether a question asks for a paragraph or for points, whatever else it asks."""
    form = query.ask.form
    if query.kind == "overview" and form.points:
        return True
    ordered = form.paragraph or form.chars is not None
    return query.kind == "brief" or (ordered and query.kind in ("list", "overview"))


def in_points(desk: Desk, count: int) -> Draft:
    """Return what a briefing tells as ``count`` points, spread over its parts.

    A point holds what there is room for of one part of a report: a ``count``-th of the length
    asked for.
    """
    asked_for = asked_length(desk.query)
    room = asked_for[1] // count if asked_for else POINT_CHARS
    offers = [m for m in material(desk) if any(m.pool.values())]
    if not offers:
        return brief(desk).draft
    lines: list[DraftLine] = []
    for index, offer in enumerate(offers):
        para = _Paragraph(offer.report, None, False, offer.pool)
        share = count // len(offers) + (index < count % len(offers))
        for part in _parts_of_points(offer, share):
            before = list(para.chosen[part])
            while _add_next(
                para, (part,), MAX_CHARS, sum(len(p.text) for p in before) + room, again=False
            ):
                pass
            taken = [p for p in para.chosen[part] if p not in before]
            if taken:
                lines.append(_point(offer.report, taken))
    return Draft(tuple(lines), focus=tuple(c for line in lines for c in line.cites))


def _parts_of_points(offer: Material, count: int) -> list[Part]:
    """Return the part that each point of a report is on, in order."""
    shares = Counter({part: 1 for part in PARTS[1:] if offer.pool[part]})
    first = (
        max(shares, key=lambda part: offer.pool[part][0].value) if offer.on_theme else "measures"
    )
    shares[first if first in shares else next(iter(shares), "overall")] += count - len(shares)
    return [part for part in PARTS for _ in range(max(shares[part], 0))][:count]


def _point(report: Report, taken: Sequence[Piece]) -> DraftLine:
    pieces = sorted(taken, key=lambda p: p.span.start)
    cites = tuple(Cited(report.id, p.span.start, p.span.end) for p in pieces)
    return DraftLine("；".join(p.text for p in pieces) + "。", "claim", cites)


def asked_length(query: Query) -> Length | None:
    """Return the range of characters a question asks for; None if it names none."""
    form = query.ask.form
    return SHORT_CHARS if form.short and form.chars is None else form.chars


def themes(query: Query) -> tuple[tuple[Term, ...], ...]:
    """Return the terms of each theme a briefing is to be about; none if about whole reports."""
    found = (content_terms(words) for words in query.ask.theme)
    return tuple(terms for terms in found if terms)


_OF_CONTENT: Mapping[str, tuple[Part, ...]] = {
    "problems": ("problems",), "causes": ("problems",), "plans": ("plans",),
    "measures": ("overall", "measures"), "honours": ("overall", "measures"),
    "remedy": ("problems", "plans"),
}  # fmt: skip


def parts_asked(query: Query) -> tuple[Part, ...]:
    """Return the parts that a wish is about; all of them for a report as a whole."""
    return _OF_CONTENT.get(query.ask.content, PARTS)


def brief(desk: Desk, chars: Length | None = None) -> Briefing:
    """Compose one paragraph of ``chars`` characters on the desk's reports.

    ``chars`` defaults to what the question asks for, else to ``DEFAULT_CHARS``. The claims and the notes
    that join them lie within it wherever the reports have enough to say. The draft abstains
    where the reports are silent on the theme asked for.
    """
    low, high = chars or asked_length(desk.query) or DEFAULT_CHARS
    subjects, parts = themes(desk.query), parts_asked(desk.query)
    found = material(desk)
    names = Names(m.report.meta for m in found)
    said = [m for m in found if any(m.pool.values())]
    quiet = [m.report for m in found if m not in said]
    most = max(1, high // LEAST_SHARE)
    unread, said = [m.report for m in said[most:]], said[:most]
    if not said:
        nothing = Draft(status="abstained", gap=(Note("nothing_to_brief"),))
        return Briefing(silent(desk) if subjects else nothing, 0, (low, high))
    reserve = min(_CLOSING_CHARS, (high - low) // 3)
    paragraphs, used = [], 0
    for index, one in enumerate(said):
        share = len(said) - index
        room = ((low - used) // share, (high - reserve - used) // share)
        source = attribution(one.report, names, alone=len(said) == 1 and high >= 200)
        labelled = not one.on_theme or len(parts) < len(PARTS)
        paragraph = _fill(one.report, one.pool, room, source, labelled=labelled)
        if paragraph.chars < room[0]:
            whole = (room[0], (high - used) // share)
            paragraph = _fill(one.report, one.pool, whole, source, labelled=labelled)
        paragraphs.append(paragraph)
        used += paragraph.chars
    lines = [line for paragraph in paragraphs for line in paragraph.lines]
    absent = [line for p in paragraphs for line in _absent(p, parts, names)] if not subjects else []
    under: list[DraftLine] = []
    if quiet:
        under.append(note("under.silent", reports=tuple(names.report(r.meta) for r in quiet)))
    if unread:
        under.append(note("under.unread", reports=tuple(names.report(r.meta) for r in unread)))
    if absent:
        under.append(note("under.absent", absent=tuple(absent)))
    cites = tuple(c for line in lines for c in line.cites)
    before, form = desk.state.briefed, desk.query.ask.form
    if before is not None and set(before.told) == set(cites) and not (form.plain or form.english):
        under.append(note("under.unchanged"))
    draft = Draft(tuple(lines), focus=cites, after=tuple(under))
    return Briefing(draft, used, (low, high), tuple(said), tuple(absent))


def material(desk: Desk) -> tuple[Material, ...]:
    """Return what each of the desk's reports offers, in the order asked."""
    subjects, parts = themes(desk.query), parts_asked(desk.query)
    reports = _as_asked(desk)[:MAX_REPORTS]
    return tuple(Material(r, *_pools(desk, r, subjects, parts)) for r in reports)


def left_out(desk: Desk, told: Sequence[Cited]) -> Draft:
    """Return what a paragraph on the desk's reports that cites ``told`` leaves out."""
    return to_draft(
        [
            (m.report, omissions(m.report, m.pool, told, whole=not m.on_theme))
            for m in material(desk)
        ]
    )


def paragraph(answer: Answer, *, markers: bool = True) -> str:
    """Return a checked briefing as one paragraph, with or without its citation markers.

    What stands under the paragraph (where it was taken from, what is missing) is left out.
    """
    return "".join(
        s.text + ("".join(f"[{n}]" for n in s.citations) if markers else "") for s in answer.body
    )


# ---- the words around the claims ----------------------------------------------------------


def attribution(report: Report, names: Names, *, alone: bool) -> Note:
    """Return the attribution: the report's title where it names its place, else place and year."""
    meta = report.meta
    place = short_name(meta.place[-1]) if meta.place else meta.issuer
    title = re.sub(r"（推断）$", "", meta.title)
    if alone and place and place in title and len(title) <= 32 and title == meta.title:
        return Note("briefing.by_title", {"title": title, "end": "，"})
    year = Note("year", {"year": meta.year}) if meta.year else ""
    return Note("briefing.by_report", {"body": names.body(meta), "year": year, "end": "，"})


# ---- choosing -----------------------------------------------------------------------------


def _as_asked(desk: Desk) -> tuple[Report, ...]:
    """Return the desk's reports in the order in which the question names their places."""

    def order(report: Report) -> int:
        place = territory(report.meta.place, report.meta.issuer)
        named = [i for i, p in enumerate(desk.query.places) if contains(p, place)]
        return min(named, default=len(desk.query.places))

    return tuple(sorted(desk.reports, key=order))


def _pools(
    desk: Desk, report: Report, subjects: Sequence[Sequence[Term]], parts: Sequence[Part]
) -> tuple[Pools, bool]:
    """Return what there is to choose from, and whether it is held to a theme."""
    facts = desk.ledger(report.id)
    if subjects:
        found: Pools = {part: [] for part in PARTS}
        for terms in subjects:
            themed = theme_pools(leaves_on(desk, report, terms), facts, terms)
            for part in parts:
                found[part] = sorted((*found[part], *themed[part]), key=lambda p: -p.value)
        return found, True
    if desk.query.ask.content == "honours":
        only: Pools = {part: [] for part in PARTS}
        return {**only, "measures": honour_pieces(desk.reading(report))}, True
    whole = pools(desk.reading(report), facts)
    return {part: whole[part] if part in parts else [] for part in PARTS}, False


def leaves_on(desk: Desk, report: Report, terms: Sequence[Term]) -> list[Leaf]:
    """Return the leaves on one of the themes asked for: those that answer, and those that name it."""
    several = len(desk.query.ask.theme) > 1
    # what is ordered is read whole; of several themes each by its own words
    topic = "".join(t.word for t in terms) if several else desk.query.topic
    of_theme = replace(desk.query, terms=tuple(terms), topic=topic)
    telling = replace(desk, query=of_theme).telling(report, terms)
    least = min((leaf.fit for leaf in telling), default=1.0)
    known = {leaf.section for leaf in telling}
    named = [leaf for leaf in on_theme(report, terms) if leaf.section not in known]
    return [*telling, *(replace(leaf, fit=least * leaf.fit) for leaf in named)]


@dataclass(slots=True)
class _Paragraph:
    """One report's share of the paragraph while it is being filled."""

    report: Report
    source: Note | None
    labelled: bool
    pool: Pools
    chosen: dict[Part, list[Piece]] = field(default_factory=lambda: {part: [] for part in PARTS})

    @property
    def chars(self) -> int:
        """Characters of the paragraph as it will read."""
        return sum(len(text_of(line)) for line in self.lines)

    @property
    def lines(self) -> list[DraftLine]:
        """The lines: attribution, then each part with its name and its claims."""
        shown = [part for part in PARTS if self.chosen[part]]
        named = len(shown) > 1 and (self.labelled or shown[0] in ("problems", "plans"))
        joined = self.chosen["overall"] or named
        lines = []
        if self.source is not None:
            end = "，" if joined else "："
            lines.append(note(self.source.kind, **{**self.source.values, "end": end}))
        for part in shown:
            if (
                part != "overall"
                and (self.labelled or part in ("problems", "plans"))
                and len(shown) > 1
            ):
                lines.append(note(f"briefing.{part}"))
            pieces = sorted(self.chosen[part], key=lambda p: p.span.start)
            for piece in pieces:
                end = "。" if piece is pieces[-1] else "；"
                cite = Cited(self.report.id, piece.span.start, piece.span.end)
                alone = standing_alone(piece.text, self.report.meta)
                lines.append(DraftLine(alone + end, "claim", (cite,)))
        return lines

    def fits(self, piece: Piece, most: int) -> bool:
        """Tell whether a piece may be added: no words twice, and within ``most`` characters."""
        if any(_overlap(piece, other) for group in self.chosen.values() for other in group):
            return False
        self.chosen[piece.part].append(piece)
        within = self.chars <= most
        self.chosen[piece.part].pop()
        return within


def _overlap(piece: Piece, other: Piece) -> bool:
    if piece.text in other.text or other.text in piece.text:
        return True
    return meet(piece.span, other.span.start, other.span.end)


def _fill(report: Report, pool: Pools, room: Length, source: Note, *, labelled: bool) -> _Paragraph:
    """Fill the room; where a part is crowded out, try again with problems and plans told shortly."""
    para = _filled(report, pool, room, source, labelled=labelled)
    if not _crowded_out(para):
        return para
    short: Pools = {
        part: sorted(pieces, key=lambda p: len(p.text)) if part in ("problems", "plans") else pieces
        for part, pieces in pool.items()
    }
    again = _filled(report, short, room, source, labelled=labelled)
    better = len(_crowded_out(again)) < len(_crowded_out(para))
    if not better or not room[0] <= again.chars <= room[1]:
        return para
    again.pool = pool
    return again


def _crowded_out(para: _Paragraph) -> list[Part]:
    return [
        part for part in PARTS if part != "overall" and para.pool[part] and not para.chosen[part]
    ]


def _filled(
    report: Report, pool: Pools, room: Length, source: Note, *, labelled: bool
) -> _Paragraph:
    """Choose pieces in turn from each part until the room is well filled."""
    low, most = room
    para = _Paragraph(report, source, labelled, pool)
    if most - len(words(source)) < 3 * _LEAST_PIECE:
        para.source = None
    goal = low + (most - low) * 4 // 5
    order_of_parts: list[Part] = ["measures", "problems", "plans", "overall"]
    if most < TIGHT:
        order_of_parts = ["problems", "plans", "measures", "overall"]
    if not labelled:  # on a theme the better piece is told, whatever part it is of
        while para.chars < goal and _add_next(para, PARTS, most, most, again=False):
            pass
        order_of_parts = []
    limits = _limits(pool, most)
    if "problems" in order_of_parts:  # every problem is told, in its short form
        while _add_next(para, ("problems",), most, limits["problems"], again=False):
            pass
    for again in (False, True):
        order = list(order_of_parts)
        while order:
            for part in list(order):
                limit = most if again else limits[part]
                if not _add_next(para, (part,), most, limit, again=again):
                    order.remove(part)
            if para.chars >= goal and all(para.chosen[p] for p in PARTS if pool[p]):
                break
        if para.chars >= goal:
            break
    if para.chars < low:
        _lengthen(para, low, most)
    return para


def _limits(pool: Pools, most: int) -> dict[Part, int]:
    """Return how many characters each part may take while the others have not had their turn.

    The measures have what the problems and plans cannot fill, and half the room in any case. Who
    orders a paragraph on a report hardly wants its plans: of 337 sentences that 128 orders of blind
    sets name, 5 are plans and 48 problems.
    """
    shares: dict[Part, float] = {"problems": 0.32, "plans": 0.1, "overall": 0.25}
    limits = {part: int(most * share) for part, share in shares.items()}
    kept = 0
    for part in ("problems", "plans"):
        shortest: dict[int | tuple[int, ...], int] = {}
        for piece in pool[part]:
            key = piece.group if piece.item is None else piece.item
            shortest[key] = min(shortest.get(key, MAX_PIECE), len(piece.text))
        kept += min(limits[part], sum(shortest.values())) + (len(LABELS[part]) if shortest else 0)
    limits["measures"] = max(int(most * 0.55), most - kept) if kept else most
    told = [part for part in PARTS if pool[part]]
    return limits if len(told) > 1 else {**limits, **dict.fromkeys(told, most)}


def _add_next(
    para: _Paragraph, parts: Sequence[Part], most: int, limit: int, *, again: bool
) -> bool:
    """Add the piece of these parts that fits and is least like those taken; tell whether one did.

    Pieces of sections and of indicators not told of yet come first, then the better ones. An
    item is told of once, and what tells next to nothing not at all, unless ``again``.
    """
    taken = [piece for part in parts for piece in para.chosen[part]]
    used = sum(len(p.text) for p in taken)
    groups = Counter(p.group for p in taken)
    parents = Counter(p.group[:2] for p in taken)
    chapters = Counter(p.group[:1] for p in taken)
    names = Counter(n for p in taken for n in p.names)
    sentences = Counter(p.sentence for p in taken)
    told = {p.item for p in taken if p.item is not None}

    def news(piece: Piece) -> float:
        again_named = max((names[n] for n in piece.names), default=0)
        value = piece.value - 1.5 * again_named - 0.8 * sentences[piece.sentence]
        if not para.labelled:  # what is told on a theme stands together
            return value
        alike = 0.35 * (groups[piece.group] + parents[piece.group[:2]])
        return value - alike - 0.15 * chapters[piece.group[:1]]

    ranked = [piece for part in parts for piece in para.pool[part]]
    if ranked and ranked[0].item is None:
        ranked.sort(key=news, reverse=True)
    room = limit if taken else max(limit, 6 * _LEAST_PIECE)
    for piece in ranked:
        if not again and (piece.item in told or says_little(piece)):
            continue
        if used + len(piece.text) <= room and para.fits(piece, most):
            para.chosen[piece.part].append(piece)
            return True
    return False


def _lengthen(para: _Paragraph, low: int, most: int) -> None:
    """Take longer runs of the same sentences until ``low`` is met."""
    for part in PARTS:
        for piece in list(para.chosen[part]):
            longer = [
                p for p in para.pool[part]
                if p.span.start <= piece.span.start and p.span.end >= piece.span.end and p.span != piece.span
            ]  # fmt: skip
            para.chosen[part].remove(piece)
            fitting = [p for p in longer if para.fits(p, most)]
            para.chosen[part].append(max(fitting, key=lambda p: len(p.text), default=piece))
            if para.chars >= low:
                return


# ---- what is not there ----------------------------------------------------------------------


def _absent(para: _Paragraph, parts: Iterable[Part], labels: Names) -> list[Note]:
    names = tuple(PART_ROLES[p] for p in parts if p != "overall" and not para.pool[p])
    if not names:
        return []
    meta = para.report.meta
    year = Note("year", {"year": meta.year}) if meta.year else ""
    return [Note("briefing_lacks", {"body": labels.body(meta), "year": year, "parts": names})]
