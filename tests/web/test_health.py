"""What whoever watches over the program is told: that it is alive, whether it can work, and its figures."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from pipeline.beat import note_beat
from pipeline.due_facts import note_kept
from pipeline.installation import Installation
from pipeline.metrics import STEPS
from pipeline.operation_settings import MetricsSettings
from pipeline.readiness import LEAST_FREE, Lack, lacking
from pipeline.record import begin, complete
from store.claims import settle
from store.db import open_store
from store.errors import ConfigurationError
from store.types import Delivery, DigestState
from tests.pipeline.making import NOW
from tests.pipeline.outbox import fill_outbox
from tests.web.conftest import finish
from web.app import create_app

TOKEN = "en-lång-hemlighet-för-prometheus"  # noqa: S105 - of this test alone


def test_page_that_answers_says_so(client: FlaskClient) -> None:
    answer = client.get("/halsa")
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "ok\n")


def test_installation_that_lacks_nothing_is_ready(client: FlaskClient, installation: Installation) -> None:
    note_beat(installation.store, NOW - timedelta(minutes=14))
    answer = client.get("/halsa/beredd")
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "ok\n")


def test_schedule_that_has_been_silent_for_a_quarter_of_an_hour_is_told(
    client: FlaskClient, installation: Installation
) -> None:
    note_beat(installation.store, NOW - timedelta(minutes=16))
    answer = client.get("/halsa/beredd")
    assert (answer.status_code, answer.get_data(as_text=True)) == (503, "schedule\n")
    assert client.get("/halsa").status_code == 200


def test_backup_that_is_two_days_late_is_told(client: FlaskClient, installation: Installation) -> None:
    note_kept(installation, NOW - timedelta(days=3))
    assert client.get("/halsa/beredd").get_data(as_text=True) == "backup\n"
    folder = installation.settings.backup_folder
    folder.mkdir()
    (folder / f"utkik-{NOW - timedelta(days=1):%Y-%m-%dT%H%M%SZ}.zip").touch()
    assert client.get("/halsa/beredd").status_code == 200
    (folder / f"utkik-{NOW - timedelta(days=1):%Y-%m-%dT%H%M%SZ}.zip").rename(
        folder / f"utkik-{NOW - timedelta(days=3):%Y-%m-%dT%H%M%SZ}.zip"
    )
    assert client.get("/halsa/beredd").get_data(as_text=True) == "backup\n"


def test_disk_that_is_nearly_full_is_told_wherever_it_is(installation: Installation, tmp_path: Path) -> None:
    apart = installation.settings.backup.model_copy(update={"folder": str(tmp_path / "annan-disk")})
    moved = replace(installation, settings=installation.settings.model_copy(update={"backup": apart}))

    def free(path: Path) -> int:
        return LEAST_FREE - 1 if path.name == "annan-disk" else LEAST_FREE

    assert lacking(moved, NOW, free=free) == [Lack.DISK]
    assert lacking(installation, NOW, free=free) == []


def test_database_that_is_away_is_told_in_a_word_and_nothing_of_it(
    client: FlaskClient, installation: Installation
) -> None:
    path = installation.store.path
    assert path
    installation.store.close()
    path.write_bytes(b"ingen databas " * 1000)
    answer = client.get("/halsa/beredd")
    assert (answer.status_code, answer.get_data(as_text=True)) == (503, "database\n")
    assert client.get("/halsa").status_code == 200


@pytest.fixture
def measured(installation: Installation) -> Iterator[Flask]:
    """Give the page with its figures open to who has the token."""
    settings = installation.settings.model_copy(update={"metrics": MetricsSettings(token=SecretStr(TOKEN))})
    app = create_app(replace(installation, settings=settings), clock=lambda: NOW)
    yield app
    finish(app)


def figures(app: Flask) -> dict[str, dict[tuple[str, ...], float]]:
    """Return what Prometheus reads, by name and the values of the labels in the order of their names."""
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.get_data(as_text=True)):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_figures_are_not_there_until_a_token_is_set(client: FlaskClient, coordinator: FlaskClient) -> None:
    for browser in (client, coordinator):
        assert browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 404
        assert browser.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer ", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN])
def test_figures_are_given_to_nobody_without_the_token(measured: Flask, said: str) -> None:
    answer = measured.test_client().get("/metrics", headers={"Authorization": said} if said else {})
    assert answer.status_code == 401
    assert "utkik_" not in answer.get_data(as_text=True)


def test_token_that_can_be_guessed_is_refused_at_the_start(installation: Installation) -> None:
    short = installation.settings.model_copy(update={"metrics": MetricsSettings(token=SecretStr("hemlig"))})
    with pytest.raises(ConfigurationError, match=r"metrics\.token ska ha minst 16 tecken") as caught:
        create_app(replace(installation, settings=short), clock=lambda: NOW)
    assert "hemlig" not in str(caught.value)


def test_figures_tell_of_letters_steps_sources_and_requests(measured: Flask, installation: Installation) -> None:
    store = installation.store
    fill_outbox(store, 3)
    note_beat(store, NOW)
    with store.session() as session:
        unclear = Delivery(digest_id="kontakt00", at=NOW, transport="smtp", state=DigestState.UNCLEAR)
        settle(session, unclear)
    complete(store, begin(store, "assess", now=NOW), now=NOW, counts={})
    complete(store, begin(store, "collect", "cellar", now=NOW), now=NOW, counts={"new": 1})
    measured.test_client().get("/halsa")
    found = figures(measured)
    assert found["utkik_digests"]["unclear",] == 1
    assert found["utkik_digests"]["queued",] >= 2
    assert found["utkik_digests"]["held",] == 0
    assert found["utkik_digests_due"][()] == found["utkik_digests"]["queued",] + found["utkik_digests"]["retry",]
    assert found["utkik_deliveries_last_day"]["unclear", "smtp"] == 1
    assert found["utkik_deliveries_last_day"]["refused", "smtp"] == 0
    assert found["utkik_step_last_success_timestamp_seconds"]["assess",] == NOW.timestamp()
    assert found["utkik_source_last_success_timestamp_seconds"]["cellar",] == NOW.timestamp()
    assert found["utkik_runs_last_day"]["complete", "collect"] >= 1
    assert found["utkik_schedule_last_beat_timestamp_seconds"][()] == NOW.timestamp()
    assert found["utkik_database_up"][()] == 1
    assert found["utkik_database_size_bytes"][()] > 100_000
    assert found["utkik_items"][()] > 0
    assert found["utkik_disk_free_bytes"]["home",] > 0
    assert found["utkik_http_requests_total"]["GET", "health.alive", "200"] == 1
    assert found["utkik_http_request_duration_seconds_count"]["health.alive",] == 1
    assert {name for (name,) in found["utkik_step_last_success_timestamp_seconds"]} <= set(STEPS)


def test_items_that_wait_for_assessment_are_counted(measured: Flask, installation: Installation) -> None:
    store = installation.store
    before = figures(measured)["utkik_items_unassessed"][()]
    complete(store, begin(store, "assess", now=NOW + timedelta(days=1)), now=NOW, counts={})
    assert figures(measured)["utkik_items_unassessed"][()] == 0  # nothing has come since
    assert before >= 0


def test_backup_and_model_are_told(measured: Flask, installation: Installation) -> None:
    installation.settings.backup_folder.mkdir()
    (installation.settings.backup_folder / "utkik-2026-11-20T060000Z.zip").touch()
    found = figures(measured)
    assert found["utkik_backup_last_success_timestamp_seconds"][()] == 1795154400
    assert len(found["utkik_model_info"]) == 1
    assert len(found["utkik_info"]) == 1


def test_figures_say_when_the_database_is_away(measured: Flask, installation: Installation) -> None:
    path = installation.store.path
    assert path
    installation.store.close()
    path.write_bytes(b"ingen databas " * 1000)
    found = figures(measured)
    assert found["utkik_database_up"][()] == 0
    assert "utkik_items" not in found


def test_rules_for_alarms_name_only_figures_that_there_are(measured: Flask, installation: Installation) -> None:
    note_beat(installation.store, NOW)
    for step, subject in (("collect", "cellar"), ("assess", "")):
        complete(installation.store, begin(installation.store, step, subject, now=NOW), now=NOW, counts={})
    installation.settings.backup_folder.mkdir()
    (installation.settings.backup_folder / "utkik-2026-11-20T060000Z.zip").touch()
    figures(measured)
    rules = files("pipeline").joinpath("deployment/alerts.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(utkik_[a-z_]+)", rules))
    assert len(named) > 8
    assert named - set(figures(measured)) == set()


def test_addresses_that_nobody_answers_share_one_name(measured: Flask) -> None:
    for path in ("/finns-inte/1", "/finns-inte/2", "/search?q=hemligt"):
        measured.test_client().open(path, method="PÅHITTAD")
    names = set(figures(measured)["utkik_http_requests_total"])
    assert ("other", "none", "404") in names
    assert not any("finns" in part or "HITTAD" in part for name in names for part in name)


def test_each_request_is_one_line_with_number_route_status_and_time(
    app: Flask, coordinator: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "web.request_log")
    coordinator.get("/sok?q=hemligt+ord")
    coordinator.get("/finns-inte/hemligt")
    lines = [record for record in caplog.records if record.name == "web.request_log"]
    told = [(vars(record)["route"], vars(record)["method"], vars(record)["status"]) for record in lines]
    assert told == [("search.show", "GET", 200), ("none", "GET", 404)]
    assert all(vars(record)["ms"] >= 0 for record in lines)
    assert "hemligt" not in str([vars(record) for record in lines])


def test_number_on_an_error_page_is_that_of_the_requests_line(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    from crawlers.log_lines import Lines

    caplog.set_level(logging.INFO, "web")
    caplog.handler.setFormatter(Lines("text"))
    page = app.test_client().get("/finns-inte").get_data(as_text=True)
    number = next(word.partition("=")[2] for word in caplog.text.split() if word.startswith("request="))
    assert number in page


def test_figures_hold_on_postgresql(postgresql_url: str, installation: Installation) -> None:
    with open_store(postgresql_url) as store:
        fill_outbox(store, 2)
        complete(store, begin(store, "assess", now=NOW), now=NOW, counts={})
        settings = installation.settings.model_copy(update={"metrics": MetricsSettings(token=SecretStr(TOKEN))})
        app = create_app(replace(installation, settings=settings, store=store), clock=lambda: NOW)
        found = figures(app)
        finish(app)
    assert found["utkik_digests"]["queued",] == 2
    assert found["utkik_database_size_bytes"][()] > 100_000
    assert found["utkik_items_unassessed"][()] == 0
