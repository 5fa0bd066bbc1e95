"""Whether a quantity as it is written can stand for a fact's value: rounding, hedges, sign and direction."""

import math
from collections.abc import Callable

from tools.narrative.checking.index import Index
from tools.narrative.checking.reading import Item

_HEDGED = 0.07
_LOOSE = 0.1
_NOTHING = 2e-5
_PLAIN_WORDS = 0.03
_FEW_DIGITS = 0.05
_UNITS: dict[str, frozenset[str]] = {
    "percent": frozenset(("fraction",)),
    "points": frozenset(),
    "bps": frozenset(("fraction",)),
    "money": frozenset(("currency",)),
    "time": frozenset(("days",)),
    "bars": frozenset(("bars", "observations")),
    "times": frozenset(("ratio", "fraction")),
    "part": frozenset(("fraction",)),
    "number": frozenset(("ratio", "count", "probability")),
    "window": frozenset(),
    "ordinal": frozenset(),
}


def fits_unit(item: Item, index: Index, position: int) -> bool:
    """Whether a quantity of this kind can be about this fact at all."""
    unit, keys = index.units[position], index.keys[position]
    allowed = _UNITS.get(item.unit, frozenset())
    if unit in allowed:
        if item.unit == "times" and unit == "fraction":
            return bool(keys & {"total_return", "turnover", "up_capture", "down_capture", "exposure"})
        return not (
            (item.unit == "part" and keys & {"cagr", "volatility"}) or (item.unit == "bps" and "turnover" in keys)
        )
    if item.unit == "number" and unit == "fraction":
        return "probability" in index.facts[position].label.lower() or bool(keys & {"psr", "dsr", "correlation"})
    if item.unit == "number" and unit == "currency":
        # Nothing says which currency, so there is no mark to write; below a thousand money has its cents.
        return not index.currency and (item.decimals > 0 or item.value >= 1000)
    if item.unit == "bars" and unit == "count":
        return "observations" in keys
    if item.unit == "time" and "periods" in keys:
        return item.key in ("days", "day")
    return item.unit == "time" and unit == "count" and item.also != "" and _counts(item, keys)


def _counts(item: Item, keys: frozenset[str]) -> bool:
    """ "11 years" can count years."""
    wanted = {"year": "years", "month": "months", "day": "days"}.get(item.also.rstrip("s"), "")
    return any(key.endswith(wanted) for key in keys) if wanted else False


def written(item: Item, index: Index, position: int) -> tuple[float, float]:
    """The quantity in the fact's own unit, without sign, and the size of its last written digit."""
    step = 10.0**-item.decimals
    value = item.value
    if item.unit == "money" and item.decimals == 0 and value >= 1000 and value == int(value):
        digits = str(int(value))
        zeros = len(digits) - len(digits.rstrip("0"))
        if len(digits) - zeros >= 3:
            step = 10.0**zeros
    factor = item.scale
    if item.unit == "percent":
        factor *= 0.01
    elif item.unit == "bps":
        factor *= 0.0001
    elif item.unit == "time" and index.units[position] == "count":
        factor = 1.0
    return value * factor, step * factor


def of_like_size(item: Item, index: Index, hedge: str) -> list[int]:
    """Positions of the facts whose value can be written like this in any unit: a quick first choice."""
    wide = hedge in _BOUNDS or hedge in _DENIED or item.unit in ("times", "part")
    least, most = (0.25, 2.01) if wide else (0.85, 1.18)
    found: list[int] = []
    scales = (item.scale, 1.0) if item.unit == "time" and item.also else (item.scale,)
    for factor in (scale * _FACTORS.get(item.unit, 1.0) for scale in scales):
        size, step = abs(item.value) * factor, 10.0**-item.decimals * factor
        found += index.between(min(size * least, size - step), max(size * most, size + step))
    return found


_FACTORS = {"percent": 0.01, "bps": 0.0001}


def digits_shown(item: Item) -> int:
    """Significant figures as written; zeros at the end count after a point only."""
    digits = str(round(item.value * 10**item.decimals)).lstrip("0")
    return len(digits if item.decimals else digits.rstrip("0")) or 1


def near(item: Item, shown: float, step: float, actual: float, hedge: str) -> bool:
    """Whether `shown`, hedged as it is, is a fair way to write `actual`; both without sign."""
    if hedge in _DENIED:
        bound, hedge = _BOUNDS[_DENIED[hedge]], ""
        if bound(shown, actual):
            return True
    if hedge in _BOUNDS:
        return _BOUNDS[hedge](shown, actual)
    if hedge == "about" and shown == 0 and item.unit == "number":
        return actual <= _HEDGED
    if hedge == "about" and _rounded(item, shown, max(step, _zeros(item) * step), actual, 0.12):
        return True
    if item.unit == "part" or (item.also == "words" and item.unit == "times"):
        return abs(shown - actual) <= (_LOOSE if hedge else _PLAIN_WORDS) * max(abs(actual), 1e-12)
    if hedge == "about" and _is_round(item):
        return abs(shown - actual) <= _HEDGED * abs(actual)
    return _rounded(item, shown, step, actual, _FEW_DIGITS)


_DENIED = {"no_more": "at_most", "no_less": "at_least"}
"""Bounds by denial, "no better than 0.57", are also said of the figure itself, rounded."""


def _zeros(item: Item) -> float:
    """How far a hedged whole number is rounded: "about 1,900" to the hundred."""
    digits = str(int(item.value)) if item.decimals == 0 and item.value >= 100 else "1"
    return 10.0 ** (len(digits) - len(digits.rstrip("0"))) if len(digits.rstrip("0")) >= 2 else 1.0


def _rounded(item: Item, shown: float, step: float, actual: float, few: float) -> bool:
    if abs(shown - actual) > step * 0.5 * (1 + 1e-9) + abs(actual) * 1e-12:
        return False
    if item.unit in ("number",) and item.decimals == 0 and float(actual).is_integer():
        return True
    if shown == 0:
        return abs(actual) < _NOTHING
    usual = item.decimals >= _USUAL_DECIMALS.get(item.unit, 3)
    return usual or digits_shown(item) >= 2 or abs(shown - actual) <= few * abs(actual)


_USUAL_DECIMALS = {"number": 2, "percent": 1}
"""So many decimals are how such a figure is written, small or large: a Sharpe of 0.06, a return of 0.3 %."""


def _is_round(item: Item) -> bool:
    """One significant figure, or two that end in 5; words and fractions of words are round too."""
    digits = str(round(item.value * 10**item.decimals)).strip("0")
    return item.also == "words" or len(digits) <= 1 or (len(digits) == 2 and digits.endswith("5"))


_BOUNDS: dict[str, Callable[[float, float], bool]] = {
    "over": lambda shown, actual: shown < actual <= shown * 2 + 1e-12,
    "at_least": lambda shown, actual: shown <= actual * (1 + 1e-12) and actual <= shown * 2 + 1e-12,
    "just_over": lambda shown, actual: shown < actual <= shown * (1 + _HEDGED),
    "nearly": lambda shown, actual: shown * (1 - _HEDGED) <= actual < shown,
    "under": lambda shown, actual: shown * 0.25 <= actual < shown or (actual < shown <= 0.011),
    "at_most": lambda shown, actual: shown * 0.25 <= actual <= shown * (1 + 1e-12),
}


def same(item: Item, index: Index, position: int, lean: int, hedge: str) -> str:
    """Empty where the quantity fits the fact; otherwise what is wrong: "value", "sign" or "direction"."""
    actual = index.values[position]
    if actual is None or math.isnan(actual):
        return "value"
    keys = index.keys[position]
    shown, step = written(item, index, position)
    if item.unit == "times" and "total_return" in keys:
        return "" if near(item, shown, step, 1 + actual, hedge) and lean >= 0 else "value"
    if index.units[position] == "date":
        return "value"
    if not near(item, shown, step, abs(actual), hedge):
        return "value"
    if item.sign < 0 and index.units[position] in ("days", "bars", "count") and actual > 0:
        return "sign"
    if item.value == 0 or index.units[position] in ("days", "bars", "count"):
        return ""
    lean = lean if index.units[position] in ("fraction", "currency") else 0
    return _polarity(item, actual, lean, bool(index.losses >> position & 1), keys)


_COSTS = frozenset("costs cost_drag fee slippage rule".split())


def _polarity(item: Item, actual: float, lean: int, loss_by_nature: bool, keys: frozenset[str]) -> str:
    if actual == 0 or abs(actual) < 5e-7:
        return ""
    if loss_by_nature:
        return "direction" if (lean > 0 or item.sign > 0) and not keys & _COSTS else ""
    if item.sign:
        if (item.sign > 0) != (actual > 0):
            return "sign"
        return "direction" if lean > 0 > actual else ""
    if lean:
        return "" if (lean > 0) == (actual > 0) else "direction"
    if actual < 0 and not any(key.startswith("worst_") for key in keys):
        return "sign"
    return ""
