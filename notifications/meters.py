"""What is counted on the way out, for Prometheus; labels name classes, never persons."""

from prometheus_client import Counter, Gauge, Histogram

SENDS = Counter("jintang_sends_total", "Attempts to send, by lane and result", ["lane", "result"])
REPEATS = Counter(
    "jintang_sends_repeated_total", "Messages sent once more, marked, for nobody knew", ["lane"]
)
PAUSES = Counter("jintang_sends_paused_total", "429 answers of Telegram")
WITHHELD = Counter("jintang_sends_withheld_total", "Texts held back by the filter of private numbers")
LATENESS = Histogram(
    "jintang_sends_lateness_seconds",
    "From the moment a notice could go to the moment it was accepted",
    ["lane"],
    buckets=(0.1, 0.3, 1, 3, 10, 30, 60, 300, 900, 3600, 14400, 86400),
)
IN_FLIGHT = Gauge("jintang_sends_in_flight", "Messages on the wire", ["queue"])
