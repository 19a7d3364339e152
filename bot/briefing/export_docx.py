"""A briefing or an answer as a Word document, each citation a real footnote. Uses python-docx.

python-docx writes no footnotes itself, so the footnotes part (ECMA-376, part 1, 17.11) is made
here and related to the document: a separator, a continuation separator, then one note a citation.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import escape

from docx import Document
from docx.document import Document as DocumentType
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from bot.formatting import where
from bot.lock.plaintext import drop_invisible
from bot.values import Answer, Citation, Sentence

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FONT = "仿宋"
_SIZE = 16  # 三号, the body size of official documents


def briefing_document(answer: Answer) -> bytes:
    """Return the bytes of a .docx file: one paragraph whose footnotes hold quote and source."""
    notes = answer.sentences[len(answer.body) :]
    return _document(answer, [answer.body, *((note,) for note in notes)], indent=2 * _SIZE)


def answer_document(answer: Answer) -> bytes:
    """Return the bytes of a .docx file: a paragraph a line, the footnotes as in a briefing."""
    return _document(answer, [(sentence,) for sentence in answer.sentences])


def _document(
    answer: Answer, paragraphs: Sequence[Sequence[Sentence]], *, indent: int = 0
) -> bytes:
    """Return the file; the first paragraph's first line stands ``indent`` points in."""
    document = Document()
    _style(document)
    for sentences in paragraphs:
        paragraph = document.add_paragraph()
        if indent and sentences is paragraphs[0]:
            paragraph.paragraph_format.first_line_indent = Pt(indent)
        for sentence in sentences:
            paragraph.add_run(_clean(sentence.text))
            for number in sentence.citations:
                _refer(paragraph, number)
    _add_footnotes(document, answer.citations)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _style(document: DocumentType) -> None:
    normal = document.styles["Normal"]
    normal.font.name = _FONT
    normal.font.size = Pt(_SIZE)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), _FONT)


def _refer(paragraph: Paragraph, number: int) -> None:
    """Append a footnote reference in superscript."""
    run = paragraph.add_run()
    run.font.superscript = True
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), str(number))
    run._r.append(reference)


def _add_footnotes(document: DocumentType, citations: Sequence[Citation]) -> None:
    notes = "".join(_footnote(citation) for citation in citations)
    xml = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes {nsdecls("w")}>'
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/>'
        f"</w:r></w:p></w:footnote>{notes}</w:footnotes>"
    )
    package = document.part.package
    assert package is not None
    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, xml.encode(), package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _footnote(citation: Citation) -> str:
    quote = " ".join(citation.quote.split())
    text = escape(_clean(f" {where(citation)}（{citation.source}）：“{quote}”"), quote=False)
    small = '<w:rPr><w:sz w:val="18"/></w:rPr>'
    return (
        f'<w:footnote w:id="{citation.n}"><w:p><w:pPr><w:spacing w:after="0"/></w:pPr><w:r><w:rPr><w:vertAlign w:val="superscript"/><w:sz w:val="18"/></w:rPr>'
        f'<w:footnoteRef/></w:r><w:r>{small}<w:t xml:space="preserve">{text}</w:t></w:r></w:p></w:footnote>'
    )


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("", drop_invisible(text))
