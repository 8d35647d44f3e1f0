"""What happens on a platform, in words that all pushed channels share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Unread(StrEnum):
    """Kinds of content the bot cannot read; the value is what officers see in the transcript."""

    PHOTO = "[ảnh]"
    VOICE = "[tin thoại]"
    VIDEO = "[video]"
    DOCUMENT = "[tệp]"
    STICKER = "[nhãn dán]"
    LOCATION = "[vị trí]"
    CONTACT = "[danh bạ]"
    LINK = "[liên kết]"
    OTHER = "[nội dung khác]"


class Command(StrEnum):
    """What citizens may order, beside talking."""

    START = "start"
    HELP = "help"
    LOOK_UP = "tracuu"
    PERSON = "gap_can_bo"
    ERASE = "xoa_du_lieu"


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that a platform keeps; `source` is what the channel needs to fetch it."""

    source: Mapping[str, str]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A citizen wrote something."""

    address: str
    event_id: str
    text: str
    file: FileRef | None = None
    album: str = ""
    """Id shared by the messages of an album, of which the bot answers one."""
    quoted: str = ""
    """Text of the message it answers, when the citizen chose one."""
    is_edit: bool = False
    """It takes the place of an earlier text."""
    is_late: bool = False
    """An edit of something said long ago, which the bot does not answer anew."""


@dataclass(frozen=True, slots=True)
class Commanded:
    """A citizen gave a command; `argument` is what stands behind it."""

    address: str
    event_id: str
    command: Command
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A citizen pressed a button of ours."""

    address: str
    event_id: str
    choice_id: str


@dataclass(frozen=True, slots=True)
class SentUnread:
    """A citizen sent what the bot cannot read."""

    address: str
    event_id: str
    what: Unread
    file: FileRef | None = None
    album: str = ""
    """Id shared by the messages of an album, of which the bot answers one."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A citizen blocked us."""

    address: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Unblocked:
    """A citizen lets us write again, or for the first time."""

    address: str
    event_id: str


@dataclass(frozen=True, slots=True)
class OfficerSaid:
    """An officer answered in the platform's own console."""

    address: str
    event_id: str
    officer: str
    text: str
    platform_message_id: str


@dataclass(frozen=True, slots=True)
class HandedBack:
    """An officer gave a conversation back to the bot in the platform's own console."""

    address: str
    event_id: str


@dataclass(frozen=True, slots=True)
class WithdrewConsent:
    """A citizen asked the platform that we delete their data."""

    address: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Something that needs no action; `kind` is counted."""

    kind: str


Event = (
    Said
    | Commanded
    | Pressed
    | SentUnread
    | Blocked
    | Unblocked
    | OfficerSaid
    | HandedBack
    | WithdrewConsent
    | Nothing
)
