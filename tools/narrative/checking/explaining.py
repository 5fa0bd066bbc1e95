"""What is wrong with a figure that no fact bears out: another one's, another period's, a slip of the pen."""

from tools.narrative.checking.matching import fits_unit, same
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Bound, Reading


def explain(reading: Reading, bound: Bound, candidates: int, trouble: str, generic: bool) -> None:
    """Report a figure that no fact bears out, saying what it is nearest to."""
    index, item = reading.index, bound.item
    if trouble == "currency":
        reading.find("currency", item, f"The run is in {index.currency}, not in {item.currency}.")
        return
    if trouble == "direction":
        reading.find("direction", item, "The words say the opposite direction of the fact.")
        return
    if trouble == "sign":
        reading.find("sign", item, "The fact has the other sign.")
        return
    elsewhere = sum(
        1 << p for p in index.bits(index.everything) if fits_unit(item, index, p) and _could(reading, bound, p)
    )
    kind, reason = _where_instead(reading, bound, candidates, elsewhere, generic)
    reading.find(kind, item, reason)


def _could(reading: Reading, bound: Bound, position: int) -> bool:
    return same(bound.item, reading.index, position, 0, "") in ("", "sign", "direction")


def _where_instead(reading: Reading, bound: Bound, candidates: int, elsewhere: int, generic: bool) -> tuple[str, str]:
    index, item = reading.index, bound.item
    same_metric = elsewhere & bound.metric
    if same_metric:
        name = index.facts[index.bits(same_metric)[0]].label
        if bound.scope != index.everything and same_metric & ~bound.scope:
            return "period", f"That is the {name}, not the figure of the date or period named."
        return "subject", f"That is the {name}; the sentence speaks of the {bound.subject or 'strategy'}."
    if elsewhere:
        name = index.facts[index.bits(elsewhere)[0]].label
        if generic:
            return "annualised or total", f"The only figure like it is the {name}; the words name another."
        return "metric", f"The only figure like it is the {name}; the words name another."
    if not bound.metric:
        return "unattributed", "No fact has this value, and the words do not say which figure it is."
    slipped = _slipped(reading, item, candidates or bound.metric)
    if slipped:
        return slipped
    expected = [index.facts[p] for p in index.bits(candidates)[:1]]
    wanted = f" The {expected[0].label} is {expected[0].value}." if expected else ""
    return "number", f"No fact bears out this figure.{wanted}"


def _slipped(reading: Reading, item: Item, candidates: int) -> tuple[str, str] | None:
    """A known slip of the pen: percent for fraction, a factor of 100, transposed digits, too much rounding."""
    index = reading.index
    for position in index.bits(candidates):
        actual = index.values[position]
        if not actual:
            continue
        shown = item.value * item.scale
        for factor in (0.0001, 0.01, 1.0, 100.0, 10000.0):
            if abs(shown * factor - abs(actual)) <= 0.005 * abs(actual):
                return "unit", f"The {index.facts[position].label} has these digits in another unit or size."
        digits = sorted(str(item.value).replace(".", "").strip("0"))
        for size in (1.0, 100.0):
            text = f"{abs(actual) * size:.{item.decimals}f}"
            if digits and sorted(text.replace(".", "").strip("0")) == digits and len(digits) > 1:
                return "transposed digits", f"The {index.facts[position].label} has these digits in another order."
            if item.unit in ("percent", "number") and abs(float(text) - item.value) < 1e-9:
                return "rounding", f"The {index.facts[position].label} is rounded too far to be fair."
    return None
