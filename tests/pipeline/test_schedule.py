"""The worker of the schedule: what it does at a waking, with steps that are made up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.catalogue import source_names
from pipeline.backup import backups_in
from pipeline.due import Step, StepName
from pipeline.due_facts import kept_since, note_kept, read_facts
from pipeline.installation import Installation
from pipeline.perform import perform
from pipeline.schedule import Worker, clock_went_back
from pipeline.settings import BackupSettings, Settings
from store.claims import settle
from store.db import Store
from store.digests import due_ids, list_digests
from store.errors import ScanningError, StoreError
from store.runs import begin_run, end_run, list_runs
from store.types import Delivery, DigestState, Outcome, Run, SourceState
from tests.pipeline.making import municipality
from tests.pipeline.outbox import fill_outbox, states

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
BEFORE = MONDAY - timedelta(days=5)


@pytest.fixture
def installation(store: Store, tmp_path: Path) -> Iterator[Installation]:
    """Give an installation that reads nothing, backs nothing up and mails into a folder, kept since last week."""
    sources = {name: {"enabled": False} for name in source_names()}
    settings = Settings.model_validate({"home": tmp_path, "sources": sources, "backup": {"keep": 0}})
    made = Installation(settings, store, municipality())
    note_kept(made, BEFORE)
    yield made


def worker(installation: Installation, now: datetime = MONDAY, **changes: object) -> Worker:
    return Worker(installation, clock=lambda: now, **changes)  # type: ignore[arg-type]


def composed(installation: Installation) -> list[str]:
    with installation.store.reading() as session:
        return [digest.week for digest in list_digests(session)]


def test_at_the_slot_the_digests_are_written_and_sent_and_not_again(installation: Installation) -> None:
    worker(installation).work()
    assert composed(installation) == ["2026-W48"] * 4
    assert set(states(installation.store).values()) == {"sent"}
    worker(installation, MONDAY + timedelta(minutes=5)).work()
    with installation.store.reading() as session:
        steps = [run.step for run in list_runs(session)]
    assert (steps.count("compose"), steps.count("send")) == (1, 1)


def test_F41_a_clock_set_back_sends_nothing_again(installation: Installation) -> None:
    for days in (0, 7, -1, 3, 7, 200, 0, 7):
        worker(installation, MONDAY + timedelta(days=days)).work()
    # With the last a letter to the coordinator, of the weeks that seem to be lost.
    assert sorted(composed(installation)) == ["2026-W48"] * 4 + ["2026-W49"] * 4 + ["2027-W23"] * 5


def test_F41_a_clock_that_was_ahead_when_the_schedule_was_first_kept_is_forgotten(installation: Installation) -> None:
    note_kept(installation, MONDAY + timedelta(days=400))
    with installation.store.reading() as session:
        assert kept_since(session) == BEFORE
    note_kept(installation, BEFORE - timedelta(days=1))
    with installation.store.reading() as session:
        assert kept_since(session) == BEFORE - timedelta(days=1)


def test_F41_an_alarm_set_far_ahead_by_a_clock_set_back_is_noticed() -> None:
    assert clock_went_back(MONDAY + timedelta(days=365), MONDAY)
    assert not clock_went_back(MONDAY + timedelta(minutes=5), MONDAY)
    assert not clock_went_back(None, MONDAY)


def test_F41_a_next_try_noted_under_a_clock_since_set_back_is_not_waited_for(store: Store) -> None:
    fill_outbox(store, 1)
    with store.session() as session:
        ahead = Delivery(digest_id="kontakt00", at=MONDAY, transport="smtp", state=DigestState.RETRY)
        settle(session, ahead, next_try=MONDAY + timedelta(days=365))
    with store.reading() as session:
        assert due_ids(session, MONDAY) == ["kontakt00"]
        assert due_ids(session, MONDAY + timedelta(days=364, hours=20)) == []
        assert due_ids(session, MONDAY + timedelta(days=365)) == ["kontakt00"]


def test_F42_weeks_that_passed_are_merged_and_the_coordinator_is_told(installation: Installation) -> None:
    worker(installation).work()
    worker(installation, MONDAY + timedelta(days=21, hours=2)).work()
    with installation.store.reading() as session:
        late = [digest for digest in list_digests(session) if digest.week == "2026-W51"]
        told = {digest.contact: digest.message.decode() for digest in late}
    assert len(late) == 5
    assert all("=C3=B6rsenat" in text or "Försenat" in text or "F=F6rsenat" in text for text in told.values())
    assert "49 och 50 uteblev" in told["samordnare@example.org"].replace("=\r\n", "")
    assert "uteblev" not in told["skola@example.org"]


def test_schedule_backs_up_once_a_day_and_keeps_as_many_as_set(installation: Installation) -> None:
    settings = installation.settings.model_copy(update={"backup": BackupSettings(keep=2)})
    kept = replace(installation, settings=settings)
    for hours in (0, 1, 24, 25, 48):
        worker(kept, BEFORE + timedelta(hours=hours)).work()
    names = [path.name for path in backups_in(settings.backup_folder)]
    assert names == ["utkik-2026-11-20T060000Z.zip", "utkik-2026-11-19T060000Z.zip"]


def test_F44_a_step_that_hangs_does_not_stop_the_next(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    fill_outbox(installation.store, 1)
    release = threading.Event()
    done: list[StepName] = []

    def doing(made: Installation, step: Step, now: datetime, go_on: Callable[[], None]) -> str:
        done.append(step.name)
        if step.name is StepName.COMPOSE:
            release.wait(30)
            return ""
        return perform(made, step, now, go_on)

    hung = worker(installation, doing=doing, limit=lambda step: timedelta(seconds=0.3 if step.week else 30))
    began = time.monotonic()
    hung.work()
    assert time.monotonic() - began < 10
    assert done == ["compose", "send"]
    assert "compose: watchdog: not done after 0:00:00.300000" in caplog.text
    assert states(installation.store) == {"kontakt00@mellerud.example.org": "sent"}
    hung.work()  # while it hangs it is not begun a second time
    assert done == ["compose", "send"]
    release.set()
    hung.hanging[StepName.COMPOSE].join(5)
    hung.work()
    assert done == ["compose", "send", "compose"]


def test_a_step_that_fails_does_not_stop_the_next(installation: Installation, caplog: pytest.LogCaptureFixture) -> None:
    fill_outbox(installation.store, 1)

    def doing(made: Installation, step: Step, now: datetime, go_on: Callable[[], None]) -> str:
        if step.name is StepName.COMPOSE:
            raise ScanningError("kommunens fil saknas") if now == MONDAY else ZeroDivisionError
        return perform(made, step, now, go_on)

    failing = worker(installation, doing=doing)
    failing.work()
    assert failing.failed
    assert set(states(installation.store).values()) == {"sent"}
    assert "compose: failed: kommunens fil saknas" in caplog.text
    worker(installation, MONDAY + timedelta(minutes=5), doing=doing).work()
    assert "compose: fault in the program" in caplog.text


def test_F32_told_to_stop_between_two_mails_leaves_none_unclear(installation: Installation) -> None:
    fill_outbox(installation.store, 3)
    stopped = worker(installation, BEFORE)

    def doing(made: Installation, step: Step, now: datetime, go_on: Callable[[], None]) -> str:
        def stop_after_first() -> None:
            stopped.stop.set()
            go_on()

        return perform(made, step, now, stop_after_first)

    stopped.doing = doing
    stopped.work()
    assert sorted(states(installation.store).values()) == ["queued", "queued", "sent"]
    worker(installation, BEFORE).work()
    assert set(states(installation.store).values()) == {DigestState.SENT}


def test_F38_a_waking_leaves_all_to_another_command_that_is_at_work(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    with installation.store.exclusive("week"):
        with pytest.raises(StoreError, match="redan igång"):
            worker(installation).work()
        worker(installation).wake()
    assert ("wake: not done" in caplog.text) != installation.store.is_shared
    assert composed(installation) == []


def test_a_second_machine_sends_beside_the_one_that_keeps_the_schedule_and_no_more(
    installation: Installation,
) -> None:
    fill_outbox(installation.store, 3)
    helping = worker(installation)
    with installation.store.exclusive("week"):
        helping.wake()
    sent = installation.store.is_shared  # on SQLite there is one machine
    assert (helping.is_beside, set(states(installation.store).values())) == (sent, {"sent" if sent else "queued"})
    assert composed(installation) == ["2026-W34"] * 3
    helping.wake()
    assert not helping.is_beside
    assert composed(installation).count("2026-W48") == 4


def test_letters_that_another_machine_is_writing_are_left_to_it(installation: Installation) -> None:
    if not installation.store.is_shared:
        pytest.skip("one machine at a time on SQLite")
    step = Step(name=StepName.COMPOSE, week="2026-W48", municipalities=(installation.municipality.key,))
    with installation.store.exclusive(f"letters {installation.municipality.key}"):
        assert perform(installation, step, MONDAY, lambda: None) == ""
    assert composed(installation) == []


def test_the_log_names_nobody(installation: Installation, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="pipeline.schedule")
    worker(installation).work()
    lines = [record.getMessage() for record in caplog.records if record.name == "pipeline.schedule"]
    assert lines == [
        "compose: begins 2026-W48",
        "compose: done: digests 4, entries 0, existing 0, routes 0",
        "notice: begins",
        "notice: done: notices 0, entries 0",
        "send: begins",
        "send: done: due 4, recovered 0, sent 4",
    ]
    assert "@" not in caplog.text


@pytest.mark.parametrize(
    ("outcome", "counts", "expected"),
    [
        (Outcome.COMPLETE, {"new": 2}, True),
        (Outcome.COMPLETE, {"new": 0, "same": 9}, False),
        (Outcome.INTERRUPTED, {}, True),  # F28: what it stored before it was cut off waits
    ],
)
def test_assessing_is_due_after_a_reading_that_brought_something(
    installation: Installation, outcome: Outcome, counts: dict[str, int], expected: bool
) -> None:
    ended = [("assess", Outcome.COMPLETE, {}), ("collect", outcome, counts), ("collect", Outcome.COMPLETE, {"same": 9})]
    for step, how, number in ended:
        with installation.store.session() as session:
            run = begin_run(session, step, "feeds", now=MONDAY)
            values = {"ended_at": MONDAY, "outcome": how, "counts": number, "state": SourceState.WORKING}
            end_run(session, Run(id=run.id, step=step, subject="feeds", started_at=MONDAY, **values))
    assert read_facts(installation, MONDAY).unassessed is expected
