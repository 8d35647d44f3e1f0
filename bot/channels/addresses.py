"""The address of a client, for counting; it is never stored."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from starlette.requests import Request

UNKNOWN = "unknown"
_CUSTOMER_BITS = 64
"""One subscriber gets at least a /64 network, and may use any address in it."""


def client_address(request: Request, trusted_proxies: int) -> str:
    """Return the address that limits are counted by.

    Args:
        request: The request as it arrived.
        trusted_proxies: How many proxies of ours stand before the service. With 0 the peer counts;
            otherwise the entry of `X-Forwarded-For` which the outermost of them wrote.
    """
    peer = request.client.host if request.client else UNKNOWN
    if trusted_proxies:
        forwarded = [part.strip() for part in ",".join(request.headers.getlist("x-forwarded-for")).split(",")]
        if len(forwarded) >= trusted_proxies:
            return _network(forwarded[-trusted_proxies]) or _network(peer) or peer
    return _network(peer) or peer


def _network(text: str) -> str | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> (128 - _CUSTOMER_BITS) << (128 - _CUSTOMER_BITS)))
    return str(address)
