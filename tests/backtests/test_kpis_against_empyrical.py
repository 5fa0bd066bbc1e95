"""The performance figures are empyrical-reloaded's, to 1e-9, on the S&P 500 and on any series."""

from pathlib import Path

import empyrical
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tools.backtests import kpis
from tools.backtests.drawdowns import drawdowns
from tools.backtests.model import Values
from tools.market.embedded import EmbeddedSource
from tools.market.store import PriceStore

YEAR = 252
TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def closes(tmp_path_factory: pytest.TempPathFactory) -> tuple[np.ndarray, Values]:
    with PriceStore(tmp_path_factory.mktemp("prices") / "prices.duckdb", read_only=False) as store:
        store.ingest(EmbeddedSource())
        prices = store.prices("SPY")
    return prices.dates.astype("datetime64[s]"), np.asarray(prices.close, dtype=np.float64)


def agree(ours: float | None, theirs: float) -> None:
    assert ours is not None
    assert ours == pytest.approx(theirs, rel=TOLERANCE, abs=TOLERANCE)


def test_the_published_figures_of_the_index(closes: tuple[np.ndarray, Values]) -> None:
    returns = np.diff(closes[1]) / closes[1][:-1]
    assert len(returns) == 5030
    expected = {
        kpis.cagr: 0.0364,
        kpis.sharpe: 0.2827,
        kpis.sortino: 0.3986,
        kpis.calmar: 0.0641,
    }
    for figure, value in expected.items():
        assert figure(returns, YEAR) == pytest.approx(value, abs=5e-5)
    assert kpis.max_drawdown(returns) == pytest.approx(-0.5678, abs=5e-5)
    assert kpis.value_at_risk(returns) == pytest.approx(-0.0186, abs=5e-5)
    assert kpis.expected_shortfall(returns) == pytest.approx(-0.0286, abs=5e-5)


def check_all(returns: Values, benchmark: Values) -> None:
    agree(kpis.total_return(returns), empyrical.cum_returns_final(returns))
    agree(kpis.cagr(returns, YEAR), empyrical.annual_return(returns, annualization=YEAR))
    agree(kpis.volatility(returns, YEAR), empyrical.annual_volatility(returns, annualization=YEAR))
    agree(kpis.sharpe(returns, YEAR), empyrical.sharpe_ratio(returns, annualization=YEAR))
    agree(kpis.max_drawdown(returns), empyrical.max_drawdown(returns))
    agree(kpis.value_at_risk(returns), empyrical.value_at_risk(returns))
    agree(kpis.expected_shortfall(returns), empyrical.conditional_value_at_risk(returns))
    if np.any(returns < -1e-9):
        agree(kpis.sortino(returns, YEAR), empyrical.sortino_ratio(returns, annualization=YEAR))
        agree(kpis.calmar(returns, YEAR), empyrical.calmar_ratio(returns, annualization=YEAR))
    held = kpis.relative(returns, benchmark, YEAR)
    assert held is not None
    agree(held.beta, empyrical.beta(returns, benchmark))


def test_the_index_against_empyrical(closes: tuple[np.ndarray, Values]) -> None:
    returns = np.diff(closes[1]) / closes[1][:-1]
    rng = np.random.default_rng(7)
    check_all(returns, 0.6 * returns + rng.normal(0, 0.005, len(returns)))


@given(
    st.lists(st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), min_size=25, max_size=120),
)
def test_any_series_against_empyrical(rows: list[tuple[float, float]]) -> None:
    returns, benchmark = (np.array(column) for column in zip(*rows, strict=True))
    assume(np.std(returns) > 1e-4 and np.std(benchmark) > 1e-4)
    check_all(returns, benchmark)


def test_a_loss_on_the_first_day_is_a_drawdown() -> None:
    assert kpis.max_drawdown(np.array([-0.1, 0.05])) == pytest.approx(-0.1)


def test_the_deepest_drawdown_has_its_dates(closes: tuple[np.ndarray, Values]) -> None:
    deepest = drawdowns(*closes)[0]
    assert str(deepest.start)[:10] == "2007-10-09"
    assert str(deepest.trough)[:10] == "2009-03-09"
    assert deepest.depth == pytest.approx(-0.5678, abs=5e-5)


def test_the_oracle_is_a_test_tool_only() -> None:
    for folder in ("bot", "handlers", "tools"):
        for path in (Path(__file__).parents[2] / folder).rglob("*.py"):
            assert "import empyrical" not in path.read_text(), path
