"""Roles of staff and what each may do; one table, shown in the guide and tested route by route."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The five kinds of staff."""

    TRAINER = "trainer"
    EDITOR = "editor"
    OFFICER = "officer"
    ANALYST = "analyst"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a page or an act asks for."""

    SIGNED_IN = "signed_in"
    REVIEW = "review"
    READ_EXAMPLES = "read_examples"
    EDIT_EXAMPLES = "edit_examples"
    CONTENT = "content"
    READ_RELEASES = "read_releases"
    TRAIN = "train"
    PROMOTE = "promote"
    OVERRIDE_GATE = "override_gate"
    DESK = "desk"
    DESK_FIGURES = "desk_figures"
    READ_AUDIT = "read_audit"
    STAFF = "staff"


ROLE_WORDS = {
    Role.TRAINER: "Người huấn luyện",
    Role.EDITOR: "Biên tập nội dung",
    Role.OFFICER: "Cán bộ trực",
    Role.ANALYST: "Người phân tích",
    Role.ADMIN: "Quản trị",
}
GRANTED: dict[Role, frozenset[Permission]] = {
    Role.TRAINER: frozenset(
        {
            Permission.SIGNED_IN,
            Permission.REVIEW,
            Permission.READ_EXAMPLES,
            Permission.EDIT_EXAMPLES,
            Permission.READ_RELEASES,
            Permission.TRAIN,
            Permission.PROMOTE,
        }
    ),
    Role.EDITOR: frozenset({Permission.SIGNED_IN, Permission.CONTENT, Permission.READ_EXAMPLES}),
    Role.OFFICER: frozenset({Permission.SIGNED_IN, Permission.DESK, Permission.DESK_FIGURES}),
    Role.ANALYST: frozenset(
        {
            Permission.SIGNED_IN,
            Permission.READ_EXAMPLES,
            Permission.READ_RELEASES,
            Permission.READ_AUDIT,
            Permission.DESK_FIGURES,
        }
    ),
    Role.ADMIN: frozenset(Permission),
}


def may(role: Role, permission: Permission) -> bool:
    """Say whether a role may do something."""
    return permission in GRANTED[role]
