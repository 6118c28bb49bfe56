"""Every figure of the yearly follow-up counted again with plain SQL, straight from the tables of a SQLite file.

Nothing of ours is called: what is meant by sent, answered or tried is said here a second time, on purpose.
"""

# ruff: noqa: S608 - plain SQL, put together from words of this file

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ITEMS = "count(DISTINCT source || ' ' || key)"
DAYS = "SELECT max(json_extract(value, '$[0]')) FROM json_each({}) WHERE json_extract(value, '$[1]') IN "
ROLES = "('application', 'stage_1', 'stage_2', 'cut_off', 'answer', 'other')"
VIEWS = f"""
    CREATE TEMP VIEW item AS SELECT i.id, i.source, i.key, i.kind, i.first_seen,
        coalesce(nullif(json_extract(i.meta, '$.region'), ''), r.region, '') AS region,
        json_extract(a.flags, '$.children_youth') >= 0.5 AS child,
        json_extract(a.flags, '$.partnership') >= 0.5 AS partner,
        CASE WHEN i.kind IN ('call', 'consultation') THEN
            CASE WHEN i.deadlines <> '[]' THEN ({DAYS.format("i.deadlines")} {ROLES})
            ELSE ({DAYS.format("a.deadlines")} {ROLES}) END END AS last_day
        FROM items i LEFT JOIN assessments a ON a.item_id = i.id LEFT JOIN regions r ON r.name = i.source;
    CREATE TEMP VIEW letter AS SELECT d.*, day_of(d.created_at) AS day FROM digests d, asked
        WHERE d.municipality = asked.place AND substr(day_of(d.created_at), 1, 4) = asked.year;
    CREATE TEMP VIEW told AS SELECT d.id AS digest, d.day, u.value AS unit, i.*,
        coalesce((SELECT f.answer FROM feedback f WHERE f.digest_id = d.id AND f.source = e.source AND f.key = e.key
            ORDER BY f.at DESC, f.id DESC LIMIT 1),
            (SELECT 'raknad' FROM feedback_counts c, asked WHERE c.municipality = asked.place AND c.source = e.source
            AND c.key = e.key LIMIT 1)) AS answer
        FROM letter d JOIN digest_entries e ON e.digest_id = d.id JOIN json_each(d.units) u
        JOIN item i ON i.source = e.source AND i.key = e.key
        LEFT JOIN routes w ON w.municipality = d.municipality AND w.week = d.week AND w.unit = u.value
            AND w.source = e.source AND w.key = e.key
        WHERE d.state = 'sent' AND (w.unit IS NOT NULL OR NOT EXISTS (SELECT 1 FROM routes o JOIN json_each(d.units) v
            ON o.unit = v.value WHERE o.municipality = d.municipality AND o.week = d.week AND o.source = e.source
            AND o.key = e.key));
    CREATE TEMP VIEW routed AS SELECT r.* FROM routes r, asked WHERE r.municipality = asked.place
        AND strftime('%Y', monday_of(r.week)) = asked.year AND length(r.week) = 8;
    CREATE TEMP VIEW act AS SELECT a.id, a.unit, a.state, a.due, a.applied, a.granted, a.currency,
        i.source, i.key, i.kind,
        i.child, i.partner, substr(day_of(a.created_at), 1, 4) = asked.year AS begun,
        (SELECT day_of(max(c.at)) FROM action_changes c WHERE c.action_id = a.id
            AND json_extract(c.changes, '$.state[1]') = 'done') AS done
        FROM actions a JOIN item i ON i.source = a.source AND i.key = a.key, asked
        WHERE a.municipality = asked.place AND substr(day_of(a.created_at), 1, 4) <= asked.year
        AND (substr(day_of(a.created_at), 1, 4) = asked.year OR a.state IN ('open', 'ongoing')
            OR a.changed_at IS NULL OR substr(day_of(a.changed_at), 1, 4) >= asked.year);
    CREATE TEMP VIEW trial AS SELECT c.source, c.key, c.state, i.kind, i.child, i.partner FROM cofinancing c
        JOIN item i ON i.source = c.source AND i.key = c.key, asked
        WHERE c.id IN (SELECT max(n.id) FROM cofinancing n, asked WHERE n.municipality = asked.place
            AND substr(day_of(n.at), 1, 4) = asked.year GROUP BY n.project, n.source, n.key);
    CREATE TEMP VIEW call AS SELECT c.source, c.key, i.child, i.partner,
        (SELECT count(*) FROM act a WHERE a.source = c.source AND a.key = c.key) AS acts,
        (SELECT max(a.granted) FROM act a WHERE a.source = c.source AND a.key = c.key) AS granted,
        (SELECT max(a.applied) FROM act a WHERE a.source = c.source AND a.key = c.key) AS applied,
        (SELECT min(a.state = 'dropped') FROM act a WHERE a.source = c.source AND a.key = c.key) AS dropped,
        (SELECT min(t.state = 'declined') FROM trial t WHERE t.source = c.source AND t.key = c.key) AS declined
        FROM (SELECT source, key FROM told WHERE kind = 'call' UNION SELECT source, key FROM act WHERE kind = 'call'
            UNION SELECT source, key FROM trial WHERE kind = 'call') c
        JOIN item i ON i.source = c.source AND i.key = c.key;
    CREATE TEMP VIEW outcome AS SELECT *, CASE
        WHEN acts = 0 AND declined IS NULL THEN 'ingen_atgard'
        WHEN acts = 0 THEN CASE WHEN declined THEN 'ej_sokt' ELSE 'provad' END
        WHEN granted > 0 THEN 'beviljad' WHEN granted = 0 THEN 'avslag' WHEN applied > 0 THEN 'vantar'
        WHEN dropped THEN 'ej_sokt' ELSE 'provad' END AS told FROM call;
    CREATE TEMP VIEW verdict AS SELECT v.ruling FROM verdicts v, asked
        WHERE v.id IN (SELECT max(n.id) FROM verdicts n, asked WHERE n.municipality = asked.place
            AND substr(day_of(n.at), 1, 4) <= asked.year GROUP BY n.source, n.key)
        AND substr(day_of(v.at), 1, 4) = asked.year;
    CREATE TEMP VIEW first_told AS SELECT source, key, last_day, min(day) AS day FROM told WHERE last_day IS NOT NULL
        GROUP BY source, key;
    CREATE TEMP VIEW kept AS SELECT CASE WHEN state = 'dropped' THEN 'lagd_ned'
        WHEN state = 'done' THEN CASE WHEN done IS NULL THEN 'okant' WHEN done <= due THEN 'i_tid' ELSE 'sent' END
        WHEN due < asked.today THEN 'ej_klar' ELSE 'kommande' END AS how
        FROM act, asked WHERE substr(due, 1, 4) = asked.year;
"""
OWN = "municipality = (SELECT place FROM asked)"
IN_YEAR = "substr(day_of({}), 1, 4) = (SELECT year FROM asked)"
MET = "meeting LIKE (SELECT year FROM asked) || '%'"
SHOWN = f"{IN_YEAR.format('published_at')} AND withdrawn_at IS NULL"
COLLECTED = f"SELECT count(*) FROM item WHERE {IN_YEAR.format('first_seen')}"
SINGLE = {
    "collected": COLLECTED,
    "routed": f"SELECT {ITEMS} FROM routed",
    "sent": f"SELECT {ITEMS} FROM told",
    "sent.eu_law": f"SELECT {ITEMS} FROM told WHERE kind IN ('legal_act', 'proposal')",
    "letters": "SELECT count(*) FROM letter WHERE state = 'sent'",
    "letters.weeks": "SELECT count(DISTINCT week) FROM letter WHERE state = 'sent'",
    "letters.failed": "SELECT count(*) FROM letter WHERE state IN ('refused', 'bounced', 'unclear', 'held')",
    "answered": f"SELECT {ITEMS} FROM told WHERE answer IS NOT NULL",
    "acted": "SELECT count(*) FROM act WHERE begun",
    "calls": "SELECT count(*) FROM call",
    "calls.tried": "SELECT count(*) FROM call WHERE acts > 0 OR declined IS NOT NULL",
    "ruled": "SELECT count(*) FROM verdict WHERE ruling <> 'reopened'",
    "due": "SELECT count(*) FROM first_told",
    "kept": "SELECT count(*) FROM kept",
    "analyses": f"SELECT {ITEMS} FROM analyses WHERE {OWN} AND {IN_YEAR.format('signed_at')}",
    "meetings": f"SELECT count(DISTINCT meeting) FROM decisions WHERE {OWN} AND {MET}",
    "meetings.decisions": f"SELECT count(*) FROM decisions WHERE {OWN} AND {MET}",
    "residents": f"SELECT count(*) FROM publications WHERE {OWN} AND {SHOWN}",
    "due.early": "SELECT count(*) FROM first_told WHERE julianday(last_day) - julianday(day) >= 14",
    "due.late": "SELECT count(*) FROM first_told WHERE julianday(last_day) - julianday(day) < 14",
}
BY_REST = {
    "collected": COLLECTED + " AND region = '{0}'",
    "ruled": "SELECT count(*) FROM verdict WHERE ruling = '{0}'",
    "sent": f"SELECT {ITEMS} FROM told WHERE region = '{{0}}'",
    "answers": "SELECT count(*) FROM (SELECT DISTINCT digest, source, key FROM told WHERE answer = '{0}')",
    "month": f"SELECT {ITEMS} FROM told WHERE day LIKE '{{0}}%'",
    "calls": "SELECT count(*) FROM outcome WHERE told = '{0}'",
    "kept": "SELECT count(*) FROM kept WHERE how = '{0}'",
}
BY_THEME = {
    "sent": f"SELECT {ITEMS} FROM told WHERE {{0}}",
    "answered": f"SELECT {ITEMS} FROM told WHERE {{0}} AND answer IS NOT NULL",
    "acted": "SELECT count(*) FROM act WHERE {0} AND begun",
    "calls": "SELECT count(*) FROM call WHERE {0}",
}
BY_UNIT = {
    "in": f"SELECT {ITEMS} FROM routed WHERE unit IN ({{0}})",
    "out": f"SELECT {ITEMS} FROM told WHERE unit IN ({{0}})",
    "answered": f"SELECT {ITEMS} FROM told WHERE unit IN ({{0}}) AND answer IS NOT NULL",
    "acted": "SELECT count(*) FROM act WHERE unit IN ({0}) AND begun",
    "done": "SELECT count(*) FROM act WHERE unit IN ({0}) AND begun AND state = 'done'",
}
THEMES = {"barn": "child", "partner": "partner"}
STATES = ("done", "ongoing", "open", "dropped")


class Recount:
    """Counts the figures of one municipality's year again."""

    def __init__(
        self, path: str, place: str, year: int, now: datetime, regions: Iterable[tuple[str, str]],
        groups: Mapping[str, Sequence[str]],
    ) -> None:  # fmt: skip
        self.groups = groups
        self.sql = sqlite3.connect(path)
        self.sql.create_function("day_of", 1, _swedish_day, deterministic=True)
        self.sql.create_function("monday_of", 1, _monday, deterministic=True)
        self.sql.execute("CREATE TEMP TABLE regions (name, region)")
        self.sql.executemany("INSERT INTO regions VALUES (?, ?)", regions)
        self.sql.execute("CREATE TEMP TABLE asked (place, year, today)")
        self.sql.execute(
            "INSERT INTO asked VALUES (?, ?, ?)", (place, str(year), now.astimezone(STOCKHOLM).date().isoformat())
        )
        self.sql.executescript(VIEWS)

    def value(self, key: str) -> float:
        """Return the figure."""
        found: float | None = self.sql.execute(self._query(key)).fetchone()[0]
        return found or 0

    def close(self) -> None:
        """Let go of the file."""
        self.sql.close()

    def _query(self, key: str) -> str:
        if key in SINGLE:
            return SINGLE[key]
        name, rest = key.split(".", 1)
        if name == "money":
            column, currency = rest.split(".")
            told = {"sokt": "applied", "beviljat": "granted"}[column]
            return f"SELECT total({told}) FROM act WHERE currency = '{currency}'"
        if name in THEMES:
            return BY_THEME[rest].format(THEMES[name])
        if name == "acted" and rest in STATES:
            return f"SELECT count(*) FROM act WHERE begun AND state = '{rest}'"
        if name in BY_UNIT and rest in self.groups:
            return BY_UNIT[name].format(", ".join(f"'{unit}'" for unit in self.groups[rest]))
        return BY_REST[name].format(rest)


def _swedish_day(moment: str | None) -> str | None:
    if moment is None:
        return None
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(STOCKHOLM).date().isoformat()


def _monday(week: str) -> str | None:
    try:
        return datetime.strptime(f"{week}-1", "%G-W%V-%u").date().isoformat()  # noqa: DTZ007 - a day without a zone
    except ValueError:  # the period of a notice
        return None
