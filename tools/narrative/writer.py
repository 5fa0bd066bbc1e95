"""The writer that needs no model: the same facts give the same report, in the English of an investment committee."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tools.narrative.facts import Fact, FactSheet
from tools.narrative.names import WITHHELD
from tools.narrative.recommend import Recommendation, Rule
from tools.narrative.sentences import Renderer

Detail = Literal["brief", "standard", "detailed"]
OWN_FIGURES = "The engine's own figures"
"""The section that lists figures under the engine's own words, whatever those are."""


@dataclass(frozen=True, slots=True)
class DraftSection:
    """A title and paragraphs of sentences with slots. A paragraph that starts with "- " is a line of a list."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What a writer works from. `note` is what a reviewer asked to be changed, empty otherwise."""

    sheet: FactSheet
    recommendation: Recommendation
    rules: tuple[Rule, ...]
    detail: Detail
    note: str = ""


class Writer(Protocol):
    """Writes sentences with slots; never figures."""

    @property
    def name(self) -> str:
        """What a report shows as its writer, and what its cache key holds: the model and prompt version, or "rules"."""
        ...

    async def write(self, material: Material, findings: Sequence[str] = ()) -> tuple[DraftSection, ...]:
        """A draft; with `findings` of the checker, a repaired one. Raises `tools.errors.Unavailable` without one."""
        ...


def write(material: Material) -> tuple[DraftSection, ...]:
    """The report by rules; sections whose facts are missing are left out."""
    sheet = material.sheet
    builders = [_summary(material)]
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


class _Page:
    """Collects sentences into paragraphs, passing over those whose facts are missing."""

    def __init__(self, sheet: FactSheet, title: str) -> None:
        self._renderer = Renderer(sheet)
        self._title = title
        self._paragraphs: list[str] = []
        self._open: list[str] = []

    def say(self, *choices: str) -> bool:
        """Add the first of these sentences whose facts exist."""
        for sentence in choices:
            if self._renderer.can(sentence):
                self._open.append(sentence)
                return True
        return False

    def item(self, *choices: str) -> None:
        """The same, as a line of a list."""
        self.end_paragraph()
        if self.say(*choices):
            self._paragraphs.append("- " + self._open.pop())

    def end_paragraph(self) -> None:
        """What follows starts a new paragraph."""
        if self._open:
            self._paragraphs.append(" ".join(self._open))
            self._open = []

    def section(self) -> DraftSection:
        """What was collected."""
        self.end_paragraph()
        return DraftSection(self._title, tuple(self._paragraphs))


def _summary(material: Material) -> DraftSection:
    sheet = material.sheet
    page = _Page(sheet, "Executive summary")
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
            _difference(page, sheet, name)
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


def _long_run(page: _Page, sheet: FactSheet) -> None:
    lead = "Over {long:run.length}, {period:strategy.total_return}, the strategy"
    moved = "returned {strategy.cagr} a year, {strategy.total_return} in total"
    grew = ", turning {run.initial_value} into {run.final_value}" if _has_capital(sheet) else ""
    page.say(f"{lead} {moved}{grew}.")
    page.say(
        "Its volatility was {strategy.volatility}, its Sharpe ratio {strategy.sharpe} and its maximum drawdown {abs:strategy.max_drawdown}.",
        "Its volatility was {strategy.volatility} and its maximum drawdown {abs:strategy.max_drawdown}.",
    )
    _worst_fall(page, sheet)


def _short_run(page: _Page) -> None:
    page.say("Over {long:run.length}, {period:strategy.total_return}, the strategy {moved:strategy.total_return}.")
    page.say("Its maximum drawdown was {abs:strategy.max_drawdown}.")


_IMPORTANT = ("total_return", "cagr", "net_profit", "sharpe", "max_drawdown", "volatility", "win_rate", "profit_factor", "trades", "closed_trades", "orders", "benchmark_return", "market_change")  # fmt: skip


def _figures_only(page: _Page, sheet: FactSheet) -> None:
    """Of the engine's figures those that say most; all of them stand in a section of their own."""
    stated = {fact.id.removeprefix("stated."): fact for fact in sheet.under("stated.")}
    ordered = [stated[name] for name in _IMPORTANT if name in stated]
    for fact in (ordered or list(stated.values()))[:8]:
        page.item(f"{{label:{fact.id}}}: {{{fact.id}}}.")


def _trades_only(page: _Page) -> None:
    page.say("The file holds trades from {trades.first} to {trades.last}.")
    page.say("The total profit of closed trades is {trades.total_pnl}.")


def _has_capital(sheet: FactSheet) -> bool:
    capital = sheet.number("run.initial_value")
    return capital is not None and capital >= 100


def _worst_fall(page: _Page, sheet: FactSheet) -> None:
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


def _against_benchmark(page: _Page, sheet: FactSheet) -> None:
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


def _returns(sheet: FactSheet) -> DraftSection:
    page = _Page(sheet, "Returns")
    page.say("The strategy {moved:strategy.total_return} in total.")
    page.say(
        "Of {count:years.whole|whole calendar year}, {years.positive} had a positive return; the best year was {strategy.best_year}, {period:strategy.best_year}, and the worst {strategy.worst_year}, {period:strategy.worst_year}."
    )
    page.say(
        "The best month returned {strategy.best_month} ({period:strategy.best_month}) and the worst {strategy.worst_month} ({period:strategy.worst_month}); {months.positive} of {count:months.whole|whole month} had a positive return."
    )
    return page.section()


def _risk(sheet: FactSheet) -> DraftSection:
    page = _Page(sheet, "Risk")
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
    page = _Page(sheet, "Drawdowns")
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
    page = _Page(sheet, "Against the benchmark")
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
    page = _Page(sheet, "Trades and costs")
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
    page.say("Trading costs came to {costs.total} and turnover to {turnover.annual} a year.")
    page.say("At double costs the CAGR would be {costs.double.cagr}, at triple costs {costs.triple.cagr}.")
    return page.section()


def _evidence(sheet: FactSheet) -> DraftSection:
    page = _Page(sheet, "Statistical evidence")
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
    page = _Page(sheet, "Market regimes")
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
    page = _Page(sheet, "Market crises")
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
    page = _Page(sheet, "What the platform says")
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
    page = _Page(sheet, "The engine's figures and ours")
    for name in _COMPARED:
        _difference(page, sheet, name)
    compared = [
        name for name in _COMPARED if f"stated.{name}" in sheet and _OURS.get(name, f"strategy.{name}") in sheet
    ]
    if compared and not sheet.under("difference."):
        page.say("The figures that {run.engine} states agree with those recomputed from its equity curve.")
    return page.section()


_OURS = {"win_rate": "trades.win_rate", "profit_factor": "trades.profit_factor", "trades": "trades.count", "trade_count": "trades.count", "beta": "relative.beta", "alpha": "relative.alpha", "final_value": "run.final_value"}  # fmt: skip


def _difference(page: _Page, sheet: FactSheet, name: str) -> None:
    """Both figures and why they differ; nothing where they agree."""
    ours = sheet.get(_OURS.get(name, f"strategy.{name}"))
    if ours is None or f"difference.{name}" not in sheet:
        return
    label = ours.label if ours.label.startswith(("CAGR", "Sharpe", "Sortino", "Calmar")) else ours.label.lower()
    page.say(
        f"The engine, {{run.engine}}, states a {label} of {{stated.{name}}}; recomputed, it is {{{ours.id}}}. Why they differ: {{difference.{name}}}."
    )


def _rules(material: Material) -> DraftSection:
    page = _Page(material.sheet, "Rules behind the recommendation")
    for rule in material.rules:
        if rule.outcome is not None:
            clause = rule.met if rule.outcome else rule.missed
            page.item(f"{'Met' if rule.outcome else 'Not met'}: {clause}.")
    return page.section()


def _years(sheet: FactSheet) -> DraftSection:
    page = _Page(sheet, "Calendar years")
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
    page = _Page(sheet, "Monthly returns")
    by_year: dict[str, list[Fact]] = {}
    for fact in sheet.under("month."):
        by_year.setdefault(fact.id[6:10], []).append(fact)
    for year, facts in by_year.items():
        page.item(f"{year}: " + ", ".join(f"{_MONTHS[int(f.id[11:13]) - 1]} {{{f.id}}}" for f in facts) + ".")
    return page.section()


def _stated(sheet: FactSheet) -> DraftSection:
    page = _Page(sheet, OWN_FIGURES)
    for fact in sheet.under("stated."):
        page.item(f"{{label:{fact.id}}}: {{{fact.id}}}.")
    return page.section()


def _data(sheet: FactSheet) -> DraftSection:
    page = _Page(sheet, "Data")
    page.say(
        "The equity curve has {run.observations} returns {period:strategy.total_return}, annualised with {run.periods_per_year} periods a year."
    )
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
    page = _Page(sheet, "Definitions")
    seen: set[str] = set()
    for fact in sheet:
        known = fact.id.startswith(
            ("strategy.", "relative.", "significance.", "turnover.", "trades.", "regime.calm.share")
        )
        if known and fact.definition and fact.definition not in seen:
            seen.add(fact.definition)
            page.item(f"{{label:{fact.id}}}: {{definition:{fact.id}}}")
    return page.section()
