"""The whole bot, as it ships, in the local Slack: what is said to it and what it answers."""

import json
from pathlib import Path

from pydantic import SecretStr

from bot.composition import Bot
from bot.settings import Settings
from bot.workspace.server import Workspace
from bot.workspace.state import Message

ANSWER_SECONDS = 20.0


class Conversation:
    """What a test says and sees."""

    def __init__(self, workspace: Workspace, bot: Bot) -> None:
        self.workspace = workspace
        self.bot = bot

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        """The bot's finished messages in a thread."""
        return [
            message
            for message in self.workspace.messages(channel)
            if message.from_bot and message.thread_ts == thread_ts and _is_an_answer(message)
        ]

    async def ask(self, user: str, text: str, channel: str = "#desk", thread_ts: str | None = None) -> Message:
        """Say it; the bot's next answer in that thread."""
        place = thread_ts or ""
        before = len(self.replies(channel, place)) if place else 0
        said = await self.workspace.say(user, channel.partition(":")[0], text, thread_ts)
        place = place or said.ts
        await self.workspace.wait_for(lambda: len(self.replies(channel, place)) > before, ANSWER_SECONDS)
        return self.replies(channel, place)[-1]

    async def press(self, user: str, message: Message, action_id: str, channel: str = "#desk") -> Message:
        """Press a button; the bot's next answer in the thread of the message."""
        before = len(self.replies(channel, message.thread_ts))
        await self.workspace.press(user, channel, message.ts, action_id)
        await self.workspace.wait_for(lambda: len(self.replies(channel, message.thread_ts)) > before, ANSWER_SECONDS)
        return self.replies(channel, message.thread_ts)[-1]


def _is_an_answer(message: Message) -> bool:
    """Not the steps that are shown before it, which may turn into it: those carry no part of the reply."""
    payload = (message.metadata or {}).get("event_payload", {})
    return payload.get("part", -1) >= 0 and (message.stream is None or not message.stream.open)


def shown(message: Message) -> str:
    """Everything of a message as text."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def settings_for(workspace: Workspace, home: Path) -> Settings:
    """Settings of a bot in this workspace."""
    return Settings(
        home=home,
        slack_api_url=workspace.api_url,
        slack_bot_token=SecretStr(workspace.bot_token),
        slack_app_token=SecretStr(workspace.app_token),
        operators_channel=workspace.state.channel("#ops-alerts").id,
    )
