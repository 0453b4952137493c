"""What is counted of the work, for Prometheus: ticks of the sweep, rounds of the auditor, the canary."""

from prometheus_client import Counter, Gauge, Histogram

TICKS = Counter("jintang_ticks_total", "Ticks of the sweep, by result", ["result"])
TICK_SECONDS = Histogram(
    "jintang_tick_seconds", "How long a tick took", buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60)
)
LAST_TICK = Gauge("jintang_tick_last_timestamp_seconds", "When the last tick ended well, Unix time")

ROUNDS = Counter("jintang_audit_rounds_total", "Rounds of the auditor")
LAST_ROUND = Gauge("jintang_audit_last_timestamp_seconds", "When the last round ended, Unix time")
FOUND = Gauge("jintang_audit_found", "Rows that break a promise and stand, by check", ["check"])
MENDED = Counter("jintang_audit_mended_total", "Rows that broke a promise and were put right", ["check"])
CANARY = Histogram(
    "jintang_canary_seconds",
    "From the writing of the canary to its acceptance",
    buckets=(0.1, 0.3, 1, 3, 10, 30, 60, 300, 900),
)
CANARY_MISSING = Gauge("jintang_canary_missing", "1 while the canary is late or lost")
PINGS = Counter("jintang_dead_man_pings_total", "Calls of the dead man's address, by result", ["result"])
