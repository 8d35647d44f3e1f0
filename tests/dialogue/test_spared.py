"""Rasa is imported without the packages that serving never calls, and nobody else loses them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bot.dialogue.spared import NEEDED, SPARED, SparedPackageError, sparing
from bot.settings import PROJECT

IMPORTED = f"""
import json, sys, warnings
warnings.simplefilter("ignore")
from bot.dialogue.spared import SPARED, import_rasa
before = set(sys.modules)
import_rasa()
found = {{name.partition(".")[0] for name in set(sys.modules) - before}}
import requests, rasa.core.agent
print(json.dumps({{
    "spared": sorted(found & SPARED),
    "needed": [name for name in {NEEDED!r} if name not in sys.modules],
    "later": callable(requests.get) and requests.__file__ is not None,
}}))
"""


@pytest.fixture
def without_boto(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has not imported it; what the test imports is forgotten afterwards."""
    for name in [name for name in sys.modules if name.partition(".")[0] in {"boto3", "botocore"}]:
        monkeypatch.delitem(sys.modules, name)


def test_rasa_brings_none_of_them_and_they_can_be_imported_later() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120
    )
    assert json.loads(done.stdout.splitlines()[-1]) == {"spared": [], "needed": [], "later": True}


@pytest.mark.usefixtures("without_boto")
def test_a_stand_in_can_be_a_base_an_annotation_or_an_exception_but_not_called() -> None:
    with sparing():
        from boto3.session import Session
        from botocore.exceptions import ClientError

    class Ours(Session):  # type: ignore[misc]
        region: Session | None = None

    for called in (Session, Ours, Session.client):
        with pytest.raises(SparedPackageError, match=r"session|Ours"):
            called()
    with pytest.raises(ClientError):
        raise ClientError("legal behind except")


@pytest.mark.usefixtures("without_boto")
def test_nothing_of_a_stand_in_stays_behind() -> None:
    with sparing():
        import boto3.session  # noqa: F401
    assert not [name for name in sys.modules if name.partition(".")[0] == "boto3"]


def test_a_package_that_is_there_already_stays_the_real_one() -> None:
    import jsonschema

    assert "jsonschema" in SPARED
    with sparing():
        import jsonschema.cli

        assert jsonschema.cli.run.__module__ == "jsonschema.cli"
    assert sys.modules["jsonschema"] is jsonschema
