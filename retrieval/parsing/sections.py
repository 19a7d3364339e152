"""Text → section tree, as leaves that cover every character exactly once.

The text is walked line by line. A line is the page's furniture, or it may open with a
number (a heading, with or without its body on the same line), and the rest of it may hold
items (一是…二是…) or, where a page lost its line breaks, further headings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from retrieval.documents import Kind, Role, Section, Span
from retrieval.genre.roles import (
    is_plain_role,
    is_plain_title,
    joins_problems_and_causes,
    joins_problems_and_plans,
    looks_back,
    role_of_heading,
    role_opened_by,
    turning_points,
)
from retrieval.parsing.dressed_titles import BARE, DRESS, bare_titles, dressed_titles
from retrieval.parsing.page_lines import PageLine, page_lines
from retrieval.parsing.sequences import Quotations, believed_markers
from retrieval.text.grids import is_in_grid
from retrieval.text.numbering import Marker, Style, inline_markers, marker_at, rank
from retrieval.text.wrapping import words_of

MAX_HEADING_CHARS = 60
_LONG_SENTENCE_CHARS = 44  # a first sentence longer than this is content, not a title
_NEAR = 200  # how far to look for the rest of a line
_LEAD = re.compile(
    r"(?:[ \t\u3000\xa0\u2002\u2003\u200b\u200c\u200d\u2060\ufeff#*>●•·■◆▲\-]|&(?:nbsp|emsp|ensp);)*"
)
_TABLE_ROW = re.compile(r"^[ \t]{0,8}\||[^\t\r\n]\t[^\t\r\n]{0,60}\t")
_STOP = re.compile(r"[。！？!?]")
_COLON = re.compile("[：:]")
_COMMA = re.compile("[，,]")
_BLANKS = re.compile(r"[\s*\u200b\ufeff]*")
_SPACE_IN_LINE = re.compile(r"[ \t\u3000\xa0]+")
_NO_WORDS = re.compile(r"[\r\n\u200b\u200c\u200d\u2060\ufeff*]")
_CLOSING = re.compile(
    r"(?<=[。！])(?:我们将|我[县市区局镇省州旗厅委]将|我街道将|在今后的工作中|今后的工作中|总之，)[^。]{4,120}[。！][^。！]{0,80}[。！]?\s*\Z"
    r"|(?<=[。！])(?:我们将|我[县市区局镇省州旗厅委]将|我街道将|总之，)(?=[^。]{0,12}(?:以|继续|进一步|坚持|在|更))"
)
# the roles that words may go on to where a heading named the first
_ONWARD = frozenset({("problems", "plans"), ("problems", "causes"), ("causes", "plans")})
_GOING_ON = ("；", ";", "，", ",")  # what stands at the end of an item of a running sentence
# how deep a title without a number may stand: right under what is open where its sign is first met
_UNDER: tuple[Style, ...] = ("plain", "cn_paren", "num", "num_paren", "circled")
_LABEL_END = "。：:；;，, \t\u3000"


@dataclass(slots=True)
class _Node:
    """An open heading or item while the tree is being walked."""

    style: Style
    number: int | None
    label: str
    ordinal: int
    inline: bool
    role: Role
    rank: int
    children: int = 0
    last_number: dict[Style, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Turn:
    """A role opened by a paragraph's words (下一步，…) and not by a heading.

    ``numbers`` are those of the headings it stands under: a heading that carries one of
    these sequences on ends it, one that starts a new sequence belongs to it. ``depth`` is
    how many headings were open, ``before`` the last number of every list that ran.
    """

    role: Role
    depth: int
    numbers: dict[Style, int]
    before: dict[Style, int]

    def ends_with(self, marker: Marker) -> bool:
        """Tell whether an item inside a line carries on a list begun before the turn."""
        if marker.number == 1:
            self.before.pop(marker.style, None)
        return self.before.get(marker.style, 0) + 1 == marker.number != 1

    def holds_at(self, marker: Marker) -> bool:
        if marker.style not in self.numbers:
            above = max(map(rank, self.numbers), default=rank("cn_paren"))
            return marker.rank > above
        if marker.number == 1:
            del self.numbers[marker.style]
            return True
        return False


def parse_sections(
    text: str, title: Sequence[Span] = (), year: int | None = None
) -> tuple[Section, ...]:
    """Return the leaves of the section tree of ``text``, in order, without gap or overlap.

    ``title`` are the spans of the title's lines, ``year`` the year reported on; both help
    to tell furniture from text and plans from measures, and may be missing. Linear time.
    """
    if not text:
        return ()
    return _Walk(text, title, year).run()


class _Walk:
    """One pass over one text; ``leaves`` grows in order and is made gapless at the end."""

    def __init__(self, text: str, title: Sequence[Span], year: int | None) -> None:
        self.text = text
        self.year = year
        self.lines = page_lines(text, title)
        self.quotations = Quotations(text)
        self.leaves: list[Section] = []
        self.stack: list[_Node] = []
        self.roots = 0
        self.root_last: dict[Style, int] = {}
        self.turn: _Turn | None = None
        self.plain_titles = False  # whether lines without a number may be headings
        self.dressed = dressed_titles(text, self.lines)
        self.dress: dict[str, Style] = {}  # how deep the titles of a sign stand

    def run(self) -> tuple[Section, ...]:
        openings = [self._opening(line) for line in self.lines]
        self.plain_titles = not any(m and m.style in ("part", "formal", "cn") for m in openings)
        bare = bare_titles(self.text, self.lines) if self.plain_titles else {}
        flat = not any(bare.values())
        for index, line in enumerate(self.lines):
            if index in self.dressed:
                self._dressed_title(line, self.dressed[index])
            elif index in bare:
                self._dressed_title(line, BARE, part=flat or bare[index])
            elif line.kind == "title":
                self._emit("heading", "preamble", line.start, outside=True)
            elif line.kind == "furniture":
                self._emit("body", "furniture", line.start, outside=True)
            elif line.kind == "closing":
                self._emit("body", "other", line.start, outside=True)
            else:
                following = openings[index + 1] if index + 1 < len(openings) else None
                self._text_line(line, openings[index], following)
        return self._gapless()

    # -- one line -------------------------------------------------------------------------

    def _opening(self, line: PageLine) -> Marker | None:
        """Return the number that opens a line of text, if it is one."""
        if line.kind != "text" or self._is_row(line):
            return None
        marker = marker_at(self.text, self._words_start(line.start, line.end))
        if marker is None or marker.end >= line.end:
            return None
        if marker.number is None and self.text[marker.end].isspace():
            return None  # a lone ) is a damaged (二) only when words follow
        return marker

    def _dressed_title(self, line: PageLine, sign: str, *, part: bool = False) -> None:
        """Emit a title without a number, as deep as the first of its sign stood.

        One that opens a ``part``, or names it (差距与反思), is none under another.
        """
        self._close_inline()
        above = max((node.rank for node in self.stack), default=-1)
        deep = next((style for style in _UNDER if rank(style) > above), _UNDER[-1])
        at = self._words_start(line.start, line.end)
        label = self._label(at, line.end).strip(f"{DRESS} ")
        # ★存在不足★ ends the part before it, of whatever sign that was
        if sign == BARE:
            part = part or role_of_heading(label, self.year) is not None
        else:
            part = is_plain_title(label, self.year)
        if sign != BARE or not part:  # a part without a sign says nothing of how deep others stand
            self.dress.setdefault(sign, deep)
        style: Style = "plain" if part else self.dress[sign]
        self._open(Marker(style, None, at, at, ""), label, inline=False)
        self._emit("heading", self._role(), line.start)

    def _is_row(self, line: PageLine) -> bool:
        words = self.text[line.start : line.end]
        marked = "\t" in words or "|" in words  # most lines have neither
        row = marked and _TABLE_ROW.search(self.text, line.start, line.end)
        return bool(row) or is_in_grid(self.text, line.start, line.end)

    def _words_start(self, start: int, end: int) -> int:
        lead = _LEAD.match(self.text, start, end)
        return lead.end() if lead else start

    def _text_line(self, line: PageLine, marker: Marker | None, following: Marker | None) -> None:
        start = line.start
        if is_in_grid(self.text, line.start, line.end):
            self._close_inline()
            self._emit("body", self._role(), start)
            return
        for point in turning_points(self.text, line.start, line.end, self.year):
            self._part(start, point, marker, None)
            start, marker = point, None
        self._part(start, line.end, marker, following)

    def _part(self, start: int, end: int, marker: Marker | None, following: Marker | None) -> None:
        """Take in a line, or the part of one from a turn of its subject on."""
        self._close_inline()
        at = self._words_start(start, end)
        if marker is None and self.plain_titles and is_plain_title(self.text[at:end], self.year):
            marker = Marker("plain", None, at, at, "")
        items = believed_markers(
            self.text,
            marker.end if marker else at,
            end,
            quotations=self.quotations,
            running=self._running(),
            opened=marker,
            following=following,
        )
        if marker:
            self._heading(marker, end, items)
        elif not items or items[0].start != at:
            self._turn(start, end)
            self._emit("body", self._role(), start)
        self._items(items, end)

    def _turn(self, start: int, end: int) -> None:
        """Let a paragraph without a number change the role where headings leave it open."""
        joined = any(joins_problems_and_plans(node.label) for node in self.stack)
        line = self.text[start:end]
        opened = role_opened_by(line, self.year)
        if opened == "causes" and not self._tells_causes(start, end):
            return
        directly_under_heading = bool(self.stack) and self.leaves[-1].kind == "heading"
        if opened is None or (
            directly_under_heading and not joined and not is_plain_title(line, self.year)
        ):
            return
        if self.turn:  # what words have opened words may close
            del self.stack[self.turn.depth :]
        named = self.stack[-1].role if self.stack else "preamble"
        onward = (named, opened) in _ONWARD
        if joined or onward or named in ("measures", "other", "preamble"):
            numbers = {n.style: n.number for n in self.stack if n.number and not n.inline}
            self.turn = _Turn(opened, len(self.stack), numbers, self._running())

    def _tells_causes(self, start: int, end: int) -> bool:
        """Tell whether what gives reasons does so for all problems, told before under one heading.

        A reason amid a list is its item's.
        """
        named = any(joins_problems_and_causes(node.label) for node in self.stack)
        if not named and not looks_back(self.text[start:end]):
            return False
        before = self._running()
        later = inline_markers(self.text, start, end)
        return not any(m.number == before.get(m.style, 0) + 1 != 1 for m in later)

    def _heading(self, marker: Marker, line_end: int, items: Sequence[Marker]) -> None:
        """Emit the heading (or numbered item) that ``marker`` opens, and the body behind it."""
        stop = items[0].start if items else line_end
        end = self._heading_end(marker, stop, line_end)
        if end is None or (marker.style == "article" and end < line_end):
            self._open(marker, marker.text, inline=False)
            self._emit("item", self._role(), marker.start)
            return
        self._open(marker, self._label(marker.start, end), inline=False)
        self._emit("heading", self._role(), marker.start)
        if not self._blank(end, line_end) and stop > end:
            self._emit("body", self._role(), end)

    def _heading_end(self, marker: Marker, stop: int, line_end: int) -> int | None:
        """Return where the heading ends, or None if the number opens an item without a title."""
        text = self.text
        full = self._find(_STOP, marker.end, min(stop, marker.end + MAX_HEADING_CHARS + 20))
        colon = self._find(_COLON, marker.end, min(stop, marker.end + 40, full or stop))
        if (
            colon is not None
            and not _COMMA.search(text, marker.end, colon)
            and not self._blank(colon + 1, line_end)
        ):
            return self._past_stars(colon + 1, stop)
        if full is not None:
            length = full - marker.end
            alone = self._blank(full + 1, line_end)
            limit = (
                _LONG_SENTENCE_CHARS
                if alone or marker.rank >= rank("cn_paren")
                else MAX_HEADING_CHARS
            )
            told = alone and _COMMA.search(text, marker.end, full) is not None and length > 30
            if length <= limit and not told:
                return self._past_stars(full + 1, stop)
            return self._spaced_end(marker, full)
        if stop < line_end:  # closed by the first item or the next heading
            if text[marker.end : stop].rstrip().endswith(_GOING_ON):
                return None
            fits = (
                len(text[marker.end : min(stop, marker.end + _NEAR)].strip()) <= MAX_HEADING_CHARS
            )
            return stop if fits else self._spaced_end(marker, stop)
        if (
            len(text[marker.end : min(line_end, marker.end + _NEAR)].strip())
            <= MAX_HEADING_CHARS + 20
        ):
            return line_end
        return self._spaced_end(marker, stop)

    def _spaced_end(self, marker: Marker, limit: int) -> int | None:
        """Return where a heading closed by blanks only ends: (一)加强领导 2023年，…"""
        text = self.text
        for gap in _SPACE_IN_LINE.finditer(text, marker.end + 4, min(limit, marker.end + 50)):
            title = text[marker.end : gap.start()]
            body = text[gap.end() : min(limit, gap.end() + _NEAR)].strip()
            if not re.search("[。，；,;]", title) and len(body) > 20:
                return gap.end()
        return None

    def _may_head(self, marker: Marker) -> bool:
        """Tell whether a number inside a line may be a heading: it ranks high, or highest here."""
        if marker.style in ("part", "cn", "cn_paren"):
            return True
        outer = [node for node in self.stack if not node.inline]
        return marker.style == "num" and all(node.rank >= marker.rank for node in outer)

    def _goes_on(self, marker: Marker) -> bool:
        """Tell whether a number carries on a sentence's list: its last member ends it, and heads nothing."""
        before = next((n for n in reversed(self.stack) if n.style == marker.style), None)
        return (
            before is not None
            and before.inline
            and before.number is not None
            and before.number + 1 == marker.number
            and self.text[max(0, marker.start - _NEAR) : marker.start].rstrip()[-1:] in _GOING_ON
        )

    def _items(self, items: Sequence[Marker], end: int) -> None:
        """Emit the items and headings that ``items`` open inside a line."""
        for index, marker in enumerate(items):
            stop = items[index + 1].start if index + 1 < len(items) else end
            heads = self._may_head(marker) and not self._goes_on(marker)
            closed = self._heading_end(marker, stop, end) if heads else None
            if closed is not None and closed <= stop:
                self._close_inline()
                self._open(marker, self._label(marker.start, closed), inline=False)
                self._emit("heading", self._role(), marker.start)
                if not self._blank(closed, stop):
                    self._emit("body", self._role(), closed)
                continue
            if self.turn and self.turn.ends_with(marker):
                self.turn = None
            self._open(marker, marker.text.rstrip("，,、：:"), inline=True)
            self._emit("item", self._role(), marker.start)
            closing = _CLOSING.search(self.text, marker.end, stop) if stop == end else None
            if closing is not None:  # belongs to the whole list, not to its last item
                self._close_inline()
                self._emit("body", self._role(), closing.start())

    # -- words ------------------------------------------------------------------------------

    def _blank(self, start: int, end: int) -> bool:
        blanks = _BLANKS.match(self.text, start, end)
        return start >= end or (blanks is not None and blanks.end() == end)

    def _past_stars(self, position: int, end: int) -> int:
        while position < end and self.text[position] == "*":
            position += 1
        return position

    def _find(self, pattern: re.Pattern[str], start: int, end: int) -> int | None:
        found = (match.start() for match in pattern.finditer(self.text, start, end))
        return next((position for position in found if position not in self.quotations), None)

    def _label(self, start: int, end: int) -> str:
        words = _NO_WORDS.sub("", words_of(self.text, start, end))
        return _SPACE_IN_LINE.sub(" ", words).strip().rstrip(_LABEL_END)

    # -- the tree ---------------------------------------------------------------------------

    def _sequence(self) -> dict[Style, int]:
        node = next((n for n in reversed(self.stack) if not n.inline), None)
        return node.last_number if node else self.root_last

    def _running(self) -> dict[Style, int]:
        """Return the last number of every sequence that may go on here, inner over outer."""
        running = dict(self.root_last)
        for node in self.stack:
            if not node.inline:
                running.update(node.last_number)
        return running

    def _close_inline(self) -> None:
        while self.stack and self.stack[-1].inline:
            self.stack.pop()

    def _open(self, marker: Marker, label: str, *, inline: bool) -> None:
        """Put a node on the stack: a heading under its nearest higher one, an item under it."""
        if inline:
            same = [i for i, node in enumerate(self.stack) if node.style == marker.style]
            # 二、存在的问题 … 主要是：一、…；二、…: a list of its own under the heading
            if same and (marker.number != 1 or self.stack[same[-1]].inline):
                del self.stack[same[-1] :]
        else:
            while self.stack and (self.stack[-1].inline or self.stack[-1].rank >= marker.rank):
                self.stack.pop()
        parent = self.stack[-1] if self.stack else None
        if parent:
            parent.children += 1
        else:
            self.roots += 1
        ordinal = parent.children if parent else self.roots
        if marker.number is not None:
            self._sequence()[marker.style] = marker.number
        if self.turn and not inline and not self.turn.holds_at(marker):
            self.turn = None
        role = self._role() if inline else self._role_for(label, parent)
        if not inline and self.turn and role != self.turn.role:
            self.turn = None
        self.stack.append(
            _Node(marker.style, marker.number, label, ordinal, inline, role, marker.rank)
        )

    def _role_for(self, label: str, parent: _Node | None) -> Role:
        """Return the role of a heading: the one it names where it may, else its parent's."""
        named = role_of_heading(label, self.year)
        if parent is None:
            return named or (self.turn.role if self.turn else "other")
        joined = joins_problems_and_plans(parent.label)
        if parent.role in ("problems", "plans", "causes") and not joined:
            return "causes" if named == "causes" else parent.role
        if (
            named in ("problems", "plans", "causes")
            and (joined or parent.role in ("measures", "other"))
            and (joined or is_plain_role(label))
        ):
            return named
        return self.turn.role if self.turn else parent.role

    def _role(self) -> Role:
        if self.turn:
            return self.turn.role
        return self.stack[-1].role if self.stack else "preamble"

    def _emit(self, kind: Kind, role: Role, start: int, *, outside: bool = False) -> None:
        nodes = [] if outside else self.stack
        path = tuple(node.label for node in nodes)
        number = tuple(node.ordinal for node in nodes)
        self.leaves.append(Section(path, number, role, kind, start, start))

    def _gapless(self) -> tuple[Section, ...]:
        leaves = self.leaves
        if not leaves:
            return (Section((), (), "furniture", "body", 0, len(self.text)),)
        bounds = [0, *(leaf.start for leaf in leaves[1:]), len(self.text)]
        whole = [
            replace(leaf, start=a, end=b)
            for leaf, a, b in zip(leaves, bounds, bounds[1:], strict=False)
            if b > a
        ]
        return tuple(_settle_roles(_merge(whole)))


def _merge(leaves: Sequence[Section]) -> list[Section]:
    """Join neighbours that are one leaf: runs of furniture, paragraphs of one body."""
    merged: list[Section] = []
    for leaf in leaves:
        before = merged[-1] if merged else None
        if (
            before
            and leaf.kind == "body" == before.kind
            and (leaf.node, leaf.path, leaf.role) == (before.node, before.path, before.role)
        ):
            merged[-1] = replace(before, end=leaf.end)
        else:
            merged.append(leaf)
    return merged


def _settle_roles(leaves: Sequence[Section]) -> list[Section]:
    """Give top sections with a theme for a heading their role from where they stand.

    Before the first problems or plans they tell what was done (measures); after, they stay
    ``other``.
    """
    late = next((i for i, s in enumerate(leaves) if s.role in ("problems", "plans")), len(leaves))
    return [
        replace(s, role="measures") if s.role == "other" and s.path and i < late else s
        for i, s in enumerate(leaves)
    ]
