"""Databases that tests make for themselves."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

POSTGRESQL = os.environ.get("MOTCUA_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432").rstrip("/")
"""A server on which the tests may create databases; without one their PostgreSQL half is skipped."""


@contextmanager
def postgresql_database(purpose: str) -> Iterator[str]:
    """Yield the address of an empty database of its own, dropped afterwards; skip without a server."""
    name = f"motcua_{purpose}_{secrets.token_hex(4)}"
    try:
        with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True, connect_timeout=3) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL on this machine")
    try:
        yield f"{POSTGRESQL}/{name}"
    finally:
        with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
