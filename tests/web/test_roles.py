"""Who may call what: every route against every role."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from store.types import Role
from tests.web.routes import BY_KEY, LEAST, OPEN, addresses
from web.access import role_needed, token_role

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def test_F79_every_route_has_its_row_and_no_row_is_without_route(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == {*LEAST, *BY_KEY}


def test_F79_marks_are_as_the_table_says(app: Flask) -> None:
    views = app.view_functions
    marks = {name: role.value if (role := role_needed(view)) else OPEN for name, view in views.items()}
    assert {name: mark for name, mark in marks.items() if name not in BY_KEY} == LEAST
    roles = {name: token_role(view) for name, view in views.items()}
    assert {name: role.value for name, role in roles.items() if role} == BY_KEY


def test_F79_a_stranger_is_let_into_nothing_but_what_is_open(app: Flask) -> None:
    for endpoint, method, url in addresses(app, *METHODS):
        answer = app.test_client().open(url, method=method, buffered=True)
        if LEAST[endpoint] == OPEN:
            assert answer.status_code != 403, (method, url)
        elif method == "GET":
            assert (answer.status_code, answer.headers["Location"][:10]) == (302, "/logga-in?"), url
        else:
            assert answer.status_code == 401, (method, url)


def test_F79_each_role_is_let_into_what_it_needs_and_into_nothing_above_it(
    app: Flask, log_in: Callable[[Role], FlaskClient]
) -> None:
    for role in Role:
        for endpoint, method, url in addresses(app, *METHODS):
            answer = log_in(role).open(url, method=method, buffered=True)
            above = LEAST[endpoint] != OPEN and not role.covers(Role(LEAST[endpoint]))
            assert (answer.status_code == 403) == above, (role, method, url, answer.status_code)
            assert answer.status_code not in (401, 500, 503), (role, method, url, answer.status_code)


def test_reader_sees_in_the_menu_only_what_may_be_opened(reader: FlaskClient, coordinator: FlaskClient) -> None:
    assert "/handelser" not in reader.get("/installningar").get_data(as_text=True)
    assert "/handelser" in coordinator.get("/installningar").get_data(as_text=True)
