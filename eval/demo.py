"""``make demo``: take in the five real reports and ask what an analyst would."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.assembly import open_assistant
from bot.formatting import to_terminal
from bot.terminal.progress import ProgressBar
from bot.terminal.screen import columns

REPORTS = Path(__file__).parent / "reports"
QUESTIONS = (
    "綦江2023年的报告列出了哪些问题？",
    "上虞2022年审核了多少件行政规范性文件？",
    "玉山收到、受理、审结的复议案件各多少？",
    "各地的调解成功率是多少，哪里最高？",
    "How many people attended law-enforcement training in Yushan?",
    "柯桥2019年的报告提出了哪些下一步打算？",
    "云城区2022年的常住人口是多少？",
)


def main() -> None:
    """Ingest ``eval/reports`` into a library of its own and print the cited answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, default=Path(".demo-library"))
    options = parser.parse_args()
    assistant = open_assistant(options.library, create=True)
    for result in assistant.library.ingest([REPORTS], ProgressBar()):
        print(f"{result.status:10} {result.source}")
    for question in QUESTIONS:
        print(f"\n{'─' * 78}\n问：{question}\n")
        print(to_terminal(assistant.ask(question).answer, columns()))
    print(f"\n再问：.venv/bin/baogao chat --library {options.library}")


if __name__ == "__main__":
    main()
