"""The desk: a person helps when the bot is not enough, and the conversation comes back to the bot."""
