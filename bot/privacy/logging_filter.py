"""Masking in the logs: a filter for every handler of `logging`, and a processor for structlog."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from structlog.processors import format_exc_info
from structlog.typing import EventDict, WrappedLogger

from bot.privacy.masking import mask, mask_value
from bot.privacy.secrets import hide_in_value, hide_secrets

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_FORMATTER = logging.Formatter()


class MaskingFilter(logging.Filter):
    """Masks the message, the arguments, the extra fields and the exception of each record.

    Install it on handlers: filters of a logger do not see what its children log.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record in place and let it pass."""
        # The exception first: a broken format string must not let it through.
        _mask_exception(record)
        _mask_message(record)
        for name, value in list(vars(record).items()):
            if name not in _STANDARD:
                setattr(record, name, mask_value(hide_in_value(value)))
        return True


def install_masked_logging(level: int = logging.INFO) -> None:
    """Set the level of the root logger and put a `MaskingFilter` on every handler there is.

    That is those of the root logger, which gets one when it has none, and those that libraries gave to
    their own loggers, because these pass the root by. Calling it again only reaches new handlers.
    """
    root = logging.getLogger()
    if not root.handlers:
        logging.basicConfig(level=level)
    root.setLevel(level)
    for handler in {*root.handlers, *_other_handlers()}:
        if not any(isinstance(present, MaskingFilter) for present in handler.filters):
            handler.addFilter(MaskingFilter())


def mask_event(logger: WrappedLogger, name: str, event_dict: EventDict) -> EventDict:
    """Mask all values of a structlog event; to be placed just before the renderer.

    Objects and large numbers are looked at as the renderer would print them, and become text only when
    there is something to mask: a label inside a bare number would break the JSON line.
    """
    if event_dict.get("exc_info"):
        event_dict = format_exc_info(logger, name, event_dict)
    for key, value in event_dict.items():
        event_dict[key] = _printable(value)
    return event_dict


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(item) for item in value]
    printed = repr(value)
    masked = _clean(printed)
    return value if masked == printed else masked


def _mask_message(record: logging.LogRecord) -> None:
    record.args = mask_value(hide_in_value(record.args))
    try:
        message = record.getMessage()
    except Exception:
        # `logging` would print message and arguments to stderr, unmasked.
        record.msg, record.args = _clean(f"{record.msg} {_shown(record.args)}"), ()
        return
    masked = _clean(message)
    if masked != message or not record.args:
        record.msg, record.args = masked, ()


def _clean(text: str) -> str:
    # Secrets first: a mask inside a token would make it unknown, and still long enough to be of use.
    return mask(hide_secrets(text))


def _shown(args: object) -> str:
    try:
        return repr(args)
    except Exception:
        return "(arguments that cannot be printed)"


def _mask_exception(record: logging.LogRecord) -> None:
    if record.exc_info and not record.exc_text:
        record.exc_text = _FORMATTER.formatException(record.exc_info)
    if record.exc_text:
        record.exc_text = _clean(record.exc_text)
        # Formatters that print the exception themselves would print the original.
        record.exc_info = None
    if record.stack_info:
        record.stack_info = _clean(record.stack_info)


def _other_handlers() -> Iterator[logging.Handler]:
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            yield from logger.handlers
