"""Public reading-comprehension sets: does the answer stand in what is cited first?

Reads SQuAD 1.1 and 2.0 (CMRC 2018 and DRCD as published for SQuAD readers, CJRC) and CMRC 2018's
own layout. Every context becomes a plain document of one library; the questions are then asked
of all of them, without being told which one they belong to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.metrics import BUDGET_CHARS, fold, refused, says, within_budget
from eval.runner import HITS, Respondent, Step

FIRST_CITATIONS = 3


class BadSquad(ValueError):
    """A file that is in none of the layouts known."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its accepted answers; none if its context does not answer it."""

    id: str
    text: str
    context: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SquadScore:
    """Counts over the questions asked; ``unscorable`` ones (an answer that is no part of the
    context, such as a yes or no) were left out."""

    answerable: int
    cited: int
    cited_first: int
    retrieved: int
    refused: int
    unanswerable: int
    rightly_refused: int
    unscorable: int


def read_squad(file: Path, limit: int | None = None) -> tuple[Question, ...]:
    """Return the first ``limit`` questions of a file; raise ``BadSquad`` if it is none."""
    try:
        raw = json.loads(file.read_text(encoding="utf-8-sig"))
        questions = list(_questions(raw))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSquad(f"{file.name} is not in SQuAD or CMRC layout: {error!r}") from error
    if not questions:
        raise BadSquad(f"{file.name} holds no questions")
    return tuple(questions[:limit])


def write_documents(questions: Sequence[Question], folder: Path) -> list[Path]:
    """Write each context once as a text file in ``folder``, named by its content."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for context in dict.fromkeys(question.context for question in questions):
        file = folder / f"{hashlib.sha256(context.encode()).hexdigest()[:16]}.txt"
        file.write_text(context, encoding="utf-8", newline="")
        files.append(file)
    return files


def score_squad(
    questions: Sequence[Question], respondent: Respondent, step: Step | None = None
) -> SquadScore:
    """Ask every question. An answer counts as cited if it stands in one of the first three quotes
    (``cited_first``: in the first), as retrieved if it stands in the first 2,000 characters."""
    counts = dict.fromkeys(SquadScore.__dataclass_fields__, 0)
    for done, question in enumerate(questions):
        if step:
            step(done, len(questions))
        if question.answers and not any(a in question.context for a in question.answers):
            counts["unscorable"] += 1
            continue
        answer = respondent.ask(question.text).answer.to_json()
        if not question.answers:
            counts["unanswerable"] += 1
            counts["rightly_refused"] += refused(answer)
            continue
        counts["answerable"] += 1
        counts["refused"] += refused(answer)
        quotes = [c["quote"] for c in answer["citations"]][:FIRST_CITATIONS]
        held = [_holds(quote, question.answers) for quote in quotes]
        counts["cited"] += any(held)
        counts["cited_first"] += any(held[:1])
        hits = respondent.retrieve(question.text, HITS)
        kept = within_budget([(h.chunk.id, 0, len(h.chunk.text)) for h in hits], BUDGET_CHARS)
        texts = [h.chunk.text[:end] for h, (_, _, end) in zip(hits, kept, strict=False)]
        counts["retrieved"] += any(_holds(text, question.answers) for text in texts)
    if step:
        step(len(questions), len(questions))
    return SquadScore(**counts)


def format_squad(score: SquadScore) -> str:
    """Return the counts as shares, a line each."""
    rows = [
        ("answer in the first three cited quotes", score.cited, score.answerable),
        ("answer in the first cited quote", score.cited_first, score.answerable),
        ("answer in 2,000 characters retrieved", score.retrieved, score.answerable),
        ("refused though answerable", score.refused, score.answerable),
        ("refused where unanswerable", score.rightly_refused, score.unanswerable),
    ]
    lines = [
        f"{title:<42}{part / whole if whole else float('nan'):>8.3f}  {part} of {whole}"
        for title, part, whole in rows
        if whole
    ]
    if score.unscorable:
        lines.append(f"left out, the answer is no part of the context: {score.unscorable}")
    return "\n".join(lines)


def _holds(text: str, answers: Sequence[str]) -> bool:
    words = fold(text)
    return any(says(words, answer) for answer in answers)


def _questions(raw: Any) -> Iterator[Question]:
    if isinstance(raw, list):  # CMRC 2018 as first published
        for item in raw:
            for qa in item["qas"]:
                yield Question(
                    qa["query_id"], qa["query_text"], item["context_text"], tuple(qa["answers"])
                )
        return
    for item in raw["data"]:
        for paragraph in item["paragraphs"]:
            for qa in paragraph["qas"]:
                lost = str(qa.get("is_impossible", False)).lower() == "true"
                answers = () if lost else tuple(a["text"] for a in qa["answers"] if a["text"])
                yield Question(str(qa["id"]), qa["question"], paragraph["context"], answers)
