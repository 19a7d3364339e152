"""From draft lines to checked sentences: markers become spans, and the lock decides.

A line comes with explicit ``cites`` (extractive writer) or with ``[n]`` markers (a model). A
marker names a passage; what is cited is the smallest set of sentences of those passages that
supports the line. Nothing that fails is shown: it is a failure, told by `why`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.evidence.likeness import pairs_of
from bot.lock.cells import tells_cells
from bot.lock.figures import DIGITS
from bot.lock.judged import undecided
from bot.lock.lock import Verdict, is_english, is_verbatim, judge
from bot.lock.ownership import comparison_problems, owned_parts, without_computed
from bot.lock.plaintext import forbidden, neutralise, plain_line, repeats
from bot.lock.planted import masked, planted_spans, speaks_to_a_machine
from bot.lock.reckoned import without_reckoned
from bot.lock.rounded import as_quoted
from bot.lock.stops import clause_at
from bot.lock.wording import overlap
from bot.notes import Language, text_of
from bot.values import LEFT_OUT, Cited, DraftLine, Passage, Sentence, Told, Way
from retrieval.genre.lexicon import pattern
from retrieval.text.normalise import level
from retrieval.text.wrapping import words_of

COMPUTED = "（计算）"
UNREADABLE = "英文的句子要由模型核对"
OF_ANOTHER = "句子出自另一份报告，不在它名下"
MAX_LINE_CHARS = 600
_SAME = 0.8  # share of a line's character pairs in an earlier one
_MIN_WORDS = 3  # English words, or character pairs: 65件。 says a figure of nothing
_PROMPT_RUN, _PLANTED_RUN = 14, 5  # characters that give away where a line comes from
_MAX_UNITS = 6  # sentences cited for one line
_MOST_POINTED = (
    3  # characters that a judge may point to for each one of a line: else it points to all
)
_MARKER = re.compile(
    r"[\[【]\s{0,3}\^?(\d{1,3}(?:\s{0,3}[,、;-]\s{0,3}\^?\d{1,3}){0,20})\s{0,3}[\]】]"
)
_OTHER_MARKER = re.compile(r"\[(?:[a-zA-Z]{1,20}|\^?\d{0,3}|\?+)\]")
_UNIT_END = re.compile(r"[。!?！？；;\n]+[”’」』）)]*")
_NUMBER = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}(?:是(?!否)|、)|[（(][一二三四五六七八九十\d]{1,3}[）)]|第[一二三四五六七八九十]{1,3}[,，]"
    r"|\d{1,2}[.．、)）](?!\d)|[①-⑳])\s*"
)
_NAMED = re.compile(r"[^：:，,。；;]{2,40}[：:]\s*")
_HEAD_REST = re.compile(r"[\s:()]|\d{4}|年度?|报告|省|市|县|区")
_DONE = ("measures", "leadership")
_STOPS = "。！？\n"
_MOST_AROUND = 400  # characters of a sentence on either side of a passage
_NOTHING_SAID = re.compile(r"^[\W_]*$")


@dataclass(frozen=True, slots=True)
class Failure:
    """A line that was not let through, and why (Chinese, ready for people)."""

    line: DraftLine
    problems: tuple[str, ...]
    waiting: str = ""
    """Its words, if it says in other words what the quotes say as far as code can tell: for a judge."""

    @property
    def rewords(self) -> bool:
        """Whether a judge may let it through."""
        return bool(self.waiting)


@dataclass(frozen=True, slots=True)
class Checked:
    """Checked sentences; ``Sentence.citations`` are positions in ``citations`` counted from 1."""

    sentences: tuple[Sentence, ...]
    citations: tuple[Cited, ...]
    failures: tuple[Failure, ...]


class Checker:
    """Checks the lines of one answer as they come and numbers its citations by first use.

    ``text_of`` gives a report's stored text; ``scope_names`` maps each report of the scope to
    the names and years it answers to (place and short names, issuer, ``2023``). A claim may
    use only the names of the reports it cites. ``language`` is that of the question; with
    ``announced`` code says itself which lines are plans.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        text_of: Callable[[str], str],
        scope_names: Mapping[str, Collection[str]],
        *,
        language: Language = "zh",
        hidden: Sequence[str] = (),
        announced: bool = False,
    ) -> None:
        self._announced = announced
        self._passages = {passage.n: passage for passage in passages}
        self._text_of = lru_cache(maxsize=256)(text_of)
        self._names = {
            report: tuple(level(str(name)) for name in names if name)
            for report, names in scope_names.items()
        }
        self._language = language
        self._hidden = tuple(level(text) for text in hidden)
        self._numbers: dict[Cited, int] = {}
        self._sentences: list[Sentence] = []
        self._failures: list[Failure] = []
        self._headed = ""  # the report under whose name lines stand

    @property
    def citations(self) -> tuple[Cited, ...]:
        """The spans cited so far; number *n* is at position *n* - 1."""
        return tuple(self._numbers)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The lines refused so far."""
        return tuple(self._failures)

    def checked(self) -> Checked:
        """Return everything checked so far."""
        return Checked(tuple(self._sentences), self.citations, self.failures)

    def check_line(self, line: DraftLine) -> Sentence | Failure | None:
        """Check one line: a sentence to show, a failure, or None if the line says nothing."""
        outcome: Sentence | Failure | None
        if line.note is not None and line.note.kind == "together":
            self._headed = ""
        elif line.note is not None and line.note.kind == "heads":
            self._headed = str(line.note.values.get("report", self._headed))
        if self._headed and any(cite.report != self._headed for cite in line.cites):
            outcome = Failure(line, (OF_ANOTHER,))
        elif line.cites:
            outcome = self._check_cited(line)
        elif line.kind == "note":
            outcome = Sentence(neutralise(text_of(line, self._language)), "note", (), line.note)
        else:
            outcome = self._check_marked(line)
        if isinstance(outcome, Sentence):
            self._sentences.append(outcome)
        elif isinstance(outcome, Failure):
            self._failures.append(outcome)
        return outcome

    def cited(self, line: DraftLine) -> tuple[Passage, ...]:
        """Return the passages that the markers of a line name."""
        _, numbers = _split_markers(plain_line(line.text))
        return tuple(self._passages[n] for n in numbers if n in self._passages)

    def bears_out(self, line: str, words: Sequence[str], passages: Sequence[Passage]) -> bool:
        """Tell whether the clauses that some words stand in alone bear a line out, as code can tell.

        ``words`` are those of the passages that a judge says decide: each figure, each name and
        each word of a closed class must be in their clauses, and all that the lock holds together.
        """
        text = as_quoted(level(line.replace(COMPUTED, "")), [level(p.text) for p in passages])
        given = list(filter(None, map(_bare, words)))
        heads = dict.fromkeys(p.head for p in passages if p.head is not None)
        quotes = [_bare(p.text) for p in passages] + [_bare(self._words_at(h)) for h in heads]
        homes = [next((q for q in quotes if piece in q), "") for piece in given]
        if not given or not all(homes) or sum(map(len, given)) > _MOST_POINTED * len(text):
            return False
        told = [_clauses_around(piece, home) for piece, home in zip(given, homes, strict=True)]
        names = [name for p in passages for name in self._names.get(p.report, ())]
        return not any(undecided(without_reckoned(text, quotes), told, quotes, names))

    def told(self, sentence: Sentence) -> Told:
        """Return a sentence shown with what it cites, and whether its words are official."""
        cites = tuple(self.citations[n - 1] for n in sentence.citations)
        quotes = [words_of(self._text_of(c.report), c.start, c.end) for c in cites]
        way: Way = "quoted" if is_verbatim(sentence.text, quotes) else "compressed"
        return Told(sentence.text, cites, way)

    def official(self, passage: Passage) -> Sentence | None:
        """Show a passage in its own words, on one line; None if it may not be shown."""
        words = words_of(passage.text, 0, len(passage.text))
        line = " ".join(neutralise(words).split()).rstrip("，,；;、：: ")
        if not line or forbidden(line) or self._planted_in(passage):
            return None
        cite = Cited(passage.report, passage.start, passage.end)
        outcome = self.check_line(DraftLine(line, "claim", (cite,)))
        return outcome if isinstance(outcome, Sentence) else None

    def admit(self, told: Told) -> Sentence:
        """Take in a claim that was checked before, under this answer's numbers."""
        sentence = Sentence(told.text, "claim", self.numbers(told.cites))
        self._sentences.append(sentence)
        return sentence

    def nearest_wording(self, line: DraftLine) -> DraftLine | None:
        """Return the official sentence that a refused line most likely meant, as a cited line.

        It is looked for in the passages the line cites, and keeps the line's head (一是, 甲县：);
        None if none shares its words, or if it was said already.
        """
        bare, _ = _split_markers(plain_line(line.text))
        words = level(bare)
        figures = set(DIGITS.findall(words))
        cited = self.cited(line)
        ranked = []
        for cite, text, start in self._units(cited):
            shared = len(figures & set(DIGITS.findall(level(text))))
            likeness = overlap(words, level(text)) if pairs_of(words) else 0.0
            ranked.append((likeness + 0.3 * shared, -start, cite, text))
        best = max(ranked, key=lambda unit: unit[:2], default=None)
        if best is None or best[0] < 0.25 or best[2] in self._numbers:
            return None
        shown = " ".join(neutralise(best[3]).split("\n")).strip()
        if forbidden(shown) or is_english(shown):
            return None
        head = (
            "" if starts_with_number(shown) else head_of(bare, self._names.get(best[2].report, ()))
        )
        return DraftLine(head + shown, "claim", (best[2],))

    def _check_cited(self, line: DraftLine) -> Sentence | Failure:
        """Check a line with explicit spans; its words are shown neutralised, else unchanged."""
        text = neutralise(line.text)
        quotes = [words_of(self._text_of(c.report), c.start, c.end) for c in line.cites]
        if not all(quotes):
            return Failure(line, ("引用的位置不在报告中",))
        places = [(self._text_of(c.report), c.start) for c in line.cites]
        parts = text.split(LEFT_OUT)
        if all(is_verbatim(part, quotes) or tells_cells(part, places) for part in parts):
            return Sentence(text, "claim", self.numbers(line.cites))
        verdict = self._judge(text, dict(zip(line.cites, quotes, strict=True)))
        if verdict.problems:
            return Failure(line, verdict.problems)
        return Sentence(text, "claim", self.numbers(line.cites))

    def _check_marked(self, line: DraftLine) -> Sentence | Failure | None:
        if len(line.text) > MAX_LINE_CHARS * 2:
            return Failure(line, ("这一行过长",))
        text, numbers = _split_markers(plain_line(line.text))
        if _NOTHING_SAID.match(text):
            return None
        problems = self._unfit(line.text, text)
        cited = [self._passages[n] for n in numbers if n in self._passages]
        if not cited:
            problems = (*problems, "没有有效的引用编号")
        if problems:
            return Failure(line, problems)
        cites, verdict = self._support_from(text, cited)
        if verdict.problems:
            soft = self._softly(text, cited)
            waiting = "" if soft.problems else _reckoned(text, soft)
            return Failure(line, verdict.problems, waiting)
        text = _reckoned(text, verdict)
        if is_english(text):
            return Failure(line, (UNREADABLE,), text)
        return Sentence(text, "claim", self.numbers(cites))

    def _softly(self, text: str, cited: Sequence[Passage]) -> Verdict:
        """Judge a refused line in all that code alone decides; of English nothing is left then."""
        quotes = {cite: words for cite, words, _ in self._units(cited)}
        return self._judge(text, quotes, cited, softly=not is_english(text))

    def _repeats_planted(self, text: str) -> bool:
        """Tell whether a line has a run of what was planted that its reports have nowhere else."""
        for report in {passage.report for passage in self._passages.values()}:
            source = self._text_of(report)
            spans = planted_spans(source)
            if spans:
                foreign = "\n".join(source[start:end] for start, end in spans)
                if _shares_run(text, (level(foreign),), (level(masked(source)),), _PLANTED_RUN):
                    return True
        return False

    def _unfit(self, raw: str, text: str) -> tuple[str, ...]:
        """Return why a model's line cannot be shown whatever it cites."""
        problems = list(dict.fromkeys((*forbidden(raw), *forbidden(text))))
        if speaks_to_a_machine(text) or self._repeats_planted(level(text)):
            problems.append("instruction")
        if len(text) > MAX_LINE_CHARS:
            problems.append("这一行过长")
        if repeats(text):
            problems.append("同样的字句一再重复")
        if self._language == "zh" and is_english(text):
            problems.append("没有用提问的语言")
        elif (len(text.split()) if is_english(text) else len(pairs_of(level(text)))) < _MIN_WORDS:
            problems.append("不成句，没有说明是什么")
        elif self._said_before(level(text)):
            problems.append("与前面的句子重复")
        shown = [level(passage.text) for passage in self._passages.values()]
        if self._hidden and _shares_run(level(text), self._hidden, shown, _PROMPT_RUN):
            problems.append("说的是提示词而不是报告")
        return tuple(problems)

    def _said_before(self, text: str) -> bool:
        """Tell whether an earlier claim says nearly all of a line, its figures included."""
        figures = set(DIGITS.findall(text))
        return any(
            figures <= set(DIGITS.findall(level(sentence.text)))
            and overlap(text, level(sentence.text)) >= _SAME
            for sentence in self._sentences
            if sentence.kind == "claim" and pairs_of(text)
        )

    def _support_from(
        self, text: str, cited: Sequence[Passage]
    ) -> tuple[tuple[Cited, ...], Verdict]:
        """Return the fewest sentences of the cited passages that support ``text``.

        If none does, no span is returned, and the verdict on the likeliest sentences.
        """
        units = list(self._units(cited))
        own = level(text)
        wanted = pairs_of(own)
        digits = set(DIGITS.findall(own))
        chosen: dict[Cited, str] = {}
        verdict = Verdict(("没有引用",))
        if not wanted and not digits and units:  # English, no figure: nothing to tell them apart by
            everything = {cite: words for cite, words, _ in units}
            verdict = self._judge(text, everything, cited)
            return () if verdict.problems else _merged(tuple(everything), self._text_of), verdict
        while len(chosen) < min(_MAX_UNITS, len(units)):
            covered = frozenset().union(*(pairs_of(level(t)) for t in chosen.values()))
            seen = set(DIGITS.findall("\n".join(map(level, chosen.values()))))
            best = max(
                (unit for unit in units if unit[0] not in chosen),
                key=lambda unit: (
                    len((pairs_of(level(unit[1])) & wanted) - covered)
                    + 6 * len((set(DIGITS.findall(level(unit[1]))) & digits) - seen),
                    overlap(unit[1], own),
                    -unit[2],
                ),
            )
            chosen[best[0]] = best[1]
            verdict = self._judge(text, chosen, cited)
            if not verdict.problems:
                chosen, verdict = self._without_idle(text, chosen, verdict, cited)
                return _merged(self._other_reports(own, cited, chosen), self._text_of), verdict
        return (), verdict

    def _without_idle(
        self, text: str, chosen: dict[Cited, str], verdict: Verdict, cited: Sequence[Passage]
    ) -> tuple[dict[Cited, str], Verdict]:
        """Leave out the sentences without which the line is supported as well."""
        for cite in tuple(chosen):
            fewer = {other: words for other, words in chosen.items() if other != cite}
            without = self._judge(text, fewer, cited) if fewer else None
            if without is not None and not without.problems:
                chosen, verdict = fewer, without
        return chosen, verdict

    def _other_reports(
        self, text: str, cited: Sequence[Passage], chosen: dict[Cited, str]
    ) -> tuple[Cited, ...]:
        """Add, for each further report cited, its sentence that says the same, if it has one."""
        found = list(chosen)
        for report in dict.fromkeys(p.report for p in cited):
            if any(cite.report == report for cite in found):
                continue
            scored = [
                (overlap(text, level(words)), -start, cite)
                for cite, words, start in self._units([p for p in cited if p.report == report])
            ]
            best = max(scored, key=lambda unit: unit[:2], default=None)
            if best and best[0] >= 0.5:
                found.append(best[2])
        return tuple(found)

    def _judge(
        self,
        text: str,
        quotes: Mapping[Cited, str],
        passages: Sequence[Passage] = (),
        *,
        softly: bool = False,
    ) -> Verdict:
        """Judge a line; where it names several reports, each part against its own report."""
        reports = {cite.report for cite in quotes}
        allowed = [name for report in reports for name in self._names.get(report, ())]
        known = [name for names in self._names.values() for name in names if not name.isdigit()]
        owners = self._owners(reports)
        if self._announced and passages and all(p.role == "plans" for p in passages):
            text = text if pattern("done").search(text) else f"下一步，{text}"
        line = level(text)
        shown = [p for p in passages if p.report in reports]
        around = tuple(self._sentences_around(p) for p in shown)
        plans = frozenset(self._sentences_around(p) for p in shown if p.role == "plans")
        verdict = judge(
            text,
            (*quotes.values(), *_under_their_heads(quotes, passages)),
            allowed,
            known,
            around,
            plans,
            done=frozenset(self._sentences_around(p) for p in shown if p.role in _DONE),
            several=len(reports) > 1,
            softly=softly,
        )
        if verdict.problems or len(reports) < 2:
            return verdict
        problems = list(comparison_problems(line, owners))
        if verdict.computed:
            line = without_computed(line, tuple(quotes.values()))
        for part, own in owned_parts(line, owners):
            if own >= reports:
                continue
            mine = {cite: quote for cite, quote in quotes.items() if cite.report in own}
            words = (*mine.values(), *_under_their_heads(mine, passages))
            names = [name for report in own for name in self._names.get(report, ())]
            around = tuple(self._sentences_around(p) for p in passages if p.report in own)
            problems += judge(part, words, names, (), around, plans, softly=softly).problems
        return Verdict(tuple(dict.fromkeys(problems)), verdict.computed)

    def _sentences_around(self, passage: Passage) -> str:
        """Return a passage with the whole of the sentences that it begins and ends in."""
        text = self._text_of(passage.report)
        if text[passage.start : passage.end] != passage.text:
            return passage.text
        start = max(text.rfind(mark, 0, passage.start) for mark in _STOPS) + 1
        start = max(start, passage.start - _MOST_AROUND)
        ends = [text.find(mark, max(passage.start, passage.end - 1)) for mark in _STOPS]
        end = min((at for at in ends if at >= 0), default=len(text))
        return text[start : max(passage.end, min(end, passage.end + _MOST_AROUND))]

    def _units(self, passages: Iterable[Passage]) -> Iterator[tuple[Cited, str, int]]:
        """Yield the sentences of passages as spans of their reports, blanks at the edges left out.

        After those of a passage comes the heading right over it.
        """
        seen: set[Cited] = set()
        for passage in passages:
            position = 0
            planted = self._planted_in(passage)
            ends = [match.end() for match in _UNIT_END.finditer(passage.text)]
            for end in [*ends, len(passage.text)]:
                words = passage.text[position:end]
                foreign = any(a < end and position < b for a, b in planted)
                start = passage.start + position + len(words) - len(words.lstrip())
                cite = Cited(passage.report, start, passage.start + position + len(words.rstrip()))
                position = end
                if cite.end <= cite.start or cite in seen or _NOTHING_SAID.match(words):
                    continue
                if not foreign:
                    seen.add(cite)
                    yield cite, words.strip(), start
            if passage.head is not None and passage.head not in seen:
                seen.add(passage.head)
                yield passage.head, self._words_at(passage.head), passage.head.start

    def _words_at(self, cite: Cited) -> str:
        return words_of(self._text_of(cite.report), cite.start, cite.end).strip()

    def _planted_in(self, passage: Passage) -> list[tuple[int, int]]:
        """Return where a passage was tampered with, as its whole report tells, in its own offsets."""
        text = self._text_of(passage.report)
        if text[passage.start : passage.end] != passage.text:
            return list(planted_spans(passage.text))
        at, end = passage.start, passage.end
        return [(max(a, at) - at, b - at) for a, b in planted_spans(text) if a < end and at < b]

    def _owners(self, reports: Collection[str]) -> dict[str, str]:
        """Map each name that only one of the reports has to that report."""
        owners: dict[str, str] = {}
        shared: set[str] = set()
        for report in reports:
            for name in self._names.get(report, ()):
                if owners.setdefault(name, report) != report:
                    shared.add(name)
        return {n: r for n, r in owners.items() if n not in shared and len(n) > 1}

    def numbers(self, cites: Iterable[Cited]) -> tuple[int, ...]:
        """Return the numbers of some spans in this answer, new ones for new spans."""
        numbers = [self._numbers.setdefault(cite, len(self._numbers) + 1) for cite in cites]
        return tuple(dict.fromkeys(numbers))


def _under_their_heads(quotes: Mapping[Cited, str], passages: Sequence[Passage]) -> Iterator[str]:
    """Yield each quote behind the heading right over it, where that is quoted, too: its subject."""
    for cite, words in quotes.items():
        over = next(
            (
                p.head
                for p in passages
                if p.head in quotes and p.report == cite.report and p.start <= cite.start < p.end
            ),
            None,
        )
        if over is not None and over != cite:
            yield f"{quotes[over].rstrip('。；;：:')}，{words}"


def _reckoned(text: str, verdict: Verdict) -> str:
    """Return a line that says where code has done arithmetic for it."""
    if not verdict.computed or COMPUTED in text:
        return text
    return f"{text[:-1]}{COMPUTED}{text[-1]}" if text[-1] in "。.；;" else text + COMPUTED


def _bare(words: str) -> str:
    return "".join(level(words).split()).strip("。;,:、!?\"'“”")


def _clauses_around(piece: str, text: str) -> str:
    """Return a run of a levelled text to the ends of the clauses that it begins and ends in."""
    at = text.find(piece)
    start, end = clause_at(text, at, at + len(piece))
    return text[start:end]


def starts_with_number(text: str) -> bool:
    """Tell whether a line begins with its number in a list: 一是, （二）, 3."""
    return bool(_NUMBER.match(text))


def without_number(text: str) -> str:
    """Return a line without its number in a list."""
    return _NUMBER.sub("", text, count=1)


def head_of(text: str, names: Collection[str]) -> str:
    """Return what a line is headed by: its number in a list, and the report's name with a colon."""
    number = _NUMBER.match(text)
    head = number[0] if number else ""
    named = _NAMED.match(text, len(head))
    if named:
        rest = level(named[0])
        for name in sorted(names, key=len, reverse=True):
            rest = rest.replace(name, "")
        if not _HEAD_REST.sub("", rest):
            head += named[0]
    return head


def _split_markers(text: str) -> tuple[str, tuple[int, ...]]:
    """Return a line without its markers, and the passage numbers they name in order."""
    numbers: list[int] = []
    kept: list[str] = []
    position = 0
    for match in _MARKER.finditer(level(text)):
        kept.append(text[position : match.start()])
        position = match.end()
        for part in re.split(r"[,、;]", match[1].replace(" ", "").replace("^", "")):
            first, _, last = part.partition("-")
            if last and int(first) <= int(last) <= int(first) + 20:
                numbers += range(int(first), int(last) + 1)
            else:
                numbers.append(int(first))
    kept.append(text[position:])
    bare = _OTHER_MARKER.sub("", "".join(kept))
    bare = re.sub(r"\s+(?=[，。；：、,.;:!?！？]|$)", "", bare).strip()
    return bare, tuple(dict.fromkeys(numbers))


def _merged(cites: Sequence[Cited], text_of: Callable[[str], str]) -> tuple[Cited, ...]:
    """Join spans of one report with nothing but blanks between them; order of first choice."""
    merged: list[Cited] = []
    for cite in sorted(
        cites, key=lambda c: (cites.index(next(x for x in cites if x.report == c.report)), c.start)
    ):
        last = merged[-1] if merged else None
        if (
            last
            and last.report == cite.report
            and not text_of(cite.report)[last.end : cite.start].strip()
        ):
            merged[-1] = Cited(last.report, last.start, max(last.end, cite.end))
        else:
            merged.append(cite)
    return tuple(merged)


def _shares_run(text: str, hidden: Sequence[str], texts: Iterable[str], length: int) -> bool:
    """Tell whether a line repeats a run of the hidden text that none of the ``texts`` holds."""
    squeezed = "".join(text.split())
    secret = ["".join(words.split()) for words in hidden]
    shown = "".join("".join(words.split()) for words in texts)
    runs = {squeezed[i : i + length] for i in range(max(0, len(squeezed) - length + 1))}
    return any(run in words for run in runs for words in secret if run not in shown)
