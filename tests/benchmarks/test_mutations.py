"""A small share of the mutation benchmark: seeded errors are stopped, truthful text is not."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "mutations"))

from corpus import pairs, split
from fact_sets import golden_cross, golden_facts
from measure import Tally, escapes, people_blocks, voice_blocks, voice_escapes, writer_blocks
from voices import texts

from tools.narrative.checker import check
from tools.narrative.facts import Fact
from tools.narrative.service import prepare


@pytest.fixture(scope="module")
def tally() -> Tally:
    """Up to 25 mutants of each kind, of one report."""
    found = Tally()
    escapes(prepare(golden_cross(), "standard"), 7, found, most=25)
    return found


def test_there_are_enough_kinds_of_error(tally: Tally) -> None:
    assert len(tally.tried) >= 25
    assert tally.total >= 400


def test_at_most_one_seeded_error_in_a_hundred_escapes(tally: Tally) -> None:
    found = {kind: [mutant.text for mutant in mutants] for kind, mutants in tally.escaped.items() if mutants}
    assert tally.out <= tally.total / 100, found


def test_the_writers_own_lines_pass() -> None:
    assert writer_blocks(prepare(golden_cross(fast=20, slow=100, trials=None), "standard")) == []


def test_truthful_texts_by_people_pass() -> None:
    seen, held_out = split()
    assert len(people_blocks(seen)) <= 0.015 * len(seen)
    assert len(people_blocks(held_out)) <= 0.03 * len(held_out)


def test_what_other_people_would_write_passes_and_its_mutants_do_not() -> None:
    facts = {fact.id: fact for fact in golden_facts()}
    blocked, tried = voice_blocks(facts)
    assert tried >= 120
    assert len(blocked) <= 0.02 * tried, blocked
    tally = Tally()
    voice_escapes(facts, 3, tally)
    assert tally.total >= 1200
    assert tally.out <= 0.03 * tally.total


def test_a_desk_a_regulator_and_a_committee_are_read() -> None:
    facts = {fact.id: fact for fact in golden_facts()}
    filled = ["".join(piece.text for piece in said) for _, said in texts(facts, unread=False, file="voices_desk.txt")]
    assert len(filled) >= 20
    found = {text: check(text, tuple(facts.values())) for text in filled}
    assert {text: findings for text, findings in found.items() if findings} == {}


def test_reports_by_people_pass_more_often_than_not_and_their_false_twins_do_not() -> None:
    found = pairs()
    passed = sum(not _objections(pair.true, pair.facts) for pair in found)
    escaped = [pair.wrong for pair in found if not _objections(pair.false, pair.facts)]
    assert passed >= 0.6 * len(found)
    assert len(escaped) <= 0.1 * len(found), escaped


def _objections(text: str, facts: tuple[Fact, ...]) -> bool:
    return any(finding.kind != "caveat" for finding in check(text, facts))


@pytest.mark.parametrize(
    "false",
    [
        "8 winners out of 19, pf 5.65.",
        "From the 19 full years were 8 positive.",
        "Frictions all in 16 bps pa.",
        "As of 31 December 2018 stands the portfolio at $100,000.",
        "vol prints 25.2%, market 13.1%",
        "Every $1 lost was matched by $2.65 won.",
    ],
)
def test_and_their_errors_are_stopped(false: str) -> None:
    assert check(false, golden_facts())
