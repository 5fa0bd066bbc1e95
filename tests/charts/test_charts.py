"""Charts: what is drawn for whom, bytes that do not vary, names as data, a cache by content."""

import asyncio
import io
import warnings
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tools.backtests.charts import (
    Band,
    Chart,
    ChartRenderer,
    Labels,
    NamedCurve,
    RollingFigure,
    axes,
    comparison_chart,
    content_key,
    equity_chart,
    lines,
    monthly,
    monthly_chart,
    page,
    rolling_chart,
    style,
)
from tools.backtests.model import BacktestRun, Curve

DAYS = np.arange("2015-01-01", "2019-01-01", dtype="datetime64[D]").astype("datetime64[s]")


def curve(seed: int = 0, drift: float = 0.0005, days: np.ndarray = DAYS) -> Curve:
    steps = np.random.default_rng(seed).normal(drift, 0.01, len(days))
    return Curve(days, 10_000 * np.cumprod(1 + steps))


def run(name: str = "Golden cross", seed: int = 0, **more: object) -> BacktestRun:
    return BacktestRun(name=name, engine="test", equity=curve(seed), **more)  # type: ignore[arg-type]


def pixels(chart: Chart) -> np.ndarray:
    with Image.open(io.BytesIO(chart.png)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def has_colour(chart: Chart, colour: str, least: int = 50) -> bool:
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return int((np.abs(pixels(chart) - wanted).sum(axis=2) < 12).sum()) >= least


BANDS = [
    Band(DAYS[0], DAYS[400], "calm", 0),
    Band(DAYS[401], DAYS[800], "normal", 1),
    Band(DAYS[801], DAYS[-1], "turbulent", 3),
]


def test_equity_chart_draws_strategy_benchmark_drawdown_and_regimes() -> None:
    plain = equity_chart(run())
    full = equity_chart(run(benchmark=curve(1), benchmark_name="S&P 500"), regimes=BANDS)
    assert pixels(full).shape == (900, 1200, 3)
    assert has_colour(plain, style.BLUE)
    assert not has_colour(plain, style.VERMILLION)
    assert has_colour(full, style.VERMILLION)
    assert has_colour(full, style.SHADES[3], least=5000)
    assert "Golden cross against S&P 500, 2015-01-01 to 2018-12-31" in full.alt_text
    assert "market regimes" in full.alt_text


def test_ground_is_solid_and_light_at_every_edge() -> None:
    with Image.open(io.BytesIO(equity_chart(run()).png)) as image:
        assert image.convert("RGBA").getextrema()[3] == (255, 255)
    shown = pixels(equity_chart(run(benchmark=curve(2))))
    edges = np.concatenate([shown[0], shown[-1], shown[:, 0], shown[:, -1]])
    assert (edges == edges[0]).all()
    assert edges[0].min() > 230


def test_words_of_the_caller_are_title_and_alt_text() -> None:
    labels = Labels(title="A title", alt_text="What is seen.", callouts=("Sharpe 0.49",))
    chart = equity_chart(run(), labels=labels)
    assert (chart.title, chart.alt_text) == ("A title", "What is seen.")
    assert chart.png != equity_chart(run(), labels=Labels(title="A title", alt_text="What is seen.")).png


def test_same_input_same_bytes_also_from_many_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: equity_chart(run(benchmark=curve(3)), regimes=BANDS).png, range(3)))
    assert len(set(made)) == 1
    assert b"matplotlib" not in made[0].lower()


@pytest.mark.parametrize(
    "name",
    [
        "$x^2_{$ \\frac{1}{0}",
        "日本語 𝕏 🚀 عربى",
        "W" * 300,
        "a\nb\tc\x00\u202e\u200b",
        "<b>&amp;",
        "",
        "%s %d {}",
        "_" * 90,
    ],
)
def test_names_are_data(name: str) -> None:
    with warnings.catch_warnings(action="error"):
        chart = equity_chart(run(name, benchmark=curve(1), benchmark_name=name), labels=Labels(callouts=(name,) * 3))
        comparison_chart([run(name), run(name, 1)])
        monthly_chart({(2020, 1): 0.1}, labels=Labels(title=name))
    assert "\u202e" not in chart.title + chart.alt_text
    assert "\x00" not in chart.title


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.floats(-1e6, 1e9, allow_nan=False), min_size=1, max_size=12),
    st.integers(1, 10**8),
    st.text(max_size=40),
)
def test_any_finite_curve_can_be_drawn(values: list[float], step: int, name: str) -> None:
    dates = np.datetime64("2000-01-01", "s") + np.arange(len(values)) * np.timedelta64(step, "s")
    odd = BacktestRun(name=name, engine="t", equity=Curve(dates, np.array(values)))
    with warnings.catch_warnings(action="error"):
        assert equity_chart(odd).png.startswith(b"\x89PNG")


def test_no_peak_is_lost_when_a_long_curve_is_thinned() -> None:
    values = np.full(200_000, 100.0)
    values[77_777], values[123_456] = 250.0, 40.0
    dates = np.datetime64("2010-01-01", "s") + np.arange(len(values)) * np.timedelta64(60, "s")
    days, kept = lines._thinned(Curve(dates, values))
    assert len(kept) <= 1700
    assert (kept.max(), kept.min()) == (250.0, 40.0)
    assert (np.diff(days) > 0).all()


def test_log_axis_only_over_a_wide_positive_range() -> None:
    assert axes._log_ticks(0.8, 47.0) == [1, 2, 5, 10, 20]
    wide = Curve(DAYS, np.linspace(1, 50, len(DAYS)))
    narrow = Curve(DAYS, np.linspace(1, 3, len(DAYS)))
    crossing = Curve(DAYS, np.linspace(1, -50, len(DAYS)))
    scales = []
    for one in (wide, narrow, crossing):
        sheet = page.Page("t", (), footer=(), height=900)
        panel = sheet.panels((1.0,), beside=100)[0]
        drawn = [NamedCurve("s", one)]
        lines.draw_lines(panel, drawn)
        axes.scale_growth(panel, drawn, sheet)
        scales.append(panel.get_yscale())
    assert scales == ["log", "linear", "linear"]


def test_labels_at_line_ends_never_touch() -> None:
    places = lines._apart([100.0, 100.0, 103.0, 500.0, 99.0], gap=40.0, low=0.0, high=600.0)
    ordered = sorted(places)
    assert min(b - a for a, b in pairwise(ordered)) >= 40.0
    assert places[3] == 500.0
    assert places[4] < places[0]


def test_date_ticks_fit_the_span() -> None:
    def names(days: float) -> list[str]:
        first = axes.day(np.datetime64("2018-03-14T00:00:00"))
        return axes._date_ticks(first, first + days)[1]

    assert names(4000) == ["2020", "2022", "2024", "2026", "2028"]
    assert names(200) == ["May 2018", "Jul 2018", "Sep 2018"]
    assert names(20)[0] == "14 Mar"
    assert names(0.5)[0] == "00:00"
    assert all(2 <= len(names(days)) <= 7 for days in (0.1, 5, 30, 80, 400, 1200, 8000, 40_000))


def test_heat_map_has_signed_whole_percents_and_grows_with_the_years() -> None:
    assert [monthly._whole_percent(value) for value in (0.1234, -0.005, 0.0, -0.0049, -1.0)] == [
        "+12",
        "−1",
        "0",
        "0",
        "−100",
    ]
    months = {(year, month): 0.01 * (month - 6) for year in range(1980, 2020) for month in range(1, 13)}
    chart = monthly_chart(months, years={2000: 0.2, 2001: float("nan")})
    assert pixels(chart).shape[0] > 2000
    assert "1980 to 2019" in chart.alt_text
    assert monthly._tone(1.0) != monthly._tone(-1.0) != monthly._tone(0.0)


def test_small_months_are_drawn_in_basis_points() -> None:
    small = {(2020, month): 0.0001 * month for month in range(1, 13)}
    percent = {month: value * 100 for month, value in small.items()}
    drawn, same = monthly_chart(small, years={2020: 0.0078}), monthly_chart(percent, years={2020: 0.78})
    assert (pixels(drawn)[300:] == pixels(same)[300:]).all()
    assert (pixels(drawn)[:300] != pixels(same)[:300]).any()


def test_text_stays_readable_on_every_tone_of_the_heat_map() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ink = luminance(style.INK)
    for share in np.linspace(-1, 1, 41):
        assert (luminance(monthly._tone(float(share))) + 0.05) / (ink + 0.05) > 4.5
    ground = luminance(style.GROUND)
    for colour, _ in style.LINES:
        assert (ground + 0.05) / (luminance(colour) + 0.05) > 3.0


def test_rolling_chart() -> None:
    line = Curve(DAYS[252:], np.sin(np.arange(len(DAYS) - 252) / 90))
    sharpe = RollingFigure("Rolling Sharpe ratio", (NamedCurve("Strategy", line), NamedCurve("S&P 500", line)))
    beta = RollingFigure("Rolling beta", (NamedCurve("Strategy", line),), level=1.0)
    one, both = rolling_chart([sharpe], regimes=BANDS), rolling_chart([sharpe, beta])
    assert one.alt_text == "Line chart: rolling Sharpe ratio of Strategy and S&P 500, 2015-09-10 to 2018-12-31."
    assert "; rolling beta of Strategy," in both.alt_text
    assert pixels(both).shape[0] > pixels(one).shape[0]


def test_comparison_of_ten_runs_has_ten_kinds_of_line() -> None:
    runs = [run(f"Run {number}", number) for number in range(12)]
    chart = comparison_chart(runs)
    assert "10 runs: Run 0, Run 1" in chart.alt_text
    assert len(set(style.LINES)) == 10
    with pytest.raises(ValueError, match="equity"):
        comparison_chart([BacktestRun(name="x", engine="t", equity=None)])


def test_a_run_without_a_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="equity"):
        equity_chart(BacktestRun(name="x", engine="t", equity=None))


async def test_renderer_draws_once_for_the_same_content(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = 0

    def counted(one: BacktestRun, *, labels: Labels | None = None) -> Chart:
        nonlocal drawn
        drawn += 1
        return equity_chart(one, labels=labels)

    renderer = ChartRenderer(kept=2)
    both = await asyncio.gather(renderer.render(counted, run()), renderer.render(counted, run()))
    assert both[0] is both[1]
    assert await renderer.render(counted, run()) is both[0]
    assert drawn == 1
    await renderer.render(counted, run(seed=1))
    await renderer.render(counted, run(), labels=Labels(title="x"))
    assert drawn == 3
    assert len(renderer._charts) == 2


async def test_renderer_keeps_over_restarts_and_redraws_what_is_damaged(tmp_path) -> None:
    def refused(_: BacktestRun) -> Chart:
        raise AssertionError("drawn again")

    name = equity_chart.__name__
    first = await ChartRenderer(tmp_path).render(equity_chart, run("Näme 日本 $"))
    files = await asyncio.to_thread(lambda: list(tmp_path.iterdir()))
    assert len(files) == 1
    refused.__name__ = name
    again = await ChartRenderer(tmp_path).render(refused, run("Näme 日本 $"))
    assert again == first
    await asyncio.to_thread(files[0].write_bytes, first.png[:1000])
    assert await ChartRenderer(tmp_path).render(equity_chart, run("Näme 日本 $")) == first


async def test_a_failed_drawing_is_told_and_not_kept() -> None:
    renderer = ChartRenderer()
    with pytest.raises(ValueError, match="equity"):
        await renderer.render(equity_chart, BacktestRun(name="x", engine="t", equity=None))
    assert not renderer._charts
    assert not renderer._under_way


def test_content_keys_tell_content_apart() -> None:
    keys = [
        content_key("a", "b"),
        content_key("ab"),
        content_key(["a", "b"]),
        content_key([["a"], "b"]),
        content_key(1),
        content_key("1"),
        content_key({"a": 1}),
        content_key(curve(0)),
        content_key(curve(1)),
        content_key(run()),
        content_key(run("Other")),
        content_key(Labels()),
        content_key(BANDS),
    ]
    assert len(set(keys)) == len(keys)
    assert content_key(run()) == content_key(run(id="7", tags=("x",)))
