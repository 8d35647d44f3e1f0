"""Answers: one file per kind of fact, each turning dated facts into short Vietnamese sentences."""
