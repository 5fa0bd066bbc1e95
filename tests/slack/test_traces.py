"""From the event to the post, one trace under one correlation id, received by a collector over OTLP."""

import builtins
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot import tracing
from tools.errors import Problem


class Collector:
    """An OTLP receiver: keeps every span."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        keep = self.spans

        class Receive(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = ExportTraceServiceRequest.FromString(body)
                keep.extend(s for r in request.resource_spans for scope in r.scope_spans for s in scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Receive)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Flushing waits for the collector, in a test on purpose."""


async def test_an_answer_is_one_trace_under_its_correlation_id(rig, collector: Collector) -> None:
    stop = tracing.start_tracing(collector.url)
    try:
        await rig.workspace.say("ana", "#desk", "@deskhand narrate the secret plan")
        await rig.answer()
        await rig.settled()
    finally:
        stop()
    [entry] = rig.audit.entries
    expected = tracing.trace_id_of(entry.correlation_id).to_bytes(16, "big")
    spans = {span.name: span for span in collector.spans if span.trace_id == expected}
    assert {"job", "read", "handle", "post"} <= set(spans)
    for name in ("read", "handle", "post"):
        assert spans[name].parent_span_id == spans["job"].span_id
    told = {item.key: item.value.string_value for item in spans["job"].attributes}
    assert told["deskhand.correlation_id"] == entry.correlation_id
    assert "secret" not in str(collector.spans), "what people wrote stays here"


async def test_nothing_is_made_where_no_collector_is_set(rig, collector: Collector) -> None:
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    await rig.answer()
    await rig.settled()
    assert collector.spans == []


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Problem, match=r"deskhand\[otel\]"):
        tracing.start_tracing("http://127.0.0.1:4318")
