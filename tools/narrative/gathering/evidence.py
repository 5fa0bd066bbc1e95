"""How far the returns are evidence: the probability of skill and the track record that it takes."""

import math

from tools.backtests.model import BacktestRun
from tools.backtests.significance import significance
from tools.narrative.facts import FactSheet
from tools.narrative.gathering.basis import Basis


def add_significance(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
    """Whether luck alone would give such returns."""
    if basis.short:
        return
    result = significance(basis.returns, run.trials)
    if result is None:
        return
    sheet.add(
        "significance.psr",
        "Probability that the true Sharpe ratio is above zero",
        result.psr,
        "fraction",
        period=basis.period,
        definition="Probabilistic Sharpe ratio against zero (Bailey and López de Prado, 2012).",
    )
    sheet.add(
        "significance.deflated_sharpe",
        "Deflated Sharpe ratio",
        result.deflated,
        "fraction",
        period=basis.period,
        definition="Probability that the Sharpe ratio exceeds the best that luck alone would give over the recorded trials (Bailey and López de Prado, 2014); the spread between trials is taken as that of noise.",
    )
    needed = result.minimum_track_record
    if needed is not None and needed < 1e6:
        days = math.ceil(needed / basis.frequency.periods_per_year * 365.25)
        sheet.add(
            "significance.min_track_record",
            "Minimum track record",
            days,
            "days",
            definition="Calendar days of such returns needed to be 95% confident of a Sharpe ratio above zero.",
        )
