"""Which group belongs to which department."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels.keeping import Keeping

EVERYBODY = "*"
_MOVED = "telegram:group_moved:{}"


class Groups:
    """The officers' groups of the settings; a group that got another id is followed."""

    def __init__(self, configured: Mapping[str, int], keeping: Keeping) -> None:
        """Args: `configured`: department id → chat id, with `*` for all that are not named."""
        self._configured = dict(configured)
        self._moved: dict[int, int] = {}
        self._keeping = keeping

    async def load(self) -> None:
        """Read which groups moved in earlier runs."""
        for chat_id in set(self._configured.values()):
            moved = await self._keeping.get(_MOVED.format(chat_id))
            if isinstance(moved, int):
                self._moved[chat_id] = moved

    def of(self, department: str) -> int | None:
        """Return the group of a department, or None when it has none."""
        chat_id = self._configured.get(department, self._configured.get(EVERYBODY))
        return None if chat_id is None else self._moved.get(chat_id, chat_id)

    def all(self) -> frozenset[int]:
        """Return all groups."""
        return frozenset(self._moved.get(chat_id, chat_id) for chat_id in self._configured.values())

    def first(self) -> int:
        """Return the group for what belongs to no department."""
        chat_id = self._configured.get(EVERYBODY, next(iter(self._configured.values())))
        return self._moved.get(chat_id, chat_id)

    async def moved(self, old: int, new: int) -> None:
        """Note that a group has another id from now on."""
        for configured in set(self._configured.values()):
            if self._moved.get(configured, configured) == old:
                self._moved[configured] = new
                await self._keeping.put(_MOVED.format(configured), new)
