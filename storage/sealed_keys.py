"""Keys of receiving bodies: proposed by one person, in force when a second agreed; copies wrapped for each holder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import delete, func, insert, select, update

from cases.model import Case
from storage.schema import metadata
from storage.tables_sealed import SealedClass, SealedEnvelope, SealedHolder, SealedKey

if TYPE_CHECKING:
    from storage.work import StoredWork

sealed_class = metadata.tables[str(SealedClass.__tablename__)]
sealed_key = metadata.tables[str(SealedKey.__tablename__)]
holder = metadata.tables[str(SealedHolder.__tablename__)]
envelope = metadata.tables[str(SealedEnvelope.__tablename__)]


@dataclass(frozen=True, slots=True)
class BodyKey:
    """A public key of a body and where it stands: waiting, agreed or refused."""

    id: str
    locality: str
    body: str
    public: bytes
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    agreed: bool

    @property
    def waiting(self) -> bool:
        """Whether a second person has yet to decide."""
        return self.decided_at is None


# -- the class ------------------------------------------------------------


def switched_on(unit: StoredWork, locality: str) -> datetime | None:
    """Since when this commune seals reports about persons; None where it does not."""
    statement = select(sealed_class.c.since).where(sealed_class.c.locality == locality)
    found: datetime | None = unit.connection.execute(statement).scalar()
    return found


def switch(unit: StoredWork, locality: str, by: str, *, on: bool) -> None:
    """Seal reports about persons from now on, or no more; what is sealed stays sealed."""
    unit.connection.execute(delete(sealed_class).where(sealed_class.c.locality == locality))
    if on:
        unit.connection.execute(insert(sealed_class), {"locality": locality, "set_by": by, "since": unit.now})
    unit.audit.enter("rule_changed", actor=by, detail={"rule": "sealed", "on": str(on), "locality": locality})


# -- keys -----------------------------------------------------------------


def key_in_force(unit: StoredWork, localities: Sequence[str], body: str) -> str:
    """The id of the key that reports to this body are sealed with; "" where the first locality does not seal."""
    if switched_on(unit, localities[0]) is None:
        return ""
    for locality in localities:
        found = newest(unit, locality, body)
        if found is not None:
            return found.id
    return ""


def newest(unit: StoredWork, locality: str, body: str) -> BodyKey | None:
    """The key agreed last."""
    here = (sealed_key.c.locality == locality, sealed_key.c.body == body, sealed_key.c.agreed)
    statement = select(sealed_key).where(*here).order_by(sealed_key.c.decided_at.desc(), sealed_key.c.id).limit(1)
    row = unit.connection.execute(statement).first()
    return _key(row) if row is not None else None


def known(unit: StoredWork, key: str) -> BodyKey | None:
    """A key by its id."""
    row = unit.connection.execute(select(sealed_key).where(sealed_key.c.id == key)).first()
    return _key(row) if row is not None else None


def keys_of(unit: StoredWork, locality: str, body: str = "") -> list[BodyKey]:
    """All keys of a locality, or of one body of it, newest first."""
    statement = select(sealed_key).where(sealed_key.c.locality == locality)
    statement = statement.where(sealed_key.c.body == body) if body else statement
    return [_key(row) for row in unit.connection.execute(statement.order_by(sealed_key.c.proposed_at.desc()))]


def envelopes_for(unit: StoredWork, case: Case, key: str = "") -> dict[str, bytes]:
    """The newest public key of every body that opens this case and is not shut out of it; at first of `key`'s alone.

    Where they were all shut out since, the key of the commune's body that has the case now. Raises `LookupError`.
    """
    mine = select(envelope.c.key_id).where(envelope.c.case_id == case.id).distinct()
    wanted = [key] if key else list(unit.connection.execute(mine).scalars())
    shut = {*case.excluded_bodies, *case.hidden_from}
    found = [one for one in (known(unit, name) for name in wanted) if one is not None and one.body not in shut]
    newer = [newest(unit, one.locality, one.body) or one for one in found]
    if not newer and case.receiving_body not in shut:
        here = newest(unit, case.locality, case.receiving_body)
        newer = [here] if here is not None else []
    if not newer:
        raise LookupError(f"no key to seal case {case.code} with")
    return {one.id: one.public for one in newer}


def propose(unit: StoredWork, locality: str, body: str, key: str, public: bytes, by: str) -> bool:
    """Put a new key of a body to a second person; False when it is known already and was not refused."""
    present = known(unit, key)
    if present is not None and (present.waiting or present.agreed):
        return False
    unit.connection.execute(delete(sealed_key).where(sealed_key.c.id == key))
    values = {"id": key, "locality": locality, "body": body, "public": public, "agreed": False, "decided_by": ""}
    unit.connection.execute(
        insert(sealed_key), {**values, "proposed_by": by, "proposed_at": unit.now, "decided_at": None}
    )
    unit.audit.enter("sealed_key_set", actor=by, detail={"step": "proposed", "key": key, "body": body})
    return True


def decide(unit: StoredWork, key: str, by: str, *, agreed: bool) -> bool:
    """The second person agrees or refuses; False when it is no longer waiting, or is her own proposal."""
    waiting = (sealed_key.c.id == key, sealed_key.c.decided_at.is_(None), sealed_key.c.proposed_by != by)
    statement = update(sealed_key).where(*waiting).values(agreed=agreed, decided_by=by, decided_at=unit.now)
    done = unit.connection.execute(statement).rowcount == 1
    if done:
        unit.audit.enter("sealed_key_set", actor=by, detail={"step": "agreed" if agreed else "refused", "key": key})
    return done


# -- copies of the private key --------------------------------------------


def keep_copy(unit: StoredWork, key: str, officer_id: str, wrapped: Mapping[str, Any]) -> None:
    """An officer's own wrapped copy; a later one takes the place of the earlier."""
    mine = (holder.c.key_id == key, holder.c.officer_id == officer_id)
    unit.connection.execute(delete(holder).where(*mine))
    values = {"key_id": key, "officer_id": officer_id, "wrapped": orjson.dumps(wrapped), "made_at": unit.now}
    unit.connection.execute(insert(holder), values)
    unit.audit.enter("sealed_key_set", actor=officer_id, detail={"step": "copy", "key": key})


def copies_of(unit: StoredWork, officer_id: str) -> dict[str, dict[str, Any]]:
    """The wrapped keys of an officer, by key."""
    rows = unit.connection.execute(select(holder).where(holder.c.officer_id == officer_id))
    return {row.key_id: orjson.loads(row.wrapped) for row in rows}


def holders(unit: StoredWork, keys: Sequence[str]) -> dict[str, int]:
    """How many officers have a copy of each of these keys."""
    statement = select(holder.c.key_id, func.count()).where(holder.c.key_id.in_(keys)).group_by(holder.c.key_id)
    return {key: int(many) for key, many in unit.connection.execute(statement)}


def _key(row: Any) -> BodyKey:
    return BodyKey(
        row.id,
        row.locality,
        row.body,
        row.public,
        row.proposed_by,
        row.proposed_at,
        row.decided_by,
        row.decided_at,
        bool(row.agreed),
    )
