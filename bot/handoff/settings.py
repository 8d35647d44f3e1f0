"""Settings of the desk: `MOTCUA_DESK_…`; every value has a sentence and a unit."""

from __future__ import annotations

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DeskSettings(BaseSettings):
    """Everything an operator may set about handing over to officers."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_DESK_", env_file=".env", extra="ignore", frozen=True)

    places: tuple[str, ...] = ()
    """Where officers work besides the console and get copies, for example ["telegram"]; set by those rooms."""
    consent_minutes: float = Field(default=10, gt=0)
    """How long the question for consent stands, by the clock."""
    requests_per_day: int = Field(default=3, ge=1)
    """Requests of one citizen in a day that end without a result, after which the form is offered."""
    longest_queue: int = Field(default=30, ge=1)
    """Citizens that may wait in one department; further ones are offered the form."""
    remind_minutes: float = Field(default=5, gt=0)
    """Officers are reminded of a waiting citizen every so many office minutes."""
    escalate_minutes: float = Field(default=10, gt=0)
    """After so many office minutes of waiting supervisors are called."""
    wait_minutes: float = Field(default=30, gt=0)
    """After so many office minutes of waiting the citizen gets an apology and the form."""
    first_answer_remind_minutes: float = Field(default=5, gt=0)
    """An officer who has taken a conversation and writes nothing is reminded."""
    first_answer_minutes: float = Field(default=10, gt=0)
    """…and after so many office minutes the conversation goes back to the queue."""
    officer_remind_minutes: float = Field(default=10, gt=0)
    """An officer who leaves a message of the citizen unanswered is reminded."""
    officer_escalate_minutes: float = Field(default=20, gt=0)
    """…then supervisors are called."""
    officer_minutes: float = Field(default=60, gt=0)
    """…and after so many office minutes the conversation goes back to the queue."""
    web_idle_minutes: float = Field(default=15, gt=0)
    """A silent citizen on the website is asked whether they are still there, by the clock."""
    web_idle_end_minutes: float = Field(default=16, gt=0)
    """…and the conversation ends."""
    chat_idle_minutes: float = Field(default=240, gt=0)
    """As above on Telegram and Zalo, where people come back after hours."""
    chat_idle_end_minutes: float = Field(default=1440, gt=0)
    """…and the conversation ends."""
    closing_minutes: float = Field(default=15, gt=0)
    """Before closing time officers are reminded of what is still open."""
    again_minutes: float = Field(default=10, gt=0)
    """So soon after the end a new request goes to the front of the queue, to the same officer."""
    rating_hours: float = Field(default=24, gt=0)
    """How long a conversation may be rated."""
    answer_office_hours: float = Field(default=4, gt=0)
    """A contact request is to be answered so many office hours after the next opening."""
    move_minutes: float = Field(default=10, gt=0)
    """How long a link to another channel works."""
    handoff_figures_days: int = Field(default=730, ge=1)
    """How long handoffs without any text are kept for figures."""
    contact_kept_days: int = Field(default=30, ge=1)
    """How long contact requests are kept once they are done."""
    window_soon_minutes: float = Field(default=120, gt=0)
    """So long before the window of a citizen on Zalo closes, they are lifted in the queue and officers told."""
    zalo_allow_billed: bool = Field(
        default=False, validation_alias=AliasChoices("zalo_allow_billed", "MOTCUA_ZALO_ALLOW_BILLED")
    )
    """As for the channel: whether officers may answer when Zalo bills it, 48 hours to 7 days after."""
    trusted_links: tuple[str, ...] = ("gov.vn", "vnpay.vn")
    """Ends of host names that officers may send without being asked once more."""
