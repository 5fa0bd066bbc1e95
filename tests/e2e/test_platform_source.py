"""The desk's platform as a source, through the whole bot: asked by name and by id, with its words as context."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr
from talk import Conversation, settings_for, shown

from bot.composition import slack_bot
from bot.settings import Settings
from bot.workspace.server import Workspace
from tools.platform.config import PlatformConfig, Units

sys.path.insert(0, str(Path(__file__).parents[1] / "platform"))
from served_platform import TOKEN, Platform, backtest, listening


def platform_settings(settings: Settings, url: str, **more: object) -> Settings:
    config = PlatformConfig(url=url, token=SecretStr(TOKEN), **more)  # type: ignore[arg-type]
    return settings.model_copy(update={"platform": config})


@asynccontextmanager
async def talking(platform: Platform, home: Path, **more: object) -> AsyncIterator[Conversation]:
    async with listening(platform) as url, Workspace() as workspace:
        settings = platform_settings(settings_for(workspace, home), url, **more)
        async with slack_bot(settings) as bot:
            yield Conversation(workspace, bot)


async def test_a_backtest_of_the_platform_by_name_and_by_id(home: Path) -> None:
    platform = Platform({"bt-1": backtest(1, name="Overnight gap fade")})
    async with talking(platform, home) as talk:
        answer = await talk.ask("ana", "@Deskhand narrate the backtest Overnight gap fade")
        assert "Overnight gap fade" in shown(answer)
        assert "gained 4.5%" in answer.text
        detail = await talk.press("ana", answer, "narrate.sections")
        assert (
            "regime of AAPL: bullish, on 4 January 2020. Platform's confidence in its regime of AAPL: 70.0%"
            in shown(detail)
        )
        assert (
            "signal for AAPL: strong buy, on 4 January 2020. Probability of the platform's signal for AAPL: 62.0%"
            in shown(detail)
        )
        assert "no figure of this report rests on them" in shown(detail)
        listed = [run for run in await talk.bot.core.store.list() if run.engine == "platform"]
        assert [(run.also, run.name) for run in listed] == [("bt-1", "Overnight gap fade")]
        again = await talk.ask("ana", "@Deskhand narrate backtest bt-1")
        assert "Overnight gap fade" in shown(again)


async def test_units_that_contradict_the_curve_and_a_platform_that_is_away_are_said_in_words(home: Path) -> None:
    platform = Platform({"bt-1": backtest(1, name="Overnight gap fade")})
    async with talking(platform, home, units=Units(returns="percent")) as talk:
        wrong = await talk.ask("ana", "@Deskhand narrate the backtest Overnight gap fade")
        assert "set platform.units.returns to 'fraction'" in wrong.text
        platform.failures += [401] * 50
        talk.bot.core.store._listed = (0.0, ())  # type: ignore[attr-defined]
        away = await talk.ask("ana", "@Deskhand narrate the backtest Overnight gap fade")
        assert "The platform does not accept the token" in away.text
        stored = await talk.ask("ana", "@Deskhand how did the golden cross on the S&P 500 do?")
        assert "Golden cross 50/200" in stored.text
