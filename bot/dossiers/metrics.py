"""Figures about look-ups for `/metrics`."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

LOOKUPS = Counter("motcua_dossier_lookups_total", "Look-ups ended, by system and outcome.", ["system", "outcome"])
LOOKUP_SECONDS = Histogram(
    "motcua_dossier_lookup_seconds",
    "Time a system took to answer, retry included.",
    ["system"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
BREAKER_OPEN = Gauge(
    "motcua_dossier_breaker_open",
    "1 while a process does not ask a system because it fails.",
    ["system"],
    multiprocess_mode="livemax",
)
UNKNOWN_STATUSES = Counter(
    "motcua_dossier_unknown_statuses_total", "Statuses that could not be mapped, by system.", ["system"]
)
WATCHES = Gauge("motcua_dossier_watches", "Dossiers being watched.", multiprocess_mode="livemax")
NOTICES = Counter("motcua_dossier_notices_total", "Notices written to the outbox.", ["channel"])
