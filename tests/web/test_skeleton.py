"""The page stands: it is refused without marks, asks for a login, and shows its first pages."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from web.access import check_marks


def test_view_without_a_mark_is_refused() -> None:
    app = Flask("web", static_folder=None)
    app.add_url_rule("/x", "x", lambda: "")
    with pytest.raises(TypeError, match="x"):
        check_marks(app)


def test_stranger_is_asked_to_log_in(client: FlaskClient) -> None:
    answer = client.get("/installningar?a=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/logga-in?next=/installningar?a%3D1"


@pytest.mark.parametrize("path", ["/installningar", "/handelser"])
def test_coordinator_sees_the_page(coordinator: FlaskClient, path: str) -> None:
    assert coordinator.get(path).status_code == 200


def test_login_form_is_open(client: FlaskClient) -> None:
    assert client.get("/logga-in").status_code == 200
