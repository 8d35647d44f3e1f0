"""Rasa graph components: tokenizer, features, intent classifier, procedure linker, fallback."""
