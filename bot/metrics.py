"""Figures for `/metrics`, in the names Prometheus recommends."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

TURNS = Counter("motcua_turns_total", "Turns ended, by channel and outcome.", ["channel", "outcome"])
TURN_SECONDS = Histogram(
    "motcua_turn_seconds",
    "Time from claiming a message to its committed replies.",
    buckets=(0.002, 0.004, 0.008, 0.015, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0),
)
TURN_FAILURES = Counter("motcua_turn_failures_total", "Turns that raised, by kind of error.", ["error"])
WAITING = Gauge("motcua_dispatcher_waiting", "Conversations waiting for a slot.", multiprocess_mode="livesum")
MESSAGES = Counter("motcua_messages_total", "Messages accepted, by channel.", ["channel"])
STREAMS = Gauge("motcua_web_streams", "Open event streams.", multiprocess_mode="livesum")
RELEASE = Gauge("motcua_release_info", "Processes that serve a release.", ["release"], multiprocess_mode="livesum")
DELIVERIES = Counter("motcua_deliveries_total", "Messages handed to platforms, by result.", ["channel", "result"])
CHANNEL_EVENTS = Counter("motcua_channel_events_total", "Events of platforms taken, by kind.", ["channel", "kind"])
CHANNEL_REFUSED = Counter(
    "motcua_channel_refused_total", "Calls of platforms not accepted, by reason.", ["channel", "reason"]
)
ZALO_NEEDS_LOGIN = Gauge(
    "motcua_zalo_needs_login",
    "1 while messages to Zalo wait for `motcua zalo login`.",
    multiprocess_mode="livemax",
)
