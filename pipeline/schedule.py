"""The alarm clock: wakes every five minutes, asks the database what is due, and does it step by step.

APScheduler only wakes us. Nothing is remembered in it, so nothing is lost with the process.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from crawlers.log_lines import told, with_fields
from pipeline.beat import EVERY, note_beat
from pipeline.by_municipality import Stopped
from pipeline.current import Current
from pipeline.due import Step, StepName, Tried, beside, due, untried
from pipeline.due_facts import note_kept, read_facts
from pipeline.installation import Installation
from pipeline.perform import perform
from pipeline.run import LOCK, take_over
from store.errors import ScanningError, StepBusy, StoreError

logger = logging.getLogger(__name__)

# How long a step may take before the next is begun beside it. A crawl ends itself after an hour.
LIMITS = {
    StepName.COLLECT: timedelta(minutes=75),
    StepName.ASSESS: timedelta(hours=1),
    StepName.FETCH: timedelta(minutes=75),
    StepName.SECOND_READER: timedelta(minutes=65),  # the longest that settings allow, and some
    StepName.COMPOSE: timedelta(minutes=30),
    StepName.NOTICE: timedelta(minutes=30),
    StepName.SEND: timedelta(hours=1),
    StepName.BACKUP: timedelta(hours=1),
    StepName.HOUSEKEEP: timedelta(hours=1),
}
FOR_EACH = timedelta(seconds=10)  # more for each municipality whose letters are written
GRACE = 5.0  # seconds that a step is given to end when we are told to: it stops between two items or mails

Doing = Callable[[Installation, Step, datetime, Callable[[], None]], str]


def limit_of(step: Step) -> timedelta:
    """Return how long a step may take: the more municipalities it is about, the longer."""
    return LIMITS[step.name] + FOR_EACH * len(step.municipalities)


class Worker:
    """Does what is due, one wake at a time; a step that hangs is left behind and the next is begun."""

    def __init__(
        self,
        installation: Installation,
        *,
        clock: Callable[[], datetime] | None = None,
        doing: Doing = perform,
        limit: Callable[[Step], timedelta] = limit_of,
    ) -> None:
        self.installation = installation
        self._current = Current(installation)
        self.clock = clock or (lambda: datetime.now(UTC))
        self.doing = doing
        self.limit = limit
        self.stop = threading.Event()
        self.failed = False
        self.is_beside = False  # another machine keeps the schedule, and we help it
        self.hanging: dict[StepName, threading.Thread] = {}
        self._beaten = 0.0

    def wake(self) -> None:
        """Do what is due, and leave it to the next waking when another command is at work or the database is away.

        On PostgreSQL the other may be another machine: then its letters are written and sent together.
        """
        self.is_beside = False
        try:
            self.work()
        except StepBusy as error:
            self.is_beside = self.installation.store.is_shared
            if self.is_beside:
                self._help()
            else:
                logger.warning("wake: not done: %s", told(error))
        except StoreError as error:
            logger.warning("wake: not done: %s", told(error))

    def beat(self) -> None:
        """Note that we are alive, for whoever watches over us."""
        self._beaten = time.monotonic()
        try:
            note_beat(self.installation.store, self.clock())
        except StoreError as error:  # whoever watches over us is told by its absence
            logger.warning("beat: not noted: %s", told(error))

    def work(self) -> None:
        """Do everything that is due, each step at most once; raises StoreError when another command is at work."""
        self.beat()
        self.installation = self._current.installation()
        with self.installation.store.exclusive(LOCK):
            self.hanging = {name: thread for name, thread in self.hanging.items() if thread.is_alive()}
            if not self.hanging:
                take_over(self.installation, self.clock())
            note_kept(self.installation, self.clock())
            self.installation.keep_copies()
            self._do_all()

    def _help(self) -> None:
        try:
            self._do_all(is_beside=True)
        except StoreError as error:
            logger.warning("beside another: not done: %s", told(error))

    def _do_all(self, *, is_beside: bool = False) -> None:
        tried: set[Tried] = set()
        while not self.stop.is_set():
            now = self.clock()
            facts = read_facts(self.installation, now)
            steps = due(now, facts)
            if is_beside:
                steps = beside(steps, facts)
            step = untried([step for step in steps if step.name not in self.hanging], tried)
            if step is None:
                return
            tried |= {(step.name, key) for key in step.municipalities or ("",)}
            self._do(step, now)

    def _do(self, step: Step, now: datetime) -> None:
        """Run the step in a thread of its own, and wait for it as long as it may take."""
        fields = {"step": step.name.value, "week": step.week}
        logger.info("%s: begins%s", step.name, f" {step.week}" if step.week else "", extra=fields)
        thread = threading.Thread(target=self._try, args=(step, now), name=step.name, daemon=True)
        thread.start()
        ends = time.monotonic() + self.limit(step).total_seconds()
        while thread.is_alive() and time.monotonic() < ends and not self.stop.is_set():
            thread.join(0.2)
            if time.monotonic() - self._beaten > EVERY.total_seconds():
                self.beat()
        if self.stop.is_set():
            thread.join(GRACE)
        elif thread.is_alive():
            self.hanging[step.name] = thread
            self.failed = True
            told_limit = "%s: watchdog: not done after %s; going on with the next step"
            logger.error(told_limit, step.name, self.limit(step), extra=fields)

    def _try(self, step: Step, now: datetime) -> None:
        with with_fields(step=step.name.value):
            self._told(step, now)

    def _told(self, step: Step, now: datetime) -> None:
        begun = time.monotonic()
        try:
            came = self.doing(self.installation, step, now, self._go_on)
            logger.info("%s: done: %s", step.name, came, extra={"ms": round(1000 * (time.monotonic() - begun))})
        except Stopped:
            logger.info("%s: stopped half-way; the rest is done next time", step.name)
        except ScanningError as error:
            self.failed = True
            logger.error("%s: failed: %s", step.name, told(error))
        except Exception:
            # A fault of ours in one step must not end the others: the alarm clock goes on.
            self.failed = True
            logger.exception("%s: fault in the program", step.name)

    def _go_on(self) -> None:
        """Raise Stopped when it is time to end; called by the steps between two items or mails."""
        if self.stop.is_set():
            raise Stopped


def serve(worker: Worker) -> None:
    """Wake now and every five minutes until told to stop."""
    scheduler = BackgroundScheduler(timezone=UTC)
    trigger = CronTrigger(minute=f"*/{EVERY // timedelta(minutes=1)}", timezone=UTC)
    job = scheduler.add_job(
        worker.wake,
        trigger,
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    logger.info("serve: begins, wakes every %d minutes", EVERY // timedelta(minutes=1))
    try:
        while not worker.stop.wait(30.0):
            if worker.is_beside:  # what it does is done in minutes
                job.modify(next_run_time=datetime.now(UTC))
            # APScheduler thinks in wall clock: set back a year, it would sleep for a year.
            if clock_went_back(job.next_run_time, datetime.now(UTC)):
                logger.warning("serve: the clock has been set back; waking now")
                job.modify(next_run_time=datetime.now(UTC))
    finally:
        scheduler.shutdown()
        logger.info("serve: ends")


def clock_went_back(next_waking: datetime | None, now: datetime) -> bool:
    """Tell whether the next waking is further off than it can be."""
    return next_waking is not None and next_waking > now + 2 * EVERY
