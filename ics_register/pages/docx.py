"""Papers for Word: the same paper as the page, as a .docx file."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, time

from django.http import HttpResponse
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from ics_register.pages.formats import MEDIA_TYPES, Here, file_name
from ics_register.pages.frame import AskedDay
from ics_register.pages.papers import Cell, Lines, Paper, PaperLine, PaperTable
from records.text import writable

AsWord = Callable[[dict], Paper]

# A font on every computer that has Word.
FONT = "Arial"
LANGUAGE = "en-GB"
SIZES = {"Normal": 10, "Heading 1": 18, "Heading 2": 13, "Heading 3": 11}
SHORT, LONG, MARGIN = Cm(21.0), Cm(29.7), Cm(1.8)
ROOM_TO_WRITE = Cm(0.9)
SHADE, GREY = "E8EDEE", RGBColor(0x4C, 0x62, 0x72)


def answer_word(as_word: AsWord, context: dict, here: Here) -> HttpResponse:
    """The paper of a page as a file to keep."""
    content = word_file(writable(as_word(context)), here.asked)
    response = HttpResponse(content, content_type=MEDIA_TYPES["docx"])
    response["Content-Disposition"] = f'attachment; filename="{file_name(here, "docx")}"'
    return response


def word_file(paper: Paper, asked: AskedDay) -> bytes:
    """A paper as a Word file: the same bytes for the same paper on the same day."""
    document = Document()
    _set_out(document, paper, asked)
    document.add_heading(paper.title, level=1)
    if paper.called_then:
        document.add_paragraph(paper.called_then)
    document.add_paragraph(f"{paper.origin}.")
    if paper.not_in_force:
        document.add_paragraph().add_run(paper.not_in_force).bold = True
    for part in paper.parts:
        document.add_heading(part.heading, level=part.level)
        for content in part.content:
            if content.form == "table":
                _add_table(document, content)
            else:
                _add_lines(document, content)
    return _without_the_time(document)


def _set_out(document, paper: Paper, asked: AskedDay) -> None:
    """Set the paper size, the styles, the properties of the file and the foot of each page."""
    section = document.sections[0]
    section.page_width, section.page_height = SHORT, LONG
    if paper.landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = LONG, SHORT
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN
    _style(document)
    about = document.core_properties
    about.title, about.subject, about.language = paper.title, f"As at {paper.as_at}", LANGUAGE
    about.author = about.last_modified_by = "Governance register"
    about.comments, about.keywords = "", ""
    about.created = about.modified = datetime.combine(asked.today, time())
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{paper.forum}, as at {paper.as_at}. Page ")
    _add_field(foot, "PAGE")
    foot.add_run(" of ")
    _add_field(foot, "NUMPAGES")


def _style(document) -> None:
    for name, size in SIZES.items():
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), FONT)
        if name != "Normal":
            style.font.color.rgb = RGBColor(0, 0, 0)
            style.paragraph_format.space_before = Pt(size)
            style.paragraph_format.space_after = Pt(4)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    for language in document.styles.element.iter(qn("w:lang")):
        for script in ("val", "eastAsia"):
            language.set(qn(f"w:{script}"), LANGUAGE)


STYLES = {"bulleted": "List Bullet", "numbered": "List Number"}


def _add_lines(document, lines: Lines) -> None:
    numbering = _new_numbering(document) if lines.form == "numbered" else None
    for line in lines.lines:
        paragraph = document.add_paragraph(style=STYLES.get(lines.form))
        if numbering is not None:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_numId().val = numbering
            properties.get_or_add_ilvl().val = 0
        _add_line(paragraph, line)


def _new_numbering(document) -> int:
    """A list that begins at one. Without it, a second list of a style goes on with the first."""
    numbering = document.part.numbering_part.element
    style = document.styles[STYLES["numbered"]].element
    own = style.pPr.numPr.numId.val
    [abstract] = [num.abstractNumId.val for num in numbering.num_lst if num.numId == own]
    num = numbering.add_num(abstract)
    num.add_lvlOverride(ilvl=0).add_startOverride(1)
    return num.numId


def _add_line(paragraph, line: PaperLine, *, detail: bool = False) -> None:
    if line.label:
        paragraph.add_run(f"{line.label}: ").bold = True
    words = f"“{line.words}”" if line.quoted else f"{line.words}{line.more}"
    run = paragraph.add_run(words)
    if detail:
        run.font.size, run.font.color.rgb = Pt(8.5), GREY
    if line.references:
        paragraph.add_run(f" {line.references}" if words else line.references)


def _add_table(document, table: PaperTable) -> None:
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    whole = sum(column.width for column in table.columns)
    widths = [Emu(room * column.width // whole) for column in table.columns]
    made = document.add_table(rows=1, cols=len(widths), style="Table Grid")
    made.autofit = False
    _describe(made, table.caption)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    _fill(
        made.rows[0], [(PaperLine(column.heading),) for column in table.columns], widths, head=True
    )
    for row in table.rows:
        _fill(made.add_row(), row, widths)
    # An empty paragraph keeps tables apart from each other and from the text.
    document.add_paragraph()


def _fill(row, cells: list[Cell] | tuple[Cell, ...], widths: list[Emu], head: bool = False) -> None:
    """Write words into each cell of a row, which stays on one page. The head of a table is repeated
    on each page."""
    marks = ("cantSplit", "tblHeader") if head else ("cantSplit",)
    for mark in marks:
        row._tr.get_or_add_trPr().append(OxmlElement(f"w:{mark}"))
    if () in cells:
        row.height = ROOM_TO_WRITE
    for at, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        room = row.cells[at]
        room.width = width
        for number, line in enumerate(cell):
            paragraph = room.paragraphs[0] if number == 0 else room.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(2)
            _add_line(paragraph, line, detail=number > 0)
            if head:
                paragraph.runs[0].bold = True
        if head:
            shade = OxmlElement("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", SHADE)):
                shade.set(qn(f"w:{name}"), value)
            room._tc.get_or_add_tcPr().append(shade)


def _describe(made, caption: str) -> None:
    """Describe a table for readers with a screen reader."""
    described = OxmlElement("w:tblCaption")
    described.set(qn("w:val"), caption)
    made._tbl.tblPr.append(described)


def _add_field(paragraph, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    field.append(paragraph.add_run("1")._r)
    paragraph._p.append(field)


def _without_the_time(document) -> bytes:
    """The file without the times at which its parts were written, so that it is the same next
    time."""
    written, steady = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(steady, "w") as target:
        for piece in source.infolist():
            entry = zipfile.ZipInfo(piece.filename)
            target.writestr(entry, source.read(piece), zipfile.ZIP_DEFLATED)
    return steady.getvalue()
