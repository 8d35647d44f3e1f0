"""The staff console at `/console`: see what the bot got wrong, correct, train, promote, go back."""
