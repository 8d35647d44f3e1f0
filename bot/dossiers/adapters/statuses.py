"""From the statuses of each system to the official ten."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.dossiers.metrics import UNKNOWN_STATUSES
from bot.dossiers.status import Status
from bot.vietnamese.folding import words

_OPENCPS = {
    "new": 1, "receiving": 2, "processing": 4, "interoperating": 4, "handover": 4, "collecting": 4, "waiting": 5,
    "correcting": 5, "paying": 6, "releasing": 9, "posting": 9, "done": 10, "denied": 3, "cancelled": 7,
    "unresolved": 8,
}  # fmt: skip

# The first rule that matches wins: "đã bổ sung" must be found before "bổ sung".
_BY_NAME = (
    (10, ("da tra ket qua", "da tra cong dan")),
    (3, ("khong tiep nhan", "khong duoc tiep nhan", "tu choi")),
    (7, ("rut ho so",)),
    (8, ("dung xu ly", "dung giai quyet", "da huy", "huy ho so")),
    (4, ("da bo sung", "da thanh toan", "da nop phi")),
    (5, ("bo sung",)),
    (6, ("thanh toan", "nghia vu tai chinh", "nop phi")),
    (9, ("co ket qua", "xu ly xong", "hoan thanh", "cho tra")),
    (4, ("dang xu ly", "dang giai quyet", "chuyen xu ly", "tham dinh", "trinh ky", "lien thong")),
    (2, ("da tiep nhan", "duoc tiep nhan")),
    (1, ("moi dang ky", "cho tiep nhan", "moi nop")),
)
_RULES = tuple((re.compile(r"\b(?:" + "|".join(names) + r")\b"), Status(status)) for status, names in _BY_NAME)


def official(value: object, system: str) -> Status:
    """Return the status that the national portal numbers `value`."""
    text = str(value if value is not None else "").strip()
    if text.isdecimal() and 1 <= int(text) <= 10:
        return Status(int(text))
    return _unknown(system)


def of_opencps(value: object, received: object, system: str) -> Status:
    """Return the status for a word of OpenCPS; before it is received a dossier is only registered."""
    word = str(value or "").strip().lower()
    if word == "receiving" and not received:
        return Status.REGISTERED
    return Status(_OPENCPS[word]) if word in _OPENCPS else _unknown(system)


def of_name(value: object, system: str, table: Mapping[str, int] | None = None) -> Status:
    """Return the status for a name in Vietnamese, by the table of the deployment, then by whole words."""
    folded = words(str(value or ""))
    for name, status in (table or {}).items():
        if words(name) == folded:
            return Status(status)
    return next((status for rule, status in _RULES if rule.search(folded)), None) or _unknown(system)


def _unknown(system: str) -> Status:
    UNKNOWN_STATUSES.labels(system).inc()
    return Status.UNKNOWN
