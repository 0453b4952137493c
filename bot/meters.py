"""What is counted on the way in, for Prometheus."""

from prometheus_client import Counter, Histogram

RECEIVED = Counter("jintang_updates_received_total", "Updates that came in: new, or seen before", ["kind"])
HANDLED = Counter("jintang_updates_handled_total", "Updates handled, by result", ["result"])
LAG = Histogram(
    "jintang_inbox_lag_seconds",
    "From the moment an update was written down to the commit of what it did",
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60, 600, 3600),
)
