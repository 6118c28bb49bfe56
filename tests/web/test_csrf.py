"""A form that another site sent, or that lost its token, changes nothing; and looking at a page writes nothing."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from pipeline.installation import Installation
from store.types import Role
from tests.web.conftest import browser_of
from tests.web.routes import Writes, addresses
from web.access import is_one_click

CHANGING = ("POST", "PUT", "PATCH", "DELETE")


def test_F74_every_form_without_token_is_refused_and_changes_nothing(app: Flask, installation: Installation) -> None:
    seen = []
    browser = browser_of(app, Role.COORDINATOR)
    browser.environ_base.pop("HTTP_X_CSRFTOKEN")
    writes = Writes(installation.store)
    for endpoint, method, url in addresses(app, *CHANGING):
        if is_one_click(app.view_functions[endpoint]):
            continue
        answer = browser.open(url, method=method, buffered=True, data={"csrf_token": "x.y.z"})
        assert answer.status_code == 400, (method, url)
        assert "Inget är ändrat" in answer.get_data(as_text=True)
        seen.append(url)
    assert "/logga-ut" in seen
    assert not writes.happened()
    writes.close()


def test_F74_every_form_from_another_site_is_refused_even_with_a_token(app: Flask, installation: Installation) -> None:
    browser = browser_of(app, Role.COORDINATOR)
    writes = Writes(installation.store)
    for endpoint, method, url in addresses(app, *CHANGING):
        if is_one_click(app.view_functions[endpoint]):
            continue
        for headers in (
            {"Origin": "https://example.org"},
            {"Origin": "null"},
            {"Origin": "http://localhost:81"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            assert browser.open(url, method=method, buffered=True, headers=headers).status_code == 400, (
                method,
                url,
                headers,
            )
    assert not writes.happened()
    writes.close()


def test_form_of_our_own_is_taken(coordinator: FlaskClient) -> None:
    answer = coordinator.post("/logga-ut", headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 302


def test_token_of_another_session_is_refused(app: Flask) -> None:
    one, other = browser_of(app, Role.COORDINATOR), browser_of(app, Role.READER)
    other.environ_base["HTTP_X_CSRFTOKEN"] = one.environ_base["HTTP_X_CSRFTOKEN"]
    assert other.post("/logga-ut").status_code == 400


def test_looking_at_a_page_writes_nothing(app: Flask, installation: Installation) -> None:
    browsers = [browser_of(app, Role.COORDINATOR), app.test_client()]
    writes = Writes(installation.store)
    for endpoint, method, url in addresses(app, "GET", "HEAD"):
        if endpoint == "sso.back":
            continue  # the return from single sign-on logs in; its state, nonce and code guard it
        for browser in browsers:
            browser.open(url, method=method, buffered=True)
            assert not writes.happened(), (method, url)
    writes.close()
