"""The prices that ship with the project, as a source. What they are and are not: `data/README.md`."""

from datetime import date
from pathlib import Path

from tools.market.store import Series

_DATA = Path(__file__).parent / "data"
_ORIGIN = "from the arch package 8.0.0, daily, 4 January 1999 to 31 December 2018; history that ends there, not live"


class EmbeddedSource:
    """Real daily prices of two indices, complete as they are: their last day is the one expected."""

    name = "embedded (arch 8.0.0)"

    def series(self) -> tuple[Series, ...]:
        """The S&P 500, also under `SPY`, and the Nasdaq Composite."""
        last = date(2018, 12, 31)
        return (
            Series(
                "^GSPC",
                "S&P 500",
                f"S&P 500 index level without dividends, {_ORIGIN}",
                _DATA / "sp500.csv.gz",
                "%m/%d/%Y",
                last,
                (
                    (
                        "SPY",
                        f"stands for the S&P 500 index level without dividends, not the fund's own prices, {_ORIGIN}",
                    ),
                ),
            ),
            Series(
                "^IXIC",
                "Nasdaq Composite",
                f"Nasdaq Composite index level without dividends, {_ORIGIN}",
                _DATA / "nasdaq.csv.gz",
                "%m/%d/%Y",
                last,
            ),
        )
