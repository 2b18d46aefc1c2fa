"""Cases by the ten thousand or the million, made on the server from one accepted case of each kind.

A copy has its template's materials, reviews and papers under keys of its own. Copies stand five minutes apart, back into
the past, in the eleven departments by turns, every tenth under the template's account; of a hundred and one, ninety-seven
are closed and one each is submitted, accepted, decided and withdrawn.

Does not: copy events, timers or journals; those belong to the kit, whose tables a case leaves when it is closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from yimen.departments import DEPARTMENTS

SPACING = timedelta(minutes=5)
AGE = f"n * interval '{SPACING.seconds} seconds'"
NUMBER = "'8' || lpad(n::text, 20, '0')"
_DEPARTMENT = f"(ARRAY{list(DEPARTMENTS)})[n % {len(DEPARTMENTS)} + 1]"
_ACCOUNT = "CASE n % 10 WHEN 0 THEN t.account ELSE t.account || '-' || n % 9973 END"
_DECIDED = f"t.accepted_at - {AGE} + interval '3 days'"
_SERVED = f"t.accepted_at - {AGE} + interval '4 days'"
_LICENCE = """jsonb_build_object('number', '证字〔2026〕' || n || '号', 'name', '许可证', 'valid_from', '2026-01-01',
 'valid_until', NULL, 'renews', NULL)"""
_DECISION = {
    "outcome": "'granted'",
    "reviewed_at": _DECIDED,
    "decided_at": _DECIDED,
    "decided_on": f"({_DECIDED})::date",
    "legal_basis": "'《中华人民共和国行政许可法》第三十八条第一款'",
    "licence": _LICENCE,
}
_SERVICE = {"served_at": _SERVED, "service_way": "'大厅自取'", "receiver": "'张三'", "ended_at": _SERVED}
_UNACCEPTED = {"accepted_at": "NULL", "accepted_on": "NULL", "stage": "NULL"}


@dataclass(frozen=True)
class State:
    """One state of the copies: which of a hundred and one, and what is different from the accepted template."""

    share: str
    changes: Mapping[str, str]
    papers: tuple[tuple[str, str], ...] = ()


_GRANT, _PROOF = ("grant", "准字"), ("service", "送字")
STATES = {
    "closed": State("n % 101 < 97", _DECISION | _SERVICE, (_GRANT, _PROOF)),
    "submitted": State("n % 101 = 97", _UNACCEPTED),
    "accepted": State("n % 101 = 98", {}),
    "decided": State("n % 101 = 99", _DECISION, (_GRANT,)),
    "withdrawn": State("n % 101 = 100", _UNACCEPTED | {"ended_at": _DECIDED}),
}


async def multiply(connection: asyncpg.Connection, count: int) -> None:
    """`count` copies; then fresh statistics. The templates: the first accepted case of each kind that is there."""
    kinds = "SELECT DISTINCT ON (kind) case_number FROM cases WHERE status = 'accepted' ORDER BY kind, case_number"
    templates = [row["case_number"] for row in await connection.fetch(kinds)]
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    for place, template in enumerate(templates):
        for status, state in STATES.items():
            which = f"(n / {len(DEPARTMENTS)}) % {len(templates)} = {place} AND {state.share}"
            source = f"generate_series(1, {count}) AS n WHERE t.case_number = '{template}' AND {which}"
            await _copy_life(connection, status, state, source)
    await connection.execute("RESET session_replication_role; RESET synchronous_commit")
    await connection.execute("ANALYZE")


async def _copy_life(connection: asyncpg.Connection, status: str, state: State, source: str) -> None:
    fixed = {"case_number": NUMBER, "department": _DEPARTMENT, "account": _ACCOUNT, "status": f"'{status}'"}
    await _copy(connection, "cases", fixed | dict(state.changes), source)
    papers = {"case_number": NUMBER, "number": "t.number || '~' || n"}
    await _copy(connection, "documents", papers, source)
    if status not in ("submitted", "withdrawn"):
        review_id = f"{NUMBER} || substr(t.review_id, length(t.case_number) + 1)"
        await _copy(connection, "reviews", {"case_number": NUMBER, "review_id": review_id}, source)
    for kind, mark in state.papers:
        await connection.execute(
            f"INSERT INTO documents (case_number, kind, number, dated) SELECT {NUMBER}, '{kind}',"
            f" '{mark}〔2026〕~' || n, ({_DECIDED})::date FROM cases AS t, {source}"
        )


async def _copy(connection: asyncpg.Connection, table: str, changes: Mapping[str, str], source: str) -> None:
    columns = await connection.fetch(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = $1 AND column_name <> 'id' ORDER BY ordinal_position",
        table,
    )
    names = ", ".join(f'"{row["column_name"]}"' for row in columns)
    values = ", ".join(
        changes.get(row["column_name"]) or _aged(row["column_name"], row["data_type"]) for row in columns
    )
    await connection.execute(f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" AS t, {source}')


def _aged(column: str, kind: str) -> str:
    if kind == "timestamp with time zone":
        return f'(t."{column}" - {AGE})'
    return f'(t."{column}" - {AGE})::date' if kind == "date" else f't."{column}"'
