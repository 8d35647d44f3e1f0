"""Importing Rasa without the packages it imports and a serving process never calls.

Rasa imports at once every chat channel, tracker store, message broker and plot it could ever use: 150 MB in
each process and several seconds of each start. While Rasa is imported here, empty stand-ins take the place
of those packages; afterwards they are gone, so whoever imports such a package later gets the real one. The
plain `rasa` command line never comes here and has everything.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

SPARED = frozenset(
    {
        *("aio_pika", "aiormq", "pamqp", "pymongo", "bson", "boto3", "botocore", "redis"),  # brokers and stores
        *("sanic", "sanic_cors", "sanic_jwt", "sanic_routing", "socketio", "engineio", "websockets"),  # its server
        *("aiohttp", "requests", "urllib3", "sentry_sdk", "opentelemetry", "jwt"),  # its clients
        *("questionary", "prompt_toolkit", "terminaltables", "tqdm", "randomname"),  # its command line
        *("sklearn", "matplotlib", "PIL", "joblib", "safetensors", "networkx"),  # training and its pictures
        *("apscheduler", "dask", "jsonschema", "portalocker", "s3transfer"),  # reminders, checks of files
    }
)
"""Packages that need not be there when Rasa serves."""

NEEDED = (
    "rasa.core.agent",
    "rasa.core.channels.channel",
    "rasa.engine.recipes.default_components",
    "rasa.engine.runner.dask",
    "rasa.engine.storage.local_model_storage",
    "rasa.nlu.tokenizers.tokenizer",
    "rasa.shared.importers.rasa",
    "rasa.utils.log_utils",
    "rasa_sdk.executor",
)
"""Modules that bring all of Rasa that serves."""


class SparedPackageError(RuntimeError):
    """Rasa called something of a package that this process does without."""


class _Absent(type):
    """The class of whatever is taken from a stand-in: a base class or an annotation, but not callable."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise SparedPackageError(f"{cls.__module__}.{cls.__name__} is not there when serving")


class _StandIn(ModuleType):
    """An empty module that has whatever it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.endswith(("Error", "Exception")):
            # Must be legal behind `except`.
            return type(name, (Exception,), {})
        return _Absent(name, (), {"__module__": self.__name__})


class _StandIns(MetaPathFinder, Loader):
    """Finds a stand-in for each spared package that is not imported yet."""

    def __init__(self, packages: frozenset[str]) -> None:
        self._packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        above, _, _ = fullname.rpartition(".")
        spared = isinstance(sys.modules[above], _StandIn) if above else fullname in self._packages
        return ModuleSpec(fullname, self, is_package=True) if spared else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is in it; a path makes it a package."""
        module.__path__ = []


@contextmanager
def sparing(packages: frozenset[str] = SPARED) -> Iterator[None]:
    """Put stand-ins in the place of packages until the block ends."""
    finder = _StandIns(packages)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name, module in list(sys.modules.items()):
            if isinstance(module, _StandIn):
                del sys.modules[name]


def import_rasa() -> None:
    """Import all of Rasa that serves; once it is imported in another way, this changes nothing."""
    with sparing(), warnings.catch_warnings():
        # Rasa is frozen: what its imports are warned of helps nobody.
        warnings.simplefilter("ignore")
        for name in NEEDED:
            import_module(name)
