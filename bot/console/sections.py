"""Areas of the console: each brings its pages and, if it has one, its place in the navigation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from bot.console.auth.roles import Permission, Role, may


@dataclass(frozen=True, slots=True)
class Section:
    """A place in the navigation, shown to those who may enter."""

    path: str
    title: str
    permission: Permission
    order: int


@dataclass(frozen=True, slots=True)
class Area:
    """Pages that belong together."""

    router: APIRouter
    section: Section | None = None


def visible(areas: Sequence[Area], role: Role) -> list[Section]:
    """Return the sections that a role sees, in their order."""
    found = [area.section for area in areas if area.section and may(role, area.section.permission)]
    return sorted(found, key=lambda section: section.order)
