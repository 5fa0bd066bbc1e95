"""Strategies people call by a name ("golden cross", "turtle", "RSI 30/70") as templates, or as conditions of their own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition
from tools.strategies.language.joining import either, inverse
from tools.strategies.language.reading import Conditions
from tools.strategies.language.said import average
from tools.strategies.language.terms import all_numbers
from tools.strategies.language.trees import Node, first, kinds, leaves, number, text_of
from tools.strategies.templates import Templates

USUAL_LEVELS = "the RSI levels are 30 and 70, since you gave none"


@dataclass(frozen=True, slots=True)
class Named:
    """A template with parameters, or conditions. `label_only` gives way to conditions said beside it."""

    said: str
    template: str = ""
    parameters: dict[str, int | float] = field(default_factory=dict)
    entry: Condition | None = None
    exit: Condition | None = None
    side: Literal["long", "short"] = "long"
    label_only: bool = False


class Names:
    """Reads named strategies, with the numbers that were given beside the name."""

    def __init__(self, conditions: Conditions, templates: Templates) -> None:
        self.notes, self.memory, self.templates = conditions.notes, conditions.memory, templates

    def read(self, node: Node) -> Named:
        """The strategy a tree names. Raises `Unclear`."""
        reader: Callable[[Node], Named] = getattr(self, f"_{node.data}")
        named = reader(node)
        self._remember(named)
        return named

    def _remember(self, named: Named) -> None:
        """What "it crosses back" speaks of after a name."""
        entry = named.entry
        if named.template:
            template = self.templates.get(named.template)
            if template.wrong_parameters(named.parameters):
                return
            entry = template.conditions("long", template.complete(named.parameters)).entry
        if isinstance(entry, c.CrossesAbove | c.CrossesBelow | c.Comparison):
            self.memory.left, self.memory.right = entry.left, entry.right

    def buy_and_hold(self) -> Named:
        """In from the first day."""
        return Named("buy and hold", "buy_and_hold")

    def _golden(self, node: Node) -> Named:
        numbers = all_numbers(node)
        fast, slow = (int(numbers[0]), int(numbers[1])) if len(numbers) >= 2 else (50, 200)
        return self._averages(node, fast, slow, "EMA" if "EMA" in kinds(node) else "SMA")

    def _crossover(self, node: Node) -> Named:
        numbers = all_numbers(node)
        if len(numbers) < 2:
            self.notes.assume("the averages are over 20 and 100 days, since you gave no lengths")
        fast, slow = (int(numbers[0]), int(numbers[1])) if len(numbers) >= 2 else (20, 100)
        return self._averages(node, fast, slow, "EMA" if "EMA" in kinds(node) else "SMA")

    def _ema_crossover(self, node: Node) -> Named:
        numbers = all_numbers(node)
        if len(numbers) < 2:
            self.notes.assume("the averages are over 20 and 100 days, since you gave no lengths")
        fast, slow = (int(numbers[0]), int(numbers[1])) if len(numbers) >= 2 else (20, 100)
        return self._averages(node, fast, slow, "EMA")

    def _averages(self, node: Node, fast: int, slow: int, kind: str) -> Named:
        said = text_of(node)
        if fast > slow:
            self.notes.assume(f"{slow} is the short average and {fast} the long one")
            fast, slow = slow, fast
        if kind == "SMA":
            return Named(said, "sma_crossover", {"short_window": fast, "long_window": slow})
        left, right = average("EMA", fast), average("EMA", slow)
        return Named(said, entry=c.CrossesAbove(left=left, right=right), exit=c.CrossesBelow(left=left, right=right))

    def _death(self, node: Node) -> Named:
        left, right = average("SMA", 50), average("SMA", 200)
        return Named(
            text_of(node), entry=c.CrossesBelow(left=left, right=right), exit=c.CrossesAbove(left=left, right=right),
            side="short",
        )  # fmt: skip

    def _turtle(self, node: Node) -> Named:
        first_system = number(first(node, ["NUM"])) == 1
        entry, leave = (20, 10) if first_system else (55, 20)
        if not first_system:
            self.notes.assume("the channels are 55 days in and 20 days out, the turtles' own")
        windows: dict[str, int | float] = {"entry_window": entry, "exit_window": leave}
        return Named(text_of(node), "breakout", windows, label_only=not first_system)

    def _donchian(self, node: Node) -> Named:
        numbers = [int(value) for value in all_numbers(node)]
        if len(numbers) < 2:
            self.notes.assume("the channels are 55 days in and 20 days out, since you gave no lengths")
        entry, leave = numbers[:2] if len(numbers) >= 2 else (55, 20)
        windows: dict[str, int | float] = {"entry_window": entry, "exit_window": leave}
        return Named(text_of(node), "breakout", windows, label_only=len(numbers) < 2)

    def _rsi_pair(self, node: Node) -> Named:
        zones = self._zones(node)
        period = self._period(node, zones)
        if period is None:
            self.notes.assume("RSI is RSI(14), since you gave no period")
        if zones is None:
            self.notes.assume(USUAL_LEVELS)
        low, high = zones or (30.0, 70.0)
        parameters = {"rsi_period": period or 14, "oversold_threshold": low, "overbought_threshold": high}
        return Named(text_of(node), "rsi_mean_reversion", parameters, label_only=zones is None)

    @staticmethod
    def _zones(node: Node) -> tuple[float, float] | None:
        said = leaves(node)
        pair = next((token.value for token in said if token.kind == "PAIR"), None)
        if isinstance(pair, tuple):
            return min(pair), max(pair)
        levels = {"OVERSOLD": 0.0, "OVERBOUGHT": 0.0}
        for at, token in enumerate(said):
            if token.kind in levels:
                levels[token.kind] = next((number(one) for one in said[at:] if one.kind == "NUM"), 0.0)
        return (levels["OVERSOLD"], levels["OVERBOUGHT"]) if all(levels.values()) else None

    @staticmethod
    def _period(node: Node, zones: tuple[float, float] | None) -> int | None:
        given = [number(token) for token in leaves(node) if token.kind in {"DUR", "PER", "NUM"}]
        given = [value for value in given if value not in (zones or ())]
        return int(given[0]) if given else None

    def _macd(self, node: Node) -> Named:
        numbers = [int(value) for value in all_numbers(node)]
        names = ("fast_period", "slow_period", "signal_period")
        if len(numbers) < 3:
            self.notes.assume("MACD is MACD(12, 26, 9), since you gave no numbers")
            numbers = [12, 26, 9]
        return Named(text_of(node), "macd_trend", dict(zip(names, numbers, strict=False)))

    def _boll_rev(self, node: Node) -> Named:
        numbers = all_numbers(node)
        if len(numbers) < 2:
            self.notes.assume(
                "the Bollinger bands are over 20 days and 2 standard deviations wide, since you gave no numbers"
            )
        window, width = (int(numbers[0]), numbers[1]) if len(numbers) >= 2 else (20, 2.0)
        return Named(text_of(node), "bollinger_reversion", {"window": window, "deviations": width})

    def _momentum(self, node: Node) -> Named:
        numbers = all_numbers(node)
        if not numbers:
            return Named(text_of(node), label_only=True)
        self.notes.assume("momentum is the return over the period: in while it is positive, out while it is negative")
        return Named(text_of(node), "momentum", {"momentum_period": int(numbers[0])}, label_only=False)

    def _sell_in_may(self, node: Node) -> Named:
        self.notes.assume("“sell in May” is invested from November to April")
        month = c.Calendar(field="month")
        entry = either(c.Comparison(op=">=", left=month, right=11), c.Comparison(op="<=", left=month, right=4))
        return Named(text_of(node), entry=entry, exit=inverse(entry), label_only=True)

    def _turn_of_month(self, node: Node) -> Named:
        self.notes.assume("the turn of the month is from its last trading day to the third of the next")
        last = c.Comparison(op="==", left=c.Calendar(field="trading_days_left_in_month"), right=0)
        third = c.Comparison(op="==", left=c.Calendar(field="trading_day_of_month"), right=3)
        return Named(text_of(node), entry=last, exit=third, label_only=True)

    def _reversion(self, node: Node) -> Named:
        return Named(text_of(node), label_only=True)
