"""What Rasa would guess about a project is checked before it can."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import read_endpoint_config

from bot.dialogue.boot import NEURAL, REQUIRED, ConfigError, check_config
from bot.dialogue.tracker_store import DialogueStore
from bot.settings import PROJECT

GOOD = {
    "recipe": "default.v1",
    "language": "vi",
    "assistant_id": "a",
    "pipeline": "[{name: x.Tokenizer}]",
    "policies": "[{name: RulePolicy}]",
}


def config(folder: Path, **changes: str | None) -> Path:
    path = folder / "config.yml"
    lines = [f"{key}: {value}" for key, value in (GOOD | changes).items() if value is not None]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_complete_configuration_passes(tmp_path: Path) -> None:
    check_config(config(tmp_path))


def test_the_configuration_of_the_project_passes() -> None:
    check_config(PROJECT / "config.yml")


@pytest.mark.parametrize("key", REQUIRED)
def test_a_missing_part_is_refused_by_name(tmp_path: Path, key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        check_config(config(tmp_path, **{key: None}))


@pytest.mark.parametrize("key", ["pipeline", "policies"])
def test_an_empty_list_is_refused_because_rasa_would_fill_it(tmp_path: Path, key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        check_config(config(tmp_path, **{key: "[]"}))


@pytest.mark.parametrize("name", sorted(NEURAL))
def test_a_neural_component_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        check_config(config(tmp_path, pipeline=f"[{{name: {name}}}]"))


def test_a_neural_component_is_recognised_behind_its_module(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="TEDPolicy"):
        check_config(config(tmp_path, policies="[{name: rasa.core.policies.ted_policy.TEDPolicy}]"))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yml").touch()
    with pytest.raises(ConfigError):
        check_config(tmp_path / "config.yml")


def test_telemetry_is_off() -> None:
    assert os.environ["RASA_TELEMETRY_ENABLED"] == "false"


def test_rasa_may_not_log_texts_at_debug_level() -> None:
    assert logging.getLogger("rasa").level >= logging.WARNING


def test_the_plain_command_line_gets_our_store_and_not_a_memory() -> None:
    endpoint = read_endpoint_config(str(PROJECT / "endpoints.yml"), endpoint_type="tracker_store")
    assert isinstance(TrackerStore.create(endpoint, Domain.empty()), DialogueStore)


def test_tensorflow_is_a_stand_in_that_says_so() -> None:
    import tensorflow
    from rasa_standins import AbsentDependencyError

    class Encoder(tensorflow.keras.layers.Layer):  # type: ignore[misc]
        pass

    with pytest.raises(AbsentDependencyError, match="tensorflow"):
        Encoder(units=1)
