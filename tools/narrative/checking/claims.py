"""Sentence by sentence: every quantity, date and cause, held against the facts."""

from tools.narrative.checking.comparisons import compare_all
from tools.narrative.checking.counting import counts_what_is_listed, one_in_many, parts_of_wholes
from tools.narrative.checking.dating import check_dates
from tools.narrative.checking.derived import derived, follows_from_what_is_said
from tools.narrative.checking.directions import directions
from tools.narrative.checking.elision import fill_in
from tools.narrative.checking.evidence import alike_of, spoken_of
from tools.narrative.checking.explaining import explain
from tools.narrative.checking.extremes import superlatives, universals
from tools.narrative.checking.finding import Discourse, Finding
from tools.narrative.checking.index import Index
from tools.narrative.checking.layout import lines_of
from tools.narrative.checking.lexicon import METHOD_WORDS
from tools.narrative.checking.owners import main_subject
from tools.narrative.checking.reading import Item, read
from tools.narrative.checking.rows import pair_lists
from tools.narrative.checking.scopes import Scopes
from tools.narrative.checking.setting_aside import descriptive, malformed, names_a_drawdown, set_aside
from tools.narrative.checking.state import Bound, Reading, Unexplained, metric_mask
from tools.narrative.checking.tones import picked
from tools.narrative.checking.weighing import weigh, written_so

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
        for left in reading.unexplained:
            if left.trouble == "currency" or not follows_from_what_is_said(reading, left.bound):
                explain(reading, left.bound, left.written, left.trouble, left.likely)
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
        said=sum(1 << p for p in {p for bound in reading.bound for p in reading.index.bits(bound.facts)}),
    )


def _quantity(reading: Reading, at: int, item: Item) -> None:
    if item.problem:
        malformed(reading, item)
    elif item.unit in ("window", "ordinal") or names_a_drawdown(reading, at, item):
        descriptive(reading, at, item)
    elif item.unit != "counted":
        _attribute(reading, at, item)


def _attribute(reading: Reading, at: int, item: Item) -> None:
    """Which facts the words mean, and whether one of them is what is written."""
    bound = Bound(item, at)
    reading.bound.append(bound)
    written, trouble = written_so(reading, bound)
    weighed = weigh(reading, bound, written)
    if reading.code[at + 1 : at + 2] == "M":
        reading.taken.add(at + 1)
    if not trouble and weighed.borne_out(reading.index, item):
        bound.facts = picked(reading, bound, weighed.meant(reading.index))
        bound.metric = alike_of(reading.index, bound.facts)
        return
    likely = weighed.likely()
    bound.metric = likely | spoken_of(reading, bound)
    if one_in_many(reading, at, bound) or derived(reading, bound) or counts_what_is_listed(reading, at, item):
        return
    reading.unexplained.append(Unexplained(bound, written, trouble, likely))


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
