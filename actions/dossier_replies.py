"""Replies about dossiers: texts with the buttons that fit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rasa_sdk.executor import CollectingDispatcher

from actions.replies import MOST_BUTTONS, button, say
from bot.catalogue.text import day
from bot.clock import today_in_vietnam
from bot.conversations.messages import Outcome
from bot.dossiers import sentences
from bot.dossiers.desk import Outcome as LookedUp
from bot.dossiers.desk import Result
from bot.dossiers.dossier import Dossier
from bot.dossiers.recognition import Task
from bot.dossiers.status import Status
from bot.dossiers.watching.watches import Watch
from bot.dossiers.wording import MEANINGS, PORTAL, tell
from bot.vietnamese.folding import words

_WHAT_IS = re.compile(r"\b(?:nghia la (?:gi|sao)|la (?:sao|gi|the nao)|co nghia (?:la )?gi|la nhu the nao)\b")


def say_dossier(dispatcher: CollectingDispatcher, dossier: Dossier, *, can_watch: bool) -> None:
    """Tell one dossier; without proof, ask for it."""
    text = tell(dossier, today_in_vietnam())
    buttons = []
    if not dossier.proven:
        text = f"{text}\n\n{sentences.ASK_PROOF}"
    if can_watch and not dossier.status.is_final:
        buttons.append(button(sentences.WATCH, "dossier", task=Task.WATCH, codes=str(dossier.code)))
    say(dispatcher, text, Outcome.DOSSIER, buttons, sources=[PORTAL])


def say_brief(dispatcher: CollectingDispatcher, result: Result, hotline: str | None) -> None:
    """Tell one of several dossiers; the button leads to its details."""
    if result.dossier is None:
        say_result(dispatcher, result, hotline)
        return
    buttons = []
    if not result.dossier.proven:
        buttons = [button(sentences.MORE, "dossier", task=Task.LOOK_UP, codes=str(result.code))]
    say(dispatcher, tell(result.dossier, today_in_vietnam()), Outcome.DOSSIER, buttons, sources=[PORTAL])


def say_result(dispatcher: CollectingDispatcher, result: Result, hotline: str | None) -> None:
    """Say why there is no dossier to tell."""
    if result.outcome is LookedUp.UNAVAILABLE:
        say(dispatcher, sentences.outage(hotline), Outcome.ERROR, sources=[PORTAL])
        return
    if result.outcome is LookedUp.NO_SYSTEM:
        text = sentences.NO_SYSTEM
    elif result.outcome is LookedUp.PAUSED:
        text = sentences.PAUSED.format(minutes=result.minutes)
    elif result.minutes:
        text = sentences.LOCKED.format(minutes=result.minutes)
    else:
        text = sentences.NO_MATCH
    say(dispatcher, text, Outcome.DOSSIER)


def say_list(dispatcher: CollectingDispatcher, watched: Sequence[Watch]) -> None:
    """List what is watched, with buttons to stop."""
    lines = [
        f"{number}. {watch.code}: {watch.status.group.value}"
        + (f", hẹn {day(watch.due_on)}" if watch.due_on else "")
        for number, watch in enumerate(watched, 1)
    ]
    text = sentences.WATCHED.format(list="\n".join(lines))
    say(dispatcher, text, Outcome.DOSSIER, _stop_buttons([str(watch.code) for watch in watched]))


def which_to_stop(dispatcher: CollectingDispatcher, codes: Sequence[str]) -> None:
    """Ask which watch is to end."""
    say(dispatcher, sentences.WHICH_TO_STOP, Outcome.DOSSIER, _stop_buttons(codes))


def explain(text: str) -> str | None:
    """Return what a status means when the message asks just that, else None."""
    said = words(text)
    if not _WHAT_IS.search(said):
        return None
    for names, status in _STATUS_WORDS:
        if any(name in said for name in names):
            return f"“{status.official_name}”: {MEANINGS[status]} Anh/chị gửi mã hồ sơ nếu muốn tôi xem giúp."
    return None


_STATUS_WORDS = (
    (("da tra ket qua",), Status.RETURNED),
    (("khong duoc tiep nhan", "tu choi tiep nhan", "khong tiep nhan"), Status.REFUSED),
    (("rut ho so",), Status.WITHDRAWN),
    (("dung xu ly", "tam dung", "dung giai quyet"), Status.STOPPED),
    (("bo sung",), Status.SUPPLEMENT),
    (("nghia vu tai chinh", "thanh toan", "nop phi"), Status.PAYMENT),
    (("xu ly xong", "da co ket qua", "hoan thanh"), Status.READY),
    (("dang xu ly", "dang giai quyet"), Status.PROCESSING),
    (("cho tiep nhan", "moi dang ky"), Status.REGISTERED),
    (("duoc tiep nhan", "da tiep nhan"), Status.ACCEPTED),
)


def _stop_buttons(codes: Sequence[str]) -> list[dict[str, str]]:
    if len(codes) == 1:
        return [button(sentences.STOP, "dossier", task=Task.STOP, codes=codes[0])]
    buttons = [
        button(f"{sentences.STOP} {code}", "dossier", task=Task.STOP, codes=code) for code in codes[:MOST_BUTTONS]
    ]
    return [*buttons, button(sentences.STOP_ALL, "dossier", task=Task.STOP_ALL)]
