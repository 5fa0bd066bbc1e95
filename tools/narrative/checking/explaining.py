"""What is wrong with a figure that no fact bears out: another one's, another period's, a slip of the pen."""

from tools.narrative.checking.matching import fits_unit, of_like_size, same
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Bound, Reading


def explain(reading: Reading, bound: Bound, written: int, trouble: str, likely: int) -> None:
    """Report a figure that no fact bears out, saying what it is nearest to."""
    index, item = reading.index, bound.item
    if trouble == "currency":
        reading.find("currency", item, f"The run is in {index.currency}, not in {item.currency}.")
        return
    other = _unsigned(reading, bound) & (likely or index.everything) if not written else 0
    if other:
        kind = "sign" if item.sign else "direction"
        name = index.facts[index.bits(other)[0]].label
        reading.find(kind, item, f"The {name} has the other sign, or the words say the opposite direction.")
        return
    kind, reason = _where_instead(reading, item, written, likely)
    reading.find(kind, item, reason)


def _unsigned(reading: Reading, bound: Bound) -> int:
    """Facts of this size whose sign or direction is another."""
    index, item = reading.index, bound.item
    return sum(
        1 << p
        for p in set(of_like_size(item, index, ""))
        if fits_unit(item, index, p) and same(item, index, p, 0, "") in ("sign", "direction", "")
    )


def _where_instead(reading: Reading, item: Item, written: int, likely: int) -> tuple[str, str]:
    index = reading.index
    meant = index.bits(likely)
    if written:
        name, wanted = index.facts[index.bits(written)[0]].label, index.facts[meant[0]] if meant else None
        twins = written & sum(index.by_key.get(key, 0) for key in (index.keys[meant[0]] if meant else ()))
        kind = "metric"
        if twins and wanted is not None:
            kind = "subject" if bool(twins & index.benchmark) != bool(likely & index.benchmark) else "period"
        return kind, f"The only figure like it is the {name}; the words point to another."
    slipped = _slipped(reading, item, likely)
    if slipped:
        return slipped
    if not meant or len(meant) > 3:
        return "unattributed", "No fact that the words can mean has this value."
    return (
        "number",
        f"No fact bears out this figure. The {index.facts[meant[0]].label} is {index.facts[meant[0]].value}.",
    )


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
