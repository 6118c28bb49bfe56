"""The installation's figures as Prometheus reads them: counted in the database when asked, by bounded queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from importlib.metadata import version

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline.beat import last_beat
from pipeline.due import StepName
from pipeline.installation import Installation
from pipeline.readiness import free_bytes, newest_backup
from pipeline.settings import FILE_NAME, Settings
from pipeline.week import wanted_sources
from store import operating
from store.db import Session
from store.digests import count_by_state, due_ids
from store.errors import ConfigurationError, StoreError
from store.schema import HEAD
from store.types import DigestState

SHORTEST_TOKEN = 16  # characters
Labels = tuple[str, ...]
LATELY = timedelta(days=1)
# What is kept as a run of a step of its own; fetching is a reading like others.
STEPS = tuple(name.value for name in StepName if name is not StepName.FETCH)
FAILURES = (DigestState.RETRY, DigestState.REFUSED, DigestState.UNCLEAR, DigestState.HELD)


def token_of(settings: Settings) -> str:
    """Return what Prometheus must send, "" when the figures are off; raises ConfigurationError on one to be guessed."""
    token = settings.metrics.token.get_secret_value()
    if token and len(token) < SHORTEST_TOKEN:
        raise ConfigurationError(
            f"metrics.token ska ha minst {SHORTEST_TOKEN} tecken, annars går den att gissa",
            path=settings.home / FILE_NAME,
        )
    return token


class StoreFigures(Collector):
    """Gives the figures of the installation as it is when it is asked."""

    def __init__(self, installation: Callable[[], Installation], clock: Callable[[], datetime]) -> None:
        self._installation, self._clock = installation, clock

    def describe(self) -> Iterable[Metric]:
        """Tell nothing beforehand: registering must not read the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every figure; of a database that cannot be read, that it cannot."""
        installation, now = self._installation(), self._clock()
        yield InfoMetricFamily("utkik", "Version of the program.", {"version": version("utkik"), "schema": HEAD})
        yield from of_disk(installation.settings)
        try:
            with installation.store.reading() as session:
                found = [*of_items(session), *of_letters(session, now), *of_work(session, installation.settings, now)]
        except StoreError:
            yield gauge("database_up", "Whether the database can be read.", 0)
            return
        yield gauge("database_up", "Whether the database can be read.", 1)
        yield from found


def gauge(name: str, told: str, value: float) -> Metric:
    """Return a figure that stands alone."""
    return GaugeMetricFamily(f"utkik_{name}", told, value)


def gauges(name: str, told: str, labels: Iterable[str], values: Mapping[Labels, float]) -> Metric:
    """Return a figure that there is one of for each label."""
    family = GaugeMetricFamily(f"utkik_{name}", told, labels=list(labels))
    for label, value in sorted(values.items()):
        family.add_metric(label, value)
    return family


def of_disk(settings: Settings) -> Iterator[Metric]:
    """Yield what is free on the disk, and when the newest backup was made."""
    free: dict[Labels, float] = {("home",): free_bytes(settings.home), ("backups",): free_bytes(settings.backup_folder)}
    yield gauges("disk_free_bytes", "Bytes free where the home folder and the backups lie.", ["place"], free)
    if made := newest_backup(settings):
        told = "When the newest backup in the folder of backups was made."
        yield gauge("backup_last_success_timestamp_seconds", told, made.timestamp())


def of_items(session: Session) -> Iterator[Metric]:
    """Yield how many items there are, how many wait for assessment, and by what they are assessed."""
    yield gauge("items", "Items in the database.", operating.count_items(session))
    assessed = operating.last_successes(session, ["assess"]).get("assess")
    told = (
        "Items that came or changed since the last whole assessment and are not assessed as they stand, 100000 at most."
    )
    since = assessed[0] if assessed else None
    yield gauge("items_unassessed", told, operating.count_unassessed(session, since))
    yield gauge("database_size_bytes", "Bytes that the database takes.", operating.database_bytes(session))
    if assessor := operating.newest_assessor(session):
        yield InfoMetricFamily("utkik_model", "What assessed the newest item.", {"assessor": assessor})


def of_letters(session: Session, now: datetime) -> Iterator[Metric]:
    """Yield how many letters are in each state, how many are due, and how attempts to deliver went lately."""
    states: dict[Labels, float] = {(state.value,): 0 for state in DigestState}
    states |= {(state,): number for state, number in count_by_state(session).items()}
    yield gauges("digests", "Digests by state in the outbox.", ["state"], states)
    yield gauge("digests_due", "Digests to be sent now.", len(due_ids(session, now)))
    tried: dict[Labels, float] = {("smtp", state.value): 0 for state in FAILURES}
    told = "Attempts to deliver during the last 24 hours, by transport and what came of them."
    tried.update(operating.recent_deliveries(session, now - LATELY))
    yield gauges("deliveries_last_day", told, ["transport", "state"], tried)


def of_work(session: Session, settings: Settings, now: datetime) -> Iterator[Metric]:
    """Yield when the schedule was alive, and each step and source last did well; how runs ended lately."""
    if beat := last_beat(session):
        yield gauge("schedule_last_beat_timestamp_seconds", "When the schedule was last alive.", beat.timestamp())
    steps: dict[Labels, datetime | None] = {
        (name,): ended for name, (_, ended) in operating.last_successes(session, STEPS).items()
    }
    told = "When the step last ended whole."
    yield gauges("step_last_success_timestamp_seconds", told, ["step"], moments(steps))
    names = [source.name for source in wanted_sources(settings, [])]
    sources: dict[Labels, datetime | None] = {
        (name,): operating.last_success(session, "collect", name) for name in names
    }
    told = "When the source was last read whole."
    yield gauges("source_last_success_timestamp_seconds", told, ["source"], moments(sources))
    told = "Runs begun during the last 24 hours, by step and outcome."
    runs: dict[Labels, float] = {**operating.recent_runs(session, now - LATELY)}
    yield gauges("runs_last_day", told, ["step", "outcome"], runs)


def moments(found: Mapping[Labels, datetime | None]) -> dict[Labels, float]:
    """Return the moments as Prometheus writes them, without those that never were."""
    return {label: moment.timestamp() for label, moment in found.items() if moment}
