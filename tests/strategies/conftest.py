"""Real prices for the engine: the S&P 500 and the Nasdaq Composite that ship with the project, read once."""

from pathlib import Path

import pytest

from tools.market.embedded import EmbeddedSource
from tools.market.prices import Prices
from tools.market.store import PriceStore


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled price store."""
    path = tmp_path_factory.mktemp("prices") / "market.duckdb"
    with PriceStore(path, read_only=False) as store:
        store.ingest(EmbeddedSource())
    return path


@pytest.fixture(scope="session")
def sp500(market: Path) -> Prices:
    """5,031 daily bars of the S&P 500."""
    with PriceStore(market) as store:
        return store.prices("SPY")


@pytest.fixture(scope="session")
def nasdaq(market: Path) -> Prices:
    """5,031 daily bars of the Nasdaq Composite."""
    with PriceStore(market) as store:
        return store.prices("^IXIC")
