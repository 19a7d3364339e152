"""How the lock judges right and wrong lines: ``python -m eval.lines [--kinds] [--show held|read]``."""

from __future__ import annotations

import argparse
from pathlib import Path

from eval.lines.lines import HELD, LINES, REPORTS, judge_lines, read_lines, table


def main() -> None:
    """Judge every line of the set and print what was shown."""
    parser = argparse.ArgumentParser(prog="python -m eval.lines", description=main.__doc__)
    parser.add_argument(
        "--lines",
        nargs="+",
        type=Path,
        default=[LINES, HELD],
        help="files of lines (default: the two sets of the project)",
    )
    parser.add_argument(
        "--reports", nargs="+", type=Path, default=REPORTS, help="the folders of their reports"
    )
    parser.add_argument(
        "--show", action="store_true", help="print the lines misjudged among those read"
    )
    options = parser.parse_args()
    for path in options.lines:
        judged = judge_lines(read_lines(path), options.reports)
        print(f"{path.name}\n{table(judged)}")
        if options.show:
            for line in judged:
                if not line.held and line.shown != line.right:
                    print(
                        f"{line.id} {line.kind} {'shown' if line.shown else 'refused'}: {line.text}  {'；'.join(line.problems)}"
                    )


if __name__ == "__main__":
    main()
