"""The tables of a report. Every cell with a figure is one fact as the text would show it; a missing one is a dash."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tools.narrative.facts import OURS, Fact, FactSheet
from tools.narrative.text import date_text, value_text, years_text

NONE = "–"
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, slots=True)
class Table:
    """Text cells, rows as long as `head`. Columns from `figures_from` to before `figures_to` hold figures, others words."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures_from: int = 1
    figures_to: int = 99
    small: bool = False
    """Many columns or rows: set in small print."""


Builder = Callable[[FactSheet], Table | None]


def shown(sheet: FactSheet, fact_id: str) -> str:
    """The figure as the text shows it, or a dash."""
    fact = sheet.get(fact_id)
    return value_text(fact, sheet.text("run.currency")) if fact is not None else NONE


def key_figures(sheet: FactSheet) -> Table | None:
    """What a committee looks at first."""
    names = ("cagr", "total_return", "volatility", "sharpe", "sortino", "max_drawdown")
    return _against(sheet, names)


def returns(sheet: FactSheet) -> Table | None:
    """Totals and extremes."""
    return _against(
        sheet, ("total_return", "cagr", "best_year", "worst_year", "best_month", "worst_month"), dated=True
    )


def risk(sheet: FactSheet) -> Table | None:
    """Spread, ratios and tails."""
    each = ("best_day", "worst_day", "positive_days", "best_period", "worst_period", "positive_periods")
    ratios = ("volatility", "sharpe", "sortino", "calmar", "max_drawdown", "var_95", "cvar_95", "skew", "kurtosis")
    return _against(sheet, (*ratios, *each), dated=True)


def years(sheet: FactSheet) -> Table | None:
    """Calendar years."""
    rows = [
        (fact.label.removeprefix("Return in "), shown(sheet, fact.id), shown(sheet, f"benchmark.{fact.id}"))
        for fact in sheet.under("year.")
    ]
    return _without_empty(Table(("Year", "Strategy", "Benchmark"), tuple(rows)))


def months(sheet: FactSheet) -> Table | None:
    """One row a year, one column a month."""
    by_year: dict[str, list[str]] = {}
    for fact in sheet.under("month."):
        year, month = fact.id.split(".")[1].split("-")
        by_year.setdefault(year, [NONE] * 12)[int(month) - 1] = shown(sheet, fact.id)
    rows = tuple((year, *cells) for year, cells in by_year.items())
    return Table(("Year", *_MONTHS), rows, small=True) if rows else None


def drawdowns(sheet: FactSheet) -> Table | None:
    """The deepest falls, with their dates."""
    keys = [fact.id.removesuffix(".depth") for fact in sheet.under("drawdown.") if fact.id.endswith(".depth")]
    rows = [
        (
            key.partition(".")[2],
            *(shown(sheet, f"{key}.{name}") for name in ("depth", "start", "trough", "recovery")),
            *(shown(sheet, f"{key}.{name}") for name in ("fall_days", "recovery_days", "length")),
        )
        for key in keys
    ]
    head = ("#", "Depth", "High", "Low", "Recovered", "High to low", "Low to recovery", "Length")
    return Table(head, tuple(rows)) if rows else None


def benchmark(sheet: FactSheet) -> Table | None:
    """The strategy against its benchmark."""
    return _plain(sheet, [fact.id for fact in sheet.under("relative.")])


def rolling(sheet: FactSheet) -> Table | None:
    """Rolling figures: last, lowest, highest."""
    return _plain(sheet, [fact.id for fact in sheet.under("rolling.")], dated=True)


def trades(sheet: FactSheet) -> Table | None:
    """Counts, results, holding."""
    return _plain(sheet, [fact.id for prefix in ("trades.", "exposure.") for fact in sheet.under(prefix)])


def costs(sheet: FactSheet) -> Table | None:
    """What was paid, and what the return a year would be if it cost more."""
    wanted = ("costs.fee", "costs.slippage", "costs.total", "turnover.annual", "costs.drag")
    sensitive = ("strategy.cagr", "costs.double.cagr", "costs.triple.cagr") if "costs.double.cagr" in sheet else ()
    return _plain(sheet, [*wanted, *sensitive])


def significance(sheet: FactSheet) -> Table | None:
    """What luck would explain."""
    return _plain(sheet, ["run.trials", *(fact.id for fact in sheet.under("significance.")), "run.length"])


def regimes(sheet: FactSheet) -> Table | None:
    """Performance by market regime."""
    keys = [fact.id.removesuffix(".share") for fact in sheet.under("regime.") if fact.id.endswith(".share")]
    rows = [
        (
            key.partition(".")[2].capitalize(),
            shown(sheet, f"{key}.share"),
            shown(sheet, f"{key}.return"),
            shown(sheet, f"{key}.sharpe"),
            shown(sheet, f"benchmark.{key}.return"),
        )
        for key in keys
    ]
    head = ("Market", "Share of days", "Strategy, a year", "Sharpe ratio", "Benchmark, a year")
    return _without_empty(Table(head, tuple(rows))) if rows else None


def stress(sheet: FactSheet) -> Table | None:
    """Crises in the test, and those that are not in it."""
    rows = []
    for fact in sheet.under("stress."):
        if fact.id.endswith(".name"):
            key = fact.id.removesuffix(".name")
            first, _, last = (fact.period or "").partition(" to ")
            dates = f"{date_text(first)} to {date_text(last)}" if last else NONE
            name = str(fact.value)
            figures = (shown(sheet, f"{key}.return"), shown(sheet, f"benchmark.{key}.return"))
            rows.append((name[0].upper() + name[1:], dates, shown(sheet, f"{key}.coverage"), *figures))
    head = ("Crisis", "Dates", "Coverage", "Strategy", "Benchmark")
    return _without_empty(Table(head, tuple(rows), figures_from=3)) if rows else None


def engine(sheet: FactSheet) -> Table | None:
    """The engine's own figures, the one recomputed here beside each where there is one, and why they differ."""
    rows = []
    for fact in sheet.under("stated."):
        name = fact.id.removeprefix("stated.")
        ours = next((key for key in (f"strategy.{name}", *_OURS.get(name, ())) if key in sheet), "")
        label = fact.label.partition(" as stated by ")[0]
        rows.append((label, shown(sheet, fact.id), shown(sheet, ours), sheet.text(f"difference.{name}") or NONE))
    return (
        _without_empty(Table(("Figure", "Engine", "Recomputed", "Why they differ"), tuple(rows), figures_to=3))
        if rows
        else None
    )


_OURS: Mapping[str, tuple[str, ...]] = {
    "win_rate": ("trades.win_rate",),
    "profit_factor": ("trades.profit_factor",),
    "trades": ("trades.count",),
    "trade_count": ("trades.count",),
    "beta": ("relative.beta",),
    "alpha": ("relative.alpha",),
    "final_value": ("run.final_value",),
}


def definitions(sheet: FactSheet) -> Table | None:
    """What each figure means, each meaning once."""
    found: dict[str, str] = {}
    for fact in sheet:
        if fact.definition and not fact.id.startswith(("benchmark.", "stated.", "month.", "year.")):
            found.setdefault(fact.definition, _unnumbered(fact))
    rows = tuple((label, definition) for definition, label in found.items())
    return Table(("Figure", "Definition"), rows, figures_from=2, small=True) if rows else None


def origins(sheet: FactSheet) -> Table | None:
    """Every fact: its id, value, period, who computed it and from what."""
    told = [fact for fact in sheet if not fact.id.startswith(("caveat.", "month.", "run.note."))]
    rows = tuple(
        (fact.id, fact.label, shown(sheet, fact.id), _period(fact), _computed(fact), fact.source or NONE)
        for fact in told
    ) + _of_months(sheet.under("month."))
    head = ("Fact", "Label", "Value", "Period", "By", "From")
    return Table(head, rows, figures_from=6, small=True) if rows else None


def _of_months(facts: Sequence[Fact]) -> tuple[tuple[str, ...], ...]:
    """The monthly returns, which stand in their own table and are all of one origin, as one row."""
    if not facts:
        return ()
    ends = f"{facts[0].id.split('.')[1]} – {facts[-1].id.split('.')[1]}"
    first = facts[0]
    return (("month.YYYY-MM.return", "Monthly returns", "in their table", ends, _computed(first), first.source),)


def _unnumbered(fact: Fact) -> str:
    """ "Drawdown depth" for the depth of every drawdown."""
    words = fact.label.split()
    return " ".join(word for word in words if not word.isdigit()) if fact.id.startswith("drawdown.") else fact.label


def _period(fact: Fact) -> str:
    return (fact.period or NONE).replace(" to ", " – ")


def _computed(fact: Fact) -> str:
    by = "Deskhand" if fact.engine == OURS else fact.engine
    return f"{by}, {fact.annualisation:g} periods a year" if fact.annualisation is not None else by


def _against(sheet: FactSheet, names: Sequence[str], *, dated: bool = False) -> Table | None:
    rows = []
    for name in names:
        fact = sheet.get(f"strategy.{name}")
        if fact is not None:
            when = (_when(fact),) if dated else ()
            rows.append((fact.label, shown(sheet, fact.id), shown(sheet, f"benchmark.{name}"), *when))
    head = ("Figure", "Strategy", "Benchmark", *(("When (strategy)",) if dated else ()))
    return _without_empty(Table(head, tuple(rows))) if rows else None


def _plain(sheet: FactSheet, ids: Sequence[str], *, dated: bool = False) -> Table | None:
    facts = [fact for fact_id in ids if (fact := sheet.get(fact_id)) is not None]
    rows = tuple((fact.label, _long(sheet, fact), *((_period(fact),) if dated else ())) for fact in facts)
    return Table(("Figure", "Value", *(("Period",) if dated else ())), rows) if rows else None


def _long(sheet: FactSheet, fact: Fact) -> str:
    """Long times in years rather than in thousands of days, short ones in hours."""
    if fact.unit == "days" and not isinstance(fact.value, str) and not 2 <= fact.value < 365:
        return years_text(float(fact.value))
    return shown(sheet, fact.id)


def _when(fact: Fact) -> str:
    """When an extreme was; nothing for a figure of the whole test."""
    period = fact.period or ""
    return date_text(period) if period and " to " not in period else ""


def _without_empty(table: Table) -> Table:
    """Without columns in which nothing is known."""
    kept = [0, *(i for i in range(1, len(table.head)) if any(row[i] not in (NONE, "") for row in table.rows))]
    return replace(
        table,
        head=tuple(table.head[column] for column in kept),
        rows=tuple(tuple(row[column] for column in kept) for row in table.rows),
        figures_from=sum(column < table.figures_from for column in kept),
        figures_to=sum(column < table.figures_to for column in kept),
    )
