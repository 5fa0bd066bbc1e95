"""The writer that needs no model: the same facts give the same report, in the English of an investment committee."""

from tools.narrative.draft import DraftSection, Material, Page
from tools.narrative.facts import Fact, FactSheet
from tools.narrative.names import WITHHELD
from tools.narrative.summary import OURS, difference, summary

OWN_FIGURES = "The engine's own figures"
"""The section that lists figures under the engine's own words, whatever those are."""


def write(material: Material) -> tuple[DraftSection, ...]:
    """The report by rules; sections whose facts are missing are left out."""
    sheet = material.sheet
    builders = [summary(material)]
    if material.detail != "brief":
        builders += [
            _returns(sheet),
            _risk(sheet),
            _drawdowns(sheet),
            _benchmark(sheet),
            _trades(sheet),
            _evidence(sheet),
            _regimes(sheet),
            _crises(sheet),
            _context(sheet),
            _engine(sheet),
            _rules(material),
        ]
    if material.detail == "detailed":
        builders += [_years(sheet), _months(sheet), _stated(sheet), _data(sheet), _definitions(sheet)]
    elif material.detail == "standard":
        builders += [_stated(sheet)] if "strategy.total_return" not in sheet else []
        builders += [_data(sheet)] if sheet.number("data.jumps") or sheet.number("data.stale_prices") else []
    return tuple(section for section in builders if section.paragraphs)


def _returns(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Returns")
    page.say("The strategy {moved:strategy.total_return} in total.")
    page.say(
        "Of {count:years.whole|whole calendar year}, {years.positive} had a positive return; the best year was {strategy.best_year}, {period:strategy.best_year}, and the worst {strategy.worst_year}, {period:strategy.worst_year}."
    )
    page.say(
        "The best month returned {strategy.best_month} ({period:strategy.best_month}) and the worst {strategy.worst_month} ({period:strategy.worst_month}); {months.positive} of {count:months.whole|whole month} had a positive return."
    )
    return page.section()


def _risk(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Risk")
    page.say(
        "The strategy's Sortino ratio is {strategy.sortino} and its Calmar ratio {strategy.calmar}.",
        "The strategy's Sortino ratio is {strategy.sortino}.",
    )
    for each in ("day", "period"):
        page.say(
            f"The worst {each} returned {{strategy.worst_{each}}} ({{period:strategy.worst_{each}}}), the best {{strategy.best_{each}}} ({{period:strategy.best_{each}}})."
        )
        if f"strategy.best_{each}" in sheet:
            page.say(
                f"The one-{each} value at risk at the 95% level is {{strategy.var_95}}, and the expected shortfall {{strategy.cvar_95}}."
            )
    page.say("Returns have a skewness of {strategy.skew} and an excess kurtosis of {strategy.kurtosis}.")
    return page.section()


def _drawdowns(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Drawdowns")
    for fact in sheet.under("drawdown."):
        key, _, name = fact.id.rpartition(".")
        if name != "depth":
            continue
        number = key.rpartition(".")[2]
        recovered = sheet.get(f"{key}.recovery")
        ending = (
            f"recovered on {{{key}.recovery}}, {{{key}.length}} after the high"
            if recovered is not None and recovered.unit == "date"
            else f"not recovered by {{run.end}}, {{{key}.length}} after the high"
        )
        page.item(f"Drawdown {number}: {{abs:{key}.depth}} from {{{key}.start}} to {{{key}.trough}}; {ending}.")
    return page.section()


def _benchmark(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Against the benchmark")
    page.say(
        "Against {benchmark.name}, the strategy had a beta of {relative.beta}, an alpha of {relative.alpha} a year and a correlation of {relative.correlation}."
    )
    page.say(
        "The tracking error was {relative.tracking_error} and the information ratio {relative.information_ratio}."
    )
    page.say(
        "It captured {relative.up_capture} of the benchmark's gains and {relative.down_capture} of its losses (upside and downside capture)."
    )
    page.say(
        "The rolling one-year Sharpe ratio was last {rolling.sharpe.latest}; it ranged from a lowest {rolling.sharpe.lowest} to a highest {rolling.sharpe.highest}."
    )
    page.say(
        "The rolling one-year beta was last {rolling.beta.latest}; it ranged from a lowest {rolling.beta.lowest} to a highest {rolling.beta.highest}."
    )
    return page.section()


def _trades(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Trades and costs")
    page.say(
        "{count:trades.count|closed trade}: {trades.won} won, {trades.lost} lost, a win rate of {trades.win_rate} and a profit factor of {trades.profit_factor}.",
        "{count:trades.count|closed trade}: {trades.won} won, {trades.lost} lost, a win rate of {trades.win_rate}.",
        "{count:trades.count|closed trade}: {trades.won} won, {trades.lost} lost.",
    )
    page.say(
        "The average trade returned {trades.average_return}, the best {trades.best} and the worst {trades.worst}; positions were held for {long:trades.average_days} on average.",
        "Positions were held for {long:trades.average_days} on average.",
    )
    if sheet.number("trades.open"):
        page.say("{count:trades.open|trade} stayed open at the end.")
    page.say("The strategy was in the market {exposure.time} of the time.")
    page.say(
        "Trading costs came to {costs.total} and turnover to {turnover.annual} a year.",
        "Trading costs came to {costs.total}.",
    )
    page.say("At double costs the CAGR would be {costs.double.cagr}, at triple costs {costs.triple.cagr}.")
    return page.section()


def _evidence(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Statistical evidence")
    page.say("The probability that the true Sharpe ratio is above zero is {significance.psr}.")
    page.say(
        "Allowing for {count:run.trials|recorded trial}, the deflated Sharpe ratio is {significance.deflated_sharpe}."
    )
    needed, length = sheet.number("significance.min_track_record"), sheet.number("run.length")
    if needed is not None and length is not None:
        page.say(
            "The minimum track record for {rule.confidence} confidence is {long:significance.min_track_record}; the test has "
            + ("{long:run.length}." if length >= needed else "only {long:run.length}.")
        )
    return page.section()


def _regimes(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Market regimes")
    for regime in ("calm", "normal", "turbulent"):
        key = f"regime.{regime}"
        page.item(
            f"{regime.capitalize()} markets, {{{key}.share}} of days: the strategy returned {{{key}.return}} a year with a Sharpe ratio of {{{key}.sharpe}}; the benchmark returned {{benchmark.{key}.return}} a year.",
            f"{regime.capitalize()} markets, {{{key}.share}} of days: the strategy returned {{{key}.return}} a year with a Sharpe ratio of {{{key}.sharpe}}.",
            f"{regime.capitalize()} markets, {{{key}.share}} of days: too few to judge.",
        )
    if "regime.calm.share" in sheet:
        page.end_paragraph()
        market = "the benchmark's" if "benchmark.name" in sheet else "the strategy's own"
        page.say(f"Each day's label rests on {market} volatility known the day before; nothing later enters it.")
    return page.section()


def _crises(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Market crises")
    missing: list[str] = []
    for fact in sheet.under("stress."):
        key, _, name = fact.id.rpartition(".")
        if name == "return":
            page.item(
                f"{_crisis(sheet, key)}, {{period:{key}.return}}: the strategy {{moved:{key}.return}}, the benchmark {{moved:benchmark.{key}.return}}.",
                f"{_crisis(sheet, key)}, {{period:{key}.return}}: the strategy {{moved:{key}.return}}.",
            )
        elif name == "coverage" and fact.value != "in the test":
            missing.append(f"{{{key}.name}}")
    if missing:
        page.end_paragraph()
        page.say("Not covered from start to end: " + ", ".join(missing) + ".")
    return page.section()


def _context(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "What the platform says")
    for fact in sheet.under("context."):
        key, _, name = fact.id.rpartition(".")
        if name == "symbol":
            for said, figure in (("regime", "regime_confidence"), ("signal", "signal_probability")):
                stands = sheet.get(f"{key}.{said}")
                when = f", {{period:{key}.{said}}}" if stands is not None and stands.period else ""
                claim = f"{{label:{key}.{said}}}: {{{key}.{said}}}{when}."
                page.item(f"{claim} {{label:{key}.{figure}}}: {{{key}.{figure}}}.", claim)
        elif name == "trouble":
            page.item(f"Regime and signal for {{{key}.symbol}} could not be had in full: the platform {{{fact.id}}}.")
    page.end_paragraph()
    if sheet.under("context."):
        page.say("These are the platform's own words as of their dates; no figure of this report rests on them.")
    return page.section()


def _crisis(sheet: FactSheet, key: str) -> str:
    name = sheet.text(f"{key}.name")
    return name[0].upper() + name[1:]


_COMPARED = ("total_return", "cagr", "sharpe", "sortino", "calmar", "max_drawdown", "volatility", "win_rate", "profit_factor", "trades", "trade_count", "beta", "alpha", "var_95", "cvar_95", "final_value")  # fmt: skip


def _engine(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "The engine's figures and ours")
    for name in _COMPARED:
        difference(page, sheet, name)
    compared = [
        name for name in _COMPARED if f"stated.{name}" in sheet and OURS.get(name, f"strategy.{name}") in sheet
    ]
    if compared and not sheet.under("difference."):
        page.say("The figures that {run.engine} states agree with those recomputed from its equity curve.")
    return page.section()


def _rules(material: Material) -> DraftSection:
    page = Page(material.sheet, "Rules behind the recommendation")
    for rule in material.rules:
        if rule.outcome is not None:
            clause = rule.met if rule.outcome else rule.missed
            page.item(f"{'Met' if rule.outcome else 'Not met'}: {clause}.")
    return page.section()


def _years(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Calendar years")
    for fact in sheet.under("year."):
        year = fact.id.split(".")[1]
        part = " (part of the year)" if "part" in fact.label else ""
        page.item(
            f"{year}{part}: strategy {{{fact.id}}}, benchmark {{benchmark.{fact.id}}}.",
            f"{year}{part}: strategy {{{fact.id}}}.",
        )
    return page.section()


_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _months(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Monthly returns")
    by_year: dict[str, list[Fact]] = {}
    for fact in sheet.under("month."):
        by_year.setdefault(fact.id[6:10], []).append(fact)
    for year, facts in by_year.items():
        page.item(f"{year}: " + ", ".join(f"{_MONTHS[int(f.id[11:13]) - 1]} {{{f.id}}}" for f in facts) + ".")
    return page.section()


def _stated(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, OWN_FIGURES)
    for fact in sheet.under("stated."):
        page.item(f"{{label:{fact.id}}}: {{{fact.id}}}.")
    return page.section()


def _data(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Data")
    returns = "The equity curve has {run.observations} returns {period:strategy.total_return}"
    annualised = "strategy.cagr" in sheet or "strategy.volatility" in sheet
    page.say(f"{returns}, annualised with {{run.periods_per_year}} periods a year." if annualised else f"{returns}.")
    if sheet.number("data.gaps"):
        page.say("Gaps in the dates: {data.gaps}; the longest gap is {data.longest_gap}, {period:data.longest_gap}.")
    elif "data.gaps" in sheet:
        page.say("There are no gaps in the dates.")
    page.say("Jumps in the equity curve: {data.jumps}.")
    page.say("Stale stretches of the benchmark: {data.stale_prices}.")
    for note in sheet.under("run.note."):
        if note.value != WITHHELD:
            ends = str(note.value).endswith((".", "…"))
            page.item(f"Note from the file: {{{note.id}}}" + ("" if ends else "."))
    return page.section()


def _definitions(sheet: FactSheet) -> DraftSection:
    page = Page(sheet, "Definitions")
    seen: set[str] = set()
    for fact in sheet:
        known = fact.id.startswith(
            ("strategy.", "relative.", "significance.", "turnover.", "trades.", "regime.calm.share")
        )
        if known and fact.definition and fact.definition not in seen:
            seen.add(fact.definition)
            page.item(f"{{label:{fact.id}}}: {{definition:{fact.id}}}")
    return page.section()
