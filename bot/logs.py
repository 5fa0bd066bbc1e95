"""Structured logs on standard error: one line of JSON each, or readable lines where a person looks at a terminal.

`structlog.contextvars.bind_contextvars(correlation_id=...)` marks every line of a request. The standard library's
logging, which libraries use, goes the same way. No secret passes: the last step before rendering redacts everything.
"""

import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from tools.redact import MASK, is_secret_name, redact

_NOISY: Final = (
    "aiosqlite",
    "alembic",
    "apscheduler",
    "asyncio",
    "httpcore",
    "httpx",
    "matplotlib",
    "uvicorn.access",
)
"""Libraries whose chatter below a warning helps nobody, whatever the level."""


def configure_logging(level: str = "info", stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream` (standard error). Call once, first; calling again replaces."""
    out = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # loggers made before this call follow it too
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact_event,
                structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Every value of the line without secrets; what is not plain JSON is turned into text first."""
    return {key: MASK if is_secret_name(key) and value else _plain(value) for key, value in event.items()}


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): MASK if is_secret_name(str(key)) else _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(inner) for inner in value]
    return redact(value if isinstance(value, str) else str(value))
