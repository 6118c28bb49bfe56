"""Many writers, one runner: who waits, who is turned away, and that nothing is left behind by the dead."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from store.db import Store, open_store
from store.errors import StoreError
from store.items import upsert_items
from store.tables import VerdictRow
from store.types import Item, Ruling, Verdict
from store.verdicts import save_verdict

NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from store.db import open_store
with open_store(sys.argv[1]) as store, store.exclusive("send"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_F34_four_writers_write_150_times_each_without_a_failure(
    store: Store, database_url: str, make_item: Callable[..., Item]
) -> None:
    with store.session() as session:
        upsert_items(session, [make_item()], now=NOW)
    faults: list[BaseException] = []

    def write(name: str) -> None:
        try:
            with open_store(database_url) as own:
                for number in range(150):
                    with own.session() as session:
                        session.scalar(select(func.count()).select_from(VerdictRow))  # read first, as pages do
                        verdict = Verdict(
                            municipality="mellerud",
                            source="cellar",
                            key="32026L0001",
                            ruling=Ruling.SEND,
                            at=NOW,
                            by=name,
                            note=str(number),
                        )
                        save_verdict(session, verdict)
        except BaseException as error:  # a thread's error would be lost
            faults.append(error)

    threads = [threading.Thread(target=write, args=(f"samordnare {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(VerdictRow)) == 600


def test_reading_does_not_wait_for_a_writer_and_sees_one_moment(store: Store, make_item: Callable[..., Item]) -> None:
    with store.reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM items")).scalar() == 0
        with store.session() as session:
            upsert_items(session, [make_item()], now=NOW)
        assert reader.execute(text("SELECT count(*) FROM items")).scalar() == 0
    with store.reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM items")).scalar() == 1


def test_reading_cannot_write(store: Store, make_item: Callable[..., Item]) -> None:
    with pytest.raises(StoreError, match="skrivskyddad"), store.reading() as session:
        upsert_items(session, [make_item()], now=NOW)
    with store.session() as session:  # and the connection it used can write again
        assert upsert_items(session, [make_item()], now=NOW).new == 1


def test_failed_transaction_leaves_nothing(store: Store, make_item: Callable[..., Item]) -> None:
    with pytest.raises(ZeroDivisionError), store.session() as session:
        upsert_items(session, [make_item()], now=NOW)
        raise ZeroDivisionError
    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM items")).scalar() == 0


def test_F38_second_runner_is_told_that_it_is_already_going(store: Store, database_url: str) -> None:
    with open_store(database_url) as other:
        with store.exclusive("collect"):
            with pytest.raises(StoreError, match="redan igång"), other.exclusive("collect"):
                pass
            with other.exclusive("send"):
                pass
        with other.exclusive("collect"):
            pass


def test_F39_lock_of_a_killed_process_is_free_at_once(store: Store, database_url: str) -> None:
    for _ in range(3):
        child = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", HOLD, database_url], cwd=ROOT, stdout=subprocess.PIPE
        )
        with child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"held\n"
            with pytest.raises(StoreError, match="redan igång"), store.exclusive("send"):
                pass
            child.send_signal(signal.SIGKILL)
        take_within_seconds(store, 2.0)


def take_within_seconds(store: Store, seconds: float) -> None:
    """Take the lock; PostgreSQL notices a moment later that the other end has gone."""
    waited = threading.Event()
    while True:
        try:
            with store.exclusive("send"):
                return
        except StoreError:
            seconds -= 0.05
            if seconds < 0:
                raise
            waited.wait(0.05)


def test_F33_full_disk_is_told_and_the_database_opens_afterwards(
    sqlite_store: Store, make_item: Callable[..., Item]
) -> None:
    many = [make_item(key=str(number), text="avlopp " * 2_000) for number in range(500)]
    with pytest.raises(StoreError, match="Disken är full"), sqlite_store.session() as session:
        session.execute(text("PRAGMA max_page_count = 300"))
        upsert_items(session, many, now=NOW)
    sqlite_store.close()
    with sqlite_store.session() as session:
        assert upsert_items(session, many, now=NOW).new == 500
    assert sqlite_store.problems() == []


def test_F34_database_that_stays_locked_is_told(sqlite_store: Store) -> None:
    with open_store(sqlite_store.url, wait=0.2) as other:
        with sqlite_store.session(), pytest.raises(StoreError, match="upptagen"), other.session():
            pass
        with other.session() as session:
            session.execute(text("SELECT 1"))


def test_naive_time_is_refused(store: Store, make_item: Callable[..., Item]) -> None:
    with pytest.raises(Exception, match="needs a zone"), store.session() as session:
        upsert_items(session, [make_item()], now=NOW.replace(tzinfo=None))
