"""A warning of Rasa is a line in the log, never the end of a turn."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import yaml
from rasa.core.nlg import interpolator

from bot.settings import PROJECT

WARNED = """
import warnings
warnings.simplefilter("ignore")
from bot.dialogue.boot import quiet
quiet()
import structlog
structlog.get_logger().warning("rasa.warns", phone="0912345678")
try:
    raise KeyError("slot")
except KeyError:
    structlog.get_logger().exception("rasa.fails")
"""


def test_rasa_can_warn_in_a_process_that_serves() -> None:
    done = subprocess.run([sys.executable, "-c", WARNED], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "rasa.warns" in done.stderr + done.stdout
    assert "rasa.fails" in done.stderr + done.stdout
    assert "0912345678" not in done.stderr + done.stdout


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []


def test_rasa_can_fill_in_every_response_of_the_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[str] = []

    class Log:
        def exception(self, event: str, **fields: Any) -> None:
            failed.append(fields["response"])

    monkeypatch.setattr(interpolator, "structlogger", Log())
    responses = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))["responses"]
    texts = _strings(responses)
    filled = [interpolator.interpolate_text(text, {"any": "slot"}) for text in texts]
    assert len(texts) > 20
    assert failed == []
    assert not [text for text in filled if "{{" in text or "{0[" in text]
