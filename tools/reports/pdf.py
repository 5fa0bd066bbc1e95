"""A report as a PDF: A4, the font that comes with the charts, outline, page numbers; the same bytes for the same report."""

import threading
from functools import lru_cache
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    Image,
    KeepTogether,
    LongTable,
    PageTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Paragraph as Text

from tools.backtests.charts.words import drawable, font_file
from tools.reports import document as parts
from tools.reports.document import Part, ReportDocument
from tools.reports.tables import Table

_INK, _QUIET, _LINE, _SHADE = HexColor("#1A1A1A"), HexColor("#5A5A5A"), HexColor("#D0D0CA"), HexColor("#F4F4F0")
_MARK: Final = {
    "proceed": HexColor("#00694D"),
    "optimise": HexColor("#7A4F00"),
    "research": HexColor("#7A4F00"),
    "reject": HexColor("#A33B00"),
}
_MARGIN, _FOOT = 17 * mm, 18 * mm
_WIDE, _TALL = A4[0] - 2 * _MARGIN, A4[1] - _MARGIN - _FOOT
_PAD = 3.0
_setting = threading.Lock()
"""reportlab keeps fonts and counters in module state."""
_FONT, _BOLD = "Desk", "Desk-Bold"


def _style(
    name: str, size: float, *, bold: bool = False, colour: Color = _INK, **more: float | int
) -> ParagraphStyle:
    return ParagraphStyle(
        name, fontName=_BOLD if bold else _FONT, fontSize=size, leading=size * 1.4, textColor=colour, **more
    )


_TITLE = _style("title", 18, bold=True, spaceAfter=2)
_SUBTITLE = _style("subtitle", 8.5, colour=_QUIET, spaceAfter=10)
_HEADING = _style("heading", 12, bold=True, spaceBefore=14, spaceAfter=4)
_BODY = _style("body", 9, spaceAfter=5)
_ITEM = _style("item", 9, leftIndent=10, bulletIndent=0, spaceAfter=2)
_CAPTION = _style("caption", 7.5, colour=_QUIET, spaceBefore=2, spaceAfter=8)
_CELL, _CELL_RIGHT = _style("cell", 8), _style("cell-right", 8, alignment=TA_RIGHT)
_TINY, _TINY_RIGHT = _style("tiny", 6), _style("tiny-right", 6, alignment=TA_RIGHT)
_LEAD = _style("lead", 11, spaceAfter=2)
_LONG = 24
"""Characters from which a cell is read rather than compared, and so set from the left."""
_ABOUT = _style("about", 7.5)


def pdf(document: ReportDocument) -> bytes:
    """The file."""
    with _setting:
        _register()
        buffer = BytesIO()
        _Template(buffer, document).build(_story(document))
        return buffer.getvalue()


class _Template(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """Pages with a line at the foot, and an outline entry a heading."""

    def __init__(self, buffer: BytesIO, document: ReportDocument) -> None:
        super().__init__(
            buffer,
            pagesize=A4,
            invariant=1,  # no dates and no random ids in the file
            title=_plain(document.title),
            author="Deskhand",
            subject=_plain(document.subtitle),
            creator="Deskhand",
            displayDocTitle=True,
            lang="en",
        )
        frame = Frame(_MARGIN, _FOOT, _WIDE, _TALL, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
        self.addPageTemplates(PageTemplate(frames=[frame], onPage=self._foot))
        self._said = _plain(document.title)
        self._entries = 0

    def _foot(self, canvas: Canvas, _template: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont(_FONT, 7)
        canvas.setFillColor(_QUIET)
        canvas.drawString(_MARGIN, 10 * mm, self._said[:100])
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, f"Page {canvas.getPageNumber()}")
        canvas.restoreState()

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - reportlab's name
        """Headings go into the outline."""
        if isinstance(flowable, Text) and flowable.style.name == _HEADING.name:
            self._entries += 1
            key = f"part{self._entries}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, 0)


@lru_cache(maxsize=1)
def _register() -> None:
    registerFont(TTFont(_FONT, str(font_file(False))))
    registerFont(TTFont(_BOLD, str(font_file(True))))
    registerFontFamily(_FONT, normal=_FONT, bold=_BOLD, italic=_FONT, boldItalic=_BOLD)


def _story(document: ReportDocument) -> list[Flowable]:
    story: list[Flowable] = [
        Text(_safe(document.title), _TITLE),
        Text(_safe(document.subtitle), _SUBTITLE),
        _verdict(document),
    ]
    for part in (*document.parts, *document.appendix):
        story += _part(part)
    rows = [[Text(_safe(name), _ABOUT), Text(_safe(value), _ABOUT)] for name, value in document.about]
    about = LongTable(rows, colWidths=[28 * mm, _WIDE - 28 * mm], style=_grid(head=False), hAlign="LEFT")
    return [*story, CondPageBreak(45 * mm), Text("About this report", _HEADING), about]


def _verdict(document: ReportDocument) -> Flowable:
    colour = _MARK[document.recommendation]
    said = Text(
        f'<font color="{colour.hexval()}"><b>Recommendation: {_safe(document.recommendation)}</b></font>', _LEAD
    )
    return _box([said, *([Text(_safe(document.verdict), _BODY)] if document.verdict else [])], colour)


def _box(content: list[Flowable], colour: Color) -> Flowable:
    style = TableStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), _SHADE),
            ("LINEBEFORE", (0, 0), (0, -1), 4, colour),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
            ("TOPPADDING", (0, 0), (-1, -1), 6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    return LongTable([[content]], colWidths=[_WIDE], style=style)


def _part(part: Part) -> list[Flowable]:
    """The heading stays with what follows it."""
    blocks = [flowable for block in part.blocks for flowable in _block(block)]
    heading = Text(_safe(part.title), _HEADING)
    if isinstance(blocks[0], LongTable):
        return [CondPageBreak(50 * mm), heading, *blocks]
    return [CondPageBreak(30 * mm), KeepTogether([heading, blocks[0]]), *blocks[1:]]


def _block(block: parts.PartBlock) -> list[Flowable]:
    match block:
        case parts.Paragraph(text):
            return [Text(_safe(text), _BODY)]
        case parts.Items(lines):
            return _items(lines)
        case parts.Notes(lines):
            return [Spacer(0, 2), _box([Text("<b>To keep in mind</b>", _BODY), *_items(lines)], _LINE), Spacer(0, 6)]
        case parts.Picture(chart):
            image = Image(BytesIO(chart.png))
            scale = min(0.72 * _WIDE / image.imageWidth, 0.62 * _TALL / image.imageHeight)
            image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
            image.hAlign = "LEFT"
            return [KeepTogether([Spacer(0, 6), image, Text(_safe(chart.alt_text), _CAPTION)])]
        case Table():
            return [_table(block), Spacer(0, 6)]


def _items(lines: tuple[str, ...]) -> list[Flowable]:
    return [Text(_safe(line), _ITEM, bulletText="•") for line in lines]


def _table(table: Table) -> Flowable:
    words, figures = (_TINY, _TINY_RIGHT) if table.small else (_CELL, _CELL_RIGHT)

    def cell(text: str, column: int, *, head: bool = False) -> Flowable:
        right = table.figures_from <= column < table.figures_to and len(text) < _LONG
        return Text(f"<b>{_safe(text)}</b>" if head else _safe(text), figures if right else words)

    head = [cell(text, column, head=True) for column, text in enumerate(table.head)]
    rows = [[cell(text, column) for column, text in enumerate(row)] for row in table.rows]
    return LongTable([head, *rows], colWidths=_columns(table), repeatRows=1, style=_grid(head=True), hAlign="LEFT")


def _columns(table: Table) -> list[float]:
    """As wide as the longest cell needs; where that is too much together, the widest columns give way."""
    style = _TINY if table.small else _CELL
    wanted = [
        max(
            stringWidth(_plain(row[column]), _BOLD if row is table.head else _FONT, style.fontSize)
            for row in (table.head, *table.rows)
        )
        + 2 * _PAD
        + 1
        for column in range(len(table.head))
    ]
    share = _WIDE / len(wanted)
    while sum(min(width, share) for width in wanted) < min(_WIDE, sum(wanted)) - 1:
        cut = sum(width > share for width in wanted)  # they share what the others leave
        share += (_WIDE - sum(min(width, share) for width in wanted)) / cut
    return [min(width, share) for width in wanted]


def _grid(*, head: bool) -> TableStyle:
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), _PAD),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    return TableStyle([*style, ("LINEBELOW", (0, 0), (-1, 0), 1, _QUIET)] if head else style)


def _safe(text: str) -> str:
    """Text as data: no markup in it is read, and what the font lacks is one empty square."""
    return escape(_plain(text))


def _plain(text: str) -> str:
    return drawable(" ".join(text.split()), False)
