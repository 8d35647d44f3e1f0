"""Child process: `python -m bot.training.gate.child REQUEST.json RESULTS.json`."""

from __future__ import annotations

import logging
import warnings

from bot.dialogue import boot
from bot.privacy.logging_filter import install_masked_logging


def run() -> None:
    """Make Rasa and its libraries quiet before they are imported, then examine."""
    warnings.simplefilter("ignore")
    install_masked_logging(logging.WARNING)
    boot.quiet()
    from bot.training.gate.examine import main

    main()


if __name__ == "__main__":
    run()
