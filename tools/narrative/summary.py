"""The executive summary: the recommendation and why, what the run did, and the caveats."""

from collections.abc import Sequence

from tools.narrative.draft import DraftSection, Material, Page
from tools.narrative.facts import FactSheet
from tools.narrative.sentences import Renderer


def summary(material: Material) -> DraftSection:
    """The section that stands alone in a brief report."""
    sheet = material.sheet
    page = Page(sheet, "Executive summary")
    page.say(_verdict(material))
    page.end_paragraph()
    if "strategy.cagr" in sheet:
        _long_run(page, sheet)
    elif "strategy.total_return" in sheet:
        _short_run(page)
    elif sheet.under("stated."):
        _figures_only(page, sheet)
    else:
        _trades_only(page)
    page.end_paragraph()
    _against_benchmark(page, sheet)
    page.end_paragraph()
    if material.detail == "brief":
        for name in ("sharpe", "max_drawdown", "total_return"):
            difference(page, sheet, name)
    for caveat in sheet.under("caveat."):
        page.say(f"{{{caveat.id}}}")
    return page.section()


def _verdict(material: Material) -> str:
    """The recommendation and the rules that decided it."""
    decisive = [r for r in material.rules if r.outcome is False and r.otherwise == material.recommendation]
    lesser = [r for r in material.rules if r.outcome is False and r.otherwise != material.recommendation]
    met = [rule.met for rule in material.rules if rule.outcome]
    opening = f"Recommendation: {material.recommendation}. "
    if decisive:
        text = opening + _sentence([rule.missed for rule in decisive])
        return text + (" Besides, " + _list([rule.missed for rule in lesser[:2]]) + "." if lesser else "")
    if "strategy.total_return" not in material.sheet:
        held = "the engine's own figures" if material.sheet.under("stated.") else "trades"
        return opening + f"The file holds {held} but no equity curve, and no return or risk could be computed."
    return opening + _sentence(met[:1] + met[-3:] if len(met) > 4 else met)


def _sentence(clauses: Sequence[str]) -> str:
    text = _list(clauses)
    return text[0].upper() + text[1:] + "." if text else ""


def _list(clauses: Sequence[str]) -> str:
    return clauses[0] if len(clauses) == 1 else "; ".join(clauses[:-1]) + "; and " + clauses[-1] if clauses else ""


def _long_run(page: Page, sheet: FactSheet) -> None:
    lead = "Over {long:run.length}, {period:strategy.total_return}, the strategy"
    moved = "returned {strategy.cagr} a year, {strategy.total_return} in total"
    page.say(f"{lead} {moved}{_grew(sheet)}.")
    page.say(
        "Its volatility was {strategy.volatility}, its Sharpe ratio {strategy.sharpe} and its maximum drawdown {abs:strategy.max_drawdown}.",
        "Its volatility was {strategy.volatility} and its maximum drawdown {abs:strategy.max_drawdown}.",
    )
    _worst_fall(page, sheet)


def _short_run(page: Page) -> None:
    page.say("Over {long:run.length}, {period:strategy.total_return}, the strategy {moved:strategy.total_return}.")
    page.say("Its maximum drawdown was {abs:strategy.max_drawdown}.")


_IMPORTANT = ("total_return", "cagr", "net_profit", "sharpe", "max_drawdown", "volatility", "win_rate", "profit_factor", "trades", "closed_trades", "orders", "benchmark_return", "market_change")  # fmt: skip


def _figures_only(page: Page, sheet: FactSheet) -> None:
    """Of the engine's figures those that say most; all of them stand in a section of their own."""
    stated = {fact.id.removeprefix("stated."): fact for fact in sheet.under("stated.")}
    ordered = [stated[name] for name in _IMPORTANT if name in stated]
    for fact in (ordered or list(stated.values()))[:8]:
        page.item(f"{{label:{fact.id}}}: {{{fact.id}}}.")


def _trades_only(page: Page) -> None:
    page.say("The file holds trades from {trades.first} to {trades.last}.")
    page.say("The total profit of closed trades is {trades.total_pnl}.")


def _grew(sheet: FactSheet) -> str:
    """What became of the capital, where it is one and not an index that starts at one."""
    capital = sheet.number("run.initial_value")
    if capital is None or capital < 100:
        return ""
    if sheet.text("run.currency"):
        return ", turning {run.initial_value} into {run.final_value}"
    return ", from a starting capital of {run.initial_value} to a final value of {run.final_value}"


def _worst_fall(page: Page, sheet: FactSheet) -> None:
    recovered = sheet.get("drawdown.1.recovery")
    if recovered is None:
        return
    ending = (
        "was recovered on {drawdown.1.recovery}"
        if recovered.unit == "date"
        else "had not been recovered by {run.end}"
    )
    page.say(f"The deepest fall ran from {{drawdown.1.start}} to {{drawdown.1.trough}} and {ending}.")


_ENGINES_MARKET = ("market_change", "benchmark_return")
"""What an engine says of the market where its file has no curve of it."""


def _against_benchmark(page: Page, sheet: FactSheet) -> None:
    if not page.say(
        "The benchmark ({benchmark.name}) returned {benchmark.cagr} a year with a Sharpe ratio of {benchmark.sharpe} and a maximum drawdown of {abs:benchmark.max_drawdown}.",
        "The benchmark ({benchmark.name}) {moved:benchmark.total_return} over the same dates, with a maximum drawdown of {abs:benchmark.max_drawdown}.",
    ):
        if "strategy.total_return" in sheet:
            known = [name for name in _ENGINES_MARKET if sheet.number(f"stated.{name}")]  # zero: it had none
            page.say(*(f"{{label:stated.{name}}}: {{stated.{name}}}." for name in known))
        return
    measure = "cagr" if "strategy.cagr" in sheet and "benchmark.cagr" in sheet else "total_return"
    name = "CAGR" if measure == "cagr" else "total return"
    pair = f"strategy.{measure},benchmark.{measure}"
    if Renderer(sheet).render(f"{{compare:{pair}}}") == "level with":
        page.say(f"The strategy's {name} is level with the benchmark's.")
    else:
        page.say(f"The strategy's {name} is {{difference:{pair}}} {{compare:{pair}}} the benchmark's.")


OURS = {"win_rate": "trades.win_rate", "profit_factor": "trades.profit_factor", "trades": "trades.count", "trade_count": "trades.count", "beta": "relative.beta", "alpha": "relative.alpha", "final_value": "run.final_value"}  # fmt: skip


def difference(page: Page, sheet: FactSheet, name: str) -> None:
    """Both figures and why they differ; nothing where they agree."""
    ours = sheet.get(OURS.get(name, f"strategy.{name}"))
    if ours is None or f"difference.{name}" not in sheet:
        return
    label = ours.label if ours.label.startswith(("CAGR", "Sharpe", "Sortino", "Calmar")) else ours.label.lower()
    page.say(
        f"The engine, {{run.engine}}, states a {label} of {{stated.{name}}}; recomputed, it is {{{ours.id}}}. Why they differ: {{difference.{name}}}."
    )
