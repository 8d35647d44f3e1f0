"""From Rasa's messages to our replies."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel

from bot.conversations.messages import Button, Outcome, Reply


class ReplyCollector(CollectingOutputChannel):
    """Collects whole messages under the channel's own name, so `channel:` variants match."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel

    def name(self) -> str:
        """Return the channel name."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep the message as one, instead of splitting text, buttons and custom part."""
        self.messages.append(message)

    def replies(self) -> tuple[Reply, ...]:
        """Return the collected messages as replies."""
        return tuple(to_reply(message) for message in self.messages)


def to_reply(message: dict[str, Any]) -> Reply:
    """Return one Rasa message as a reply; `custom` carries outcome, procedure, sources and the like."""
    custom = message.get("custom") or {}
    return Reply(
        text=(message.get("text") or "").strip(),
        outcome=Outcome(custom.get("outcome", Outcome.SMALLTALK)),
        buttons=tuple(
            Button(str(button["title"]), str(button["payload"])) for button in message.get("buttons") or ()
        ),
        procedure=custom.get("procedure"),
        aspect=custom.get("aspect"),
        offers=tuple(custom.get("offers") or ()),
        sources=tuple(custom.get("sources") or ()),
    )
