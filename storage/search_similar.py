"""Cases that look alike: those that share the rarest words, of one locality, as far as the officer may read them."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime

from sqlalchemy import bindparam, func, select

from cases.model import Case, Officer
from cases.rules import Rules
from cases.scope import Sight
from storage.case_store import case
from storage.hot import Hot
from storage.listing import CaseList
from storage.listing_lines import CaseLine
from storage.listing_scope import Reach
from storage.search import indexed, token, tokens_of
from storage.work import StoredWork

RARE = 200  # a word in more cases than this tells nothing
MOST_TOKENS = 400
LEAST_SHARE = 0.15  # of what a case shares with itself; below it two reports only use the same language
CANDIDATES = 60
_HAVING = Hot(
    select(token.c.number).where(token.c.token == bindparam("wanted")).order_by(token.c.number.desc()).limit(RARE + 1)
)


def similar(
    unit: StoredWork, rules: Rules, officer: Officer, of: Case, now: datetime, most: int = 5
) -> tuple[CaseLine, ...]:
    """The cases most like this one, best first; empty as long as nothing is indexed."""
    scores = _scores(unit, of)
    if not scores:
        return ()
    numbers = dict(scores.most_common(CANDIDATES))
    reach = Reach.of(rules, officer, now, unit.connection.dialect.name)
    statement = (
        select(case.c.id, indexed.c.number)
        .join(indexed, indexed.c.case_id == case.c.id)
        .where(indexed.c.number.in_(numbers), case.c.locality == of.locality, case.c.id != of.id)
        .where(reach.sees(Sight.CONTENT))
    )
    found = {row.id: numbers[row.number] for row in unit.connection.execute(statement)}
    best = sorted(found, key=lambda case_id: (-found[case_id], case_id))[:most]
    lines = {line.id: line for line in CaseList(unit, rules, officer, now).lines_of(best)}
    return tuple(lines[case_id] for case_id in best if case_id in lines)


def _scores(unit: StoredWork, of: Case) -> Counter[int]:
    """By number of a case: how much the words it shares tell, where that is enough to mean something."""
    known = int(unit.connection.execute(select(func.max(indexed.c.number))).scalar() or 0)
    scores: Counter[int] = Counter()
    itself = 0.0
    for one in sorted(tokens_of(unit.keys, of))[:MOST_TOKENS]:
        numbers = [row.number for row in _HAVING.rows(unit.connection, {"wanted": one})]
        if len(numbers) > RARE:
            continue
        weight = math.log((known + 2) / (len(numbers) + 1))
        itself += weight
        for number in numbers:
            scores[number] += weight  # type: ignore[assignment]  # a counter of floats
    return Counter({number: score for number, score in scores.items() if score >= LEAST_SHARE * itself})
