"""Importing this first brings Rasa as a serving process has it, quiet and without what it spares."""

from __future__ import annotations

from bot.dialogue.boot import quiet

quiet()
