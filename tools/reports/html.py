"""A report as one HTML file: everything inline, no network, no script; light, dark and on paper."""

import base64
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from tools.reports.document import Items, Notes, Paragraph, PartBlock, Picture, ReportDocument
from tools.reports.tables import Table


def html(document: ReportDocument) -> bytes:
    """The file. All text is escaped by the template engine."""
    return _template().render(document=document).encode()


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests |= {
        "paragraph": lambda block: isinstance(block, Paragraph),
        "items": lambda block: isinstance(block, Items),
        "notes": lambda block: isinstance(block, Notes),
        "table": lambda block: isinstance(block, Table),
    }
    environment.filters["data_url"] = _data_url
    return environment.get_template("report.html.j2")


def _data_url(block: PartBlock) -> str:
    assert isinstance(block, Picture)  # noqa: S101 - the template asks for nothing else
    return "data:image/png;base64," + base64.b64encode(block.chart.png).decode()
