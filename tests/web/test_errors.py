"""What is shown and written when something goes wrong."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from pipeline.installation import Installation
from store.errors import StoreError
from store.types import Role
from tests.web.conftest import Clock, browser_of
from web.access import open_to_all
from web.app import create_app
from web.errors import TEXTS

CANARY = "hemlig.person@example.org"


@pytest.fixture
def broken(installation: Installation) -> Callable[[Exception | int], FlaskClient]:
    """Give a function that gives a browser of a page on which /trasig raises the error."""

    def with_error(error: Exception | int) -> FlaskClient:
        app = create_app(installation, clock=Clock())

        @open_to_all
        def fail(word: str) -> str:
            if isinstance(error, int):
                abort(error)
            raise error

        app.add_url_rule("/trasig/<word>", "broken", fail)
        return app.test_client()

    return with_error


@pytest.mark.parametrize("code", [code for code in TEXTS if code not in (500, 503)])
def test_error_says_what_happened_what_is_safe_and_what_to_do(
    broken: Callable[[Exception | int], FlaskClient], code: int
) -> None:
    answer = broken(code).get("/trasig/x")
    page = answer.get_data(as_text=True)
    assert answer.status_code == code
    assert all(text in page for text in TEXTS[code])


def test_fault_of_ours_shows_its_number_and_nothing_of_the_program(
    broken: Callable[[Exception | int], FlaskClient], caplog: pytest.LogCaptureFixture
) -> None:
    answer = broken(ValueError(f"kan inte läsa {CANARY}")).get(f"/trasig/{CANARY}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert not re.search(r"Traceback|ValueError|\.py|Werkzeug|Flask", page)
    assert CANARY not in page
    number = re.search(r"nummer: ([0-9a-f]{8})", page)
    assert number
    assert number[1] in caplog.text


def test_database_that_is_away_is_told_as_such(broken: Callable[[Exception | int], FlaskClient]) -> None:
    answer = broken(StoreError("Databasservern svarar inte.")).get("/trasig/x")
    assert answer.status_code == 503
    assert "upptagen eller går inte att nå" in answer.get_data(as_text=True)


def test_F82_an_error_is_one_line_without_addresses_words_or_line_breaks(
    broken: Callable[[Exception | int], FlaskClient], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "web.errors")
    browser = broken(ValueError(f"rad ett\r\nERROR falsk rad {CANARY}"))
    browser.get(f"/trasig/{CANARY}%0d%0aERROR%20falsk", query_string={"q": CANARY}, headers={"User-Agent": CANARY})
    browser.open("/trasig/x", method="FALSK\x85RAD")
    browser.get(f"/finns-inte/{CANARY}%0aERROR")
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 3
    assert re.fullmatch(r"GET /trasig/<word>: 500 \[[0-9a-f]{8}\] ValueError at [\w/.:> ]+", lines[0])
    assert re.fullmatch(r"GET \(no such page\): 404 \[[0-9a-f]{8}\]", lines[2])
    assert not any("\n" in line or "\r" in line or CANARY in line or "falsk" in line for line in lines)
    assert not any(record.exc_info for record in caplog.records)


def test_F82_a_refused_login_tells_the_log_no_name_address_or_password(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = browser_of(app, Role.READER)
    browser.post("/logga-in", data={"name": f"{CANARY}\r\nERROR falsk", "password": "röd lykta"})
    browser.get("/installningar")
    assert "login refused" in caplog.text
    assert not any(word in caplog.text for word in (CANARY, "falsk", "röd lykta", "127.0.0.1", "reader@example.org"))


def test_form_that_is_too_large_is_refused_with_words(coordinator: FlaskClient) -> None:
    answer = coordinator.post("/sprak", data={"language": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "för stort" in answer.get_data(as_text=True)


def test_wrong_method_is_told_with_those_that_work(client: FlaskClient) -> None:
    answer = client.get("/sprak")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_open_page_that_is_asked_for_too_often_says_so(client: FlaskClient) -> None:
    for _ in range(600):
        assert client.get("/halsa").status_code == 200
    answer = client.get("/halsa")
    assert answer.status_code == 429
    assert "För många försök" in answer.get_data(as_text=True)


def test_request_of_a_script_that_is_not_logged_in_is_led_to_the_login(client: FlaskClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/handelser?fran=100"}
    answer = client.get("/handelser", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/logga-in?next=/handelser?fran%3D100"
