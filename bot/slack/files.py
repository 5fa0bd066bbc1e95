"""Files to and from Slack: the three-step upload, and a download that sends the token to Slack only and stays bounded."""

from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.protocols import Attachment, IncomingFile
from bot.slack.events import FileRef
from bot.slack.failures import ServerTrouble, SlackFailure, narrowed
from tools.errors import BadInput, Unavailable

MOST_BYTES = 20 * 1024 * 1024
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


class Files:
    """Uploads attachments and fetches what people sent."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession, token: str) -> None:
        self._client = client
        self._session = session
        self._token = token
        self._host = urlsplit(client.base_url).hostname or ""

    async def upload(self, attachment: Attachment, *, channel: str = "", thread_ts: str = "") -> str:
        """Its file id; shared in the thread where a channel is given. Raises `SlackFailure`."""
        with narrowed():
            ticket = await self._client.files_getUploadURLExternal(
                filename=attachment.name,
                length=len(attachment.content),
                alt_txt=attachment.alt_text[:1000] or None,
            )
            async with self._session.post(
                str(ticket["upload_url"]),
                data=attachment.content,
                headers={"Content-Type": "application/octet-stream"},
            ) as response:
                if response.status != 200:
                    raise ServerTrouble(f"upload_http_{response.status}")
            file_id = str(ticket["file_id"])
            await self._client.files_completeUploadExternal(
                files=[{"id": file_id, "title": attachment.title}],
                channel_id=channel or None,
                thread_ts=thread_ts or None,
            )
        return file_id

    def incoming(self, file: FileRef) -> IncomingFile:
        """The file as a handler sees it; nothing is read until it asks."""

        async def fetch() -> bytes:
            return await self._fetch(file)

        return IncomingFile(file.id, file.name, file.size, fetch)

    async def _fetch(self, file: FileRef) -> bytes:
        if file.size > MOST_BYTES:
            raise _too_large(file)
        url = file.url or await self._url_of(file)
        if not self._is_slack(url):
            raise BadInput(f"{file.name} does not lie in Slack; please upload it here.")
        try:
            async with self._session.get(
                url, headers={"Authorization": f"Bearer {self._token}"}, allow_redirects=False
            ) as response:
                # a redirect is Slack's way to its sign-in page: the bot may not read the file
                if response.status != 200:
                    raise Unavailable(
                        f"{file.name} cannot be read: Slack answered {response.status}. Share it again here."
                    )
                content = await response.content.read(MOST_BYTES + 1)
                while len(content) <= MOST_BYTES and (more := await response.content.read(MOST_BYTES)):
                    content += more
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"{file.name} could not be read from Slack just now. Please try again.") from error
        if len(content) > MOST_BYTES:
            raise _too_large(file)
        return content

    async def _url_of(self, file: FileRef) -> str:
        try:
            with narrowed():
                found = await self._client.files_info(file=file.id)
        except SlackFailure as failure:
            raise Unavailable(
                f"{file.name} cannot be read from Slack ({failure.code}). Share it again here."
            ) from failure
        return str(found["file"].get("url_private_download") or found["file"].get("url_private") or "")

    def _is_slack(self, url: str) -> bool:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host == self._host or {host, self._host} <= _THIS_MACHINE:
            return parts.scheme in ("http", "https")
        return parts.scheme == "https" and self._host.endswith("slack.com") and host.endswith(".slack.com")


def _too_large(file: FileRef) -> BadInput:
    return BadInput(
        f"{file.name} is larger than the {MOST_BYTES // 1024 // 1024} MB that I read; share a smaller part."
    )
