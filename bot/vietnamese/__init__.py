"""The Vietnamese language in pure functions: folding, normalising, syllables; no I/O, no Rasa."""
