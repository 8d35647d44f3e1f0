"""What Zalo says of the OA, which also shows whether the tokens work."""

from __future__ import annotations

from typing import Any

from bot.channels.zalo.client import ZaloClient
from bot.channels.zalo.errors import Action, ZaloError, judge
from bot.channels.zalo.tokens import TokenStore


async def about_oa(client: ZaloClient, tokens: TokenStore) -> dict[str, Any]:
    """Return name, verification and package of the OA, after renewing a token that Zalo no longer takes.

    Raises:
        NeedsLogin: Somebody has to log in.
        NotTaken, UnknownOutcome, ZaloError: As for `ZaloClient.about_oa`.
    """
    found = await tokens.usable(client)
    try:
        return await client.about_oa(found.access_token)
    except ZaloError as error:
        if judge(error.code).action is not Action.REFRESH:
            raise
    found = await tokens.renew(found.generation, client)
    return await client.about_oa(found.access_token)
