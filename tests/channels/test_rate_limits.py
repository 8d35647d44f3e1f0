from __future__ import annotations

import pytest
from starlette.requests import Request

from bot.channels.addresses import client_address
from bot.channels.rate_limits import Rate, RateLimiter


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_full_bucket_empties_and_fills_again() -> None:
    clock = Clock()
    limiter = RateLimiter(Rate(2, 10), clock=clock)
    assert [limiter.take("a"), limiter.take("a")] == [0, 0]
    assert limiter.take("a") == pytest.approx(5)
    clock.now = 5
    assert limiter.take("a") == 0
    assert limiter.take("a") > 0
    clock.now = 1000
    assert [limiter.take("a"), limiter.take("a")] == [0, 0]
    assert limiter.take("a") > 0


def test_the_tightest_of_several_rates_counts() -> None:
    clock = Clock()
    limiter = RateLimiter(Rate(2, 1), Rate(3, 600), clock=clock)
    assert [limiter.take("a"), limiter.take("a")] == [0, 0]
    clock.now = 1
    assert limiter.take("a") == 0
    assert limiter.take("a") == pytest.approx(199, abs=1)


def test_what_is_refused_is_not_counted() -> None:
    clock = Clock()
    limiter = RateLimiter(Rate(1, 10), clock=clock)
    limiter.take("a")
    for _ in range(100):
        limiter.take("a")
    clock.now = 10
    assert limiter.take("a") == 0


def test_keys_do_not_share_and_memory_is_bounded() -> None:
    limiter = RateLimiter(Rate(1, 60), most_keys=10)
    assert all(limiter.take(f"key {n}") == 0 for n in range(1000))
    assert len(limiter) == 10
    assert limiter.take("key 999") > 0


def request(peer: str | None, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return Request({"type": "http", "headers": headers, "client": (peer, 1) if peer else None})


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "expected"),
    [
        ("10.0.0.1", (), 0, "10.0.0.1"),
        ("10.0.0.1", ("1.2.3.4",), 0, "10.0.0.1"),
        ("10.0.0.1", ("1.2.3.4",), 1, "1.2.3.4"),
        ("10.0.0.1", ("9.9.9.9, 1.2.3.4",), 1, "1.2.3.4"),
        ("10.0.0.1", ("9.9.9.9, 1.2.3.4", "10.0.0.2"), 2, "1.2.3.4"),
        ("10.0.0.1", ("1.2.3.4",), 2, "10.0.0.1"),
        ("10.0.0.1", ("nonsense",), 1, "10.0.0.1"),
        (None, (), 0, "unknown"),
        ("2001:db8:1:2:3:4:5:6", (), 0, "2001:db8:1:2::"),
        ("::ffff:1.2.3.4", (), 0, "1.2.3.4"),
    ],
)
def test_the_address_is_the_one_our_outermost_proxy_saw(
    peer: str | None, forwarded: tuple[str, ...], proxies: int, expected: str
) -> None:
    assert client_address(request(peer, *forwarded), proxies) == expected
