"""Delivers a `Reply`: laid out within Slack's limits, paced by channel, and once, also after a crash.

Each message carries the event it answers in its metadata (`deskhand_reply`); whoever is not sure whether a message
is there looks for it before posting. What a server refuses (files, blocks) degrades to text; the answer still goes out.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.protocols import Attachment, Reply
from bot.slack import layout
from bot.slack.failures import (
    BadBlocks,
    NotThere,
    RateLimited,
    Refused,
    ServerTrouble,
    SlackFailure,
    Unreachable,
    Unsupported,
    narrowed,
)
from bot.slack.files import Files
from bot.slack.layout import Message
from bot.slack.pacing import Pacer
from bot.slack.threads import Threads

log = structlog.get_logger(__name__)

METADATA_EVENT = "deskhand_reply"
_FILE_READY_AFTER = (0.5, 1.0, 2.0)
"""Seconds between tries while Slack still processes an image it has just been given."""
_POST_TRIES = 3
_CALLS_AT_ONCE = 10
"""Posts on their way at one moment: as many as a crash can leave in doubt."""
_LONGEST_WAIT = 120.0
"""Seconds a post waits out 429s before its job goes back to the inbox."""
_PAGES = 10


@dataclass(frozen=True, slots=True)
class Target:
    """Where a reply goes and on whose account. `event_id` makes the delivery happen once.

    `pressed_ts` is the message whose button was pressed, `progress_ts` one that showed steps and becomes the answer.
    `asked_ts` is the message answered. `may_be_there`: an earlier attempt may have posted already, so it looks first.
    """

    event_id: str
    channel: str
    thread_ts: str = ""
    user: str = ""
    team: str = ""
    pressed_ts: str = ""
    on_ephemeral: bool = False
    response_url: str = ""
    progress_ts: str = ""
    asked_ts: str = ""
    may_be_there: bool = False


class Poster:
    """Everything that is posted goes through here."""

    def __init__(self, client: AsyncWebClient, files: Files, pacer: Pacer, threads: Threads) -> None:
        self._client = client
        self._files = files
        self._pacer = pacer
        self._threads = threads
        self._direct: dict[str, str] = {}
        self.bot_user_id = self.bot_id = ""
        """Known once Slack was greeted."""
        self._calls = asyncio.Semaphore(_CALLS_AT_ONCE)

    async def deliver(self, reply: Reply, target: Target) -> str:
        """Post, update or whisper the reply; the `ts` of its first message, empty where it has none. Once an event."""
        if not target.channel:
            target = replace(target, channel=await self._direct_with(target))
        laid = layout.lay_out(reply)
        if reply.ephemeral or (target.on_ephemeral and reply.replaces):
            await self._drop(target)
            laid = layout.renamed(laid, await self._upload(_images_and_others(laid)[0]))
            await self._whisper(laid.messages, target, replaces=reply.replaces and target.on_ephemeral)
            return ""
        if reply.replaces:
            await self._drop(target)
        texts = {part: message.text for part, message in enumerate(laid.messages)}
        there = await self._already_there(target, texts) if target.may_be_there else {}
        images, others = _images_and_others(laid)
        if len([part for part in there if part >= 0]) < len(laid.messages):
            ids = await self._upload(images)
            laid = layout.renamed(laid, ids)
        try:
            return await self._deliver_all(laid.messages, others, images, reply, target, there)
        except NotThere:
            if not target.response_url:
                raise
            await self._respond(laid.messages, target, replaces=False)
            return ""

    async def prepare(self, reply: Reply) -> layout.Laid:
        """The messages of a reply with its images uploaded, to be shown by `rewrite` in any number of places."""
        laid = layout.lay_out(reply)
        images, _ = _images_and_others(laid)
        return layout.renamed(laid, await self._upload(images))

    async def rewrite(
        self, laid: layout.Laid, event_id: str, channel: str, thread_ts: str, there: Mapping[int, str]
    ) -> None:
        """Show this in place of the messages (`there`: part to `ts`) that were posted for an event.

        What it has more of follows in the thread, what it has less of is taken away; a message that somebody
        deleted stays deleted.
        """
        target = Target(event_id=event_id, channel=channel, thread_ts=thread_ts)
        for part, message in enumerate(laid.messages):
            try:
                await self._show(message, part, target, update=there.get(part, ""))
            except (NotThere, Refused, Unsupported) as failure:
                log.info("not_rewritten", code=failure.code, event=event_id, part=part)
        for part in sorted(set(there) - set(range(len(laid.messages)))):
            await self._delete(channel, there[part])
            await self._threads.forget(event_id, part)

    async def _direct_with(self, target: Target) -> str:
        """The direct message with a person. Slack takes their id for it, but not where it is asked for a message."""
        if target.may_be_there and target.user not in self._direct:
            try:
                with narrowed():
                    opened = await self._client.conversations_open(users=target.user)
            except (Unsupported, NotThere, Refused) as failure:
                log.warning("direct_message_not_opened", code=failure.code)
            else:
                self._direct[target.user] = str(opened["channel"]["id"])
        return self._direct.get(target.user, target.user)

    async def _deliver_all(
        self,
        messages: Sequence[Message],
        others: list[Attachment],
        images: Sequence[Attachment],
        reply: Reply,
        target: Target,
        there: dict[int, str],
    ) -> str:
        first = ""
        for part, message in enumerate(messages):
            ts = there.get(part)
            if ts is None:
                in_thread = replace(target, thread_ts=target.thread_ts or first)
                ts, unshown = await self._deliver_one(message, part, in_thread, replaces=reply.replaces)
                others += [image for image in images if unshown and image not in others]
            first = first or ts
        thread = target.thread_ts or first
        target = replace(target, channel=self._direct.get(target.channel, target.channel))
        if reply.subject or not target.thread_ts:
            await self._threads.remember(target.channel, thread, reply.subject)
        if others:
            await self._share(others, target, thread, there)
        return first

    async def _deliver_one(self, message: Message, part: int, target: Target, *, replaces: bool) -> tuple[str, bool]:
        """Its `ts`, and whether images in it could not be shown."""
        own = target.pressed_ts if replaces else target.progress_ts
        if part == 0 and own:
            try:
                return await self._show(message, part, replace(target, progress_ts=own), update=own)
            except (NotThere, Refused, Unsupported) as failure:
                log.info("update_refused", code=failure.code)
        return await self._show(message, part, target, update="")

    async def _show(self, message: Message, part: int, target: Target, *, update: str) -> tuple[str, bool]:
        """With blocks, else without its images, else as text: the most that the server takes."""
        waits = iter(_FILE_READY_AFTER if _has_files(message) else ())
        while True:
            try:
                return await self._put(message, part, target, update), False
            except BadBlocks as failure:
                wait = next(waits, None)
                log.warning("blocks_refused", code=failure.code, detail=str(failure), will_retry=wait is not None)
            if wait is None:
                break
            await asyncio.sleep(wait)
        if _has_files(message):
            without = replace(message, blocks=tuple(b for b in message.blocks if "slack_file" not in b))
            return (await self._show(without, part, target, update=update))[0], True
        first = ""
        for piece in layout.as_text_messages(message):
            ts = await self._put(piece, part, target, "" if first else update)
            first = first or ts
        return first, False

    async def _put(self, message: Message, part: int, target: Target, update: str) -> str:
        metadata: dict[str, object] = {
            "event_type": METADATA_EVENT,
            "event_payload": {"event_id": target.event_id, "part": part},
        }
        blocks: list[dict[str, object]] = [dict(block) for block in message.blocks]
        if update:
            with narrowed():
                await self._client.chat_update(
                    channel=target.channel, ts=update, text=message.text, blocks=blocks, metadata=metadata
                )
            await self._threads.record(target.event_id, part, target.channel, update)
            return update
        async with self._pacer.turn(target.channel):
            ts = await self._post(message.text, blocks, metadata, part, target)
        await self._threads.record(target.event_id, part, self._direct.get(target.channel, target.channel), ts)
        return ts

    async def _post(
        self,
        text: str,
        blocks: list[dict[str, object]],
        metadata: dict[str, object],
        part: int,
        target: Target,
    ) -> str:
        attempt, waited = 0, 0.0
        while True:
            try:
                await self._threads.about_to_post(target.event_id, part, target.channel)
                async with self._calls:
                    return await self._call(text, blocks, metadata, target)
            except RateLimited as failure:  # nothing was posted; this channel waits, others go on
                waited += failure.retry_after
                if waited > _LONGEST_WAIT:
                    raise
                log.info("rate_limited", channel=target.channel, seconds=failure.retry_after)
                await asyncio.sleep(failure.retry_after * random.uniform(1.0, 1.2))  # noqa: S311
            except (ServerTrouble, Unreachable) as failure:  # it may be there all the same
                attempt += 1
                log.warning("post_uncertain", code=failure.code, attempt=attempt)
                await asyncio.sleep(0.25 * 2**attempt)
                found = await self._find(target, {part: text})
                if part in found:
                    return found[part]
                if attempt == _POST_TRIES:
                    raise

    async def _call(
        self, text: str, blocks: list[dict[str, object]], metadata: dict[str, object], target: Target
    ) -> str:
        with narrowed():
            response = await self._client.chat_postMessage(
                channel=target.channel,
                thread_ts=target.thread_ts or None,
                text=text,
                blocks=blocks or None,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            )
        if target.channel == target.user:
            self._direct[target.user] = str(response["channel"])
        return str(response["ts"])

    async def _already_there(self, target: Target, texts: Mapping[int, str]) -> dict[int, str]:
        """Part to `ts` of what is there. Slack is asked only where a call may have been cut off: asking is dear."""
        recorded = await self._threads.posted(target.event_id)
        certain = {part: ts for part, ts in recorded.items() if ts}
        if len(certain) == len(recorded):
            return certain
        found = await self._find(target, texts)
        for part in found.keys() - certain.keys():  # an update must find it, too
            await self._threads.record(target.event_id, part, target.channel, found[part])
        return {**found, **certain}

    async def _find(self, target: Target, texts: Mapping[int, str]) -> dict[int, str]:
        """Part to `ts` of our messages for the event, as Slack shows them; by their text where it shows no metadata."""
        found: dict[int, str] = {}
        cursor = ""
        for _ in range(_PAGES):
            try:
                with narrowed():
                    if target.thread_ts:
                        page = await self._client.conversations_replies(
                            channel=target.channel,
                            ts=target.thread_ts,
                            include_all_metadata=True,
                            limit=200,
                            cursor=cursor or None,
                        )
                    else:
                        page = await self._client.conversations_history(
                            channel=target.channel, include_all_metadata=True, limit=100
                        )
            except (Unsupported, NotThere, Refused) as failure:
                log.warning("cannot_look_for_own_message", code=failure.code)
                return found
            for message in page.get("messages") or []:
                part = (
                    _part_of(message, target) if "metadata" in message else self._part_by_text(message, target, texts)
                )
                if part is not None:
                    found.setdefault(part, str(message.get("ts")))
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor or not target.thread_ts:
                break
        return found

    def _part_by_text(self, message: Mapping[str, object], target: Target, texts: Mapping[int, str]) -> int | None:
        ours = (self.bot_id and message.get("bot_id") == self.bot_id) or message.get("user") == self.bot_user_id
        if not ours or str(message.get("ts")) <= target.asked_ts:
            return None
        said = unescape(str(message.get("text") or "")).strip()
        return next((part for part, text in texts.items() if unescape(text).strip() == said), None)

    async def _whisper(self, messages: Sequence[Message], target: Target, *, replaces: bool) -> None:
        if replaces and target.response_url:
            await self._respond(messages, target, replaces=True)
            return
        for message in messages:
            try:
                await self._whisper_one(message, target)
            except BadBlocks as failure:
                log.warning("blocks_refused", code=failure.code, detail=str(failure))
                bare = replace(message, blocks=tuple(b for b in message.blocks if "slack_file" not in b))
                await self._whisper_one(bare if _has_files(message) else Message(message.text), target)
            except (NotThere, Refused, Unsupported) as failure:
                log.info("whisper_refused", code=failure.code)
                if not target.response_url:
                    raise
                await self._respond([message], target, replaces=False)

    async def _whisper_one(self, message: Message, target: Target) -> None:
        with narrowed():
            await self._client.chat_postEphemeral(
                channel=target.channel,
                user=target.user,
                thread_ts=target.thread_ts or None,
                text=message.text,
                blocks=[dict(block) for block in message.blocks] or None,
            )

    async def _respond(self, messages: Sequence[Message], target: Target, *, replaces: bool) -> None:
        """Through the `response_url`: takes at most 5 answers in 30 minutes, works where the bot is not a member."""
        webhook = AsyncWebhookClient(target.response_url, session=self._client.session)
        for number, message in enumerate(messages[:5]):
            with narrowed():
                response = await webhook.send(
                    text=message.text,
                    blocks=[dict(block) for block in message.blocks] or None,
                    response_type="ephemeral",
                    replace_original=replaces and number == 0,
                )
            if response.status_code != 200:
                raise Refused(f"response_url_http_{response.status_code}", response.body[:200])

    async def _upload(self, images: Sequence[Attachment]) -> dict[str, str]:
        """Attachment name to file id, of those the server took."""
        ids: dict[str, str] = {}
        for image in images:
            try:
                ids[image.name] = await self._files.upload(image)
            except SlackFailure as failure:
                log.warning("upload_failed", code=failure.code, name=image.name)
        return ids

    async def _share(
        self, files: Sequence[Attachment], target: Target, thread_ts: str, there: dict[int, str]
    ) -> None:
        for number, file in enumerate(files):
            part = 1000 + number  # files have parts of their own, far from those of messages
            if part in there:
                continue
            try:
                async with self._pacer.turn(target.channel):
                    file_id = await self._files.upload(file, channel=target.channel, thread_ts=thread_ts)
            except SlackFailure as failure:
                log.warning("share_failed", code=failure.code, name=file.name)
                note = Message(f"I could not share the file {file.name} here ({failure.code}).")
                await self._put(note, part, replace(target, thread_ts=thread_ts), "")
            else:
                await self._threads.record(target.event_id, part, target.channel, file_id)

    async def _drop(self, target: Target) -> None:
        """Steps that were shown make way for an answer that is not posted in their place."""
        if target.progress_ts:
            await self._delete(target.channel, target.progress_ts)

    async def _delete(self, channel: str, ts: str) -> None:
        try:
            with narrowed():
                await self._client.chat_delete(channel=channel, ts=ts)
        except SlackFailure as failure:
            log.info("not_deleted", code=failure.code, ts=ts)


def _part_of(message: Mapping[str, object], target: Target) -> int | None:
    """Which part of the answer it is, by its metadata; None where it is something else."""
    metadata = message.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != METADATA_EVENT:
        return None
    payload = metadata.get("event_payload")
    if not isinstance(payload, Mapping) or payload.get("event_id") != target.event_id:
        return None
    return int(str(payload.get("part", 0)))


def _images_and_others(laid: layout.Laid) -> tuple[list[Attachment], list[Attachment]]:
    placed = {layout.attached_name(block) for message in laid.messages for block in message.blocks}
    images = [file for file in laid.files if file.name in placed]
    return images, [file for file in laid.files if file.name not in placed]


def _has_files(message: Message) -> bool:
    return any("slack_file" in block for block in message.blocks)
