"""What every answer tells the browser, and that nobody is led away from the site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.installation import Installation, open_installation
from store.types import Role
from tests.web.conftest import Clock, browser_of
from tests.web.routes import addresses
from web.access import role_needed
from web.app import create_app
from web.headers import HEADERS
from web.safe_url import own_path

STATIC = Path(__file__).parents[2] / "web" / "static"
TEMPLATES = Path(__file__).parents[2] / "web" / "templates"


def test_F81_every_answer_has_every_header(app: Flask) -> None:
    for browser in (app.test_client(), browser_of(app, Role.COORDINATOR)):
        for endpoint, method, url in addresses(app, "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = browser.open(url, method=method, buffered=True)
            for name, value in HEADERS.items():
                assert answer.headers.getlist(name) == [value], (method, url, name)
            if role_needed(app.view_functions[endpoint]) or answer.status_code >= 400:
                assert answer.headers["Cache-Control"] == "no-store", (method, url)


@pytest.mark.parametrize(
    "path", ["/finns-inte", "/static/finns-inte.css", "/static/../app.py", "/static/%2e%2e/app.py"]
)
def test_F81_page_that_is_not_there_has_them_too(client: FlaskClient, path: str) -> None:
    answer = client.get(path, buffered=True)
    assert answer.status_code == 404
    assert HEADERS.items() <= dict(answer.headers).items()


def test_F81_nothing_inline_and_nothing_from_elsewhere_may_run() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "://" not in policy


def test_F81_no_template_has_anything_inline() -> None:
    for path in TEMPLATES.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<style|\|\s*safe\b", page), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page), path


@pytest.mark.parametrize(
    "wanted",
    [
        "https://example.org/",
        "//example.org",
        "/\\example.org",
        "\\\\example.org",
        "/\t/example.org",
        "/\n/example.org",
        "\t//example.org",
        " //example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "/installningar\r\nSet-Cookie: a=b",
        "http:example.org",
        "///example.org",
        "example.org",
        "/x" * 2000,
        "",
    ],
)
def test_F81_next_never_leads_to_another_site(coordinator: FlaskClient, wanted: str) -> None:
    assert own_path(wanted) == ""
    answer = coordinator.get("/logga-in", query_string={"next": wanted})
    assert answer.headers["Location"] == coordinator.get("/").headers["Location"]


@pytest.mark.parametrize("wanted", ["/", "/installningar", "/handelser?fran=100", "/s%C3%B6k?q=avlopp#traff"])
def test_next_leads_to_a_page_of_ours(coordinator: FlaskClient, wanted: str) -> None:
    assert coordinator.get("/logga-in", query_string={"next": wanted}).headers["Location"] == wanted


@pytest.mark.parametrize(
    "host", ["example.org", "localhost.example.org", "127.0.0.1.example.org", "localhost@example.org"]
)
def test_F81_request_for_another_host_is_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/logga-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "example.org" not in answer.get_data(as_text=True)


def test_F81_forwarded_headers_are_not_believed_unless_there_is_a_proxy(client: FlaskClient) -> None:
    answer = client.get("/", headers={"X-Forwarded-Host": "example.org", "X-Forwarded-Proto": "https"})
    assert answer.headers["Location"] == "/logga-in?next=/"


def page_at(home: Path, settings: str) -> tuple[Flask, Installation]:
    (home / "utkik.toml").write_text(settings, encoding="utf-8")
    with open_installation(home) as installation:
        return create_app(installation, clock=Clock()), installation


def test_F81_with_an_https_address_cookies_are_secure_and_the_host_is_held_to(home: Path) -> None:
    app, _ = page_at(home, '[web]\naddress = "https://utkik.example.org"\nproxies = 1\n')
    proxied = {"X-Forwarded-Host": "utkik.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    answer = app.test_client().get("/logga-in", headers=proxied)
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-utkik=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
    assert "Domain" not in cookie
    other = app.test_client().get("/logga-in", headers=proxied | {"X-Forwarded-Host": "example.org"})
    assert other.status_code == 400


def test_page_may_stand_under_a_path_of_the_municipalitys_site(home: Path) -> None:
    app, _ = page_at(home, '[web]\naddress = "https://www.example.org/utkik"\n')
    browser = app.test_client()
    answer = browser.get("/utkik/installningar", headers={"Host": "www.example.org"})
    assert answer.headers["Location"] == "/utkik/logga-in?next=/utkik/installningar"
    page = browser.get("/utkik/logga-in", headers={"Host": "www.example.org"}).get_data(as_text=True)
    assert '"/utkik/static/utkik.css?v=' in page
    assert browser.get("/logga-in", headers={"Host": "www.example.org"}).status_code == 200  # a proxy that took it off


def test_static_files_are_kept_by_browsers_and_small(client: FlaskClient) -> None:
    page = client.get("/logga-in").get_data(as_text=True)
    found = re.search(r'href="(/static/utkik\.css\?v=[0-9a-f]{8})"', page)
    assert found
    answer = client.get(found[1], buffered=True)
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert (STATIC / "utkik.css").stat().st_size < 20_000
