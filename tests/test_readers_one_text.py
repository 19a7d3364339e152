"""One text in eight containers: the same tree, and the same answers to twenty questions."""

from __future__ import annotations

import shutil
from html import escape
from itertools import dropwhile
from pathlib import Path

import pytest
from made_documents import make_docx, paragraph, print_pdf

from bot.assistant import Assistant
from retrieval.library.library import Library
from retrieval.search.embedding import FakeEmbedder

pytestmark = pytest.mark.slow

PAPER = Path(__file__).parents[1] / "eval" / "reports_written" / "w02_qingxi_2023.txt"
BINARY = Path(__file__).parent / "data" / "qingxi_2023.doc"
"""The lines below as LibreOffice saves them for Word 97."""


def _lines() -> list[str]:
    """Return the paper's own lines, without the site it was on."""
    written = [line.strip() for line in PAPER.read_text("utf-8").splitlines() if line.strip()]
    lines = list(dropwhile(lambda line: not line.endswith("情况的报告"), written))
    return lines[: next(n for n, line in enumerate(lines) if line.startswith("(五)建成")) + 1]


LINES = _lines()
TEXT = "\n".join(LINES) + "\n"
PAGE = (
    f"<html><head><title>{LINES[0]}_清溪县人民政府</title></head><body><ul><li><a href=/>首页</a></li>"
    f"<li><a href=/a>政务公开</a></li></ul><h1>{LINES[0]}</h1><div>"
    + "".join(f"<p>　　{escape(line)}</p>" for line in LINES[1:])
    + "</div></body></html>"
)
CONTAINERS = {
    "utf-8": ("a.txt", TEXT.encode()),
    "gb18030": ("a.txt", TEXT.encode("gb18030")),
    "utf-16": ("a.txt", TEXT.encode("utf-16")),
    "md": ("a.md", f"# {TEXT}".encode()),
    "html": ("a.html", PAGE.encode()),
    "docx": ("a.docx", make_docx("".join(map(paragraph, LINES)))),
    "pdf": ("a.pdf", print_pdf(TEXT, head="清溪县人民政府")),
    "doc": ("a.doc", BINARY.read_bytes()),
    "doc under the name of wps, without LibreOffice": ("a.wps", BINARY.read_bytes()),
}
QUESTIONS = (
    "清溪县2023年收到多少件行政复议申请",
    "清溪2023年行政诉讼败诉率多少",
    "清溪列出了哪些不足",
    "清溪县2024年有哪些打算",
    "2023年清溪县对多少个镇街开展了法治督察，发现问题多少个",
    "清溪网上可办率是多少",
    "免予处罚多少起，减免罚款多少万元",
    "清溪的法治文化公园建成了吗",
    "清溪怎么规范重大行政决策的",
    "清溪有多少法律明白人",
    "清溪2023年一审行政诉讼案件有58件，对吗",
    "清溪2023年招商引资多少亿元",
    "清溪县2022年的情况怎么样",
    "清溪县镇街综合执法做了什么",
    "败诉率为什么没有达标",
    "清溪的复议力量怎么充实",
    "行政执法监督平台什么时候上线",
    "概括一下清溪2023年的报告",
    "这份报告是谁发布的",
    "What problems did Qingxi list in 2023?",
)


def _told(folder: Path, name: str, raw: bytes) -> tuple[list[object], list[list[str]]]:
    """Return the tree of a file's report, and the lines of the answers, blanks aside."""
    (folder / name).write_bytes(raw)
    with Library.open(folder / "library", embedder=FakeEmbedder(), create=True) as library:
        (result,) = library.ingest([folder / name])
        assert result.status == "added", result.reason
        plainly = [w.kind for w in result.warnings] == ["read.plainly"]
        assert plainly == (shutil.which("soffice") is None and name.endswith(("doc", "wps")))
        report = library.report(library.reports()[0].id)
        headings: list[object] = [(s.path, s.role) for s in report.sections if s.kind == "heading"]
        assistant = Assistant(library)
        answers = [
            ["".join(s.text.split()) for s in assistant.ask(question).answer.sentences]
            for question in QUESTIONS
        ]
    return headings, answers


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[object], list[list[str]]]:
    return _told(tmp_path_factory.mktemp("plain"), *CONTAINERS["utf-8"])


@pytest.mark.parametrize("kind", list(CONTAINERS)[1:])
def test_a_container_changes_neither_tree_nor_answers(
    kind: str,
    wanted: tuple[list[object], list[list[str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "without" in kind:
        monkeypatch.setenv("PATH", str(tmp_path))  # the child that reads looks there
    headings, answers = _told(tmp_path, *CONTAINERS[kind])
    assert len(wanted[0]) > 20
    assert headings == wanted[0]
    different = [
        q for q, got, want in zip(QUESTIONS, answers, wanted[1], strict=True) if got != want
    ]
    assert different == []
