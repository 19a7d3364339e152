"""Text → section tree, as leaves that cover every character exactly once.

The text is walked line by line. A line is the page's furniture, or it may open with a
number (a heading, with or without its body on the same line), and the rest of it may hold
items (一是…二是…) or, where a page lost its line breaks, further headings. A number inside
a line is believed only where it continues a sequence: that is what tells 一是 in a quotation
or 一、二审 from an item.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from retrieval.documents import Kind, Role, Section, Span
from retrieval.furniture import is_date_line, is_furniture, is_menu_like
from retrieval.numbering import HEADING_STYLES, Marker, Style, inline_markers, marker_at
from retrieval.roles import joins_problems_and_plans, role_of_heading, role_opened_by

MAX_HEADING_CHARS = 60
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_LEAD = re.compile(r"[ \t\u3000\xa0\u2002\u2003\ufeff#*>●•·■◆▲\-]*")
_QUOTED = re.compile(r"“[^“”\r\n]{0,80}”|《[^《》\r\n]{0,80}》|‘[^‘’\r\n]{0,80}’|「[^「」\r\n]{0,80}」")
_STOP = re.compile(r"[。！？!?]")
_BOUNDARY = "。；;：:！!？?，,、 \t\u3000\xa0\r\n”\"）)》—-…"
_STRONG_BOUNDARY = "。；;：:！!？? \t\u3000\xa0\r\n"
_SPACE_IN_LINE = re.compile(r"[ \t\u3000\xa0]+")
_SIGNATURE = re.compile(
    r"^.{2,30}(?:人民政府|办事处|管委会|管理委员会|委员会|局|厅|办公室|中心|委)$|^[二〇○O零一三四五六七八九十\d]{4}年.{1,3}月.{1,3}日$"
)
_PROSE = re.compile(r"[。；]|，.{8,}")


@dataclass(slots=True)
class _Node:
    """An open heading or item while the tree is being walked."""

    style: Style
    label: str
    ordinal: int
    inline: bool
    role: Role
    rank: int
    children: int = 0
    last_number: dict[Style, int] = field(default_factory=dict)


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


def list_headings(sections: Iterable[Section]) -> list[str]:
    """Return the words of every numbered heading, in order."""
    return [s.path[-1] for s in sections if s.kind == "heading" and s.path]


class _Walk:
    """One pass over one text; ``leaves`` grows in order and is made gapless at the end."""

    def __init__(self, text: str, title: Sequence[Span], year: int | None) -> None:
        self.text = text
        self.title = title
        self.year = year
        self.leaves: list[Section] = []
        self.stack: list[_Node] = []
        self.roots = 0
        self.root_last: dict[Style, int] = {}
        self.switched: Role | None = None  # role opened by a paragraph's words, not a heading
        quoted = [m.span() for m in _QUOTED.finditer(text)]
        self.quote_starts = [a for a, _ in quoted]
        self.quote_ends = [b for _, b in quoted]

    def run(self) -> tuple[Section, ...]:
        lines = [m.span() for m in _LINE.finditer(self.text) if m.end() > m.start()]
        first, last = self._text_lines(lines)
        for index, (start, end) in enumerate(lines):
            line = self.text[start:end]
            if not line.strip():
                continue
            if any(start <= span.start < end for span in self.title):
                self._emit("heading", "preamble", start, path=())
            elif index < first or index > last or is_furniture(line):
                self._emit("body", "furniture", start, path=())
            else:
                self._line(start, end)
        return self._gapless()

    # -- what is text and what is page ---------------------------------------------------

    def _text_lines(self, lines: Sequence[tuple[int, int]]) -> tuple[int, int]:
        """Return the first and last line that belong to the report, furniture at the ends off."""
        words = [self.text[a:b].strip() for a, b in lines]
        after_title = 0
        if self.title:
            after_title = sum(1 for a, _ in lines if a <= self.title[-1].start)
        first = after_title
        while first < len(words) and not self._is_text(words[first]):
            first += 1
        last = len(words) - 1
        while last > first and not (
            self._is_text(words[last]) or _SIGNATURE.match(words[last]) or words[last].endswith("。")
        ):
            last -= 1
        return (first, last) if first < len(words) else (after_title, len(words) - 1)

    def _is_text(self, words: str) -> bool:
        if not words or is_furniture(words) or is_date_line(words):
            return False
        return bool(_PROSE.search(words)) or marker_at(words, 0) is not None or (
            len(words) > 14 and not is_menu_like(words)
        )

    # -- one line -------------------------------------------------------------------------

    def _line(self, start: int, end: int) -> None:
        self._close_inline()
        at = _LEAD.match(self.text, start, end).end()  # type: ignore[union-attr]
        marker = marker_at(self.text, at)
        if marker and marker.end < end and self._fits(marker):
            accepted = self._inline(marker.end, end)
            at = self._heading(marker, end, accepted)
        else:
            accepted = self._inline(at, end)
            starts_item = bool(accepted) and accepted[0].start == at
            if not starts_item:
                self._switch_role(start, end)
                self._emit("body", self._role(), start)
        self._items(accepted, at, end, line_start=start)

    def _fits(self, marker: Marker) -> bool:
        """Refuse a line-start number that is no heading: a lone ) away from any (二)."""
        if marker.number is not None:
            return True
        following = self.text[marker.end : marker.end + 1]
        return bool(following.strip())

    def _switch_role(self, start: int, end: int) -> None:
        """Let a paragraph without a number change the role where headings leave it open."""
        joined = any(joins_problems_and_plans(node.label) for node in self.stack)
        if self.stack and not joined and self._role() not in ("measures", "other", "preamble"):
            return
        opened = role_opened_by(self.text[start:end], self.year)
        if opened and (joined or not self.stack or self.leaves_since_heading() > 0):
            self.switched = opened

    def leaves_since_heading(self) -> int:
        """Return how many leaves stand after the last heading."""
        count = 0
        for leaf in reversed(self.leaves):
            if leaf.kind == "heading":
                break
            count += 1
        return count

    def _heading(self, marker: Marker, line_end: int, inline: list[Marker]) -> int:
        """Emit the heading (or numbered item) that ``marker`` opens; return where it ends."""
        stop = min([line_end] + [m.start for m in inline[:1]])
        end, closed = self._heading_end(marker, stop, line_end)
        if end is None:
            self._open(marker, marker.text, inline=False)
            self._emit("item", self._role(), marker.start)
            return marker.end
        label = self.text[marker.start : end].strip().rstrip("。：:；;，, \t\u3000")
        self._open(marker, _one_line(label), inline=False)
        self._emit("heading", self._role(), marker.start)
        if self.text[end:line_end].strip() and (not inline or inline[0].start > end):
            body = closed
            self._emit("body", self._role(), body)
        return end

    def _heading_end(
        self, marker: Marker, stop: int, line_end: int
    ) -> tuple[int | None, int]:
        """Return (end of the heading or None if it is an item, start of what follows)."""
        text = self.text
        window = min(stop, marker.end + MAX_HEADING_CHARS + 20)
        full = _find(_STOP, text, marker.end, window, self._quoted)
        colon = _find(re.compile("[：:]"), text, marker.end, min(window, marker.end + 40), self._quoted)
        visible = len(text[marker.end : line_end].strip())
        if colon is not None and (full is None or colon < full) and "，" not in text[marker.end : colon] and text[colon + 1 : line_end].strip():
            return colon + 1, colon + 1
        if full is not None:
            alone = not text[full + 1 : line_end].strip()
            limit = 44 if alone or marker.rank >= 2 else MAX_HEADING_CHARS
            if full - marker.end <= limit and not (alone and "，" in text[marker.end:full] and full - marker.end > 30):
                return full + 1, full + 1
            return self._spaced(marker, stop, full)
        if stop < line_end:  # closed by the first item or the next heading
            if len(text[marker.end : stop].strip()) <= MAX_HEADING_CHARS:
                return stop, stop
            return self._spaced(marker, stop, stop)
        if visible <= MAX_HEADING_CHARS + 20:
            return line_end, line_end
        return self._spaced(marker, stop, stop)

    def _spaced(self, marker: Marker, stop: int, limit: int) -> tuple[int | None, int]:
        """A heading may be closed by blanks only: (一)加强领导 2023年，…"""
        for gap in _SPACE_IN_LINE.finditer(self.text, marker.end + 4, min(limit, marker.end + 50)):
            title = self.text[marker.end : gap.start()]
            if not re.search("[。，；]", title.strip()) and len(self.text[gap.end() : stop].strip()) > 20:
                return gap.end(), gap.end()
        return None, marker.end

    # -- numbers inside a line -------------------------------------------------------------

    def _quoted(self, position: int) -> bool:
        i = bisect_right(self.quote_starts, position) - 1
        return i >= 0 and position < self.quote_ends[i]

    def _inline(self, start: int, end: int) -> list[Marker]:
        """Return the marks in ``text[start:end]`` that open an item or a lost line's heading."""
        candidates = [m for m in inline_markers(self.text, start, end) if not self._quoted(m.start)]
        if not candidates:
            return []
        seconds: dict[Style, list[int]] = {}
        for marker in candidates:
            if marker.number in (2, 3):
                seconds.setdefault(marker.style, []).append(marker.start)
        last = dict(self._sequence())
        accepted: list[Marker] = []
        for marker in candidates:
            if self._believed(marker, start, last, seconds, accepted):
                accepted.append(marker)
                last[marker.style] = marker.number or 0
                if marker.style in HEADING_STYLES:
                    for style in list(last):
                        if Marker(style, 0, 0, 0, "").rank > marker.rank:
                            del last[style]
        return accepted

    def _believed(
        self,
        marker: Marker,
        start: int,
        last: dict[Style, int],
        seconds: dict[Style, list[int]],
        accepted: Sequence[Marker],
    ) -> bool:
        number, before = marker.number, self.text[marker.start - 1 : marker.start]
        at_line_start = not self.text[start : marker.start].strip() and not self.stack_is_heading_line(start)
        previous = last.get(marker.style, 0)
        if number is None:
            return False
        if marker.style in ("cn", "num", "cn_paren") and not at_line_start:
            allowed = not before or before in _STRONG_BOUNDARY or before in "”）)"
        else:
            allowed = not before or before in _BOUNDARY
        if marker.style == "aspect":
            return allowed and number == 1 and self._has_later(marker, seconds) or (
                number == 2 and previous in (1, 2)
            )
        if number == 1:
            return (allowed or at_line_start) and (
                (at_line_start and marker.style in ("is", "must"))
                or self._has_later(marker, seconds)
            )
        if marker.style == "first" and number == 4:
            return allowed and previous >= 2
        if number == previous + 1 and previous:
            if marker.style in ("is", "must"):
                return before not in "一二三四五六七八九十第之统唯" if before else True
            return allowed
        if at_line_start and marker.style in ("is", "must"):
            return True
        return allowed and bool(previous) and number == previous + 2

    def stack_is_heading_line(self, start: int) -> bool:
        """Return True when ``start`` already lies behind a number on its own line."""
        line = self.text.rfind("\n", 0, start) + 1
        return bool(self.text[line:start].strip())

    def _has_later(self, marker: Marker, seconds: dict[Style, list[int]]) -> bool:
        positions = seconds.get(marker.style, [])
        return bisect_left(positions, marker.end) < len(positions)

    def _sequence(self) -> dict[Style, int]:
        node = next((n for n in reversed(self.stack) if not n.inline), None)
        return node.last_number if node else self.root_last

    def _items(self, accepted: Sequence[Marker], at: int, end: int, line_start: int) -> None:
        for index, marker in enumerate(accepted):
            start = marker.start
            if index == 0 and not self.text[line_start:start].strip():
                start = line_start
            stop = accepted[index + 1].start if index + 1 < len(accepted) else end
            if marker.style in ("cn", "cn_paren") and marker.start > at:
                heading_end, body = self._heading_end(marker, stop, end)
                if heading_end is not None and heading_end <= stop:
                    label = self.text[marker.start : heading_end].strip().rstrip("。：:；; \t\u3000")
                    self._close_inline()
                    self._open(marker, _one_line(label), inline=False)
                    self._emit("heading", self._role(), marker.start)
                    if self.text[body:stop].strip():
                        self._emit("body", self._role(), body)
                    continue
            self._open(marker, marker.text.rstrip("，,、：:"), inline=True)
            self._emit("item", self._role(), start)

    # -- the tree ---------------------------------------------------------------------------

    def _close_inline(self) -> None:
        while self.stack and self.stack[-1].inline:
            self.stack.pop()

    def _open(self, marker: Marker, label: str, *, inline: bool) -> None:
        if inline:
            styles = [node.style for node in self.stack if node.inline]
            while marker.style in styles:
                styles = styles[:-1]
                self.stack.pop()
        else:
            while self.stack and (self.stack[-1].inline or self.stack[-1].rank >= marker.rank):
                self.stack.pop()
        parent = self.stack[-1] if self.stack else None
        if parent:
            parent.children += 1
            ordinal = parent.children
        else:
            self.roots += 1
            ordinal = self.roots
        sequence = self._sequence()
        if marker.number is not None:
            sequence[marker.style] = marker.number
        role = self._role_for(label, parent, inline)
        self.stack.append(_Node(marker.style, label, ordinal, inline, role, marker.rank))
        if not inline and (parent is None or role != parent.role):
            self.switched = None

    def _role_for(self, label: str, parent: _Node | None, inline: bool) -> Role:
        if inline:
            return self._role()
        named = role_of_heading(label, self.year)
        if parent is None:
            return named or "other"
        if parent.role in ("problems", "plans", "causes") and not joins_problems_and_plans(parent.label):
            return "causes" if named == "causes" else parent.role
        if named in ("problems", "plans", "causes") and (
            joins_problems_and_plans(parent.label) or parent.role in ("measures", "other")
        ):
            return named if _is_plain_role(label) or joins_problems_and_plans(parent.label) else parent.role
        return self.switched or parent.role

    def _role(self) -> Role:
        if self.switched:
            return self.switched
        return self.stack[-1].role if self.stack else "preamble"

    def _emit(
        self, kind: Kind, role: Role, start: int, path: tuple[str, ...] | None = None
    ) -> None:
        if path is None:
            path = tuple(node.label for node in self.stack)
            number = tuple(node.ordinal for node in self.stack)
        else:
            number = ()
        self.leaves.append(Section(path, number, role, kind, start, start))

    def _gapless(self) -> tuple[Section, ...]:
        leaves = self.leaves
        if not leaves:
            return (Section((), (), "furniture", "body", 0, len(self.text)),)
        bounds = [0] + [leaf.start for leaf in leaves[1:]] + [len(self.text)]
        whole = [
            replace(leaf, start=a, end=b)
            for leaf, a, b in zip(leaves, bounds, bounds[1:], strict=False)
            if b > a
        ]
        return tuple(_settle_roles(_merge(whole)))


def _is_plain_role(label: str) -> bool:
    """(二)存在的问题 under 主要工作 is a section of its own; (二)聚焦突出问题抓整改 is not."""
    return bool(
        re.search(r"存在.{0,8}(?:问题|不足|困难|短板|差距)|^\S{0,6}(?:主要)?(?:问题|不足|困难|短板)|下一步|下步|打算|工作计划|工作安排|今后", label)
    )


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
        replace(s, role="measures") if s.role == "other" and i < late else s
        for i, s in enumerate(leaves)
    ]


def _find(
    pattern: re.Pattern[str], text: str, start: int, end: int, quoted: object
) -> int | None:
    for match in pattern.finditer(text, start, end):
        if not quoted(match.start()):  # type: ignore[operator]
            return match.start()
    return None


def _one_line(words: str) -> str:
    return _SPACE_IN_LINE.sub(" ", words.replace("\r", "").replace("\n", "")).strip()
