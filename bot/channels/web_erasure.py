"""Erasing one conversation because its citizen asked for it, on the website."""

from __future__ import annotations

from bot.privacy.erasure import erase_conversation

__all__ = ["erase_conversation"]
