"""The platform as a source, over real HTTP against a server with its shapes."""

import pytest
from served_platform import VALUES, Platform, backtest, serving

from tools.errors import BadInput, Denied, NotFound, Unavailable
from tools.platform.config import Fields, Units


async def test_a_run_with_its_curve_trades_and_stated_figures() -> None:
    async with serving(Platform({"bt-1": backtest(1)})) as source:
        run = await source.get("bt-1")
    assert run.equity is not None
    assert run.equity.values.tolist() == VALUES
    assert {item.name: item.value for item in run.stated}["max_drawdown"] == -0.0198
    assert [trade.pnl for trade in run.trades] == [98.0]
    assert run.notes == ("The platform's return_pct is in the unit percent, found from total_value.",)
    assert (run.symbols, run.fee, run.tags) == (("AAPL",), 0.001, ("demo",))


async def test_listing_pages_until_a_short_page() -> None:
    platform = Platform({f"bt-{n}": backtest(n) for n in range(7)})
    async with serving(platform, page_size=3) as source:
        assert [run.id for run in await source.list()] == [f"bt-{n}" for n in range(7)]
    assert len(platform.requests) == 3


async def test_passing_faults_are_tried_again_and_lasting_ones_are_said() -> None:
    platform = Platform({"bt-1": backtest(1)}, failures=[503, 429])
    async with serving(platform) as source:
        assert (await source.get("bt-1")).id == "bt-1"
    async with serving(Platform(failures=[500] * 9)) as source:
        with pytest.raises(Unavailable, match=r"did not answer .*500"):
            await source.list()


async def test_a_hanging_platform_is_given_up() -> None:
    async with serving(Platform(hang=True), timeout=0.05) as source:
        with pytest.raises(Unavailable, match=r"no answer in 0\.05 s"):
            await source.list()


async def test_refusals_in_words() -> None:
    async with serving(Platform(), token=None) as source:
        with pytest.raises(Denied, match=r"platform\.token"):
            await source.list()
    async with serving(Platform()) as source:
        with pytest.raises(NotFound):
            await source.get("../../etc/passwd")


@pytest.mark.parametrize(
    ("performance", "hint"),
    [
        ({"total_return": 4.5}, r"units\.returns to 'percent'"),
        ({"max_drawdown": 0.0198}, "max_drawdown to 'positive'"),
    ],
)
async def test_units_that_contradict_the_curve_are_refused(performance: dict[str, float], hint: str) -> None:
    run = backtest(1)
    run["performance"] = dict(run["performance"]) | performance  # type: ignore[call-overload]
    async with serving(Platform({"bt-1": run})) as source:
        with pytest.raises(BadInput, match=hint):
            await source.get("bt-1")


async def test_units_and_fields_by_settings() -> None:
    run = backtest(1, performance={"ret": 4.5, "max_drawdown": 1.98})
    settings = {
        "fields": Fields(total_return="performance.ret"),
        "units": Units(returns="percent", max_drawdown="positive"),
    }
    async with serving(Platform({"bt-1": run}), **settings) as source:
        stated = {item.name: item.value for item in (await source.get("bt-1")).stated}
    assert stated == {"total_return": pytest.approx(0.045), "max_drawdown": pytest.approx(-0.0198)}


async def test_an_unfinished_run_is_not_reported() -> None:
    async with serving(Platform({"bt-1": backtest(1, status="running")})) as source:
        with pytest.raises(BadInput, match="is running"):
            await source.get("bt-1")
        assert await source.list() == []


async def test_the_regime_is_a_claim_with_its_date() -> None:
    async with serving(Platform()) as source:
        regime = await source.regime("AAPL")
    assert (regime.label, regime.as_of, regime.confidence) == ("bullish", "2020-01-04", 0.7)
