"""Makes `served` and the made-up runs importable; one API a test."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.database import Database

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "narrative")]
from served import Api, served  # noqa: E402


@pytest.fixture
async def api(sqlite_database: Database) -> AsyncIterator[Api]:
    async with served(sqlite_database) as api:
        yield api
