"""The desk: where officers take over from the bot and talk with citizens."""
