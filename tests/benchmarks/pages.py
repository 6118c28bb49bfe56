"""Times every page on a large store: `python -m tests.benchmarks.pages --home FOLDER --items 1000000`.

The store is made the first time and kept in the folder; one of older tables is refused. A page's time is the server's,
by Flask's test client, in a process that may not have more than 2 GB. The figures are written beside the store, with
what is over its goal first, as soon as each page is measured.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask.testing import FlaskClient
from sqlalchemy import text

from pipeline.api_tokens import new_token
from pipeline.installation import Installation, open_installation
from store.accounts import add_account, list_accounts
from store.api_tokens import add_token
from store.db import Store
from store.migrations.searching import is_ours
from store.tables import Table
from store.types import Account, Role
from tests.benchmarks.large_store import NOW, Filling, fill
from tests.benchmarks.page_cases import Case, cases
from tests.benchmarks.page_table import shown
from tests.web.conftest import browser_of, finish
from tests.web.seeding import municipality_file
from web.app import create_app
from web.guards import limiter


def main() -> None:
    """Fill, ask and show."""
    given = _given()
    if given.memory:  # what the process writes to: libraries that are merely mapped do not count
        resource.setrlimit(resource.RLIMIT_DATA, (given.memory * 2**20, given.memory * 2**20))
    with _opened(given) as installation:
        figures: dict[str, Any] = {
            "day": datetime.now(UTC).date().isoformat(),
            "machine": f"{platform.machine()}, {given.machine}".rstrip(", "),
            "items": _number(installation.store),
            "database": installation.store.engine.dialect.name,
            "calls": given.calls,
            "memory_mb": given.memory,
            "rows": [],
        }
        for row in measured(installation, given.calls, given.only):
            figures["rows"].append(row)
            place = given.out or given.home / f"pages-{figures['database']}"
            place.with_suffix(".json").write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    place.with_suffix(".md").write_text(shown(figures) + "\n", encoding="utf-8")
    print(shown(figures))  # noqa: T201 - what the command is for


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True, type=Path, help="folder that keeps the store between runs")
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--database", default="", help="address of an empty or filled database; SQLite in the folder")
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--only", default="", help="beginning of the names of the pages to ask")
    parser.add_argument("--machine", default="", help="what the table says about the machine")
    parser.add_argument("--memory", type=int, default=2_048, help="megabytes that the process may have; 0 is no limit")
    parser.add_argument("--out", type=Path, help="where the figures go as .json and .md; else beside the store")
    return parser.parse_args()


@contextmanager
def _opened(given: argparse.Namespace) -> Iterator[Installation]:
    given.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = f'database_url = "{given.database}"\n' if given.database else ""
    (given.home / "utkik.toml").write_text(f"{database}[web]\npublic = true\n", encoding="utf-8")
    (given.home / "municipality.toml").write_text(municipality_file(), encoding="utf-8")
    with open_installation(given.home) as installation:
        if not _number(installation.store):
            fill(Filling(installation.store, given.items))
        _check_tables(installation.store)
        with installation.store.session() as session:
            if not any(account.id == "coordinator" for account in list_accounts(session)):
                add_account(session, Account(id="coordinator", name="k@example.org", role=Role.COORDINATOR,
                                             created_at=NOW))  # fmt: skip
        yield installation


def _number(store: Store) -> int:
    with store.reading() as session:
        return int(session.scalar(text("SELECT count(*) FROM sightings")) or 0)


def _check_tables(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        if changes := compare_metadata(context, Table.metadata):
            raise SystemExit(f"the store was made with other tables, remove it: {changes}")


def measured(installation: Installation, calls: int, only: str = "") -> Iterator[dict[str, Any]]:
    """Yield a row for every address."""
    app = create_app(installation, clock=lambda: NOW)
    limiter.enabled = False
    browser, program = browser_of(app, Role.COORDINATOR), app.test_client()
    token, key = new_token("mätning", Role.COORDINATOR, NOW)
    with installation.store.session() as session:
        add_token(session, token)
    program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    with installation.store.reading() as session:
        asked = [case for case in cases(app, session) if case.page.startswith(only)]
    for case in asked:
        client = program if case.is_by_key else browser
        first = _timed(client, case)
        finish(app)  # what is worked out beside
        backend = Backend(installation.store)
        before = backend.seconds()
        times = [_timed(client, case) for _ in range(calls)]
        server = (backend.seconds() - before) / calls
        row = _row(case, first, times, server)
        print(case.page, case.what, row["first"], row["p95"], file=sys.stderr)  # noqa: T201 - it takes long
        yield row


Times = tuple[int, float, float]  # status, seconds on the wall and of the processor


def _timed(client: FlaskClient, case: Case) -> Times:
    wall, processor = time.perf_counter(), time.process_time()
    response = client.get(case.path)
    response.get_data()
    return response.status_code, time.perf_counter() - wall, time.process_time() - processor


def _row(case: Case, first: Times, times: list[Times], server: float) -> dict[str, Any]:
    def of(place: int, share: int) -> float:
        values = [one[place] for one in times]
        return round(quantiles(values, n=20, method="inclusive")[share // 5 - 1] * 1000, 1) if values[1:] else 0.0

    return {
        "page": case.page,
        "what": case.what,
        "path": case.path,
        "status": first[0],
        "first": round(first[1] * 1000, 1),
        "p50": of(1, 50),
        "p95": of(1, 95),
        "processor_p50": of(2, 50),
        "processor_p95": of(2, 95),
        "database": round(server * 1000, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


class Backend:
    """The processor time of a PostgreSQL server on this machine, for our database; 0 where it cannot be read."""

    def __init__(self, store: Store) -> None:
        self._pids: list[int] = []
        if store.engine.dialect.name == "postgresql":
            with store.reading() as session:
                asked = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
                self._pids = list(session.scalars(asked))

    def seconds(self) -> float:
        """Return what its processes have used until now."""
        return sum(map(_used, self._pids))


def _used(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100.0


if __name__ == "__main__":
    main()
