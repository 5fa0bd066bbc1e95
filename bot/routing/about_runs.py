"""What is said about runs: which of them, which figure, how much, on paper or not. `narrate` and `compare` share it."""

import re
from collections.abc import Mapping

from bot.protocols import Json
from bot.routing.found import put
from bot.routing.ids import ID, ordinal_in
from bot.routing.names import names_in
from bot.routing.periods import NUMBERS, Period

METRICS: dict[str, str] = {
    "sharpe": r"sharpe|risk[- ]adjusted",
    "sortino": r"sortino",
    "calmar": r"calmar",
    "max_drawdown": r"(?:max(?:imum)?\.? ?)?(?:drawdowns?|dd)\b|shallowest|deepest",
    "cagr": r"cagr|annuali[sz]ed return",
    "volatility": r"volatility|\bvol\b|riskiest|safest",
    "win_rate": r"win ?rate|hit ?rate",
    "profit_factor": r"profit factor",
    "turnover": r"turnover",
    "trades": r"trades\b",
    "beta": r"\bbeta\b",
    "var": r"\bc?var\b|tail risk",
    "costs": r"\bcosts?\b|\bfees\b",
    "total_return": r"returns?\b|profit|p&l|pnl|performance",
}
"""Canonical names of figures, each with the words that ask for it."""


def narrate(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    """What `arguments` lists for runs, and the question, detail and format of a report."""
    more = _about_runs(text, lower, found, period)
    put(more, "detail", _detail(lower))
    number = re.search(r"(?<![\w.])[-+]?(?:[$€£]\s?)?\d[\d,]*(?:\.\d+)?\s?(?:%|bps|pp|x\b)?", text)
    if _ORIGIN.search(lower):
        more["question"] = "origin"
        put(more, "number", number[0].strip() if number else None)
    elif re.search(
        r"\bwhy(?:'?[ds])?\b|\bhow come\b|\bwhat (?:drove|caused|explains|killed)\b|\b(?:reasons?|cause|explanation) (?:for|of|behind)\b",
        lower,
    ):
        more["question"] = "why"
    elif re.search(r"\bwhat does .* mean\b|\bdefin(?:e|ition)|\bmeaning of", lower):
        more["question"] = "definition"
    elif re.search(r"\b(?:charts?|plots?|graphs?|heat ?maps?|curves?|pictures?)\b", lower):
        more["question"] = "chart"
    if _PRINTED.search(lower):
        more["format"] = "html" if re.search(r"\bhtml\b", lower) else "pdf"
    return more


_PRINTED = re.compile(
    r"\b(?:pdfs?|html|printable|print-?outs?|printed|hard ?copy|print (?:it|this|that|the|out|off|version|copy|edition))\b|\bprint\W*$"
)


_ORIGIN = re.compile(
    r"\bwhere(?:'s|'d| is| did| does| do)?\b.*\b(?:come|came|from|get|got)\b|\b(?:source|origin|provenance) of\b"
    r"|\bhow (?:is|was|are|were|did|do)\b.*\b(?:calculated|computed|derived|measured|arrive|get to|work out)\b|\bwho computed\b"
)


def compare(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    """What `arguments` lists for runs, and whether the benchmark is meant."""
    more = _about_runs(text, lower, found, period)
    if re.search(
        r"\bbuy[ -]?(?:and|&|n)[ -]?hold\b|\bbenchmark|\bpassive|\b(?:the )?(?:index|market)\b|\bholding (?:spy|the)",
        lower,
    ):
        more["benchmark"] = True
    return more


def _about_runs(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    more: dict[str, Json] = {}
    if re.search(r"\b(?:files?|attach(?:ed|ing|ment)?s?|export|upload(?:ed|ing)?|dropped|csv|json|zip)\b", lower):
        more["file"] = True
    _pick(lower, more)
    metric = next((name for name, words in METRICS.items() if re.search(words, lower)), None)
    put(more, "metric", metric)
    cut = text if period is None else f"{text[: period.span[0]]} {text[period.span[1] :]}"
    put(more, "names", list[Json](names_in(ID.sub(" ", cut))))
    ordinal = ordinal_in(lower)
    if (
        ordinal is not None
        and "ids" not in found
        and re.search(r"\b(?:one|of them|in the list)\b|^\W*(?:and )?the \w+\W*$", lower)
    ):
        more["ordinal"] = ordinal
    return more


_RUNS = r"(?:back-?tests?|runs?|strateg(?:y|ies)|strats?|results?|reports?|ones?|performers?|performing)"


def _pick(lower: str, more: dict[str, Json]) -> None:
    count = re.search(
        rf"\b(?:top|best|worst|bottom|last|latest|first)[ -](\d{{1,2}}|{'|'.join(NUMBERS)})\b(?! ?(?:%|days?|weeks?|months?|years?|bars?|quarters?))",
        lower,
    )
    if count:
        more["count"] = NUMBERS.get(count[1]) or int(count[1])
    if re.search(
        rf"\b(?:latest|most recent|newest)\b|\b(?:last|last night's|yesterday's) (?:\w+ ){{0,2}}{_RUNS}|\blast (?:\d+|two|three|four|five) {_RUNS}",
        lower,
    ):
        more["pick"] = "latest"
    elif re.search(r"\b(?:worst|bottom|weakest)\b(?! (?:drawdown|month|day|year|trade|loss))", lower):
        more["pick"] = "worst"
    elif re.search(r"\b(?:best|top|strongest|highest|winner)\b(?! (?:drawdown|month|day|year|trade))", lower):
        more["pick"] = "best"
    elif re.search(
        rf"\b(?:list|all|every|which|what|any) (?:the |our |my |of |stored |saved |your |available )*{_RUNS}\b|\b(?:compare|rank) (?:all|everything)\b",
        lower,
    ):
        more["pick"] = "all"


def _detail(lower: str) -> str | None:
    if re.search(
        r"\b(?:brief(?:ly)?|short(?:er|ly)?(?! (?:side|selling|position))|tl;?dr|concise|quick(?:ly)?|one[- ]liner|bullets?|gist|headline|nutshell|bullet points)\b",
        lower,
    ):
        return "brief"
    if re.search(
        r"\b(?:detail(?:s|ed)?|in[- ]depth|full|thorough|comprehensive|complete|deep(?:er)?|longer|expand|elaborate|everything)\b",
        lower,
    ):
        return "detailed"
    return "standard" if re.search(r"\bstandard\b|\bnormal (?:length|detail|report)\b", lower) else None
