"""How much a Sharpe ratio proves.

Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier" (2012) for the probabilistic Sharpe ratio and the
minimum track record, "The Deflated Sharpe Ratio" (2014) for the correction by the number of trials.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from tools.backtests import kpis
from tools.backtests.model import Values

_NORMAL = NormalDist()
_EULER = 0.5772156649015329
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Significance:
    """`psr`: probability that the true Sharpe ratio is above 0. `deflated`: above what the best of `trials` tries
    would show by luck, None where trials are not recorded. `minimum_track_record`: returns needed for 95 %
    confidence, None where the Sharpe ratio is not positive.
    """

    psr: float
    deflated: float | None
    minimum_track_record: float | None
    observations: int
    trials: int | None


def significance(returns: Values, trials: int | None = None) -> Significance | None:
    """None for fewer than 30 returns or a flat series."""
    ratio = kpis.sharpe(returns, 1.0)
    skew, excess = kpis.skewness(returns), kpis.excess_kurtosis(returns)
    if len(returns) < 30 or ratio is None or skew is None or excess is None:
        return None
    shape = 1.0 - skew * ratio + (excess + 2.0) / 4.0 * ratio**2
    if shape <= 0:
        return None
    error = math.sqrt(shape / (len(returns) - 1))
    needed = None
    if ratio > 0:
        needed = 1.0 + shape * (_NORMAL.inv_cdf(CONFIDENCE) / ratio) ** 2
    return Significance(
        psr=_NORMAL.cdf(ratio / error),
        deflated=_deflated(ratio, error, len(returns), trials),
        minimum_track_record=needed,
        observations=len(returns),
        trials=trials,
    )


def _deflated(ratio: float, error: float, observations: int, trials: int | None) -> float | None:
    """The spread of Sharpe ratios between trials is taken as that of pure noise, 1/(n-1): only their number is known."""
    if trials is None or trials < 1:
        return None
    if trials == 1:
        return _NORMAL.cdf(ratio / error)
    spread = 1.0 / math.sqrt(observations - 1)
    luck = spread * (
        (1.0 - _EULER) * _NORMAL.inv_cdf(1.0 - 1.0 / trials) + _EULER * _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    )
    return _NORMAL.cdf((ratio - luck) / error)


def finite(value: float | None) -> float | None:
    """The value, or None where it is missing, not a number or infinite."""
    return value if value is not None and np.isfinite(value) else None
