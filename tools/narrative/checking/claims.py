"""Sentence by sentence: every quantity, date and cause, held against the facts."""

from tools.narrative.checking.bearing import bear_out
from tools.narrative.checking.comparisons import compare_all
from tools.narrative.checking.counting import counts_what_is_listed, one_in_many, parts_of_wholes
from tools.narrative.checking.dating import check_dates
from tools.narrative.checking.derived import derived
from tools.narrative.checking.directions import directions
from tools.narrative.checking.elision import fill_in
from tools.narrative.checking.explaining import explain
from tools.narrative.checking.extremes import superlatives, universals
from tools.narrative.checking.finding import Discourse, Finding
from tools.narrative.checking.index import Index
from tools.narrative.checking.layout import lines_of
from tools.narrative.checking.lexicon import METHOD_WORDS
from tools.narrative.checking.naming import metric_of
from tools.narrative.checking.owners import main_subject, other_side, subject_mask, subject_of
from tools.narrative.checking.periods import in_scope, scope_mask, scope_of
from tools.narrative.checking.reading import Item, read
from tools.narrative.checking.rows import pair_lists
from tools.narrative.checking.scopes import Scopes
from tools.narrative.checking.setting_aside import descriptive, malformed, names_a_drawdown, set_aside
from tools.narrative.checking.state import Bound, Reading, metric_mask
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
        set_aside(reading)
        pair_lists(reading)
        for at, item in enumerate(reading.items):
            if item.kind == "Q":
                _quantity(reading, at, item)
        parts_of_wholes(reading)
    compare_all(reading)
    check_dates(reading)
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
    regimes = reading.index.regimes
    scopes = [reading.scopes.mask(i, "") & (-1 if i.kind == "G" else ~regimes) for i in items if i.kind in "DG"]
    carried = before.scope if row or not reading.bound else 0
    return Discourse(
        subject=(before.heading or before.subject) if row else owner or before.subject,
        metric=metric,
        scope=scopes[-1] if scopes and not row else carried,
        heading=before.heading if row or not owner else "" if reading.bound else owner,
    )


def _quantity(reading: Reading, at: int, item: Item) -> None:
    if item.problem:
        malformed(reading, item)
    elif item.unit in ("window", "ordinal") or names_a_drawdown(reading, at, item):
        descriptive(reading, at, item)
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
    if not trouble or one_in_many(reading, at, bound) or derived(reading, bound):
        return
    if trouble != "currency" and bear_out(reading, bound):
        return
    if not counts_what_is_listed(reading, at, item):
        explain(reading, bound, candidates, trouble, generic)


def _in_earlier_scope(reading: Reading, bound: Bound, owned: int) -> str:
    """ "It made 17.4% in 2003, less than the benchmark's 26.4%": the year holds for the second figure too."""
    trouble = "value"
    hidden = -1 if "G" in reading.code else ~reading.index.regimes
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
