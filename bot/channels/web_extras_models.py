"""The shapes of what the widget needs beyond messages: configuration and ratings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

COMMENT_LIMIT = 1_000


class RatingRequest(BaseModel):
    """Body of `POST /api/web/ratings`."""

    seq: Annotated[int, Field(ge=1, lt=2**31, strict=True)] = Field(description="The number of the answer.")
    verdict: Literal["correct", "incorrect"]
    comment: str | None = Field(
        None, description=f"What was wrong: up to {COMMENT_LIMIT:,} characters, in UTF-16 units."
    )


class RatingShown(BaseModel):
    """A rating as it is kept; personal numbers in the comment are masked."""

    seq: int
    verdict: Literal["correct", "incorrect"]
    comment: str | None


class QuickQuestionShown(BaseModel):
    """A question to begin with."""

    label: str = Field(description="For the button.")
    text: str = Field(description="To be sent as a message.")


class ProcedureNamed(BaseModel):
    """A procedure of the catalogue."""

    code: str
    name: str


class ExtrasLimits(BaseModel):
    """What a client should check before sending."""

    text: int
    comment: int


class EntryPointsShown(BaseModel):
    """Ways on from the chat; what is false or null is not offered."""

    officer: bool = Field(description="A person can take over here in the chat.")
    zalo: str | None
    telegram: str | None


class WidgetConfig(BaseModel):
    """What a widget asks before the first message."""

    privacy_url: str = Field(description="Relative to the service.")
    limits: ExtrasLimits
    quick_questions: list[QuickQuestionShown]
    procedure: ProcedureNamed | None
    entry_points: EntryPointsShown
