"""The probes on which models differ, as a run file knows them: counted, and a few of each cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

# A first model's answer, and the least and the most of all models' scores, by probe. Of one model
# alone, the probes that it failed.
_DIFFER = """
    SELECT a.probe AS number, max(a.role = :first AND a.reason = 'solved') AS kept
    FROM answers a WHERE a.repeat = 0 AND a.score IS NOT NULL AND a.role IN (%s)
    GROUP BY a.probe
    HAVING min(a.score) < CASE WHEN :alone THEN 1 ELSE max(a.score) END
"""

Rows = Callable[..., Iterator[tuple[Any, ...]]]


def count_differing(rows: Rows, roles: list[str]) -> int:
    """Probes that some of ``roles`` solved and others did not; of one alone, those it failed."""
    query = f"SELECT count(*) FROM ({_DIFFER % _places(roles)})"  # noqa: S608
    return int(next(rows(query, _parameters(roles)))[0])


def numbers_of_differing(rows: Rows, roles: list[str], most: int) -> list[int]:
    """Row numbers of at most ``most`` such probes a cell, the first role's successes apart from
    its failures, by family and position."""
    query = f"""
        WITH differ AS ({_DIFFER % _places(roles)})
        SELECT number FROM (
            SELECT p.number, p.family, p.position, row_number() OVER (
                PARTITION BY p.family, p.coordinate, differ.kept ORDER BY p.position
            ) AS turn
            FROM differ JOIN probes p ON p.number = differ.number
        ) WHERE turn <= :most ORDER BY family, position"""  # noqa: S608
    return [row[0] for row in rows(query, _parameters(roles) | {"most": most})]


def _places(roles: list[str]) -> str:
    return ", ".join(f":role{number}" for number in range(len(roles)))


def _parameters(roles: list[str]) -> dict[str, Any]:
    named = {f"role{number}": role for number, role in enumerate(roles)}
    return {**named, "first": roles[0], "alone": len(roles) == 1}
