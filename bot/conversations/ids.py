"""Random identifiers, made by the server only."""

from __future__ import annotations

import secrets

from bot.conversations.messages import ConversationId

_UNMISTAKABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_conversation_id() -> ConversationId:
    """Return an id of 128 random bits, safe in URLs."""
    return ConversationId("c_" + secrets.token_urlsafe(16))


def new_choice_id() -> str:
    """Return the id of a button: 10 characters, about 49 random bits, short enough for any platform."""
    return "".join(secrets.choice(_UNMISTAKABLE) for _ in range(10))
