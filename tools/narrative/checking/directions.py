"""Up, down, profitable, recovered: claims without a figure of their own."""

from tools.narrative.checking.owners import main_subject, subject_mask, subject_of
from tools.narrative.checking.periods import fall_of_rank, scope_mask
from tools.narrative.checking.state import Reading


def directions(reading: Reading) -> None:
    """ "It made money", "lost money", "was profitable", "recovered": without a figure, still a claim."""
    words = {i.word for i in reading.items}
    joined = " ".join(i.word for i in reading.items)
    _into(reading)
    if not reading.bound:
        _money(reading, joined, words)
    _recovered(reading, joined)
    _skewed(reading)
    for item in reading.items:
        if item.kind == "M" and "psr" in item.key.split(",") and ("below zero" in joined or "negative" in words):
            reading.find("direction", item, "The fact is the probability of being above zero.")


_TAILS = {"right": 1, "positively": 1, "positive": 1, "left": -1, "negatively": -1, "negative": -1}


def _skewed(reading: Reading) -> None:
    """ "Right-skewed", "a negative skew": held against the sign of the skewness."""
    for position, item in enumerate(reading.items):
        if not item.word.startswith("skew"):
            continue
        said = next((_TAILS[i.word] for i in reading.items[max(0, position - 2) : position] if i.word in _TAILS), 0)
        facts = subject_mask(reading, subject_of(reading, position), 0) & reading.index.by_key.get("skew", 0)
        values = [reading.index.values[p] or 0.0 for p in reading.index.bits(facts)]
        if said and values and not any(value * said > 0 for value in values):
            reading.find("direction", item, "The skewness has the other sign.")


def _into(reading: Reading) -> None:
    """ "A $100,000 stake shrank to $319,313": up or down by the capital at the start."""
    index = reading.index
    for bound in reading.bound:
        final = bound.facts & index.by_key.get("final", 0)
        verb = next((i for i in reversed(reading.items[: bound.at]) if i.kind not in "LTH"), None)
        if not final or verb is None or verb.word.split()[0] not in _CHANGES:
            continue
        start = index.bits(index.by_key.get("initial", 0) & ~index.stated) or index.bits(
            index.by_key.get("initial", 0)
        )
        grew = bool(start) and (index.values[index.bits(final)[0]] or 0.0) >= (index.values[start[0]] or 0.0)
        if start and grew != _CHANGES[verb.word.split()[0]]:
            reading.find("direction", verb, "The facts say the opposite.")


_CHANGES = {**dict.fromkeys("grew grown growing rose risen rising climbed swelled increased".split(), True), **dict.fromkeys("shrank shrunk shrinking fell fallen falling dwindled declined dropped".split(), False)}  # fmt: skip


def _money(reading: Reading, joined: str, words: set[str]) -> None:
    index = reading.index
    negated = any(i.kind == "N" for i in reading.items) or " no money" in joined
    gains = "made money" in joined or "make money" in joined or "profitable" in words
    loses = any(said in joined for said in ("lost money", "lose money", "lost any money")) or "unprofitable" in words
    if gains == loses or "trade" in joined or "Z" in reading.code:
        return
    subject = main_subject(reading, len(reading.items)) or reading.before.subject
    family = index.benchmark if subject == "benchmark" else subject_mask(reading, subject, 0) & ~index.benchmark
    returns = index.by_key.get("return", 0) & ~index.by_key.get("extreme", 0) & family
    scopes = [scope_mask(reading, at) for at, kind in enumerate(reading.code) if kind in "DG"]
    if not scopes:
        scopes = [index.by_key.get("total_return", 0)]
    for scope in scopes:
        values = [index.values[p] or 0.0 for p in index.bits(returns & scope)]
        if values and all((value < 0 if loses else value > 0) == negated for value in values):
            item = next(i for i in reading.items if "money" in i.word or i.word in ("profitable", "unprofitable"))
            reading.find("direction", item, "The facts say the opposite.")
            return


def _recovered(reading: Reading, joined: str) -> None:
    """Whether a fall was recovered, where the facts know."""
    if "recover" not in joined and "regain" not in joined:
        return
    item = next((i for i in reading.items if i.word.startswith(("recover", "regain"))), None)
    if item is None or item.kind == "M" or any(i.kind in "X" and i.word in ("longest",) for i in reading.items):
        return
    if any(i.word == "until" for i in reading.items[reading.items.index(item) :]):
        return
    never = any(i.kind == "N" for i in reading.items) or "never" in joined or "yet to" in joined
    ranked = fall_of_rank(reading, len(reading.items))
    index = reading.index
    for position, date in enumerate(reading.items):
        if date.kind == "D" and not ranked:
            ranked = scope_mask(reading, position)
    falls = [g for g in index.by_group if index.by_group[g] & ranked and g.startswith("drawdown")]
    if len(falls) > 1:
        return
    group = falls[0] if falls else "drawdown.1"
    fact = next((f for f in reading.index.facts if f.id == f"{group}.recovery"), None)
    if fact is None or subject_of(reading, reading.items.index(item)) == "benchmark":
        return
    open_still = fact.unit == "text" and "not" in str(fact.value)
    if never != open_still and not (never and reading.bound):
        reading.find("direction", item, "The facts say otherwise about the recovery.")
