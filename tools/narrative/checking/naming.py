"""Which figures a quantity can be by the words around it."""

from tools.narrative.checking.owners import main_subject
from tools.narrative.checking.state import Reading


def loses(reading: Reading, at: int) -> bool:
    """ "60% of trades lost": the share of the others is the win rate."""
    following = reading.items[at + 1 : at + 5]
    trades = next((n for n, i in enumerate(following) if i.kind == "M" and "trade" in i.word), None)
    if trades is None:
        return False
    return "lost" in following[trades].word.split() or any(
        "lost" in i.word.split() or i.word in ("were losers", "losers") for i in following[trades + 1 :]
    )


def year_of_rank(reading: Reading, position: int, number: int) -> int:
    """The fact of the n-th best or worst year or month that a noun names; 0 where the noun is another."""
    index, item = reading.index, reading.items[position]
    for unit in ("year", "month"):
        for word, best in (("best", True), ("worst", False)):
            if f"{word}_{unit}" in item.key.split(","):
                family = index.benchmark if main_subject(reading, position) == "benchmark" else index.strategy
                facts = [
                    p
                    for p in index.bits(family & index.by_key.get("return", 0))
                    if index.groups[p].startswith(unit + ".")
                ]
                facts = [p for p in facts if "part" not in index.facts[p].label]
                facts.sort(key=lambda p: index.values[p] or 0.0, reverse=best)
                return 1 << facts[number - 1] if number <= len(facts) else 0
    return 0
