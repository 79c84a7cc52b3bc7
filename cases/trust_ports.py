"""What the use cases need of the rooms that keep trust: the audit, what was erased, boxes only a body opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from cases.model import Case

if TYPE_CHECKING:
    from cases.ports import Chat


class Audit(Protocol):
    """The chain of who read and changed what; nothing in it is ever changed or taken out."""

    def enter(self, what: str, *, actor: str, case_id: str = "", detail: Mapping[str, str] | None = None) -> None:
        """Append one entry in this transaction.

        `actor` is an officer's id, `system`, `operator` (the command line) or `resident`. `detail` holds short facts
        and is sealed; never words of a resident, never a name of one.
        """


class Erasures(Protocol):
    """What was erased for good, so that an older backup does not bring it back."""

    def remember(self, case_id: str) -> None:
        """This case was erased."""

    def remember_identity(self, ref: str) -> None:
        """This vault entry was erased; its case goes on."""


class Sealed(Protocol):
    """Boxes that only a receiving body opens."""

    def opener(self, localities: Sequence[str], body: str) -> str:
        """The key this body's reports are sealed with, looked for in these localities; "" when they are not sealed."""

    def keep(self, case: Case, what: str, told: Mapping[str, object], key: str = "") -> None:
        """Put this into a box of the case."""

    def drop(self, case_id: str, what: str) -> None:
        """Erase the boxes of one kind."""

    def has(self, case_id: str, what: str) -> bool:
        """Whether the case has a box of this kind."""

    def forget(self, of: Chat) -> None:
        """`forget_talk`, and `apart` for the address."""

    def forget_talk(self, of: Chat) -> None:
        """Erase what was said in this chat, both ways, wherever the server could still read it."""

    def apart(self, of: Chat) -> None:
        """Seal this chat's address under a key that is in no backup; the caller saves the chat."""

    def hold_files(self, case: Case) -> list[dict[str, object]]:
        """Have the case's evidence sealed by the worker, and forget the files' names; returns id, name and kind."""
