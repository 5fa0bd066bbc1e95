"""Traces of answers for an OpenTelemetry collector: off, and costing nothing, until an endpoint is set.

The trace id is made from the correlation id, so that the id in a log line, an audit row or an error message finds the
trace and the other way round. Spans hold words of the program's own, never what people, tools or models said.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tools.errors import Problem

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Tracer

_tracer: "Tracer | None" = None


def start_tracing(endpoint: str) -> Callable[[], None]:
    """Export spans to `endpoint` (OTLP over HTTP) from now on; the result stops it, blocking until all are sent.

    Raises `Problem` where the extra is not installed.
    """
    global _tracer
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise Problem(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but traces need the extra: pip install 'deskhand[otel]', or unset it."
        ) from None
    provider = TracerProvider(resource=Resource.create({"service.name": "deskhand"}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = provider.get_tracer("deskhand")

    def stop() -> None:
        global _tracer
        _tracer = None
        provider.shutdown()

    return stop


@contextmanager
def trace(correlation_id: str, name: str, **attributes: str | int | float) -> Iterator[None]:
    """The first span of this process for a correlation id; every process that works for it adds to the same trace."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(
        name, context=_root(correlation_id), attributes={"deskhand.correlation_id": correlation_id, **attributes}
    ):
        yield


@contextmanager
def span(name: str, **attributes: str | int | float) -> Iterator[None]:
    """A step of what is being traced."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(name, attributes=attributes):
        yield


def trace_id_of(correlation_id: str) -> int:
    """The id to look for in the collector, as a number of 128 bits."""
    return int.from_bytes(hashlib.sha256(correlation_id.encode()).digest()[:16], "big") or 1


def _root(correlation_id: str) -> "Context":
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    trace_id = trace_id_of(correlation_id)
    parent = SpanContext(
        trace_id, trace_id & (2**64 - 1) or 1, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)
    )
    return set_span_in_context(NonRecordingSpan(parent))
