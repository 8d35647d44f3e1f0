"""The fixed labels that stand in a text where personal data was."""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """What was masked. A label holds no digit, so a masked text is never masked again."""

    CITIZEN_ID = "[CCCD]"
    OLD_ID = "[CMND]"
    PHONE = "[SDT]"
    EMAIL = "[EMAIL]"
    CARD = "[THE]"
    SOCIAL_INSURANCE = "[BHXH]"
    HEALTH_INSURANCE = "[BHYT]"
    PASSPORT = "[HOCHIEU]"
    ACCOUNT = "[STK]"
