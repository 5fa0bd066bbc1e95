"""Sentence by sentence: every quantity, date and cause, held against the facts."""

from itertools import pairwise

from tools.narrative.checking.bearing import bear_out
from tools.narrative.checking.comparisons import compare_all
from tools.narrative.checking.derived import derived
from tools.narrative.checking.directions import directions
from tools.narrative.checking.elision import fill_in
from tools.narrative.checking.extremes import superlatives, universals
from tools.narrative.checking.finding import Discourse, Finding
from tools.narrative.checking.index import Index
from tools.narrative.checking.layout import lines_of
from tools.narrative.checking.lexicon import METHOD_WORDS
from tools.narrative.checking.matching import fits_unit, same
from tools.narrative.checking.naming import metric_of
from tools.narrative.checking.owners import main_subject, other_side, subject_mask, subject_of
from tools.narrative.checking.periods import fall_of_rank, in_scope, index_regimes, scope_mask, scope_of
from tools.narrative.checking.reading import Item, read
from tools.narrative.checking.rows import pair_lists
from tools.narrative.checking.scopes import Scopes
from tools.narrative.checking.state import Bound, Reading, fitting, leads_on, metric_mask
from tools.narrative.checking.tones import bind, lean_of, qualified

_REMEMBERED = 4096
Judgement = tuple[tuple[Finding, ...], Discourse]


def judge(text: str, index: Index, scopes: Scopes) -> list[Finding]:
    """All findings of a text, in order."""
    state, opens = Discourse(), True
    findings: list[Finding] = []
    for line in lines_of(text):
        if not line:
            opens = True
            continue
        key = (line, opens, state)
        known = index.judged.get(key)
        if known is None:
            known = _judge_line(line, index, scopes, state, opens)
            if len(index.judged) >= _REMEMBERED:
                index.judged.clear()
            index.judged[key] = known
        found, state = known
        findings += found
        opens = False
    return findings


def _judge_line(line: str, index: Index, scopes: Scopes, state: Discourse, opens: bool) -> Judgement:
    findings: list[Finding] = []
    for sentence in read(line, index, opens=opens):
        fill_in(sentence.items, index)
        sentence.code = "".join(item.kind for item in sentence.items)
        if sentence.opens:
            state = Discourse()
        reading = Reading(index, scopes, line, sentence, state, sentence.items, sentence.code)
        _read(reading)
        findings += reading.findings
        state = _left_behind(reading)
    return tuple(findings), state


def _read(reading: Reading) -> None:
    if "Q" in reading.code:
        _set_aside(reading)
        pair_lists(reading)
        for at, item in enumerate(reading.items):
            if item.kind == "Q":
                _quantity(reading, at, item)
        _parts_of_wholes(reading)
    compare_all(reading)
    _dates(reading)
    superlatives(reading)
    universals(reading)
    _causes(reading)
    directions(reading)


def _left_behind(reading: Reading) -> Discourse:
    """What the next sentence can refer to."""
    before, items, row = reading.before, reading.items, reading.sentence.row
    places = [at for at in range(len(items), 0, -1) if reading.code[at - 1] == "S"]
    owner = next((name for at in places if (name := main_subject(reading, at))), "")
    metrics = [bound.metric for bound in reading.bound if bound.metric]
    metric = metrics[-1] if metrics else before.metric
    if not reading.bound and "M" in reading.code:
        metric = metric_mask(reading.index, next(i for i in items if i.kind == "M"))
    regimes = index_regimes(reading.index)
    scopes = [reading.scopes.mask(i, "") & (-1 if i.kind == "G" else ~regimes) for i in items if i.kind in "DG"]
    carried = before.scope if row or not reading.bound else 0
    return Discourse(
        subject=(before.heading or before.subject) if row else owner or before.subject,
        metric=metric,
        scope=scopes[-1] if scopes and not row else carried,
        heading=before.heading if row or not owner else "" if reading.bound else owner,
    )


def _set_aside(reading: Reading) -> None:
    """Numbers that only describe become words: parameters in names, confidence levels, lengths of windows."""
    for at, item in enumerate(reading.items):
        if item.kind == "Q" and not item.problem and (item.unit == "window" or _part_of_a_name(reading, at, item)):
            if item.unit == "window":
                _descriptive(reading, at, item)
            item.kind, item.word = "L", "level"
    reading.code = "".join(item.kind for item in reading.items)


def _quantity(reading: Reading, at: int, item: Item) -> None:
    if item.problem:
        _malformed(reading, item)
    elif item.unit in ("window", "ordinal") or _names_a_drawdown(reading, at, item):
        _descriptive(reading, at, item)
    elif item.unit != "counted":
        _attribute(reading, at, item)


def _attribute(reading: Reading, at: int, item: Item) -> None:
    """Which facts the words point to, and whether one of them is what is written."""
    bound = Bound(item, at)
    reading.bound.append(bound)
    bound.subject = subject_of(reading, at)
    metric, generic = metric_of(reading, at, item)
    metric = qualified(reading, at, metric, generic)
    bound.scope, scoped_here = scope_of(reading, at)
    bound.scoped = scoped_here
    if other_side(reading, at):
        for earlier in reading.bound[:-1]:
            metric |= earlier.metric
    if generic and scoped_here:
        metric |= _extreme_of_date(reading, at)
    bound.metric = metric
    owned = metric & subject_mask(reading, bound.subject, metric, at)
    candidates = in_scope(reading, owned, bound.scope, scoped_here, at)
    trouble = bind(reading, bound, candidates)
    if trouble and not scoped_here:
        trouble = trouble if _in_earlier_scope(reading, bound, owned) else ""
    if not trouble or _one_in_many(reading, at, bound) or derived(reading, bound):
        return
    if trouble != "currency" and bear_out(reading, bound):
        return
    if not _counts_what_is_listed(reading, at, item):
        _explain(reading, bound, candidates, trouble, generic)


def _counts_what_is_listed(reading: Reading, at: int, item: Item) -> bool:
    """ "The five years to avoid were ...", "the two Sharpe ratios": a number that only counts what the sentence names."""
    follows = reading.items[at + 1].word if at + 1 < len(reading.items) else ""
    if item.unit == "time" and item.value <= 3 and follows in ("later", "earlier", "afterwards"):
        return True
    if item.also == "words" and item.unit == "number" and item.value <= 5:
        noun = next((i for i in reading.items[at + 1 : at + 4] if i.kind in "MX"), None)
        counted = metric_mask(reading.index, noun) if noun is not None and noun.kind == "M" else 0
        units = {reading.index.units[p] for p in reading.index.bits(counted)}
        return noun is not None and noun.word.endswith("s") and noun.kind == "M" and "count" not in units
    years = sum(i.kind == "D" and i.key == "year" for i in reading.items[at:])
    return item.unit in ("number", "time") and item.decimals == 0 and years == item.value >= 2


def _in_earlier_scope(reading: Reading, bound: Bound, owned: int) -> str:
    """ "It made 17.4% in 2003, less than the benchmark's 26.4%": the year holds for the second figure too."""
    trouble = "value"
    hidden = -1 if "G" in reading.code else ~index_regimes(reading.index)
    for position in sorted(reading.used_scopes, reverse=True):
        trouble = bind(reading, bound, owned & scope_mask(reading, position) & hidden)
        if not trouble:
            break
    return trouble


def _extreme_of_date(reading: Reading, at: int) -> int:
    """The best or worst year, month or day, where the date named is exactly its own."""
    dates = [item.dates for item in reading.items if item.kind == "D" and item.until is None]
    index = reading.index
    signed = reading.items[at].sign or lean_of(reading, at)
    return sum(
        1 << p
        for p in index.bits(index.by_key.get("extreme", 0))
        if index.spans[p] in dates and (signed or (index.values[p] or 0.0) >= 0)
    )


def _one_in_many(reading: Reading, at: int, bound: Bound) -> bool:
    """ "five in eight": neither number is a count, together they are a share."""
    items = reading.items
    if bound.item.unit == "number" and _winners_to_losers(reading, at, bound):
        return True
    if bound.item.unit != "number" or at + 2 >= len(items) or items[at + 1].word not in _OUT_OF:
        return False
    other = items[at + 2]
    if other.kind != "Q" or other.unit != "number" or not 0 < bound.item.value < other.value <= 20:
        return False
    share = Item(
        "Q", bound.item.start, other.end, value=bound.item.value / other.value, decimals=2, unit="part", also="words"
    )
    reading.items[at + 2].unit = "counted"
    mask = bound.metric | _shares(reading)
    share.hedge = next((i.key for i in items[at + 3 : at + 6] if i.kind == "H" and i.word.startswith("or ")), "")
    trial = Bound(share, at, metric=mask, subject=bound.subject)
    reading.items[at], kept = share, reading.items[at]
    trouble = bind(reading, trial, subject_mask(reading, bound.subject, mask) & mask & ~reading.index.scoped)
    reading.items[at] = kept
    bound.facts = trial.facts
    if trouble:
        other.unit = "number"
    return not trouble


def _winners_to_losers(reading: Reading, at: int, bound: Bound) -> bool:
    """ "Winners outnumbered losers nine to one"."""
    items, index = reading.items, reading.index
    if at + 2 >= len(items) or items[at + 1].word != "to" or items[at + 2].kind != "Q":
        return False
    for won in index.bits(index.by_key.get("won", 0)):
        for lost in index.bits(index.by_key.get("lost", 0)):
            if (index.values[won] or 0.0) * items[at + 2].value == (index.values[lost] or 0.0) * items[at].value:
                bound.facts, items[at + 2].unit = 1 << won, "counted"
                return True
    return False


def _parts_of_wholes(reading: Reading) -> None:
    """ "11 of 19 years": two counts of one kind, the first no more than the second; and no sum stands twice."""
    for part, whole in pairwise(reading.bound):
        if part.item.unit in ("money", "time") and _said_twice(part, whole):
            reading.find("count", whole.item, "One figure stands for two.")
        between = {i.word for i in reading.items[part.at + 1 : whole.at] if i.kind != "L"}
        counted = part.facts and {part.item.unit, whole.item.unit} <= {"number", "time"} and not whole.item.decimals
        if counted and between and between <= _OUT_OF and not (between == {"in"} and whole.item.unit == "time"):
            _part_of_whole(reading, part, whole)


def _said_twice(first: Bound, second: Bound) -> bool:
    """Whether two figures are one fact in the same words."""
    return (
        first.facts == second.facts != 0
        and first.item.value == second.item.value
        and first.item.scale == second.item.scale
    )


_KINDS_OF_COUNT = (
    frozenset(("trades", "won", "lost", "open")),
    frozenset(("positive_years", "whole_years")),
    frozenset(("positive_months", "whole_months")),
)


def _part_of_whole(reading: Reading, part: Bound, whole: Bound) -> None:
    index = reading.index
    counts = [p for p in index.bits(part.metric | whole.metric) if index.values[p] == part.item.value]
    one = part.facts == whole.facts and len(counts) < 2
    kinds = [_kinds_of(index, bound.facts) for bound in (part, whole)]
    kin = [p for p in index.bits(index.by_unit.get("count", 0)) if index.values[p] == part.item.value]
    apart = bool(whole.facts and kinds[0]) and not any(_kinds_of(index, 1 << p) & kinds[1] for p in kin)
    if one or apart or part.item.value > whole.item.value:
        reading.find("count", whole.item, "The part and the whole cannot be these figures.")


def _kinds_of(index: Index, facts: int) -> set[int]:
    keys = {key for p in index.bits(facts) for key in index.keys[p]}
    return {number for number, kind in enumerate(_KINDS_OF_COUNT) if keys & kind}


_OUT_OF = frozenset(("in", "of", "out of", "of every", "in every", "out of every"))


def _shares(reading: Reading) -> int:
    """Shares of the nouns in the sentence: of trades, of days, of years."""
    mask = 0
    for item in reading.items:
        if item.kind == "M":
            mask |= fitting(reading, Item("Q", 0, 0, unit="part"), metric_mask(reading.index, item))
            if {"trades", "won"} & set(item.key.split(",")):
                mask |= reading.index.by_key.get("win_rate", 0)
    return mask


def _malformed(reading: Reading, item: Item) -> None:
    if item.problem == "scientific":
        reading.find("scientific notation", item, "Write the figure out; scientific notation hides its size.")
    else:
        reading.find(
            "separators",
            item,
            "Commas group thousands and a point marks decimals; this figure can be read in two ways.",
        )


def _part_of_a_name(reading: Reading, at: int, item: Item) -> bool:
    """Parameters in names: "50/200", "14-day"; and the confidence level of a value at risk."""
    items = reading.items
    before = items[at - 1] if at else None
    after = items[at + 1] if at + 1 < len(items) else None
    if item.value == 0 and any(i.word in ("rf", "risk", "risk free rate") for i in items[max(0, at - 4) : at]):
        return True
    if (
        item.word in reading.index.name_numbers
        and item.unit == "number"
        and _in_a_slashed_name(items, at, reading.index)
    ):
        return True
    if _enumerates(items, at) or _figure_of_speech(items, at) or _supposed(items, at):
        return True
    tails = reading.index.by_key.get("var", 0) | reading.index.by_key.get("cvar", 0)
    if item.unit == "number" and item.value in (95.0, 99.0):
        return before is not None and _names(reading, before, tails)
    if item.unit != "percent" or item.value not in (95.0, 5.0, 99.0, 1.0):
        return False
    if not any(_names(reading, near, tails) for near in items[max(0, at - 6) : at + 5]):
        return False
    beside = before is not None and (before.word in (",", "(", "at", "worst") or _names(reading, before, tails))
    return beside or (after is not None and (after.word in _LEVEL or _names(reading, after, tails)))


def _in_a_slashed_name(items: list[Item], at: int, index: Index) -> bool:
    """ "50/200": both are parameters of a name."""
    for step in (-1, 1):
        if 0 <= at + 2 * step < len(items) and items[at + step].word == "/":
            return items[at + 2 * step].word in index.name_numbers and items[at + 2 * step].unit == "number"
    return False


def _enumerates(items: list[Item], at: int) -> bool:
    """ "(1) ...; (2) ...", "1. ...": numbers of a list, from one on; and the zero of "PSR(0)"."""
    item = items[at]
    if item.unit != "number" or item.decimals or item.also or item.sign:
        return False
    closed = at + 1 < len(items) and items[at + 1].word in (")", ".")
    if at == 0:
        return closed and item.value < 30
    if items[at - 1].kind != "(" or (items[at + 1 : at + 2] and items[at + 1].kind != ")"):
        return False
    return item.value == 1 + sum(i.kind == "L" and i.word == "level" for i in items[:at]) or item.value == 0


_SUPPOSES = frozenset(("each", "every", "any", "for each", "for every", "for any"))
_SPELLS = frozenset(("worst", "best", "next", "any", "first"))


def _supposed(items: list[Item], at: int) -> bool:
    """ "For each 1% the market moves", "the worst twelve months": an amount supposed, a spell of time."""
    item, before = items[at], items[at - 1].word if at else ""
    if (item.unit == "time" and item.also == "words") or (item.unit == "time" and item.word.isalpha()):
        return before in _SPELLS
    return before in _SUPPOSES and item.value in (1.0, 10.0, 100.0)


def _figure_of_speech(items: list[Item], at: int) -> bool:
    """ "Half the story", "half the battle": a share of nothing that is counted."""
    if items[at].word != "half" or items[at].hedge:
        return False
    follows = next((i for i in items[at + 1 : at + 4] if i.kind != "L" and i.word != "of"), None)
    return (
        follows is not None
        and follows.kind == "O"
        and follows.word.isalpha()
        and (at == 0 or items[at - 1].kind != "H")
    )


_LEVEL = frozenset(("level", "one", "confidence", "confidence level", ":"))


def _names(reading: Reading, item: Item, facts: int) -> bool:
    """Whether a noun stands for some of these facts."""
    return item.kind == "M" and bool(metric_mask(reading.index, item) & facts)


def _names_a_drawdown(reading: Reading, at: int, item: Item) -> bool:
    """ "Drawdown 2": the number names it."""
    named = (
        at > 0 and reading.items[at - 1].kind == "M" and reading.items[at - 1].word in ("drawdown", "dd", "number")
    )
    return named and item.unit == "number" and f"drawdown.{item.word}" in reading.index.by_group


def _descriptive(reading: Reading, at: int, item: Item) -> None:
    if item.unit == "window":
        index = reading.index
        number = item.word
        in_definitions = any(f"{number}-" in fact.definition or f"{number}-" in fact.label for fact in index.facts)
        known = number in index.name_numbers or in_definitions or item.value == 1
        if not known:
            reading.find("number", item, "No fact, parameter or definition has this length of window.")
    elif item.unit == "ordinal" and not _ordinal(reading, at, int(item.value)):
        reading.find("ordinal", item, "No fact has this rank.")


def _ordinal(reading: Reading, at: int, number: int) -> bool:
    following = [i for i in reading.items[at + 1 : at + 4] if i.kind in "MX"]
    return bool(following) and f"drawdown.{number}" in reading.index.by_group


def _explain(reading: Reading, bound: Bound, candidates: int, trouble: str, generic: bool) -> None:
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


_ROLES = (
    (frozenset("recovered recovery regained recover recoup recouped recovering good".split()), ("recover",)),
    (frozenset("trough bottom low bottomed troughed bottoming nadir".split()), ("trough",)),
    (
        frozenset("peak high began peaked start started starting beginning begin begins starts from".split()),
        ("start",),
    ),
    (frozenset("ended ends end ending until through last finished finishes".split()), ("end", "trough", "recover")),
)


def _dates(reading: Reading) -> None:
    """Every date must be that of a fact, in the role the words give it."""
    accepted = _dates_of_bound(reading)
    for position, item in enumerate(reading.items):
        if item.kind == "D" and item.key != "month" and position not in accepted:
            _date(reading, position, item)


def _dates_of_bound(reading: Reading) -> set[int]:
    """Dates that scope a quantity which was borne out: they were checked with it."""
    accepted: set[int] = set()
    for bound in reading.bound:
        if not bound.facts:
            continue
        for position, item in enumerate(reading.items):
            if item.kind == "D" and scope_mask(reading, position) & bound.facts and not _has_role(reading, position):
                accepted.add(position)
    return accepted


def _has_role(reading: Reading, position: int) -> bool:
    return bool(_roles(reading, position)) and reading.items[position].until is None


def _roles(reading: Reading, position: int) -> tuple[str, ...]:
    """The part a date plays: start, trough, recovery, end; () where the words do not say."""
    before = reading.items[max(0, position - 5) : position]
    if any(item.kind == "N" for item in before):
        return ()
    last = max((n for n, item in enumerate(before) if item.kind in "QD"), default=-1)
    if any(item.word in ("back", "old", "new", "regained", "again") for item in before[last + 1 :]):
        return ("recover",)
    for item in reversed(before):
        if item.kind in "QDB":
            return ()
        for word in item.word.split():
            for words, roles in _ROLES:
                if word in words:
                    return roles
    return ()


def _date(reading: Reading, position: int, item: Item) -> None:
    scope = scope_mask(reading, position)
    if not scope:
        if item.until is not None or not _is_date_fact(reading, item, ()):
            reading.find("date", item, "No fact has this date or period.")
        return
    roles = _roles(reading, position)
    if item.key == "year" and reading.items[position - 1].word == "through":
        roles = ()
    if roles and item.until is None and not _is_date_fact(reading, item, roles):
        reading.find("date", item, "A fact has this date, but not in this role.")
        return
    nouns = [i for i in reading.items if i.kind == "M" and not leads_on(reading, reading.items.index(i))]
    dated = 0
    for noun in nouns:
        dated |= metric_mask(reading.index, noun) & reading.index.by_key.get("extreme", 0)
    dated &= subject_mask(reading, subject_of(reading, position), dated)
    if dated and not reading.bound and not dated & scope:
        reading.find("date", item, "The figure named is of another date.")


def _is_date_fact(reading: Reading, item: Item, roles: tuple[str, ...]) -> bool:
    group = {i.key for i in reading.items if i.kind == "G"}
    ranked = fall_of_rank(reading, len(reading.items))
    for name, day, of_group in reading.scopes.days():
        if roles and not any(role in name.rpartition(".")[2] for role in roles):
            continue
        if group and of_group and of_group not in group:
            continue
        if ranked and of_group and not reading.index.by_group.get(of_group, 0) & ranked:
            continue
        if item.dates[0] <= day <= item.dates[1] or (item.also and day == int(item.also)):
            return True
        if item.dates[0] < 1500 and day % 10000 == item.dates[0]:
            return True
    return False


def _causes(reading: Reading) -> None:
    """A cause is borne out only where it is about how figures are made, or quoted from a fact."""
    for item in reading.items:
        if item.kind != "K":
            continue
        reason = reading.text[item.end : reading.sentence.end].lower()
        words = [
            w
            for w in "".join(c if c.isalpha() or c in "-'" else " " for c in reason).replace("-", " ").split()
            if len(w) > 1
        ]
        if words and all(w in METHOD_WORDS or w.endswith("'s") for w in words):
            continue
        reading.find("cause", item, "No fact says why; a cause must not be read into figures.")
