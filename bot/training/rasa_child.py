"""Child process: `python -m bot.training.rasa_child ARCHIVE`, in the folder of a project.

Does what `rasa train` does, without the parts of Rasa that training does not call: its command line alone
takes as long to import as a thousand examples take to train.
"""

from __future__ import annotations

import gc
import logging
import sys
import warnings
from importlib import import_module
from pathlib import Path

from bot.dialogue.rasa_logs import configure_rasa_logs
from bot.dialogue.spared import SPARED, sparing
from bot.vietnamese.normaliser import remember

REMEMBERED = 100_000
"""Messages kept in their normal form, as typed and without diacritics: some 400 MB for 22,000 examples."""
CALLED = {"dask", "tqdm"}
"""Packages that training does call, besides scikit-learn, which our components import themselves."""


def main() -> None:
    """Train; the exit code is Rasa's."""
    archive = Path(sys.argv[1])
    warnings.simplefilter("ignore")
    with sparing(SPARED - CALLED):
        training = import_module("rasa.model_training")
        import_module("rasa.engine.recipes.default_components")
        import_module("rasa.utils.log_utils")
    remember(REMEMBERED)
    # A short life among a million objects that all stay: looking for garbage costs a tenth of it.
    gc.disable()
    # The parent reads from these lines how far the training is; no text of an example is in them.
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s", force=True)
    configure_rasa_logs(logging.INFO)
    trained = training.train(
        "domain.yml",
        "config.yml",
        ["data/nlu", "data/rules"],
        str(archive.parent),
        fixed_model_name=archive.name.removesuffix(".tar.gz"),
    )
    sys.exit(trained.code)


if __name__ == "__main__":
    main()
