"""What a message said of a strategy, before defaults: its sides, limits, sizing, costs and period."""

import datetime
from dataclasses import dataclass, field
from typing import Literal

from tools.strategies.conditions import Condition
from tools.strategies.language.named import Named

Side = Literal["long", "short"]


@dataclass(slots=True)
class SideParts:
    """What was said of one side. `state` means that it is held only while its entry holds."""

    entry: Condition | None = None
    exits: list[Condition] = field(default_factory=list)
    state: bool = False
    reverses: bool = False
    bare: bool = False
    headless: bool = False
    """Whether the entry was said without a word of order, before any."""


@dataclass(slots=True)
class Parts:
    """Everything a message said, before defaults."""

    long: SideParts = field(default_factory=SideParts)
    short: SideParts = field(default_factory=SideParts)
    filters: list[Condition] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    mentioned: list[tuple[str, str]] = field(default_factory=list)
    risk: dict[str, object] = field(default_factory=dict)
    sizing: dict[str, float] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    period: dict[str, datetime.date] = field(default_factory=dict)
    last_years: int = 0
    per_trade: bool = False
    """Whether a risk was said to be of the account or a trade."""
    held: bool = False
    """Whether a holding period was said as the plan ("hold for a month"), not as a limit."""
    fill: str = ""
    long_only: bool = False
    both_sides: bool = False
    unplaced: list[str] = field(default_factory=list)
    unplaced_at: list[tuple[int, int]] = field(default_factory=list)
    strangers: list[tuple[int, int]] = field(default_factory=list)
    """Where words stand that are asked about as they are."""
