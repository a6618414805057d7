"""Sends a span, log records and metrics through the OpenTelemetry SDK, then prints what only the SDK knows, as JSON.

Arguments: grpc | http, the address to send to (host:port, or a base URL), service name, start in nanoseconds.
"""

import json
import sys

from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, UpDownCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

protocol, address, service, start = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])

DELTA = {
    Counter: AggregationTemporality.DELTA,
    Histogram: AggregationTemporality.DELTA,
    UpDownCounter: AggregationTemporality.CUMULATIVE,
}

if protocol == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    spans = OTLPSpanExporter(endpoint=address, insecure=True)
    logs = OTLPLogExporter(endpoint=address, insecure=True)
    metrics = OTLPMetricExporter(endpoint=address, insecure=True, preferred_temporality=DELTA)
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    gzip = {"compression": Compression.Gzip}
    spans = OTLPSpanExporter(endpoint=f"{address}/v1/traces", **gzip)
    logs = OTLPLogExporter(endpoint=f"{address}/v1/logs", **gzip)
    metrics = OTLPMetricExporter(endpoint=f"{address}/v1/metrics", preferred_temporality=DELTA, **gzip)

resource = Resource({"service.name": service, "service.version": "1.2.3", "ports": [80, 443]})
ATTRIBUTES = {
    "text": "Grüße, 世界 🚀",
    "integer": 42,
    "largest": 2**63 - 1,
    "smallest": -(2**63),
    "fraction": 0.1,
    "yes": True,
    "no": False,
    "texts": ["a", "b"],
    "numbers": [1, 2],
}

tracers = TracerProvider(resource=resource)
tracers.add_span_processor(BatchSpanProcessor(spans))
tracer = tracers.get_tracer("python-test", "0.9.0", attributes={"scope.kind": "test"})
linked = SpanContext(
    trace_id=0x0AF7651916CD43DD8448EB211C80319C,
    span_id=0xB7AD6B7169203331,
    is_remote=True,
    trace_flags=TraceFlags(TraceFlags.SAMPLED),
    trace_state=TraceState([("vendor", "1")]),
)
parent = tracer.start_span("parent", kind=SpanKind.SERVER, start_time=start)
with trace.use_span(parent):
    child = tracer.start_span(
        "child",
        kind=SpanKind.CLIENT,
        start_time=start + 1,
        attributes=ATTRIBUTES,
        links=[Link(linked, {"why": "test"})],
    )
    child.add_event("cache miss", {"key": "k1", "size": 3}, timestamp=start + 5)
    child.set_status(Status(StatusCode.ERROR, "out of cheese"))
    child.end(end_time=start + 1_000_002)
    inside = trace.set_span_in_context(child)
parent.end(end_time=start + 2_000_000)

loggers = LoggerProvider(resource=resource)
loggers.add_log_record_processor(BatchLogRecordProcessor(logs))
logger = loggers.get_logger("python-test", "0.9.0")
logger.emit(
    LogRecord(
        timestamp=start + 7,
        observed_timestamp=start + 8,
        context=inside,
        severity_number=SeverityNumber.WARN,
        severity_text="WARN",
        body="disk nearly full: 93 %",
        attributes={**ATTRIBUTES, "bytes": b"\x00\xff", "map": {"list": [1, "two"]}},
        event_name="disk.pressure",
    )
)
logger.emit(LogRecord(observed_timestamp=start + 9, body={"nested": {"list": [1, "two", None]}}))

meters = MeterProvider(
    resource=resource,
    metric_readers=[PeriodicExportingMetricReader(metrics, export_interval_millis=3_600_000)],
    views=[
        View(instrument_name="test.histogram", aggregation=ExplicitBucketHistogramAggregation((1, 10))),
        View(instrument_name="test.exponential", aggregation=ExponentialBucketHistogramAggregation()),
    ],
)
meter = meters.get_meter("python-test", "0.9.0")
meter.create_counter("test.counter", "{call}", "calls").add(5, {"route": "/a"})
meter.create_up_down_counter("test.updown").add(-3)
meter.create_gauge("test.gauge").set(36.6, {"room": "kitchen"})
histogram = meter.create_histogram("test.histogram", "s")
for value in (0.5, 5, 50):
    histogram.record(value)
histogram.record(7, {}, context=inside)
exponential = meter.create_histogram("test.exponential")
for value in (1, 2, 4):
    exponential.record(value)

for provider in (tracers, loggers, meters):
    provider.shutdown()

print(
    json.dumps(
        {
            "traceId": format(child.get_span_context().trace_id, "032x"),
            "parentId": format(parent.get_span_context().span_id, "016x"),
            "childId": format(child.get_span_context().span_id, "016x"),
            "traceFlags": int(child.get_span_context().trace_flags),
        }
    )
)
