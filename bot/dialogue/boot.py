"""Before the first `import rasa`: telemetry off, one thread, quiet and masked logs, a check of the pipeline."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path
from typing import Any

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
# A turn multiplies small arrays: more threads of linear algebra double its processor time and save nothing.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Rasa 3.6 is frozen; SQLAlchemy's hints about it help nobody.
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

import yaml

NEURAL = {
    "ConveRTFeaturizer",
    "DIETClassifier",
    "LanguageModelFeaturizer",
    "ResponseSelector",
    "TEDPolicy",
    "UnexpecTEDIntentPolicy",
}
REQUIRED = ("recipe", "language", "assistant_id", "pipeline", "policies")


class ConfigError(ValueError):
    """The pipeline file would not train, or would not mean what its author thinks."""


def quiet(level: int = logging.WARNING) -> None:
    """Configure Rasa's logger; left alone, it prints the texts of citizens at debug level."""
    from bot.dialogue.spared import import_rasa

    import_rasa()
    import structlog

    from bot.dialogue.rasa_logs import configure_rasa_logs
    from bot.privacy.logging_filter import mask_event

    configure_rasa_logs(level)
    processors = list(structlog.get_config()["processors"])
    # Masked before the renderer, which is the last one.
    structlog.configure(processors=[*processors[:-1], mask_event, processors[-1]])
    warnings.filterwarnings("ignore", module=r"rasa(_sdk)?\.")
    for name in ("rasa", "rasa_sdk", "matplotlib", "apscheduler", "pykwalify"):
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def check_config(path: Path) -> None:
    """Check everything that Rasa would otherwise guess.

    Raises:
        ConfigError: A part is missing or needs TensorFlow.
    """
    config: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for key in REQUIRED:
        if not config.get(key):
            # An empty pipeline or policy list makes Rasa write neural defaults into the file.
            raise ConfigError(f"{path.name}: '{key}' is missing or empty")
    names = [entry["name"] for part in ("pipeline", "policies") for entry in config[part]]
    if neural := sorted(name for name in names if name.rpartition(".")[2] in NEURAL):
        raise ConfigError(f"{path.name}: needs TensorFlow: {', '.join(neural)}")
