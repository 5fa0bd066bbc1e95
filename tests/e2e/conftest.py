"""One desk for the folder; a workspace and a bot for each test."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from talk import Conversation, settings_for

from bot.composition import slack_bot
from bot.core import open_core
from bot.settings import Settings
from bot.workspace.server import Workspace


@pytest.fixture(scope="session")
def desk_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the embedded desk in it, to be copied."""
    home = tmp_path_factory.mktemp("desk")

    async def make() -> None:
        async with open_core(Settings(home=home)):
            pass

    asyncio.run(make())
    return home


@pytest.fixture
def home(desk_home: Path, tmp_path: Path) -> Path:
    """A copy of its own for a test."""
    return Path(shutil.copytree(desk_home, tmp_path / "home"))


@pytest.fixture
async def conversation(home: Path) -> AsyncIterator[Conversation]:
    async with Workspace() as workspace, slack_bot(settings_for(workspace, home)) as bot:
        yield Conversation(workspace, bot)
