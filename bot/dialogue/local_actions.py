"""Custom actions in the same process, with a deadline and a guaranteed answer."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

logger = logging.getLogger(__name__)

ACTION_LIMIT_SECONDS = 5.0
FAILURE_RESPONSE = "utter_trouble"


class LocalActions(EndpointConfig):
    """An action endpoint that calls `rasa_sdk` directly instead of over HTTP.

    Rasa only ever awaits `request(json=...)` on an action endpoint.
    """

    def __init__(self, actions: Iterable[Action], limit_seconds: float = ACTION_LIMIT_SECONDS) -> None:
        super().__init__(url="local://actions", enable_selective_domain=True)
        self._executor = ActionExecutor()
        # `register_package` would take every subclass alive in the process, and exit on ImportError.
        for action in actions:
            self._executor.register_action(action)
        self._limit = limit_seconds

    async def request(self, method: str = "post", subpath: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Run one action; whatever goes wrong becomes a sentence.

        Raises:
            ClientResponseError: The action rejected its execution, in the form Rasa expects.
        """
        call = kwargs["json"]
        try:
            async with asyncio.timeout(self._limit):
                return await self._executor.run(call) or {"events": [], "responses": []}
        except ActionExecutionRejection as error:
            body = json.dumps({"action_name": error.action_name, "error": error.message})
            raise ClientResponseError(400, "rejected", body) from error
        except Exception:
            # Left to Rasa this would become an empty reply.
            logger.exception("action %s failed", call.get("next_action"))
            return {"events": self._undo(call), "responses": [{"response": FAILURE_RESPONSE}]}

    @staticmethod
    def _undo(call: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the events that empty the slots a failed validation left unchecked."""
        if not str(call.get("next_action")).startswith("validate_"):
            return []
        return [SlotSet(name, None) for name in Tracker.from_dict(call["tracker"]).slots_to_validate()]


def trust_local_results() -> None:
    """Check the shape of action results without Rasa's JSON schema.

    The schema is compiled at every action (16 ms) and even compiled once costs more than the action
    (0.8 ms). It guards against other people's action servers; ours returns what `rasa_sdk` built.
    """

    def validate(self: RemoteAction, result: dict[str, Any]) -> bool:
        for part in ("events", "responses"):
            if not all(isinstance(item, dict) for item in result.get(part) or ()):
                raise TypeError(f"an action returned malformed {part}")
        return True

    RemoteAction._validate_action_result = validate
