"""Only the page's own static files can be asked for."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from pipeline.installation import Installation

ASKED = (
    "../app.py",
    "../../pyproject.toml",
    "%2e%2e/app.py",
    "..%2fapp.py",
    "%2e%2e%2fapp.py",
    "..%5capp.py",
    "....//app.py",
    ".%2e/app.py",
    "utkik.css%00.txt",
    "%00",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "C:%5cwindows%5cwin.ini",
    "",
    ".",
    "..",
    "utkik.css/..",
)


@pytest.mark.parametrize("name", ASKED)
def test_F75_nothing_outside_the_static_folder_is_given(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/static/{name}", buffered=True)
    assert answer.status_code in (308, 404)
    assert "root:" not in answer.get_data(as_text=True)
    if answer.status_code == 308:  # slashes made one: the same site, and not there either
        assert client.get(answer.headers["Location"], buffered=True).status_code == 404


@pytest.mark.parametrize("name", ["utkik.toml", "utkik.key", "utkik.db", "municipality.toml"])
def test_F75_nothing_of_the_installation_is_given(client: FlaskClient, installation: Installation, name: str) -> None:
    home = installation.settings.home
    for path in (f"/static/{name}", f"/{name}", f"/static/{home}/{name}", f"/static/../..{home}/{name}"):
        assert client.get(path, buffered=True, follow_redirects=True).status_code == 404
