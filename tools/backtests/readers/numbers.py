"""Numbers as files write them: with thousands, decimal commas, percent signs and marks of currencies."""

import math
import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from tools.backtests.model import Values
from tools.backtests.readers.document import Table
from tools.errors import BadInput

ABSURD = 1e20
"""A figure this large is an overflow of its engine, not a result."""

# --- one number ------------------------------------------------------------------------------------------------------

_MISSING = frozenset(("", "nan", "nat", "none", "null", "na", "n/a", "<na>", "-", "--", "#n/a"))
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_CURRENCY_MARK = re.compile(r"^([-+]?)([^\d\s.,()+-]{1,5})\s?([-+]?)(?=[\d.])")


def number(value: object) -> float | None:
    """A finite float of a number or of its text; None for anything else, infinities and huge integers included."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        try:
            converted = float(value)
        except OverflowError:
            return None
        return converted if math.isfinite(converted) else None
    if not isinstance(value, str):
        return None
    cell = value.strip().replace("−", "-")
    if not cell or len(cell) > 60 or "_" in cell:
        return None
    if _THOUSANDS.fullmatch(cell):
        cell = cell.replace(",", "")
    try:
        converted = float(cell)
    except ValueError:
        return None
    return converted if math.isfinite(converted) and cell.isascii() else None


def whole(value: object) -> int | None:
    """A whole number of a number or its text; None where there is none."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def marked(value: str) -> tuple[float, Literal["percent", "currency", "plain"], str] | None:
    """A figure with a unit in its text: "0.248%" (0.00248), "$199.00", "₹0", "BUSD99.75", "1.2"; None without one.

    Percent comes back as a fraction. The third value is the currency's mark.
    """
    cell = value.strip().replace("−", "-")
    if cell.endswith("%"):
        share = number(cell[:-1])
        return (share / 100.0, "percent", "") if share is not None else None
    mark = _CURRENCY_MARK.match(cell)
    if mark:
        amount = number(mark[1] + mark[3] + cell[mark.end() :])
        return (amount, "currency", mark[2]) if amount is not None else None
    plain = number(cell)
    return (plain, "plain", "") if plain is not None else None


def missing(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return cell.strip().lower() in _MISSING


CURRENCIES = {
    "$": "USD", "€": "EUR", "₮": "USDT", "₹": "INR", "Ξ": "ETH", "£": "GBP", "¥": "JPY", "₿": "BTC", "฿": "BTC", "元": "CNY",
    "₩": "KRW", "₽": "RUB", "₺": "TRY", "₫": "VND",
}  # fmt: skip
"""Marks of currencies in texts, and their codes."""

# --- a column of numbers ---------------------------------------------------------------------------------------------

_Style = Literal["point", "comma"]
_COMMA_GROUPS = re.compile(r"[-+]?\d{1,3}(\.\d{3})+(,\d+)?")
_COMMA_DECIMAL = re.compile(r"[-+]?\d*,\d+(e[-+]?\d+)?", re.IGNORECASE)
_LAKHS = re.compile(r"[-+]?\d{1,2}(,\d{2})*,\d{3}(\.\d+)?")
_GAPS = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'\u2019](?=\d{3}(?!\d))")
_MONEY_BEFORE = re.compile(r"([-+]?)\s*(?:[A-Z]{3,4}|(?:[A-Z]{1,3})?[$€£¥₹₿₩₽₺₫₴฿Ξ₮元])\s*(?=[-+\d.,])")
_MONEY_BEHIND = re.compile(r"(?<=[\d.,])\s*(?:[A-Z]{3,4}|[$€£¥₹₿₩₽₺₫₴฿Ξ₮元])$")


def numbers(table: Table, index: int) -> Values:
    """A column as float64, NaN where it is blank; BadInput names the first cell that is no number.

    Understood are a decimal comma, thousands apart in any way (1,000 or 1.000 or 1'000 or 1 000 or 1,00,000), a percent
    sign (1 % is 0.01), a mark or code of a currency before or behind, and brackets for a negative amount.
    """
    cells = table.cells(index)
    quick = _plain_numbers(cells)
    if quick is not None:
        return quick
    bare = [_bare(cell) for cell in cells]
    style = _style(table, index, bare)
    result = np.empty(len(cells), dtype=np.float64)
    for row, cell in enumerate(bare):
        if missing(cell):
            result[row] = np.nan
            continue
        value = _styled(cell, style)
        if value is None:
            raise BadInput(
                f"{_where(table, index, row)} is {cells[row][:40]!r}, which is not a number that can be used."
            )
        result[row] = value
    return result


def currency_of(cells: Sequence[str]) -> str:
    """The code of the currency that all filled cells are marked with; empty where they are not, or not alike."""
    marks: set[str] = set()
    for cell in cells:
        plain = cell.strip().lstrip("(-+")
        found = _MONEY_BEFORE.match(plain) or _MONEY_BEHIND.search(plain.rstrip(")"))
        marks.add(found[0].strip(" -+") if found else "" if not missing(cell) else next(iter(marks), ""))
        if len(marks) > 1 or "" in marks:
            return ""
    mark = next(iter(marks), "")
    return CURRENCIES.get(mark, mark)


def is_numeric(table: Table, index: int) -> bool:
    """Whether most of a column's first cells with something in them are numbers; `numbers` names those that are not."""
    seen = [_bare(cell) for cell in table.cells(index)[:200] if not missing(cell)]
    found = sum(_styled(cell, "comma") is not None or _styled(cell, "point") is not None for cell in seen)
    return found > len(seen) / 2


def _plain_numbers(cells: Sequence[str]) -> Values | None:
    """Finite numbers with a decimal point or none, read by numpy; None for all others."""
    if not all(cell and cell.isascii() and "_" not in cell and "," not in cell for cell in cells):
        return None
    try:
        found = np.array(cells, dtype=np.float64)
    except ValueError:
        return None
    return found if np.isfinite(found).all() else None


def _bare(cell: str) -> str:
    """A cell without what only dresses its number: currency, gaps between thousands, brackets of an accountant."""
    if cell.isascii() and cell.replace(".", "", 1).replace("-", "", 1).isdigit():
        return cell
    plain = _GAPS.sub("", cell.strip().replace("−", "-"))
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1].strip()}"
    return _MONEY_BEHIND.sub("", _MONEY_BEFORE.sub(r"\1", plain, count=1))


def _styled(cell: str, style: _Style) -> float | None:
    percent = cell.endswith("%")
    bare = cell[:-1].strip() if percent else cell
    if style == "comma" and (_COMMA_DECIMAL.fullmatch(bare) or _COMMA_GROUPS.fullmatch(bare)):
        bare = bare.replace(".", "").replace(",", ".")
    elif _LAKHS.fullmatch(bare):
        bare = bare.replace(",", "")
    value = number(bare)
    return value / 100.0 if value is not None and percent else value


def _style(table: Table, index: int, cells: Sequence[str]) -> _Style:
    commas = [cell.rstrip("%").strip() for cell in cells if "," in cell]
    if not commas:
        return "point"
    if all(_COMMA_DECIMAL.fullmatch(cell) or _COMMA_GROUPS.fullmatch(cell) for cell in commas):
        if not all(_THOUSANDS.fullmatch(cell) for cell in commas):
            return "comma"
        raise BadInput(
            f"{_where(table, index, 0)}: it is unclear whether {commas[0]!r} is a decimal comma; write a point."
        )
    return "point"


def _where(table: Table, index: int, row: int) -> str:
    name = table.columns[index][:40]
    return f"Row {row + 1}, column {name!r}" if name else f"Row {row + 1}, column {index + 1}"
