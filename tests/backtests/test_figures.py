"""Frequencies, calendar returns, drawdowns, regimes, crises, significance, trades and anomalies."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.backtests import kpis
from tools.backtests.anomalies import anomalies
from tools.backtests.drawdowns import drawdowns
from tools.backtests.fingerprint import fingerprint
from tools.backtests.model import BacktestRun, Curve, Trade
from tools.backtests.regimes import labels
from tools.backtests.series import aligned, calendar_returns, frequency_of, nav_of, returns_of
from tools.backtests.significance import significance
from tools.backtests.stress import through_crises
from tools.backtests.trades import trade_figures, turnover


def days(*iso: str) -> np.ndarray:
    return np.array(iso, dtype="datetime64[s]")


def business(count: int, start: str = "2015-01-05") -> np.ndarray:
    return np.array(np.busday_offset(start, np.arange(count), roll="forward"), dtype="datetime64[s]")


@pytest.mark.parametrize(
    ("step", "periods"),
    [(np.timedelta64(1, "D"), 365.0), (np.timedelta64(7, "D"), 52.0), (np.timedelta64(30, "D"), 12.0)],
)
def test_periods_a_year_follow_the_spacing(step: np.timedelta64, periods: float) -> None:
    dates = np.datetime64("2020-01-01", "s") + np.arange(60) * step
    assert frequency_of(dates).periods_per_year == periods
    assert frequency_of(dates, 123.0).periods_per_year == 123.0


def test_business_days_are_252_and_hours_are_counted() -> None:
    assert frequency_of(business(100)).periods_per_year == 252.0
    hours = np.datetime64("2020-01-01", "s") + np.arange(24 * 366) * np.timedelta64(3600, "s")
    assert frequency_of(hours).periods_per_year == pytest.approx(24 * 365.25)


def test_rows_of_single_trades_are_no_calendar() -> None:
    """Some 45 days apart at the median, yet only six a year: not months."""
    steps = np.tile([40, 45, 46, 47, 120], 8)
    dates = (np.datetime64("2010-01-04") + np.cumsum(steps)).astype("datetime64[s]")
    found = frequency_of(dates)
    assert found.spacing == "irregular"
    assert found.periods_per_year == pytest.approx(365.25 / np.mean(steps), rel=0.05)


def test_returns_stop_at_ruin() -> None:
    assert returns_of(np.array([100.0, 50.0, 0.0, 0.0, 10.0])).tolist() == [-0.5, -1.0, 0.0, 0.0]


@given(st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=50))
def test_growth_and_returns_are_inverse(returns: list[float]) -> None:
    array = np.array(returns)
    assert np.allclose(returns_of(nav_of(array)), array)


def test_calendar_returns_compound_to_the_whole_and_know_their_edges() -> None:
    dates = business(600)
    values = 100 * np.cumprod(1 + np.random.default_rng(1).normal(0, 0.01, 600))
    years = calendar_returns(dates, values, "Y")
    assert math.prod(1 + year.value for year in years) == pytest.approx(values[-1] / values[0])
    assert [year.whole for year in years] == [True, True, False]


def test_drawdowns_have_dates_and_do_not_overlap() -> None:
    dates = days("2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07", "2020-01-08")
    deep, shallow = drawdowns(dates, np.array([100.0, 80.0, 90.0, 100.0, 95.0, 99.0]))
    assert (deep.depth, deep.length_days, deep.recovery_days) == (pytest.approx(-0.2), 5, 4)
    assert str(deep.trough)[:10] == "2020-01-02"
    assert shallow.recovery is None
    assert shallow.length_days == 2


def test_a_regime_label_never_depends_on_that_day_or_later() -> None:
    returns = np.random.default_rng(2).normal(0, 0.01, 900)
    known = labels(returns)
    for day in (400, 650, 899):
        changed = returns.copy()
        changed[day:] *= 25
        assert (labels(changed)[: day + 1] == known[: day + 1]).all()
    assert set(known[:273].tolist()) == {-1}
    assert set(known[273:].tolist()) <= {0, 1, 2}


def test_crises_are_whole_partly_there_or_absent() -> None:
    dates = business(500, "2018-01-02")
    result = {r.crisis.key: r for r in through_crises(dates, np.linspace(100, 200, 500))}
    assert result["rate_selloff"].coverage == "whole"
    assert result["financial_crisis"].coverage == "absent"
    assert result["rate_selloff"].value is not None
    partly = {r.crisis.key: r.coverage for r in through_crises(dates[:190], np.linspace(1, 2, 190))}
    assert partly["rate_selloff"] == "part"


def test_significance_grows_with_length_and_shrinks_with_trials() -> None:
    returns = np.random.default_rng(3).normal(0.0006, 0.01, 2000)
    short, long = significance(returns[:250]), significance(returns)
    assert short is not None
    assert long is not None
    assert 0 < short.psr < 1
    many, few = significance(returns, 200), significance(returns, 2)
    assert many is not None
    assert few is not None
    assert many.deflated is not None
    assert few.deflated is not None
    assert many.deflated < few.deflated < long.psr
    assert significance(np.zeros(100)) is None


def test_the_minimum_track_record_is_where_the_psr_reaches_95_percent() -> None:
    returns = np.random.default_rng(4).normal(0.001, 0.01, 500)
    result = significance(returns)
    assert result is not None
    assert result.minimum_track_record is not None
    ratio = kpis.sharpe(returns, 1.0)
    assert ratio is not None
    shape = 1 - (kpis.skewness(returns) or 0) * ratio + ((kpis.excess_kurtosis(returns) or 0) + 2) / 4 * ratio**2
    z = ratio * math.sqrt(result.minimum_track_record - 1) / math.sqrt(shape)
    assert z == pytest.approx(1.6449, abs=1e-3)


def test_trades_and_turnover() -> None:
    dates = business(300)
    trades = (
        Trade("A", "long", 10, dates[0], 100.0, dates[50], 110.0, 100.0, 0.1, 2.0),
        Trade("A", "long", 10, dates[60], 100.0, dates[90], 95.0, -50.0, -0.05, 2.0),
        Trade("A", "long", 10, dates[100], 100.0),
    )
    figures = trade_figures(trades)
    assert figures is not None
    assert (figures.closed, figures.open, figures.won, figures.lost) == (2, 1, 1, 1)
    assert figures.profit_factor == pytest.approx(2.0)
    assert figures.costs == pytest.approx(4.0)
    run = BacktestRun("r", "x", Curve(dates, np.full(300, 1000.0)), trades=trades)
    assert turnover(run, 1.0) == pytest.approx((1000 + 1100 + 1000 + 950 + 1000) / 2 / 1000)


def test_gaps_jumps_and_stale_stretches_are_counted() -> None:
    dates = np.delete(business(120), slice(40, 50))
    values = 100 * np.cumprod(1 + np.random.default_rng(5).normal(0, 0.01, 110))
    values[80:] *= 1.5
    values[20:26] = values[20]
    found = anomalies(Curve(dates, values), can_be_flat=False)
    assert (found.gaps, found.jumps, found.stale_runs) == (1, 1, 1)
    assert found.longest_gap == 17


def test_series_are_joined_by_day() -> None:
    first = Curve(business(10), np.arange(10.0))
    second = Curve(business(10)[2:] + np.timedelta64(16, "h"), np.arange(8.0))
    dates, own, other = aligned(first, second)
    assert len(dates) == 8
    assert own.tolist() == [2, 3, 4, 5, 6, 7, 8, 9]
    assert other.tolist() == list(range(8))


def test_the_fingerprint_is_of_the_content() -> None:
    run = BacktestRun("r", "x", Curve(business(3), np.array([1.0, 2.0, 3.0])))
    same = BacktestRun("r", "x", Curve(business(3), np.array([1.0, 2.0, 3.0])))
    other = BacktestRun("r", "x", Curve(business(3), np.array([1.0, 2.0, 3.1])))
    assert fingerprint(run) == fingerprint(same) != fingerprint(other)
