"""A supervisor's cases by the million, made on the server, with the counts that follow from them.

Cases stand evenly over a thousand days, whatever their number, in three hundred items of eleven departments; of a hundred
and one ninety-eight are closed, every twentieth of them late. Of those that run one in twenty is red, one yellow, one blue.

Does not: make events, nor a journal. The counts are added up here by other words than `services.monitor.counting`'s.
"""

from typing import Final

import asyncpg

from yimen.departments import DEPARTMENTS

MADE: Final = """
CREATE TEMP TABLE made AS
SELECT n, 'K' || lpad(n::text, 9, '0') AS number, item, 'I' || item AS item_code,
 ($3::text[])[item % cardinality($3::text[]) + 1] AS department,
 (ARRAY['instant','committed','joint','forwarded'])[item % 4 + 1] AS kind, accepted_on,
 accepted_on + 10 AS promised_due, ended, late,
 CASE WHEN ended THEN accepted_on + CASE WHEN late THEN 12 ELSE 2 + n % 7 END END AS closed_on,
 CASE WHEN ended THEN CASE WHEN late THEN 11 ELSE 2 + n % 7 END END AS used_days
FROM (SELECT n, n::bigint * 7919 % 300 AS item, ($1::date - ((n * 1000::bigint) / $2::int)::int) AS accepted_on,
  n % 101 < 98 AS ended, n % 20 = 0 AS late FROM generate_series(1, $2) AS n) AS plain
"""

CASES: Final = """
INSERT INTO cases (number, state, department, kind, item_name, item_code, applicant, accepted_on, promised_due,
 statutory_due, provisional, paused, stopped_at, closed_at, closed_on, late_days, blue_at, yellow_at, red_at, ended_light,
 rungs, contribution)
SELECT number, CASE WHEN ended THEN 'closed' ELSE 'accepted' END, department, kind, '事项' || item, item_code, '张三',
 accepted_on, promised_due, promised_due + 20, false, false, closed_on + time '02:00' AT TIME ZONE 'UTC',
 closed_on + time '03:00' AT TIME ZONE 'UTC', closed_on, CASE WHEN ended THEN CASE WHEN late THEN 1 ELSE 0 END END,
 CASE WHEN NOT ended THEN now() + light('blue', n) END,
 CASE WHEN ended THEN CASE WHEN late THEN promised_due + time '16:00' AT TIME ZONE 'UTC' END ELSE now() + light('yellow', n)
 END,
 CASE WHEN NOT ended THEN now() + light('red', n) END,
 CASE WHEN ended THEN CASE WHEN late THEN 2 ELSE 0 END END, '{}',
 jsonb_build_object('days', jsonb_build_object(
  accepted_on || '/' || department || '/' || item_code, jsonb_build_object('submitted', 1, 'accepted', 1, kind, 1),
  coalesce(closed_on::text, '-') || '/' || department || '/' || item_code, jsonb_build_object('ended', 1, 'closed', 1)))
FROM made
"""

LIGHT: Final = """
CREATE FUNCTION pg_temp.light(light text, n int) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
 SELECT (CASE WHEN CASE light WHEN 'red' THEN n / 101 % 20 < 1 WHEN 'yellow' THEN n / 101 % 20 < 2 ELSE n / 101 % 20 < 3 END
  THEN -1 ELSE 1 END) * interval '1 hour' * (24 + n % 72)
$$
"""

MOVED: Final = """
CREATE TEMP TABLE moved AS
SELECT day, department, item_code, sum(accepted)::int AS accepted, sum(accepted) FILTER (WHERE kind = 'instant') AS instant,
 sum(accepted) FILTER (WHERE kind = 'committed') AS committed, sum(accepted) FILTER (WHERE kind = 'joint') AS joint,
 sum(accepted) FILTER (WHERE kind = 'forwarded') AS forwarded, sum(ended)::int AS ended, sum(late)::int AS late,
 sum(used_days)::int AS used_days FROM (
 SELECT accepted_on AS day, department, item_code, kind, 1 AS accepted, 0 AS ended, 0 AS late, 0 AS used_days FROM made
 UNION ALL
 SELECT closed_on, department, item_code, kind, 0, 1, late::int, used_days FROM made WHERE ended) AS both_days
GROUP BY day, department, item_code
"""

COUNTS: Final = """
INSERT INTO case_counts (grain, first, department, item_code, submitted, accepted, instant, committed, joint, forwarded,
 by_window, promised_days, statutory_days, ended, ended_late, closed, closed_late, granted, used_days, allowed_days)
SELECT $1::text, CASE $1::text WHEN 'day' THEN day ELSE date_trunc($1::text, day)::date END, department,
 CASE $1::text WHEN 'month' THEN item_code ELSE '' END, sum(accepted), sum(accepted), coalesce(sum(instant), 0),
 coalesce(sum(committed), 0), coalesce(sum(joint), 0), coalesce(sum(forwarded), 0), sum(accepted), 10 * sum(accepted),
 30 * sum(accepted), sum(ended), sum(late), sum(ended), sum(late), sum(ended), sum(used_days), 10 * sum(ended)
FROM moved GROUP BY 2, 3, 4
"""

STAGES: Final = """
INSERT INTO stage_counts (month, department, item_code, stage, days, count, late, minutes)
SELECT date_trunc('month', closed_on)::date, department, whose.item, 'case.handling', used_days, count(*), sum(late::int),
 sum(used_days * 480) FROM made CROSS JOIN LATERAL (VALUES (item_code), ('')) AS whose (item)
WHERE ended GROUP BY 1, 2, 3, 5
"""


async def fill(connection: asyncpg.Connection, count: int) -> None:
    """Up to today. Raises `RuntimeError` where the counts are not those of the cases."""
    today = await connection.fetchval("SELECT current_date")
    await connection.execute("SET synchronous_commit = off")
    await connection.execute(LIGHT)
    await connection.execute(MADE, today, count, list(DEPARTMENTS))
    await connection.execute("ANALYZE made")
    await connection.execute(CASES.replace("light(", "pg_temp.light("))
    await connection.execute(MOVED)
    for grain in ("day", "month", "year"):
        await connection.execute(COUNTS, grain)
    await connection.execute(STAGES)
    await connection.execute(
        "INSERT INTO counted_items SELECT DISTINCT item_code, '事项' || item, 1 FROM made ON CONFLICT DO NOTHING"
    )
    cases = await connection.fetchrow("SELECT count(*), count(stopped_at) FROM cases")
    counts = await connection.fetchrow("SELECT sum(accepted), sum(ended) FROM case_counts WHERE grain = 'year'")
    if [*map(int, cases)] != [*map(int, counts)]:
        raise RuntimeError(f"the counts {counts} are not those of the cases {cases}")
    await connection.execute("DROP TABLE made; DROP TABLE moved; RESET synchronous_commit")
    await connection.execute("VACUUM ANALYZE")
