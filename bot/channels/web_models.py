"""The shapes of the web API, read from requests and shown in its OpenAPI description."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

ClientMessageId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{8,64}$")]
ChoiceId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,40}$")]


class SessionRequest(BaseModel):
    """Body of `POST /api/web/sessions`; may be left out."""

    lang: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")] = "vi"


class MessageRequest(BaseModel):
    """Body of `POST /api/web/messages`."""

    client_msg_id: ClientMessageId = Field(description="Made by the client; repeat it to send again safely.")
    kind: Literal["text", "choice"] = "text"
    text: str | None = Field(None, description="For `text`: 1 to 2,000 characters, counted in UTF-16 units.")
    choice_id: ChoiceId | None = Field(None, description="For `choice`: the id of a button.")

    @model_validator(mode="after")
    def _has_its_content(self) -> Self:
        if (self.choice_id if self.kind == "choice" else self.text) is None:
            raise ValueError("the content of this kind is missing")
        return self


class Limits(BaseModel):
    """What a client should check before sending."""

    text: int


class SessionCreated(BaseModel):
    """A signed session."""

    token: str = Field(description="Send it as `Authorization: Bearer …`.")
    expires_in: int = Field(description="Seconds.")
    conversation: str
    last_seq: int = Field(description="The newest number given in the conversation.")
    limits: Limits


class MessageAccepted(BaseModel):
    """The receipt: the message is stored and will be answered in the event stream."""

    seq: int
    client_msg_id: str
    duplicate: bool


class ButtonShown(BaseModel):
    """A choice; send `id` back as `choice_id`."""

    id: str
    title: str


class AttachmentShown(BaseModel):
    """A file of an officer."""

    kind: Literal["jpeg", "png", "webp", "pdf", "ogg"]
    name: str
    size: int = Field(description="Bytes.")
    url: str = Field(description="Path that opens it as long as it is kept.")


class MessageShown(BaseModel):
    """One message of the conversation, as events and history give it."""

    seq: int
    author: Literal["citizen", "bot", "officer", "system"] = Field(alias="from")
    at: datetime
    text: str
    buttons: list[ButtonShown]
    outcome: str | None
    procedure: str | None
    aspect: str | None
    offers: list[str]
    sources: list[str]
    client_msg_id: str | None = Field(None, description="Only for what the citizen sent.")
    attachment: AttachmentShown | None = Field(None, description="Only for what an officer sent.")


class History(BaseModel):
    """A page of the conversation."""

    items: list[MessageShown]
    has_more: bool


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str
    message: str = Field(description="For people, in Vietnamese.")
    retry_after: int | None = Field(None, description="Seconds.")


class ErrorShown(BaseModel):
    """The body of every error."""

    error: ErrorDetail
