"""Old Word files (doc, wps) → text: by LibreOffice where it is installed, else read plainly.

Without LibreOffice the text and the rows of tables come out, automatic numbers do not; a warning
says so.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from retrieval.documents import Note
from retrieval.errors import UnreadableFile
from retrieval.readers.docx import read_docx
from retrieval.readers.txt import check_sense, check_writing, oddities
from retrieval.readers.values import Document, count_words
from retrieval.readers.word_binary import read_word_binary

_TIMEOUT_S = 24  # the child that reads has 30: what takes longer is read plainly
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\ue000-\uf8ff\ufeff]")
PLAINLY_READ = Note("read.plainly")


def read_doc(raw: bytes) -> Document:
    """Return the text of an old Word file; raises ``UnreadableFile``."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office:
        converted = _convert(office, raw)
        if converted is not None:
            read = read_docx(converted)
            check_writing(read.text)
            return Document(raw, read.text, "doc", read.notes, kept=read.kept, dropped=read.dropped)
    try:
        found = read_word_binary(raw)
    except Exception as error:  # whatever it stumbles over is one file's trouble
        raise UnreadableFile(
            "旧版 Word 文件读不出来，请用 Word 或 WPS 另存为 docx 后再导入"
        ) from error
    lines = (line.rstrip() for line in _UNSEEN.sub("", found).split("\n"))
    text = "\n".join(filter(None, lines)).strip()
    if not text:
        raise UnreadableFile("旧版 Word 文件里没有文字，请用 Word 或 WPS 另存为 docx 后再导入")
    check_sense(text)
    check_writing(text)
    notes = (PLAINLY_READ, *oddities(text))
    return Document(raw, text + "\n", "doc", notes, kept=count_words(text))


def _convert(office: str, raw: bytes) -> bytes | None:
    """Return the file as docx, or None where LibreOffice fails."""
    with tempfile.TemporaryDirectory(prefix="baogao-doc-") as folder:
        source = Path(folder, "paper.doc")
        source.write_bytes(raw)
        order = [
            office, "--headless", "--norestore", f"-env:UserInstallation={Path(folder, 'profile').as_uri()}",
            "--convert-to", "docx", "--outdir", folder, str(source),
        ]  # fmt: skip
        try:
            # LibreOffice starts processes of its own: they end with it.
            process = subprocess.Popen(
                order, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
            )
        except OSError:
            return None
        try:
            process.wait(_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None
        made = Path(folder, "paper.docx")
        return made.read_bytes() if made.is_file() else None
