"""What went wrong, named once: Slack's error codes as exceptions, and any exception as words for the person."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy.exc import DBAPIError

from tools.errors import Problem

log = structlog.get_logger(__name__)

Reason = Literal["problem", "transient", "defect"]


class SlackFailure(Exception):
    """A call to Slack that did not succeed; `code` is Slack's own word for it."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code


class RateLimited(SlackFailure):
    """Too many calls; nothing took effect. `retry_after` in seconds, as Slack said."""

    def __init__(self, code: str, detail: str = "", retry_after: float = 1.0) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class ServerTrouble(SlackFailure):
    """Slack answered with a server error; whether the call took effect is not known."""


class Unreachable(SlackFailure):
    """No answer came; whether the call took effect is not known."""


class NotThere(SlackFailure):
    """The channel, thread or message is not there, or the bot is not in it."""


class Unsupported(SlackFailure):
    """The server does not offer the method, or the app has not the scope for it."""


class BadBlocks(SlackFailure):
    """Slack refuses the blocks of a message, or a file in them is not ready."""


class Revoked(SlackFailure):
    """The token is not valid (any more)."""


class Refused(SlackFailure):
    """Anything else Slack says no to."""


_CODES: dict[str, type[SlackFailure]] = {
    **dict.fromkeys(("ratelimited", "rate_limited", "message_limit_exceeded"), RateLimited),
    **dict.fromkeys(("internal_error", "fatal_error", "service_unavailable", "request_timeout"), ServerTrouble),
    **dict.fromkeys(
        (
            "channel_not_found",
            "not_in_channel",
            "is_archived",
            "thread_not_found",
            "message_not_found",
            "user_not_in_channel",
            "cant_update_message",
            "edit_window_closed",
            "restricted_action",
        ),
        NotThere,
    ),
    **dict.fromkeys(
        (
            "unknown_method",
            "missing_scope",
            "not_allowed_token_type",
            "method_deprecated",
            "feature_not_enabled",
            "access_denied",
            "no_permission",
            "team_access_not_granted",
        ),
        Unsupported,
    ),
    **dict.fromkeys(
        (
            "invalid_blocks",
            "invalid_blocks_format",
            "msg_blocks_too_long",
            "invalid_attachments",
            "slack_file_not_found",
        ),
        BadBlocks,
    ),
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"),
        Revoked,
    ),
}


@contextmanager
def narrowed() -> Iterator[None]:
    """Whatever a call to Slack raises inside comes out as a `SlackFailure`."""
    try:
        yield
    except SlackApiError as error:
        raise _named(error) from error
    except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError) as error:
        raise Unreachable(type(error).__name__, str(error)) from error
    except AttributeError as error:  # the SDK trips over an answer in plain text, as proxies give
        raise ServerTrouble("unreadable_answer", str(error)) from error


def _named(error: SlackApiError) -> SlackFailure:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429:
        return RateLimited(code or "ratelimited", retry_after=_wait_of(getattr(response, "headers", {})))
    if status >= 500:
        return ServerTrouble(code or f"http_{status}")
    if not code:
        return ServerTrouble("unreadable_answer", str(error)[:200])
    details = data.get("response_metadata", {}) if isinstance(data, dict) else {}
    messages = details.get("messages", []) if isinstance(details, dict) else []
    return _CODES.get(code, Refused)(code, "; ".join(map(str, messages))[:500])


def _wait_of(headers: Mapping[str, str]) -> float:
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        return max(0.1, float(said))
    except ValueError:
        return 30.0


def reason_of(error: BaseException) -> Reason:
    """`problem`: the person can act on it, no retry. `transient`: later may be better. `defect`: ours."""
    if isinstance(error, Problem):
        return "problem"
    if isinstance(error, RateLimited | ServerTrouble | Unreachable | DBAPIError | ConnectionError | TimeoutError):
        return "transient"
    return "defect"


def explain(error: BaseException, correlation_id: str) -> str:
    """The words for the person; anything they cannot act on comes with the id that an operator finds it by."""
    match error:
        case Problem():
            return str(error)
        case RateLimited() | ServerTrouble() | Unreachable():
            return (
                "Slack did not take my answer for some time, so I gave up on it. Please ask again in a few minutes; "
                f"if it happens again, give an operator the id {correlation_id}."
            )
        case NotThere():
            return (
                "I cannot post there: I am not in that channel, or it is archived. Invite me with /invite, then ask "
                f"again (id {correlation_id})."
            )
        case _:
            return (
                f"Something went wrong on my side and I could not finish this. Please give an operator the id "
                f"{correlation_id}; the details are in my log under it."
            )
