from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web_sessions import (
    LIFETIME_SECONDS,
    RENEWABLE_SECONDS,
    ExpiredSession,
    InvalidSession,
    SessionSigner,
    new_session_id,
)
from bot.conversations.messages import ConversationId

OLD, NEW = "the old secret, 16 bytes or more", "the new secret, 16 bytes or more"
CONVERSATION = ConversationId("c_1")


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def signer(clock: Clock) -> SessionSigner:
    return SessionSigner([NEW], clock=clock)


def test_a_token_says_who_it_is_for(signer: SessionSigner) -> None:
    token = signer.sign("s_1", CONVERSATION)
    session = signer.verify(token)
    assert token.startswith("v1.")
    assert token.count(".") == 3
    assert (session.id, session.conversation_id) == ("s_1", CONVERSATION)
    assert session.expires - session.issued == LIFETIME_SECONDS


def test_a_token_ends_after_thirty_minutes_and_is_renewable_for_a_day(signer: SessionSigner, clock: Clock) -> None:
    token = signer.sign("s_1", CONVERSATION)
    clock.now += LIFETIME_SECONDS - 1
    signer.verify(token)
    clock.now += 1
    with pytest.raises(ExpiredSession):
        signer.verify(token)
    clock.now += RENEWABLE_SECONDS - 1
    assert signer.renew(token).id == "s_1"
    clock.now += 1
    with pytest.raises(InvalidSession):
        signer.renew(token)


def test_a_rotated_secret_verifies_but_no_longer_signs(clock: Clock) -> None:
    old = SessionSigner([OLD], clock=clock)
    both = SessionSigner([NEW, OLD], clock=clock)
    assert both.verify(old.sign("s_1", CONVERSATION)).id == "s_1"
    with pytest.raises(InvalidSession):
        old.verify(both.sign("s_1", CONVERSATION))
    with pytest.raises(InvalidSession):
        SessionSigner([NEW], clock=clock).verify(old.sign("s_1", CONVERSATION))


def test_every_changed_character_is_noticed(signer: SessionSigner) -> None:
    token = signer.sign("s_1", CONVERSATION)
    for place, char in enumerate(token):
        forged = token[:place] + ("A" if char != "A" else "B") + token[place + 1 :]
        with pytest.raises(InvalidSession):
            signer.verify(forged)


def test_claims_of_one_token_do_not_fit_the_signature_of_another(signer: SessionSigner) -> None:
    mine = signer.sign("s_1", CONVERSATION).split(".")
    other = signer.sign("s_2", ConversationId("c_2")).split(".")
    with pytest.raises(InvalidSession):
        signer.verify(".".join([*mine[:2], other[2], mine[3]]))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "v1",
        "v1...",
        "v2.a.b.c",
        "v1.00000000.e30.AAAA",
        "Bearer x",
        "v1.é.a.b",
        "a." * 2000,
        "null",
        "....",
    ],
)
def test_what_is_no_token_is_invalid(signer: SessionSigner, token: str) -> None:
    with pytest.raises(InvalidSession):
        signer.verify(token)


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    signer = SessionSigner([NEW])
    key_id = signer.sign("s", CONVERSATION).split(".")[1]
    for token in (
        text,
        f"v1.{key_id}.{urlsafe_b64encode(text.encode('utf-8', 'ignore')).decode()}.{text}",
    ):
        with pytest.raises(InvalidSession):
            signer.verify(token)


@pytest.mark.parametrize("keys", [[], [""], ["short"], [NEW, "short"]])
def test_weak_secrets_are_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        SessionSigner(keys)


def test_session_ids_are_random() -> None:
    assert len({new_session_id() for _ in range(100)}) == 100
