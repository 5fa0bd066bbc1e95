"""What goes into a chart and what comes out."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tools.backtests.model import Curve


@dataclass(frozen=True, slots=True)
class Chart:
    """A finished chart. `alt_text` says in one to three sentences what is seen."""

    png: bytes
    alt_text: str
    title: str


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of a chart; any number in them was formatted from a fact by the caller.

    `callouts` stand in a row under the title ("Sharpe 0.49"). Empty `title` and `alt_text` get a plain default that
    names the runs and their period. `strategy` and `benchmark` stand at the lines and are cut to fit.
    """

    title: str = ""
    alt_text: str = ""
    callouts: tuple[str, ...] = ()
    strategy: str = "Strategy"
    benchmark: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of one market regime, both ends included. `level` is its shade: 0 none to 3 darkest."""

    start: np.datetime64
    end: np.datetime64
    label: str
    level: Literal[0, 1, 2, 3] = 1


@dataclass(frozen=True, slots=True)
class NamedCurve:
    """A curve to draw as it is, with what stands at its line."""

    name: str
    curve: Curve
