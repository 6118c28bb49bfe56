"""Assessing and writing killed at every commit, and a database server that goes away: nothing stuck or doubled."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from nlp.assessor import Assessor
from pipeline.assess import assess
from pipeline.compose import compose
from pipeline.notice import compose_notices
from pipeline.send import send_due
from pipeline.settings import Settings
from pipeline.transport import SmtpTransport
from store.assessments import save_assessments
from store.copying import read_rows
from store.db import Store, open_store
from store.errors import StoreError
from store.items import count_without_assessment, upsert_items
from store.runs import last_runs
from store.types import Deadline, Item, Kind, Outcome
from tests.conftest import database
from tests.pipeline.mail_server import mail_server
from tests.pipeline.making import NOW, candidate, municipality
from tests.pipeline.outbox import NOW as WEEK_34
from tests.pipeline.outbox import fill_outbox, states

ROOT = Path(__file__).resolve().parents[2]
MOST_COMMITS = 25  # a step of these sizes has fewer; one that never ends is a fault
# Forks a life for each commit, once all is loaded. It dies there before the database has it: what was begun is undone,
# what came before stands. Tells how many died before one came to the end.
STEP = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from nlp.assessor import Assessor
from pipeline import assess as assessing
from pipeline.compose import compose
from pipeline.notice import compose_notices
from pipeline.settings import Settings
from store.db import open_store
from tests.pipeline.making import NOW, municipality

step, url, home, most = sys.argv[1:]
settings = Settings(home=Path(home))
assessor = Assessor.load()
commits = 0

def live(last):
    def count(_connection):
        global commits
        commits += 1
        if commits == last:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_store(url) as store:
        event.listen(Engine, "commit", count)
        if step == "assess":
            assessing.BATCH = 5
            assessing.assess(store, assessor, now=NOW)
        elif step == "notice":
            compose_notices(store, municipality(), settings, now=NOW)
        else:
            compose(store, municipality(), settings, week="2026-W48", now=NOW)

for last in range(1, int(most)):
    pid = os.fork()
    if pid == 0:
        live(last)
        sys.exit()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code != -signal.SIGKILL:
        print(last - 1)
        sys.exit(code)
sys.exit(step + " does not end")
"""
# One thread: a process that is forked must have no other.
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def killed_at_each_commit(step: str, url: str, home: Path) -> int:
    """Do the step again and again, each time killed one commit later, until it ends; return how often it died."""
    command = [sys.executable, "-c", STEP, step, url, str(home), str(MOST_COMMITS)]
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env=os.environ | ALONE, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.fixture
def calm_url(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> Iterator[str]:
    """Give the address of a second empty database of the same kind, for the run that nobody disturbs."""
    if store.path:
        yield f"sqlite:///{tmp_path / 'calm.db'}"
        return
    with database(request.getfixturevalue("postgresql_server")) as url:
        yield url


def rows(store: Store, name: str) -> list[dict[str, object]]:
    with store.reading() as session:
        return list(read_rows(session, name))


@pytest.mark.slow
def test_F29_assessing_killed_at_every_commit_leaves_no_item_stuck_and_the_same_labels(
    store: Store, database_url: str, calm_url: str, tmp_path: Path, make_item: Callable[..., Item]
) -> None:
    items = [
        make_item(key=f"k{number}", title=f"Direktiv om skolor och vatten nummer {number}") for number in range(10)
    ]
    with open_store(calm_url) as calm:
        for each in (store, calm):
            with each.session() as session:
                upsert_items(session, items, now=NOW)
        assess(calm, Assessor.load(), now=NOW)
        assert killed_at_each_commit("assess", database_url, tmp_path) >= 3
        with store.reading() as session:
            assert count_without_assessment(session, Assessor.load().version) == 0
        for name in ("assessments", "story_members", "thread_members"):
            assert rows(store, name) == rows(calm, name)


@pytest.mark.slow
def test_F30_writing_digests_killed_at_every_commit_gives_each_contact_one_and_the_same(
    store: Store, database_url: str, calm_url: str, tmp_path: Path
) -> None:
    candidates = [candidate("a"), candidate("b", "Om vatten", areas={"water": 0.9}), candidate("c", "Om skolmat")]
    with open_store(calm_url) as calm:
        for each in (store, calm):
            with each.session() as session:
                upsert_items(session, [one.item for one in candidates], now=NOW - timedelta(days=1))
                save_assessments(session, [one.assessment for one in candidates], now=NOW - timedelta(days=1))
        compose(calm, municipality(), Settings(home=tmp_path), week="2026-W48", now=NOW)
        assert killed_at_each_commit("compose", database_url, tmp_path) >= 3
        names = [(row["contact"], row["week"]) for row in rows(store, "digests")]
        assert len(names) == len(set(names)) == 4
        told = [(row["key"], row["position"], row["because"]) for row in rows(store, "digest_entries")]
        assert sorted(told) == sorted((r["key"], r["position"], r["because"]) for r in rows(calm, "digest_entries"))
        assert set(states(store).values()) == {"queued"}


def test_F30_writing_notices_killed_at_every_commit_gives_each_contact_one_and_keeps_who_each_item_concerns(
    store: Store, database_url: str, calm_url: str, tmp_path: Path
) -> None:
    closing = (Deadline(date(2026, 12, 3)),)
    candidates = [
        candidate("a", "Stöd till skolor", kind=Kind.CALL, deadlines=closing),
        candidate("b", "Stöd till vatten", kind=Kind.CALL, deadlines=closing, areas={"water": 0.9}),
    ]
    with open_store(calm_url) as calm:
        for each in (store, calm):
            with each.session() as session:
                upsert_items(session, [one.item for one in candidates], now=NOW - timedelta(days=1))
                save_assessments(session, [one.assessment for one in candidates], now=NOW - timedelta(days=1))
        compose_notices(calm, municipality(), Settings(home=tmp_path), now=NOW)
        assert killed_at_each_commit("notice", database_url, tmp_path) >= 3
        names = [(row["contact"], row["week"]) for row in rows(store, "digests")]
        assert sorted(names) == [("skola@example.org", "2026-W48-1"), ("vatten@example.org", "2026-W48-1")]
        told = [(row["key"], row["unit"]) for row in rows(store, "routes")]
        assert sorted(told) == sorted((row["key"], row["unit"]) for row in rows(calm, "routes"))


def cut_off(url: str) -> str:
    """End every connection to the database but this one, as a server that restarts does."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()
    return ""


def test_F35_server_that_restarts_between_two_mails_costs_no_mail_and_sends_none_twice(postgresql_url: str) -> None:
    with open_store(postgresql_url) as store, mail_server() as server:
        contacts = fill_outbox(store, 6)
        transport = SmtpTransport("127.0.0.1", server.port, security="none")
        run = send_due(store, transport, now=WEEK_34, progress=lambda *_: cut_off(postgresql_url))
        assert (run.outcome, server.recipients) == (Outcome.COMPLETE, contacts)
        assert set(states(store).values()) == {"sent"}
        with store.exclusive("send"):  # the lock died with its connection and is free again
            pass


def test_F35_server_that_restarts_in_the_middle_of_a_mail_leaves_it_unclear_and_the_rest_goes_out(
    postgresql_url: str,
) -> None:
    with open_store(postgresql_url) as store:
        contacts = fill_outbox(store, 3)
        with mail_server({"message": lambda _: cut_off(postgresql_url)}) as server:
            send_due(store, SmtpTransport("127.0.0.1", server.port, security="none"), now=WEEK_34)
            send_due(store, SmtpTransport("127.0.0.1", server.port, security="none"), now=WEEK_34)
        assert sorted(server.recipients) == contacts
        assert set(states(store).values()) <= {"sent", "unclear"}


def test_F35_server_that_restarts_while_assessing_is_met_again_and_nothing_is_lost(
    postgresql_url: str, make_item: Callable[..., Item]
) -> None:
    with open_store(postgresql_url) as store:
        with pytest.raises(StoreError, match="Försök igen om en stund"), store.session() as session:
            upsert_items(session, [make_item(key="half")], now=NOW)
            cut_off(postgresql_url)
            upsert_items(session, [make_item(key="other")], now=NOW)
        with store.session() as session:
            upsert_items(session, [make_item(key=f"k{number}") for number in range(5)], now=NOW)
        run = assess(store, Assessor.load(), now=NOW, progress=lambda *_: cut_off(postgresql_url))
        assert (run.outcome, run.counts["assessed"]) == (Outcome.COMPLETE, 5)
        with store.reading() as session:
            assert last_runs(session, "assess")[""].outcome is Outcome.COMPLETE
