"""How well requests become what was asked: status as expected, and positions equal to the references' on real prices."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tests.drafts.corpus.reference import Case, Market
from tools.market.prices import Prices
from tools.strategies.drafting import Drafter
from tools.strategies.engine import simulate
from tools.strategies.spec import Specification


@dataclass(frozen=True)
class Outcome:
    """`status` and `specification` are the drafter's; `agreement` the share of bars with the reference's position."""

    case: Case
    status: str
    specification: Specification | None
    agreement: float | None
    note: str = ""

    @property
    def right(self) -> bool:
        if isinstance(self.case.expected, str):
            return self.status == self.case.expected
        return self.status == "ok" and self.agreement == 1.0


@dataclass(frozen=True)
class Score:
    """Shares over a set of cases. `invalid` are drafts with status ok that do not validate or run."""

    drafts: int
    drafted: int
    exact: int
    mean_agreement: float
    invalid: int
    asked: int
    to_ask: int
    refused: int
    to_refuse: int


@lru_cache(maxsize=4)
def market(prices: Prices) -> Market:
    """The bars for references."""
    return Market(prices.dates, prices.open, prices.high, prices.low, prices.close, prices.volume)


def judge(
    case: Case, status: str, specification: Specification | None, prices_of: Callable[[str], Prices], note: str = ""
) -> Outcome:
    """One answer against its case."""
    if isinstance(case.expected, str) or status != "ok" or specification is None:
        return Outcome(case, status, specification, None, note)
    prices = prices_of(case.symbol)
    if specification.symbols[:1] != (case.symbol,):
        return Outcome(case, status, specification, 0.0, f"trades {specification.symbols}")
    wanted = case.expected(market(prices))
    got = simulate(specification, prices).positions
    return Outcome(case, status, specification, float(np.mean(wanted == got)), note)


def score(outcomes: Iterable[Outcome]) -> Score:
    every = list(outcomes)
    drafts = [one for one in every if not isinstance(one.case.expected, str)]
    drafted = [one for one in drafts if one.status == "ok"]
    to_ask = [one for one in every if one.case.expected == "clarify"]
    to_refuse = [one for one in every if one.case.expected == "refused"]
    return Score(
        drafts=len(drafts),
        drafted=len(drafted),
        exact=sum(one.right for one in drafts),
        mean_agreement=float(np.mean([one.agreement or 0.0 for one in drafted])) if drafted else 0.0,
        invalid=sum(one.status == "invalid" for one in every),
        asked=sum(one.right for one in to_ask),
        to_ask=len(to_ask),
        refused=sum(one.right for one in to_refuse),
        to_refuse=len(to_refuse),
    )


@lru_cache(maxsize=4)
def _prices(drafter: Drafter, symbol: str) -> Prices:
    return drafter.market.prices(symbol)


def outcome(drafter: Drafter, case: Case) -> Outcome:
    """One case, asked of a drafter."""
    draft = drafter.draft(case.text)
    if draft.read.status == "ok" and draft.errors:
        return Outcome(case, "invalid", None, None, " ".join(draft.errors))
    return judge(case, draft.status, draft.specification, lambda symbol: _prices(drafter, symbol))


def report(outcomes: list[Outcome]) -> dict[str, float | int]:
    """The figures of `deskhand eval draft`."""
    found = score(outcomes)
    return {
        "requests": len(outcomes),
        "validation_failure_rate": found.invalid / len(outcomes),
        "drafted_of_those_to_draft": found.drafted / found.drafts,
        "positions_equal_of_those_to_draft": found.exact / found.drafts,
        "positions_equal_of_those_drafted": found.exact / max(found.drafted, 1),
        "mean_agreement_of_positions": found.mean_agreement,
        "asked_of_those_to_ask": found.asked / found.to_ask if found.to_ask else 1.0,
        "refused_of_those_to_refuse": found.refused / found.to_refuse if found.to_refuse else 1.0,
    }
