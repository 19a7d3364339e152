"""Briefings beside those of a person: ``python -m eval.briefings``.

Twelve orders with the paragraphs that a person wrote from the five real reports before seeing any
of the bot's, and the points each paragraph makes (``eval/briefings.jsonl``). A point is met when
the bot's paragraph has its figures, or, where it has none, most of its pairs of characters.
``--markdown`` prints both side by side.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path

from bot.assembly import open_assistant
from bot.briefing.briefing import paragraph
from bot.evidence.likeness import pairs_of
from eval.cases import read_sources
from eval.libraries import prepare_library
from eval.suites import REAL
from retrieval.search.embedding import LocalEmbedder
from retrieval.text.normalise import fold

ORDERS = Path(__file__).parent / "briefings.jsonl"
_FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SAID = 0.6  # the share of a point's pairs of characters that say it


def met(point: str, text: str) -> bool:
    """Tell whether a paragraph makes a point."""
    figures = {f for f in _FIGURE.findall(fold(point)) if not re.fullmatch("20[0-9]{2}", f)}
    if figures:
        return figures <= set(_FIGURE.findall(fold(text)))
    pairs = pairs_of(fold(point))
    return len(pairs & pairs_of(fold(text))) >= _SAID * len(pairs)


def main(argv: Sequence[str] | None = None) -> None:
    """Print how many of a person's points each paragraph makes."""
    parser = argparse.ArgumentParser(prog="python -m eval.briefings", description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="print both paragraphs")
    args = parser.parse_args(argv)
    files = [REAL / name for name in read_sources(REAL)]
    assistant = open_assistant(
        prepare_library(files, LocalEmbedder(), lambda _: None), writer="extractive"
    )
    total = made = 0
    for line in ORDERS.read_text("utf-8").splitlines():
        order = json.loads(line)
        answer = assistant.ask(order["order"]).answer
        text = paragraph(answer, markers=False) if answer.paragraph else answer.text
        points = [(point, met(point, text)) for point in order["points"]]
        right = sum(hit for _, hit in points)
        total, made = total + len(points), made + right
        print(f"{'### ' if args.markdown else ''}{order['n']}. {order['order']}")
        if args.markdown:
            print(f"\n人写的（{len(order['paragraph'])}字）：{order['paragraph']}\n")
            print(f"言据（{len(text)}字）：{' '.join(text.split())}\n")
            lost = "；".join(point for point, hit in points if not hit)
            print(f"人写的{len(points)}点中写到{right}点。没写到：{lost or '无'}\n")
        else:
            print(f"   {right} of {len(points)} points, {len(text)} characters")
    if not args.markdown:
        print(f"{made} of {total} points")


if __name__ == "__main__":
    main()
