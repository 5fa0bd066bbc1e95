"""A drafter over the embedded prices, once a session."""

from pathlib import Path

import pytest

from bot.desk.embedded import ensure_prices
from tools.strategies.drafting import Drafter, open_drafter


@pytest.fixture(scope="session")
def drafter(tmp_path_factory: pytest.TempPathFactory) -> Drafter:
    home: Path = tmp_path_factory.mktemp("desk")
    return open_drafter(home, ensure_prices(home))
