"""A small one-stop system to try look-ups with: a program of its own, with a database of its own.

It imports nothing of the assistant, and the assistant reaches it only over HTTP.
"""
