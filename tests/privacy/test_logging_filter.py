"""What reaches a stream through the masking filter, and through the processor for structlog."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog

from bot.privacy.logging_filter import MaskingFilter, install_masked_logging, mask_event

PHONE = "0912345678"


class Utterance:
    """An object that shows its text when it is printed, like the events of Rasa."""

    def __repr__(self) -> str:
        return f"UserUttered('gọi {PHONE}')"


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError(f"cannot print {PHONE}")


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logger(stream: io.StringIO) -> Iterator[logging.Logger]:
    handler = logging.StreamHandler(stream)
    handler.addFilter(MaskingFilter())
    logger = logging.Logger("citizens", logging.DEBUG)
    logger.addHandler(handler)
    yield logger
    handler.close()


def test_the_message_is_masked(logger: logging.Logger, stream: io.StringIO) -> None:
    logger.info(f"sđt {PHONE}")
    assert stream.getvalue() == "sđt [SDT]\n"


def test_a_percent_sign_in_a_masked_message_does_no_harm(logger: logging.Logger, stream: io.StringIO) -> None:
    logger.info("100 %% sđt %s", PHONE)
    logger.info(f"100 % sđt {PHONE}")
    assert stream.getvalue() == "100 % sđt [SDT]\n100 % sđt [SDT]\n"


def test_arguments_are_masked(logger: logging.Logger, stream: io.StringIO) -> None:
    logger.info("%s wrote %r (%d)", "Lan", {"text": [PHONE, "a@b.vn"]}, 3)
    assert stream.getvalue() == "Lan wrote {'text': ['[SDT]', '[EMAIL]']} (3)\n"


def test_named_arguments_are_masked(logger: logging.Logger, stream: io.StringIO) -> None:
    logger.info("from %(phone)s, %(count)d", {"phone": PHONE, "count": 2})
    assert stream.getvalue() == "from [SDT], 2\n"


def test_a_number_put_together_from_parts_is_masked(logger: logging.Logger, stream: io.StringIO) -> None:
    logger.info("phone %s%s, id %d", "0912", "345678", 123456789)
    assert stream.getvalue() == "phone [SDT], id [CMND]\n"


def test_arguments_stay_where_a_formatter_reads_them(stream: io.StringIO) -> None:
    """Uvicorn formats its access log from the five arguments, not from the message."""
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s "%s"', ("1.2.3.4", f"/?q={PHONE}"), None)
    MaskingFilter().filter(record)
    assert record.args == ("1.2.3.4", "/?q=[SDT]")


def test_an_object_is_masked_as_it_prints(logger: logging.Logger, stream: io.StringIO) -> None:
    logger.info("event %s", Utterance())
    assert stream.getvalue() == "event UserUttered('gọi [SDT]')\n"


def test_the_exception_is_masked(logger: logging.Logger, stream: io.StringIO) -> None:
    try:
        raise ValueError(f"no such person: {PHONE}")
    except ValueError:
        logger.exception("failed for %s", "001099012345")
    logged = stream.getvalue()
    assert logged.startswith("failed for [CCCD]\nTraceback (most recent call last):\n")
    assert logged.endswith("ValueError: no such person: [SDT]\n")
    # Not in the source line of the traceback either: there stands the name of the constant.
    assert PHONE not in logged


def test_a_formatter_that_prints_exceptions_itself_has_nothing_to_print() -> None:
    try:
        raise ValueError(PHONE)
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "m", (), (type(error), error, error.__traceback__))
    MaskingFilter().filter(record)
    assert record.exc_info is None
    assert record.exc_text is not None
    assert record.exc_text.endswith("ValueError: [SDT]")


def test_the_stack_is_masked(logger: logging.Logger, stream: io.StringIO) -> None:
    logger.info("here", stack_info=True)  # 0987654321
    assert "stack_info=True)  # [SDT]" in stream.getvalue()
    assert "0987654321" not in stream.getvalue()


def test_a_wrong_format_string_still_logs_masked(
    logger: logging.Logger, stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    logger.info("two %s %s", PHONE)
    assert stream.getvalue() == "two %s %s ('[SDT]',)\n"
    assert capsys.readouterr().err == ""


def test_an_object_that_cannot_be_printed_does_not_stop_the_program(
    logger: logging.Logger, stream: io.StringIO
) -> None:
    logger.info("event %s of %s", Unprintable(), PHONE)
    assert stream.getvalue() == "event %s of %s (arguments that cannot be printed)\n"


def test_extra_fields_are_masked(stream: io.StringIO) -> None:
    record = logging.makeLogRecord({"msg": "m", "user_text": [f"gọi {PHONE}"], "turn": 3})
    MaskingFilter().filter(record)
    assert vars(record)["user_text"] == ["gọi [SDT]"]
    assert vars(record)["turn"] == 3


def test_two_handlers_write_the_same(logger: logging.Logger, stream: io.StringIO) -> None:
    second = logging.StreamHandler(other := io.StringIO())
    second.addFilter(MaskingFilter())
    logger.addHandler(second)
    logger.info("stk %s, H49.22-261105-0123", "19034567890123")
    assert stream.getvalue() == other.getvalue() == "stk [STK], H49.22-261105-0123\n"


@contextmanager
def bare_root() -> Iterator[logging.Logger]:
    """The root logger with no handlers, put back afterwards; pytest adds its own after fixtures."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    try:
        yield root
    finally:
        root.handlers = handlers
        root.setLevel(level)


def test_installing_masks_what_any_logger_sends_to_the_root(stream: io.StringIO) -> None:
    with bare_root() as root:
        root.addHandler(logging.StreamHandler(stream))
        install_masked_logging(logging.DEBUG)
        logging.getLogger("some.library").debug("sđt %s", PHONE)
    assert stream.getvalue() == "sđt [SDT]\n"


def test_installing_reaches_handlers_that_pass_the_root_by(stream: io.StringIO) -> None:
    library = logging.getLogger("test.own_handler")
    library.propagate = False
    library.addHandler(handler := logging.StreamHandler(stream))
    with bare_root():
        install_masked_logging()
        library.warning(PHONE)
    library.removeHandler(handler)
    assert stream.getvalue() == "[SDT]\n"


def test_installing_gives_the_root_a_handler_and_sets_one_filter() -> None:
    with bare_root() as root:
        install_masked_logging(logging.WARNING)
        install_masked_logging(logging.WARNING)
        assert [[type(each) for each in handler.filters] for handler in root.handlers] == [[MaskingFilter]]
        assert root.level == logging.WARNING


def rendered(stream: io.StringIO, **values: object) -> dict[str, object]:
    log = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[mask_event, structlog.processors.JSONRenderer()],
        # Whatever level the process has set for its own loggers.
        wrapper_class=structlog.BoundLogger,
    )
    log.info(f"from {PHONE}", **values)
    line: dict[str, object] = json.loads(stream.getvalue())
    return line


def test_an_event_of_structlog_is_masked(stream: io.StringIO) -> None:
    line = rendered(
        stream,
        parse_data_text="cccd 001099012345",
        parse_data_entities=[{"value": PHONE, "confidence": 0.5, "ok": True}],
        rasa_events=[Utterance()],
        chat_id=700000001,
        code="H49.22-261105-0123",
        missing=None,
    )
    assert line == {
        "event": "from [SDT]",
        "parse_data_text": "cccd [CCCD]",
        "parse_data_entities": [{"value": "[SDT]", "confidence": 0.5, "ok": True}],
        "rasa_events": ["UserUttered('gọi [SDT]')"],
        "chat_id": "[CMND]",
        "code": "H49.22-261105-0123",
        "missing": None,
    }


def test_an_exception_in_structlog_is_masked(stream: io.StringIO) -> None:
    try:
        raise ValueError(f"unknown {PHONE}")
    except ValueError:
        line = rendered(stream, exc_info=True)
    assert "exc_info" not in line
    assert str(line["exception"]).endswith("ValueError: unknown [SDT]")


def test_a_json_line_stays_json_through_the_filter(logger: logging.Logger, stream: io.StringIO) -> None:
    line = json.dumps({"text": f"là{PHONE}", "score": 0.9876543216054321, "at": 1764000000.25})
    logger.info(line)
    assert json.loads(stream.getvalue()) == {
        "text": "là[SDT]",
        "score": 0.9876543216054321,
        "at": 1764000000.25,
    }
