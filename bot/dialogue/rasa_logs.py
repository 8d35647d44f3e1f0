"""Rasa's own log: configured as Rasa does, but told to nobody outside."""

from __future__ import annotations


def configure_rasa_logs(level: int) -> None:
    """Let Rasa configure structlog for records of `level` and above, and take Sentry out of the chain.

    A citizen's service reports nothing to a stranger. Its package is also one of those that are spared: left
    in the chain, it would fail at the first warning, and with it the turn.
    """
    import structlog
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(level)
    told = structlog.get_config()["processors"]
    structlog.configure(
        processors=[one for one in told if not type(one).__module__.startswith("structlog_sentry")]
    )
