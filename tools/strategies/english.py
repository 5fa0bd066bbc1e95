"""A specification read back in English, from the specification itself: what it does, whatever was asked."""

from collections.abc import Callable

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition, Term
from tools.strategies.spec import Costs, Risk, Specification
from tools.strategies.templates import Pair, Templates, builtin

_OPS = {">": "is above", ">=": "is at or above", "<": "is below", "<=": "is at or below", "==": "is"}
_FIELDS = {
    "close": "the close",
    "open": "the open",
    "high": "the high",
    "low": "the low",
    "volume": "volume",
    "typical": "the typical price",
}
_AVERAGES = {
    "SMA": "simple average",
    "EMA": "exponential average",
    "WMA": "weighted average",
    "DEMA": "double exponential average",
    "TEMA": "triple exponential average",
    "KAMA": "Kaufman average",
    "HMA": "Hull average",
}
_BANDS = {"upperband": "upper", "middleband": "middle", "lowerband": "lower"}
_NAMES = {
    "BBANDS": "Bollinger band",
    "KC": "Keltner channel",
    "DONCHIAN": "Donchian channel",
    "STOCH": "stochastic",
    "WILLR": "Williams %R",
    "PLUS_DI": "+DI",
    "MINUS_DI": "-DI",
}
_LINES = {
    "macd": "MACD line",
    "macdsignal": "MACD signal line",
    "macdhist": "MACD histogram",
    "slowk": "stochastic %K",
    "slowd": "stochastic %D",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = "January February March April May June July August September October November December".split()


def describe(specification: Specification, templates: Templates | None = None) -> str:
    """What the specification does, in sentences."""
    rules = (templates or builtin()).expand(specification)
    where = " and ".join(specification.symbols) or "the instrument"
    said = []
    for side, pair in (("Buys", rules.long), ("Sells short", rules.short)):
        if pair is not None:
            said.append(_side(side, where, pair, specification))
    said += _risk(specification.risk, bool(rules.long), bool(rules.short)) + _size(specification)
    said += _test(specification)
    return " ".join(said)


def _side(verb: str, where: str, pair: Pair, specification: Specification) -> str:
    opened = "at the first close" if isinstance(pair.entry, c.Always) else f"when {_said(pair.entry)}"
    closing = "Sells" if verb == "Buys" else "Covers"
    if pair.exit is None:
        reverses = specification.side == "long_short"
        limits = bool(specification.risk.model_dump(exclude_none=True, exclude={"trigger"}))
        left = " Holds until the other side's signal." if reverses else "" if limits else " Never sells."
        return f"{verb} {where} {opened}.{left}"
    return f"{verb} {where} {opened}. {closing} when {_said(pair.exit)}."


def _said(condition: Condition | None) -> str:
    return condition_in_words(condition) if condition is not None else "never"


def condition_in_words(condition: Condition) -> str:
    """A condition as the end of a sentence that begins with "when"."""
    return _CONDITIONS[type(condition).__name__](condition)


def _comparison(one: c.Comparison) -> str:
    if isinstance(one.left, c.Calendar) and isinstance(one.right, int | float):
        return _calendar(one.left.field, one.op, int(one.right))
    if isinstance(one.left, c.Return) and isinstance(one.right, int | float):
        return _return(one.left, one.op, float(one.right))
    margin = _margin(one)
    return margin or f"{term_in_words(one.left)} {_OPS[one.op]} {term_in_words(one.right)}"


def _margin(one: c.Comparison) -> str:
    """ "is more than 2 % below the average" for a comparison with 0.98 times it, in the direction of the margin."""
    right = one.right
    if not isinstance(right, c.Arithmetic) or right.op != "*" or not isinstance(right.left, int | float):
        return ""
    share = float(right.left)
    outward = (share > 1 and one.op.startswith(">")) or (share < 1 and one.op.startswith("<"))
    if not outward or not 0.5 <= share < 1.5:
        return ""
    least = "at least" if one.op.endswith("=") else "more than"
    return f"{term_in_words(one.left)} is {least} {term_in_words(right)}"


def _return(left: c.Return, op: str, right: float) -> str:
    over = "in a day" if left.bars == 1 else f"over {left.bars} days"
    what = term_in_words(left.of)
    if right == 0 or (right > 0) != op.startswith(">"):
        return f"the return of {what} {over} {_OPS[op]} {_percent(right)}"
    beyond = "" if op.endswith("=") else "more than "
    at_least = "at least " if op.endswith("=") else ""
    return f"{what} is {'up' if right > 0 else 'down'} {beyond}{at_least}{_percent(abs(right))} {over}"


def _calendar(field: str, op: str, value: int) -> str:
    names = {"day_of_week": _DAYS, "month": _MONTHS}.get(field)
    if names and 1 <= value <= len(names):
        word = names[value - 1]
        order = {
            "==": "it is",
            ">=": "the month is from",
            "<=": "the month is until",
            ">": "it is after",
            "<": "it is before",
        }
        return f"{order[op]} {word}"
    if field == "trading_days_left_in_month":
        return (
            "it is the last trading day of the month"
            if value == 0 and op == "=="
            else f"the trading days left in the month {_OPS[op]} {value}"
        )
    what = "trading day" if field == "trading_day_of_month" else field.replace("_", " ")
    return f"it is {what} {value} of the month" if op == "==" else f"the {what} of the month {_OPS[op]} {value}"


def _crosses_above(one: c.CrossesAbove) -> str:
    return f"{term_in_words(one.left)} crosses above {term_in_words(one.right)}"


def _crosses_below(one: c.CrossesBelow) -> str:
    return f"{term_in_words(one.left)} crosses below {term_in_words(one.right)}"


def _rising(one: c.Rising) -> str:
    return _streak(one.of, one.bars, "rises", "rises on {} days in a row")


def _falling(one: c.Falling) -> str:
    return _streak(one.of, one.bars, "falls", "falls on {} days in a row")


def _streak(of: Term, bars: int, once: str, often: str) -> str:
    return f"{term_in_words(of)} {once if bars == 1 else often.format(bars)}"


def _for_bars(one: c.ForBars) -> str:
    return f"{condition_in_words(one.condition)} for {one.bars} days in a row"


def _within_bars(one: c.WithinBars) -> str:
    return f"{condition_in_words(one.condition)} on one of the last {one.bars} days"


def _all(one: c.All) -> str:
    return _joined(one.conditions, " and ")


def _any(one: c.AnyOf) -> str:
    return _joined(one.conditions, " or ")


def _joined(parts: tuple[Condition, ...], word: str) -> str:
    inner = [
        f"({condition_in_words(part)})" if isinstance(part, c.All | c.AnyOf) else condition_in_words(part)
        for part in parts
    ]
    return word.join(inner)


def _not(one: c.Not) -> str:
    return f"it is not true that {condition_in_words(one.condition)}"


_CONDITIONS: dict[str, Callable[..., str]] = {
    "Comparison": _comparison,
    "CrossesAbove": _crosses_above,
    "CrossesBelow": _crosses_below,
    "Rising": _rising,
    "Falling": _falling,
    "ForBars": _for_bars,
    "WithinBars": _within_bars,
    "All": _all,
    "AnyOf": _any,
    "Not": _not,
    "Always": lambda _: "always",
}


def term_in_words(term: Term) -> str:
    """A term as it stands in a sentence."""
    if isinstance(term, int | float):
        return f"{term:g}"
    match term:
        case c.Price():
            return _ago(_FIELDS[term.field], term.offset, term.symbol)
        case c.Highest():
            return _ago(f"the highest {_extreme(term.of)} of the {term.bars} days before", term.offset)
        case c.Lowest():
            return _ago(f"the lowest {_extreme(term.of)} of the {term.bars} days before", term.offset)
        case c.Return():
            return _ago(f"the {term.bars}-day return of {term_in_words(term.of)}", term.offset)
        case c.Calendar():
            return f"the {term.field.replace('_', ' ')}"
        case c.Arithmetic():
            return _arithmetic(term)
    return _ago(_indicator(term), term.offset, term.symbol)


def _extreme(of: Term) -> str:
    return term_in_words(of).removeprefix("the ")


def _arithmetic(term: c.Arithmetic) -> str:
    left, right = term.left, term.right
    if term.op == "*" and isinstance(left, int | float) and not isinstance(right, int | float):
        if 0.5 <= left < 1.5 and left != 1:
            return f"{_percent(abs(left - 1))} {'above' if left > 1 else 'below'} {term_in_words(right)}"
        return f"{left:g} times {term_in_words(right)}"
    words = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
    return f"{_side_of(left)} {words[term.op]} {_side_of(right)}"


def _side_of(term: Term) -> str:
    inner = term_in_words(term)
    return f"({inner})" if isinstance(term, c.Arithmetic) and term.op in "+-" else inner


def _indicator(term: c.Indicator) -> str:
    numbers = ", ".join(
        f"{value:g}" for key, value in term.parameters.items() if not key.endswith("matype") and key != "nbdevdn"
    )
    if term.name in _AVERAGES and set(term.parameters) == {"timeperiod"}:
        of = "" if term.input is None else f" of {term_in_words(term.input)}"
        return f"the {numbers}-day {_AVERAGES[term.name]}{of}"
    shown = f"({numbers})" if numbers else ""
    if term.output in _BANDS:
        return f"the {_BANDS[term.output]} {_NAMES.get(term.name, term.name)}{shown}"
    line = f"{_NAMES.get(term.name, term.name)} {term.output}" if term.output else _NAMES.get(term.name, term.name)
    name = _LINES.get(term.output or "", line)
    of = "" if term.input is None else f" of {term_in_words(term.input)}"
    return f"{'the ' if term.output in _LINES else ''}{name}{shown}{of}"


def _ago(said: str, bars: int, symbol: str | None = None) -> str:
    of = f" of {symbol}" if symbol else ""
    return f"{said}{of}" + ("" if not bars else " the day before" if bars == 1 else f" {bars} days ago")


def _risk(risk: Risk, long: bool, short: bool) -> list[str]:
    said = []
    loss, gain = (
        ("below", "above")
        if long and not short
        else ("above", "below")
        if short and not long
        else ("against", "beyond")
    )
    if risk.stop_loss:
        said.append(f"a stop {_percent(risk.stop_loss)} {loss} the entry")
    if risk.atr_stop:
        kind = "trailing stop" if risk.atr_stop.trailing else "stop"
        said.append(f"a {kind} {risk.atr_stop.multiple:g} times ATR({risk.atr_stop.period}) away")
    if risk.trailing_stop:
        said.append(f"a trailing stop {_percent(risk.trailing_stop)} behind the best price")
    if risk.take_profit:
        said.append(f"a target {_percent(risk.take_profit)} {gain} the entry")
    if risk.max_holding_bars:
        held = "a day" if risk.max_holding_bars == 1 else f"{risk.max_holding_bars} trading days at the latest"
        return [*_limits(said, risk), f"Out after {held}."]
    return _limits(said, risk)


def _limits(said: list[str], risk: Risk) -> list[str]:
    where = " (stops are checked at the close)" if risk.trigger == "close" else ""
    return [f"With {', '.join(said)}{where}."] if said else []


def _size(specification: Specification) -> list[str]:
    sizing = specification.sizing
    if sizing.risk_per_trade:
        return [f"Each trade risks {_percent(sizing.risk_per_trade)} of the equity to its stop."]
    if sizing.fraction and sizing.fraction < 1:
        return [f"Each trade uses {_percent(sizing.fraction)} of the equity."]
    return []


def _test(specification: Specification) -> list[str]:
    filled = "at the next open" if specification.fill == "next_open" else "at the same close"
    said = [f"Decided at the close, filled {filled}, {_costs(specification.costs)}."]
    period = specification.period
    if period.start and period.end:
        said.append(f"Tested from {period.start} to {period.end}.")
    elif period.start or period.end:
        said.append(f"Tested from {period.start}." if period.start else f"Tested until {period.end}.")
    return said


def _costs(costs: Costs) -> str:
    return f"costs {(costs.fee + costs.slippage) * 1e4:g} bps a fill"


def _percent(value: float) -> str:
    return f"{round(value * 100, 8):g} %"
