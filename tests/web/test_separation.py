"""Nobody of one municipality sees anything of another, or changes a row of it, whatever is asked and however."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from pipeline.api_tokens import new_token
from pipeline.compose import compose
from pipeline.installation import Installation, open_installation
from pipeline.keys import load_keys
from pipeline.links import ACCOUNT_CALENDAR, ANSWER, CALENDAR, UNIT, UNSUBSCRIBE, Link, sign
from pipeline.model_view import REFIT
from pipeline.send_now import SENDING
from pipeline.source_looks import reading_name
from pipeline.trial_letter import TRIAL
from store.accounts import add_account
from store.api_tokens import add_token
from store.digests import list_digests
from store.types import Account, Role
from tests.pipeline.making import NOW
from tests.web import many
from tests.web.conftest import ACCOUNTS, Clock, browser_of, finish
from tests.web.many import HERE, THERE
from tests.web.register import WEEK, actions, matter
from tests.web.routes import BY_KEY
from tests.web.seeding import municipality_file, seed
from web import context
from web.app import create_app

# A login ends, or another begins: what is tried afterwards would be tried by nobody. A source is asked on the net.
NOT_TRIED = ("login.log_in", "login.log_out", "sso.begin", "sso.back", "static", "sources.check", "sources.look")
ASKED = {"kommun": THERE, "post": "/".join(many.ITEM), "enhet": many.UNIT, "q": "avlopp", "vecka": WEEK}
SIGNED = {
    "answers.show": ANSWER,
    "answers.answer": ANSWER,
    "answers.own": UNIT,
    "letters.show": UNSUBSCRIBE,
    "letters.leave": UNSUBSCRIBE,
    "calendar.of_reader": CALENDAR,
    "calendar.of_account": ACCOUNT_CALENDAR,
}


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """Give the setting of the database: the home's own file, or a PostgreSQL of its own."""
    if request.param == "sqlite":
        return ""
    return f'database_url = "{request.getfixturevalue("postgresql_url")}"\n'


@pytest.fixture
def served(tmp_path: Path, database: str) -> Iterator[Installation]:
    """Give an installation that serves Provköping and Bortby, with a week, letters and accounts of both."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "utkik.toml").write_text(f"{database}[web]\npublic = true\n", encoding="utf-8")
    (home / "municipality.toml").write_text(municipality_file(), encoding="utf-8")
    many.add_bortby(home)
    with open_installation(home) as opened:
        with opened.store.session() as session:
            for role, name in ACCOUNTS.items():
                account = Account(id=role.value, name=name, role=role, created_at=NOW, municipality=HERE)
                add_account(session, account)
            seed(session)
            matter(session)
            actions(session)
        compose(opened.store, opened.municipality, opened.settings, week=WEEK, now=NOW)
        yield many.both(opened)


@pytest.fixture
def page(served: Installation) -> Iterator[Flask]:
    made = create_app(served, clock=Clock())
    made.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, RATELIMIT_ENABLED=False)
    _leave_work_of_bortby(made)
    yield made
    finish(made)


def _leave_work_of_bortby(app: Flask) -> None:
    """Let Bortby's people have looked, sent and read a source, so that there is something kept to be shown by mistake.

    A task that a person began is told with that person's name.
    """
    background = app.extensions["utkik"].background
    with app.test_request_context():
        context.take(THERE)
        own = [context.own_name(name) for name in (SENDING, TRIAL, REFIT)]
    for name in own:
        background.start(name, lambda _: f"{many.MARK}-task", by="bort", now=NOW)
    background.start(reading_name("feeds"), lambda _: "Källan fungerar.", by="bort", now=NOW)
    browser = browser_there(app)
    for _, method, url in asked(app):
        if method == "GET":
            browser.get(url, buffered=True)
    finish(app)


def browser_there(app: Flask) -> FlaskClient:
    """Give a browser where Bortby's coordinator is logged in."""
    account = Account(id="bort", name=many.NAME, role=Role.COORDINATOR, created_at=NOW, municipality=THERE)
    return browser_of(app, Role.COORDINATOR, account)


def asked(app: Flask, tokens: Callable[[str], str] = lambda _: "x") -> Iterator[tuple[str, str, str]]:
    """Yield (endpoint, method, address) of everything, naming what is Bortby's wherever an address names anything."""
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if rule.endpoint in NOT_TRIED:
                continue
            values = many.values_there()
            named = {name: values.get(name, _usual(rule, name, tokens)) for name in rule.arguments}
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method, app.url_for(rule.endpoint, **named)


def _usual(rule: Rule, name: str, tokens: Callable[[str], str]) -> str | int:
    if name == "token":
        return tokens(rule.endpoint)
    return 1 if type(rule._converters[name]).__name__ == "IntegerConverter" else "x"


def said(answer: TestResponse) -> str:
    """Return everything that an answer tells: its headers, its text, and what lies in a packed file."""
    body = answer.get_data()
    if answer.mimetype == "application/zip":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    return unescape(f"{answer.headers}\n{body.decode(errors='replace')}").lower()


def tried(browser: FlaskClient, method: str, url: str, **more: Any) -> Iterator[TestResponse]:
    """Give the answers to a request as it is, with a query and with a form that name what is Bortby's."""
    if method == "GET":
        yield browser.get(url, buffered=True, **more)
        yield browser.get(f"{url}{'&' if '?' in url else '?'}{urlencode(ASKED)}", buffered=True, **more)
        return
    form = many.form_there()
    yield browser.open(url, method=method, buffered=True, data=form, **more)
    plain = {name: value for name, value in form.items() if name not in ("glom", "ta_tillbaka", "unit", "units")}
    yield browser.open(url, method=method, buffered=True, data=plain | {"ta_tillbaka": "1", "end": "1"}, **more)
    # What is right in every field but for whose the thing is that the address names.
    right = plain | {"unit": "vatten", "units": "vatten", "to": "vatten", "seen": "2", "state": "done"}
    yield browser.open(url, method=method, buffered=True, data=right, **more)


def leaks(endpoint: str, answer: TestResponse) -> bool:
    """Tell whether anything of Bortby's is shown; what residents are shown on purpose is everybody's."""
    if endpoint.startswith(("residents.", "about.")) and answer.request.args.get("kommun") == THERE:
        return False
    return many.MARK in said(answer)


class Guarded:
    """Remembers Bortby's rows and files, and tells what has become of them."""

    def __init__(self, installation: Installation) -> None:
        self._store, self._home = installation.store, installation.settings.home
        self._rows, self._files = self._now()

    def _now(self) -> tuple[dict[str, str], dict[str, bytes]]:
        shared = ("utkik.toml", "municipalities/bortby.toml")
        rows = many.fingerprint(many.rows_of(self._store, THERE))
        return rows, {name: (self._home / name).read_bytes() for name in shared}

    def changed(self) -> list[str]:
        """Return the tables and files that are not as they were."""
        rows, files = self._now()
        tables = [name for name, value in rows.items() if value != self._rows[name]]
        return tables + [name for name, value in files.items() if value != self._files[name]]


def test_every_table_of_a_municipality_holds_something_of_the_other(served: Installation) -> None:
    rows = many.rows_of(served.store, THERE)
    assert len(rows) >= 20
    assert [name for name, found in rows.items() if not found] == []


def test_what_is_seeded_is_shown_to_its_own_people(page: Flask) -> None:
    browser, shown = browser_there(page), set()
    for _, method, url in asked(page):
        if method == "GET":
            for answer in tried(browser, method, url):
                finish(page)
                shown |= {word for word in _words() if word in said(answer)}
    assert _words() - shown == set()


def _words() -> set[str]:
    tables = "decision verdict action outcome owner note change analysis search why publication audit"
    tables += " organisation token letter"
    names = {f"{many.MARK}{rest}" for rest in ("skolan", "projektet", "orten", "-task", "-skola@", "-samordnare@")}
    return names | {f"{many.MARK}-{table}" for table in (*tables.split(), "entry", "delivery")}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_role_sees_or_changes_anything_of_another_municipality(
    page: Flask, served: Installation, role: Role
) -> None:
    _try_everything(page, served, role)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nor_on_postgresql(page: Flask, served: Installation) -> None:
    _try_everything(page, served, Role.COORDINATOR)


def _try_everything(page: Flask, served: Installation, role: Role) -> None:
    account = Account(id=role.value, name=ACCOUNTS[role], role=role, created_at=NOW, municipality=HERE)
    browser, guarded, seen = browser_of(page, role, account), Guarded(served), 0
    requests = [one for one in asked(page) if one[0] not in BY_KEY]
    looks, forms = ([one for one in requests if (one[1] == "GET") is look] for look in (True, False))
    for endpoint, method, url in (*looks, *forms, *looks):  # the second time with what the forms have set going
        if (endpoint, method, url) == looks[0]:
            finish(page)
        for answer in tried(browser, method, url):
            assert answer.status_code not in (401, 500, 503), (method, url, answer.status_code)
            assert not leaks(endpoint, answer), (role, method, url)
            seen += method == "GET"
        if method != "GET":
            assert guarded.changed() == [], (role, method, url)
    finish(page)
    assert guarded.changed() == []
    assert browser.get("/handelser").status_code == (200 if role is Role.COORDINATOR else 403)  # still logged in
    assert seen > 100


@pytest.mark.parametrize("role", list(Role))
def test_no_key_to_the_api_reads_or_changes_anything_of_another_municipality(
    page: Flask, served: Installation, role: Role
) -> None:
    token, key = new_token("diariet", role, NOW)
    with served.store.session() as session:
        add_token(session, replace(token, municipality=HERE))
    guarded, browser = Guarded(served), page.test_client()
    browser.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    verdict = {"source": many.ITEM[0], "key": many.ITEM[1], "ruling": "drop", "seen": 0, "note": "prov"}
    for endpoint, method, url in asked(page):
        answers = list(tried(browser, method, url))
        if endpoint == "api.rule":
            answers += [browser.post(url, json=verdict), browser.post(f"{url}?kommun={THERE}", json=verdict)]
        for answer in answers:
            assert answer.status_code != 500, (method, url)
            assert not leaks(endpoint, answer), (role, method, url)
        if endpoint in BY_KEY and method == "GET":
            assert answers[1].status_code == 403, url  # what the address names is not what the key opens
        assert guarded.changed() == [], (role, method, url)


def test_no_signed_link_shows_or_changes_anything_of_another_municipality(page: Flask, served: Installation) -> None:
    with served.store.reading() as session:
        letter = next(one for one in list_digests(session, municipality=HERE) if one.contact == "vatten@example.org")
    keys, guarded, browser = load_keys(served.settings.home), Guarded(served), page.test_client()

    def token(endpoint: str) -> str:
        subject = "reader" if endpoint == "calendar.of_account" else letter.id
        link = Link(purpose=SIGNED.get(endpoint, ANSWER), digest_id=subject, position=letter.entries[0].position)
        return sign(keys, link, NOW)

    opened = set()
    browser.get("/logga-in")
    for endpoint, method, url in sorted(asked(page, token), key=lambda one: one[1] != "GET"):  # the letters end last
        for answer in tried(browser, method, url):
            assert answer.status_code != 500, (method, url)
            assert not leaks(endpoint, answer), (method, url)
            opened |= {endpoint} if answer.status_code == 200 else set()
        assert guarded.changed() == [], (method, url)
    assert {endpoint for endpoint in SIGNED if not endpoint.startswith("answers.answer")} <= opened


@pytest.mark.parametrize("purpose", [ANSWER, UNIT, UNSUBSCRIBE, CALENDAR])
def test_link_of_a_letter_opens_its_own_municipality_whoever_is_logged_in(
    page: Flask, served: Installation, purpose: str
) -> None:
    link = Link(purpose=purpose, digest_id=many.LETTER, position=1 if purpose == ANSWER else 0)
    path = {ANSWER: "svar", UNIT: "min", UNSUBSCRIBE: "avsluta", CALENDAR: "kalender"}[purpose]
    end = ".ics" if purpose == CALENDAR else ""
    url = f"/{path}/{sign(load_keys(served.settings.home), link, NOW)}{end}"
    account = Account(id="reader", name="x", role=Role.READER, created_at=NOW, municipality=HERE)
    for browser in (page.test_client(), browser_of(page, Role.READER, account)):
        answer = browser.get(url)
        assert answer.status_code == 200
        assert "skolförvaltningen" not in said(answer)


def test_municipality_that_is_served_no_more_is_nobody_elses(page: Flask, served: Installation) -> None:
    theirs = browser_there(page)
    (served.settings.home / "municipalities" / "bortby.toml").unlink()
    account = Account(id="coordinator", name="x", role=Role.COORDINATOR, created_at=NOW, municipality=HERE)
    browser = browser_of(page, Role.COORDINATOR, account)
    assert browser.get("/installningar/andra").status_code == 403
    assert many.MARK not in said(browser.get("/handelser"))
    assert theirs.get("/veckan").status_code == 302  # to the login: there is nothing to see any more
