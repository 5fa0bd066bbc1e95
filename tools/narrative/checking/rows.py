"""Lists: as many nouns, owners or periods as figures, in order."""

from collections.abc import Iterator

from tools.narrative.checking.owners import is_object, main_subject
from tools.narrative.checking.state import Reading, fits_noun, is_generic


def pair_lists(reading: Reading) -> None:
    """ "Sharpe, Sortino and Calmar of 0.28, 0.40 and 0.06": as many nouns, owners or periods as figures, in order."""
    for group in _figures_in_a_row(reading):
        _of_both_sides(reading, group)
        for kinds, keep in (("M", reading.pairs), ("S", None), ("DG", reading.when)):
            listed = _listed_before(reading, group[0], kinds)
            if len(listed) != len(group) or (kinds == "M" and not _a_list(reading, listed, group)):
                continue
            if keep is not None:
                keep.update(zip(group, listed, strict=True))
            else:
                reading.owners.update({q: reading.items[s].key for q, s in zip(group, listed, strict=True)})


def _a_list(reading: Reading, nouns: list[int], group: list[int]) -> bool:
    """Nouns joined by "and" or a slash, figures so or by a comma: "Sharpe and Sortino of 0.28 and 0.40"."""
    between = range(nouns[-2] + 1, nouns[-1])
    joined = any(reading.code[p] == "J" or reading.items[p].word == "/" for p in between)
    return joined and any(kind in "JP" for kind in reading.code[group[-2] + 1 : group[-1]])


def _of_both_sides(reading: Reading, group: list[int]) -> None:
    """ "Lower than the benchmark (12.5% vs 19.1%)": the first figure is not of the one compared with."""
    if len(group) != 2 or "R" not in reading.code[group[0] : group[1]]:
        return
    owner = next((p for p in range(group[0] - 1, -1, -1) if reading.code[p] in "SQ"), None)
    if owner is None or reading.code[owner] != "S" or not is_object(reading.items, owner):
        return
    if reading.items[owner].key in _OTHER and "P" in reading.code[owner : group[0]].replace("(", "P"):
        key = reading.items[owner].key
        main = main_subject(reading, owner)
        reading.owners[group[0]] = main if main not in ("", key) else _OTHER[key]
        reading.owners[group[1]] = key


_OTHER = {"benchmark": "strategy", "strategy": "benchmark"}


_IN_A_ROW = frozenset("AHLJPR")


def _figures_in_a_row(reading: Reading) -> Iterator[list[int]]:
    """Two figures or more of one unit with only "and", "against", commas or slashes between them."""
    row: list[int] = []
    for at, item in enumerate(reading.items):
        if item.kind == "Q":
            if row and item.unit != reading.items[row[-1]].unit:
                if len(row) > 1:
                    yield row
                row = []
            row.append(at)
        elif not (item.kind in _IN_A_ROW or item.word in ("/", "to") or _in_brackets(reading, at)) and row:
            if len(row) > 1:
                yield row
            row = []
    if len(row) > 1:
        yield row


def _in_brackets(reading: Reading, at: int) -> bool:
    """ "+22.0% (December 1999)": a date in brackets breaks no row."""
    opened = reading.code.rfind("(", max(0, at - 3), at + 1)
    closed = reading.code.find(")", at, at + 4)
    return opened >= 0 and closed >= 0 and set(reading.code[opened : closed + 1]) <= set("()DTL")


def _listed_before(reading: Reading, at: int, kinds: str) -> list[int]:
    """What is listed before a row of figures, back to the last figure or break."""
    code = reading.code
    found: list[int] = []
    for position in range(at - 1, -1, -1):
        if code[position] in "QB":
            break
        if code[position] in kinds and (code[position] != "M" or _names_figures_of(reading, position, at)):
            if found and set(code[position + 1 : found[-1]]) <= {"L"}:
                return []
            found.append(position)
        elif found and not _listing(reading, position):
            return found[::-1] if len(found) > 1 else []
    return found[::-1]


def _names_figures_of(reading: Reading, noun: int, at: int) -> bool:
    return not is_generic(reading, noun) and fits_noun(reading, reading.items[at], noun)


def _listing(reading: Reading, position: int) -> bool:
    return reading.code[position] in "LTJPRHCXN" or reading.items[position].word in (
        "/",
        "neither",
        "nor",
        "ratio",
        "ratios",
    )
