"""What a report must say whatever else it says, decided by the facts."""

from tools.narrative.facts import FactSheet
from tools.narrative.text import number_text, years_text


def add_caveats(sheet: FactSheet) -> None:
    """Add one fact `caveat.<name>` a caveat that applies; its value is the sentence that must stand in the text."""
    sentences = {
        "simulation": "These are simulated results on past prices, not a record of trading.",
        "snooping": _snooping(sheet),
        "short_run": _short_run(sheet),
        "few_trades": _few_trades(sheet),
        "no_benchmark": _no_benchmark(sheet),
        "costs_unknown": _costs(sheet),
        "no_curve": _no_curve(sheet),
    }
    for name, sentence in sentences.items():
        sheet.add(f"caveat.{name}", "Caveat", sentence, "text", source="rules")


def _no_curve(sheet: FactSheet) -> str | None:
    if "run.start" in sheet:
        return None
    if sheet.under("stated."):
        return "Only the engine's own figures are known; they could not be checked."
    return "Only trades are known; what capital stood behind them is not."


def _snooping(sheet: FactSheet) -> str:
    trials = sheet.number("run.trials")
    if trials is None:
        return "How many variants were tried is not recorded, and luck in choosing this one cannot be ruled out."
    if trials <= 1:
        return "One trial is recorded; choices made before it, such as the market and the rule, are not counted."
    return (
        f"It is one of {number_text(trials, 0)} recorded trials, and the best of many tries looks better than it is."
    )


def _short_run(sheet: FactSheet) -> str | None:
    if "strategy.total_return" not in sheet or "strategy.volatility" in sheet:
        return None
    days, count = sheet.number("run.length") or 0, sheet.number("run.observations") or 0
    return f"The run is short ({years_text(days)}, {number_text(count, 0)} returns), and annualised figures are left out."


def _few_trades(sheet: FactSheet) -> str | None:
    count, floor = sheet.number("trades.count"), sheet.number("rule.trades")
    if count is None or floor is None or count >= floor:
        return None
    noun = "trade was" if count == 1 else "trades were"
    return f"Only {number_text(count, 0)} {noun} closed, too few for trade statistics to mean much."


def _no_benchmark(sheet: FactSheet) -> str | None:
    return None if "benchmark.total_return" in sheet else "There is no benchmark to compare with."


def _costs(sheet: FactSheet) -> str | None:
    if "costs.fee" in sheet or "costs.slippage" in sheet or "costs.total" in sheet:
        return None
    return "No trading costs are recorded, and the figures may be before costs."
