"""Rasa embedded: the agent, its memory, its lock and its actions, all inside our process."""
