"""Zalo Official Account: signed webhook in, OpenAPI out."""
