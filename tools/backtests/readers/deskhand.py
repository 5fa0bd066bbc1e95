"""Deskhand's own JSON: see `tools.backtests.codec`, which writes it and documents it. Units are those of the model."""

import json

from tools.backtests import codec
from tools.backtests.model import BacktestRun
from tools.backtests.readers.document import Document

ENGINE = "deskhand"


def matches(document: Document) -> int:
    """By its `format`."""
    return 100 if document.values.get("format") == codec.FORMAT else 0


def read(document: Document) -> list[BacktestRun]:
    """The one run in it, with an empty id."""
    return [codec.loads(json.dumps(document.json))]
