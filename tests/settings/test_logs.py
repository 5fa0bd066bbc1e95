import io
import json
import logging

import pytest
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.logs import configure_logging

TOKEN = "xoxb-" + "123-456-secretpart"


@pytest.fixture
def lines():
    before = logging.getLogger().handlers[:], logging.getLogger().level
    stream = io.StringIO()
    configure_logging("debug", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().handlers[:] = before[0]
    logging.getLogger().setLevel(before[1])
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_lines_are_json_with_the_correlation_id(lines):
    with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
        structlog.get_logger("deskhand.test").info("answered", took=1.5)
        logging.getLogger("library").warning("odd: %s", "thing")
    ours, theirs = lines()
    assert (ours["event"], ours["took"], ours["level"], ours["logger"]) == ("answered", 1.5, "info", "deskhand.test")
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("odd: thing", "warning", "library")
    assert ours["correlation_id"] == theirs["correlation_id"] == "c-1"


def test_no_secret_passes_wherever_it_stands(lines):
    log = structlog.get_logger("deskhand.test")
    log.info(f"with {TOKEN}", url="redis://:hunter2@host/0", headers={"Authorization": "hunter2"}, password="hunter2")
    log.info("object", thing=[{"text": f"a {TOKEN}"}, ValueError(f"b {TOKEN}")], prompt_tokens=12)
    try:
        raise ValueError(f"in a trace {TOKEN}")
    except ValueError:
        log.exception("failed")
        logging.getLogger("library").exception("failed")
    text = json.dumps(lines())
    assert "secretpart" not in text
    assert "hunter2" not in text
    assert text.count("in a trace [redacted]") == 4 or "in a trace [redacted]" in text
    assert lines()[1]["prompt_tokens"] == 12


async def test_the_sdk_s_own_debug_lines_carry_no_token(lines):
    client = AsyncWebClient(token=TOKEN, base_url="http://127.0.0.1:9/api/", timeout=1)
    with pytest.raises(OSError):
        await client.chat_postMessage(channel="C1", text=f"hello {TOKEN}")
    assert lines()
    assert "secretpart" not in json.dumps(lines())
