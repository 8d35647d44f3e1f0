"""Importing this first makes Rasa and its friends quiet, as every command of ours does."""

from bot.commands.context import quiet

quiet()
