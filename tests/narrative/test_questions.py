"""Where a figure is from, what it means, how a year went."""

import pytest
from runs import made_up, stated

from tools.errors import NotFound
from tools.narrative.checker import check
from tools.narrative.facts import Fact
from tools.narrative.questions import definition_of, how_it_went, origin_of
from tools.narrative.service import prepare
from tools.narrative.text import value_text


@pytest.fixture(scope="module")
def facts() -> tuple[Fact, ...]:
    return tuple(prepare(made_up(stated=(stated("sharpe", 0.123, "Mean over deviation"),)), "standard").sheet)


def test_every_figure_has_an_origin(facts: tuple[Fact, ...]) -> None:
    for fact in facts:
        if isinstance(fact.value, float) and fact.id.startswith(("strategy.", "benchmark.", "trades.")):
            answer = origin_of(facts, value_text(fact))
            assert value_text(fact) in answer


def test_the_engines_own_figure_says_where_it_stood(facts: tuple[Fact, ...]) -> None:
    answer = origin_of(facts, "0.12")
    assert "at stats.sharpe" in answer
    with pytest.raises(NotFound, match=r"987\.6"):
        origin_of(facts, "987.6")


def test_definitions_are_found_by_name(facts: tuple[Fact, ...]) -> None:
    assert definition_of(facts, "calmar").startswith("Calmar ratio: CAGR over")
    with pytest.raises(NotFound):
        definition_of(facts, "omega ratio")


def test_a_year_is_told_from_facts_without_causes(facts: tuple[Fact, ...]) -> None:
    for year in ("2011", "2012", "2013", "2014", "2015"):
        answer = how_it_went(facts, year)
        assert "no causes" in answer
        assert [f"{f.kind}: {f.span}: {f.reason}" for f in check(answer, facts)] == []
    with pytest.raises(NotFound, match="1999"):
        how_it_went(facts, "1999")
