"""The catalogue in memory, and the holder that swaps it whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.catalogue.groups import Group
from bot.catalogue.model import Procedure


@dataclass(frozen=True, slots=True)
class Entry:
    """A procedure with the file it comes from."""

    procedure: Procedure
    field: str
    ministry: str
    file: Path
    index: int
    """Position in the file, from 0."""


class Catalogue:
    """All procedures by code; never changed after it is built."""

    def __init__(self, entries: Iterable[Entry], digest: str, groups: Iterable[Group] = ()) -> None:
        self._entries = {entry.procedure.code: entry for entry in entries}
        self._moved = {
            old: entry.procedure.code for entry in self._entries.values() for old in entry.procedure.codes_old
        }
        self.groups = tuple(groups)
        """Names that several procedures share."""
        self._groups = {group.label: group for group in self.groups}
        self._siblings: dict[str, frozenset[str]] = {}
        self.digest = digest
        """SHA-256 over file names and contents."""

    def __len__(self) -> int:
        """Return the number of procedures."""
        return len(self._entries)

    def __iter__(self) -> Iterator[Procedure]:
        """Iterate over the procedures in the order of the files."""
        return (entry.procedure for entry in self._entries.values())

    def __contains__(self, code: str) -> bool:
        """Say whether a current or former code is known."""
        return code in self._entries or code in self._moved

    def find(self, code: str | None) -> Procedure | None:
        """Return the procedure with this current or former code, or None."""
        entry = self.entry(code)
        return entry.procedure if entry else None

    def group(self, label: str | None) -> Group | None:
        """Return the ambiguous name with this label, or None."""
        return self._groups.get(label or "")

    def siblings(self, code: str | None) -> frozenset[str]:
        """Return the codes that people confuse with this one: its family, and names they share."""
        procedure = self.find(code)
        if procedure is None:
            return frozenset()
        found = self._siblings.get(procedure.code)
        if found is None:
            codes = {other.code for other in self if other.family and other.family == procedure.family}
            codes.update(*(group.codes for group in self.groups if procedure.code in group.codes))
            found = self._siblings[procedure.code] = frozenset(codes - {procedure.code})
        return found

    def for_lost(self, code: str | None) -> str | None:
        """Return the code of the same family that replaces a lost paper, if there is just one other."""
        procedure = self.find(code)
        if procedure is None or not procedure.family:
            return None
        family = (other for other in self if other.family == procedure.family and other.code != procedure.code)
        found = [other.code for other in family if "mất" in other.short_name.split()]
        return found[0] if len(found) == 1 and "mất" not in procedure.short_name.split() else None

    def entry(self, code: str | None) -> Entry | None:
        """Return the procedure together with its file, or None."""
        if code is None:
            return None
        return self._entries.get(self._moved.get(code, code))

    def entries(self) -> Iterator[Entry]:
        """Iterate over procedures with their files."""
        return iter(self._entries.values())
