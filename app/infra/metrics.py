"""Counters and gauges for Prometheus, summed over all gunicorn workers when PROMETHEUS_MULTIPROC_DIR is set."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.values import ValueClass
from sqlalchemy import Engine, event

requests_total = Counter("linli_http_requests_total", "Answered requests.", ["method", "route", "status"])
request_seconds = Histogram(
    "linli_http_request_seconds",
    "Time to answer a request.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
transaction_failures_total = Counter(
    "linli_transaction_failures_total", "Failed attempts of a transaction, by what failed.", ["failure"]
)
limited_requests_total = Counter(
    "linli_limited_requests_total", "Requests refused for coming too often, by what was counted.", ["route", "by"]
)
refused_tokens_total = Counter("linli_refused_tokens_total", "Tokens refused, by what was wrong with them.", ["reason"])
connections_in_use = Gauge(
    "linli_db_connections_in_use", "Database connections taken from the pools.", multiprocess_mode="livesum"
)
connections_max = Gauge(
    "linli_db_connections_max", "Database connections the pools may hold.", multiprocess_mode="livesum"
)
wechat_calls_total = Counter("linli_wechat_calls_total", "Calls to WeChat, by how they ended.", ["call", "outcome"])
wechat_call_seconds = Histogram(
    "linli_wechat_call_seconds",
    "Time of a call to WeChat, retries included.",
    ["call"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10),
)
wechat_pushes_total = Counter("linli_wechat_pushes_total", "Messages pushed to us in WeChat's name.", ["outcome"])
notices_total = Counter("linli_notices_total", "Subscribe messages, by what became of them.", ["outcome"])
settlement_findings_total = Counter(
    "linli_settlement_findings_total",
    "Shops uneven in a nightly comparison, or overpaid by their terms.",
)
risk_decisions_total = Counter("linli_risk_decisions_total", "Facts that anti-fraud decided on.", ["kind", "outcome"])
risk_failures_total = Counter("linli_risk_failures_total", "Decisions whose rules could not all be asked.", ["kind"])
risk_graphs_partial_total = Counter("linli_risk_graphs_partial_total", "Nights whose graph had only the newest facts.")
risk_windows_missing_total = Counter("linli_risk_windows_missing_total", "Decisions without the windows of Redis.")
webhook_attempts_total = Counter(
    "linli_webhook_attempts_total", "Attempts to deliver a webhook, by how they ended.", ["outcome"]
)
mall_callbacks_total = Counter("linli_mall_callbacks_total", "Callbacks in WeChat Pay's name.", ["outcome"])


def watch_pool(engine: Engine, size: int) -> None:
    """Keep the pool gauges true for one engine of `size` connections."""
    connections_max.set(size)
    event.listen(engine, "checkout", lambda *_: connections_in_use.inc())
    event.listen(engine, "checkin", lambda *_: connections_in_use.dec())


def render() -> bytes:
    """Render all metrics in the text format, of this process or of all workers."""
    registry = CollectorRegistry()
    if ValueClass.__name__ == "MmapedValue":  # prometheus_client chose shared files when it was imported
        MultiProcessCollector(registry)
        return generate_latest(registry)
    return generate_latest()
