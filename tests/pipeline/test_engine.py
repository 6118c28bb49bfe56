"""The same work in this process and on a real cluster: the same answers, whatever dies on the way."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nlp.assessor import Assessor
from pipeline.assess import assess
from pipeline.demo import demo_installation, prepare
from pipeline.engine import LOCAL, Engine, engine_of
from pipeline.engine_dask import DaskEngine
from pipeline.keys import load_keys
from pipeline.municipality import municipality_file
from pipeline.run import run_week
from pipeline.sample_data import WEEK_NOW
from pipeline.settings import Settings
from store.copying import read_rows, table_names
from store.db import Store, open_store
from store.errors import ConfigurationError, EngineError
from store.items import upsert_items
from store.runs import installation_id
from store.types import Item, Kind
from tests.pipeline.cluster import Cluster, cluster

pytestmark = pytest.mark.xdist_group("cluster")
NOW = datetime(2026, 8, 21, 6, 0, tzinfo=UTC)
SUBJECTS = ("avloppsvatten och dricksvatten", "grundskolans lärare", "kollektivtrafik på landsbygden", "hemtjänst")


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster"), 2) as made:
        yield made


@dataclass(frozen=True, slots=True)
class Doubling:
    """Doubles; dies of 13, and does not take 7."""

    waits: bool = False

    def ready(self) -> Callable[[int], int]:
        return doubled


def doubled(number: int) -> int:
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 7:
        raise ConfigurationError("sju går inte", path=Path("tal.toml"), line=7)
    return 2 * number


def items(number: int) -> list[Item]:
    """Return items of which every twentieth is anything to municipalities: the others are not compared as stories."""
    return [
        Item(
            source="feeds",
            key=f"{n}",
            kind=Kind.NEWS,
            title=f"Nya pengar till {SUBJECTS[n // 20 % 4]}" if n % 20 == 0 else f"Lag {n} vann match {n * 7}",
            url=f"https://example.org/{n}",
            text="Kommuner får söka stöd senast den 3 maj 2027." if n % 20 == 0 else "Det blev 2-1.",
            language="sv",
        )
        for n in range(number)
    ]


def filled(path: Path, number: int = 1_100) -> Store:
    store = open_store(f"sqlite:///{path}")
    with store.session() as session:
        upsert_items(session, items(number), now=NOW)
    return store


def all_of(store: Store, *, without: str = "") -> dict[str, list[str]]:
    """Return every row of every table but for the names and numbers that are given by chance or in passing."""
    with store.reading() as session:
        found = {name: list(read_rows(session, name)) for name in table_names() if name not in ("meta", without)}
    return {name: sorted(repr(lasting(name, row)) for row in rows) for name, rows in found.items()}


def lasting(table: str, row: Mapping[str, Any]) -> dict[str, object]:
    passing = {"item_id", "holder", *({"id"} if table == "runs" or isinstance(row.get("id"), int) else ())}
    kept = {name: value for name, value in row.items() if name not in passing}
    return kept | ({"parts": sorted(map(repr, row["parts"]))} if table == "runs" else {})  # as they answered


def test_archive_is_assessed_alike_here_and_by_workers_of_which_one_is_killed(
    two_workers: Cluster, tmp_path: Path
) -> None:
    assessor = Assessor.load()
    with filled(tmp_path / "here.db") as here, filled(tmp_path / "there.db") as there:
        assess(here, assessor, now=NOW)
        third = two_workers.worker()
        done = []

        def progress(number: int, total: int | None) -> None:
            if not done:
                third.kill()
            done.append((number, total))

        with DaskEngine(two_workers.address) as engine:
            assess(there, assessor, now=NOW, progress=progress, engine=engine)
        assert all_of(here) == all_of(there)
    assert done == [(500, 1_100), (1_000, 1_100), (1_100, 1_100)]


def test_week_of_two_towns_is_the_same_when_others_read_assess_and_write(two_workers: Cluster, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    prepare(here, "varberg")
    (here / "municipalities").mkdir()
    (here / "municipalities" / "mellerud.toml").write_text(municipality_file("mellerud").text, encoding="utf-8")
    silent = Console(quiet=True)
    load_keys(here)
    with open_store(f"sqlite:///{here / 'utkik.db'}") as store, store.session() as session:
        installation_id(session)
    shutil.copytree(here, there)
    ends = []
    for home, engine in ((here, "local"), (there, two_workers.address)):
        with demo_installation(home, "week") as opened:
            web = opened.settings.web.model_copy(update={"address": "https://utkik.example.org"})
            settings = opened.settings.model_copy(update={"engine": engine, "web": web})
            installation = replace(opened, settings=settings)
            run_week(installation, silent, now=WEEK_NOW)
            ends.append(all_of(installation.store))
    assert ends[0] == ends[1]
    assert len(ends[0]["digests"]) > 10
    logs = [{path.name for path in (home / "logs").iterdir()} for home in (here, there)]
    assert logs[0] == logs[1] != set()


def test_answers_come_in_order_and_errors_as_they_are(two_workers: Cluster) -> None:
    with DaskEngine(two_workers.address) as engine:
        for either in (LOCAL, engine):
            assert list(either.map(Doubling(), range(3))) == [0, 2, 4]
            assert list(either.map(Doubling(waits=True), range(7))) == [0, 2, 4, 6, 8, 10, 12]
            with pytest.raises(ConfigurationError, match=r"tal.toml, rad 7: sju går inte") as caught:
                list(either.map(Doubling(), [1, 7, 2]))
            assert caught.value.line == 7


def test_batches_are_asked_for_only_as_far_ahead_as_there_are_workers(two_workers: Cluster) -> None:
    asked = []

    def batches() -> Iterator[int]:
        for number in range(100, 200):
            asked.append(number)
            yield number

    with DaskEngine(two_workers.address) as engine:
        answers = engine.map(Doubling(), batches())
        assert next(answers) == 200
        assert len(asked) <= 2 * 3 + 1


def test_work_that_kills_its_workers_is_told_and_other_work_goes_on(tmp_path: Path) -> None:
    impatient = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}  # of four, by default
    with (
        cluster(tmp_path / "cluster", 2, environment=impatient) as made,
        DaskEngine(made.address) as engine,
    ):
        with pytest.raises(EngineError, match="arbetarna dog en efter en"):
            list(engine.map(Doubling(), [13]))
        assert list(engine.map(Doubling(), [1])) == [2]


def test_scheduler_that_dies_is_one_sentence_and_the_next_run_goes_on(tmp_path: Path) -> None:
    assessor = Assessor.load()
    with filled(tmp_path / "here.db") as here, filled(tmp_path / "there.db") as there:
        assess(here, assessor, now=NOW)
        with cluster(tmp_path / "cluster", 1) as made, DaskEngine(made.address) as engine:
            with pytest.raises(
                EngineError, match=r"Förbindelsen med klustret dask://.* bröts. Det som är klart är sparat"
            ):
                assess(there, assessor, now=NOW, progress=lambda *_: made.scheduler.kill(), engine=engine)
            with there.reading() as session:
                assert len(list(read_rows(session, "assessments"))) == 500
            assess(there, assessor, now=NOW, engine=LOCAL)
        assert all_of(here, without="runs") == all_of(there, without="runs")


def test_worker_of_another_version_is_given_nothing(tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster", 0) as made, DaskEngine(made.address, look=0.25) as engine:
        made.worker(preload="tests.pipeline.other_program")
        with pytest.raises(EngineError, match="1 arbetare har en annan version av programmet"):
            list(engine.map(Doubling(), [1]))


def test_nobody_there_is_one_sentence(tmp_path: Path) -> None:
    with DaskEngine("dask://127.0.0.1:9", connect=0.5) as engine, pytest.raises(EngineError, match="svarar inte"):
        list(engine.map(Doubling(), [1]))


@pytest.mark.parametrize("address", ["dask://", "tcp://127.0.0.1:8786", "dask://user@host:8786", "spark://host:1"])
def test_only_what_we_know_is_an_engine(address: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="engine"):
        Settings(home=tmp_path, engine=address)


def test_settings_choose_the_engine(tmp_path: Path) -> None:
    with engine_of(Settings(home=tmp_path)) as here, engine_of(Settings(home=tmp_path, engine="tls://a:8786")) as there:
        chosen: list[Engine] = [here, there]
        assert [engine.is_here for engine in chosen] == [True, False]
