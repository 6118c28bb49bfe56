"""Links of letters: looking changes nothing, pressing does, and what is not ours is met kindly."""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Iterator
from datetime import date, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from pipeline.compose import compose
from pipeline.installation import Installation
from pipeline.keys import load_keys
from pipeline.leaving import end_letters
from pipeline.links import ANSWER, UNIT, UNSUBSCRIBE, Link, sign
from pipeline.notice import compose_notices
from store.actions import list_actions
from store.audit import list_audit
from store.contacts import contact_states
from store.db import Store
from store.digests import list_digests
from store.feedback import list_feedback
from store.types import Answer, Digest, Reach
from tests.pipeline.making import NOW
from tests.web.conftest import Clock
from tests.web.seeding import municipality_file

BASE = "https://utkik.provkoping.example.org"
READER = "social@example.org"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give the folder of an installation whose page readers reach."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "utkik.toml").write_text(f'[web]\naddress = "{BASE}"\n', encoding="utf-8")
    (folder / "municipality.toml").write_text(municipality_file(), encoding="utf-8")
    return folder


@pytest.fixture
def store(installation: Installation) -> Store:
    return installation.store


@pytest.fixture
def letters(installation: Installation) -> dict[str, Digest]:
    """Give the week's letters, by their reader."""
    place, settings = installation.municipality, installation.settings
    compose(installation.store, place, settings, week="2026-W48", now=NOW)
    with installation.store.reading() as session:
        return {digest.contact: digest for digest in list_digests(session)}


@pytest.fixture
def browser(app: Flask, clock: Clock) -> Iterator[FlaskClient]:
    """Give the browser of somebody who has never been here, three days later."""
    clock.now = NOW + timedelta(days=3)
    with app.test_client() as client:
        yield client


def urls(digest: Digest) -> list[str]:
    """Return every address in a letter that leads to our page: headers, text and HTML."""
    message: Any = email.message_from_bytes(digest.message, policy=default)
    parts = [part.get_content() for part in message.iter_parts()]
    found = re.findall(rf"{re.escape(BASE)}[^\s\"<>]*", "\n".join([str(message["List-Unsubscribe"]), *parts]))
    return list(dict.fromkeys(found))


def url(installation: Installation, digest: Digest, purpose: str, position: int = 0) -> str:
    name = {ANSWER: "svar", UNSUBSCRIBE: "avsluta", UNIT: "min"}[purpose]
    link = Link(purpose=purpose, digest_id=digest.id, position=position)
    return f"{BASE}/{name}/{sign(load_keys(installation.settings.home), link, NOW)}"


def whole(store: Store) -> str:
    """Return a hash of every row of every table."""
    content = hashlib.sha256()
    with store.reading() as session:
        connection = session.connection()
        names = [row[0] for row in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))]
        for name in sorted(names):
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).all()  # noqa: S608 - our own table names
            content.update(repr((name, sorted(map(repr, rows)))).encode())
    return content.hexdigest()


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def press(browser: FlaskClient, address: str, **form: str) -> Any:
    page = browser.get(address).get_data(as_text=True)
    return browser.post(address, data={"csrf_token": token_in(page), **form}, headers={"Referer": address})


def test_F59_opening_every_link_of_every_letter_changes_nothing(
    installation: Installation, letters: dict[str, Digest], browser: FlaskClient
) -> None:
    compose_notices(installation.store, installation.municipality, installation.settings, now=NOW + timedelta(days=1))
    addresses = [address for digest in letters.values() for address in urls(digest)]
    assert {address.split("/")[3] for address in addresses} == {"svar", "avsluta", "min"}
    before = whole(installation.store)
    for address in addresses:
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            assert browser.open(address.partition("#")[0], method=method).status_code == 200, (method, address)
    assert whole(installation.store) == before


def test_F59_the_pages_send_no_form_by_themselves(letters: dict[str, Digest], browser: FlaskClient) -> None:
    for address in urls(letters[READER]):
        page = browser.get(address.partition("#")[0]).get_data(as_text=True)
        assert not re.search(r"hx-(get|post|trigger)|autofocus|onload|http-equiv=.refresh|<script>", page)


def test_an_item_is_answered_by_a_press_and_the_answer_is_shown(
    letters: dict[str, Digest], browser: FlaskClient, store: Store
) -> None:
    address = next(found for found in urls(letters[READER]) if "/svar/" in found).partition("#")[0]
    page = browser.get(address).get_data(as_text=True)
    assert "Ändringar i lagen om stöd och service till vissa funktionshindrade" in page
    assert [f'id="{mark}"' in page for mark in ("relevant", "inte", "vidare", "gor")] == [True] * 4
    assert press(browser, address, answer="relevant").status_code == 303
    with store.reading() as session:
        (given,) = list_feedback(session)
    assert (given.key, given.unit, given.answer) == ("lss", "social", Answer.RELEVANT)
    assert "Svarat: <strong>Relevant</strong>" in browser.get(address).get_data(as_text=True)


def test_acting_asks_for_who_and_when_and_keeps_what_was_written(
    letters: dict[str, Digest], browser: FlaskClient, store: Store, installation: Installation
) -> None:
    address = url(installation, letters[READER], ANSWER, 1)
    refused = press(browser, address, answer="act", owner="LSS-enheten <b>", due="snart")
    assert refused.status_code == 400
    assert "Ange vem som gör något" in refused.get_data(as_text=True)
    assert "LSS-enheten &lt;b&gt;" in refused.get_data(as_text=True)
    assert press(browser, address, answer="act", owner="LSS-enheten", due="2026-12-01").status_code == 303
    with store.reading() as session:
        (action,) = list_actions(session, "provköping")
    assert (action.owner, action.due, action.unit) == ("LSS-enheten", date(2026, 12, 1), "social")


def test_an_item_is_passed_on_to_another_unit_only(
    letters: dict[str, Digest], browser: FlaskClient, store: Store, installation: Installation
) -> None:
    address = url(installation, letters[READER], ANSWER, 1)
    assert press(browser, address, answer="pass_on", to="social").status_code == 400
    assert press(browser, address, answer="pass_on", to="skola", note="för er").status_code == 303
    with store.reading() as session:
        (given,) = list_feedback(session)
    assert (given.passed_to, given.note) == ("skola", "för er")


def test_an_answer_without_the_pages_token_or_with_an_unknown_word_is_not_kept(
    letters: dict[str, Digest], browser: FlaskClient, store: Store, installation: Installation
) -> None:
    address = url(installation, letters[READER], ANSWER, 1)
    assert browser.post(address, data={"answer": "relevant"}).status_code == 400
    assert press(browser, address, answer="allt").status_code == 400
    with store.reading() as session:
        assert list_feedback(session) == []


@pytest.mark.parametrize("purpose", [ANSWER, UNSUBSCRIBE, UNIT])
def test_F60_link_that_does_not_hold_gives_the_same_kind_page_and_changes_nothing(
    letters: dict[str, Digest], browser: FlaskClient, installation: Installation, clock: Clock, purpose: str
) -> None:
    right = url(installation, letters[READER], purpose, 1)
    others = [url(installation, letters[READER], other) for other in (ANSWER, UNSUBSCRIBE, UNIT) if other != purpose]
    page = right.rpartition("/")[0]
    wrong = [right[:-1], f"{right}x", f"{page}/x", f"{page}/{'x' * 3000}"]
    wrong += [f"{page}/{other.rpartition('/')[2]}" for other in others]
    before = whole(installation.store)
    said = set()
    for address in wrong:
        for answered in (browser.get(address), browser.post(address, data={"List-Unsubscribe": "One-Click"})):
            assert answered.status_code in (400, 405, 410)
        said.add(re.sub(r"nummer: \w+", "", browser.get(address).get_data(as_text=True)))
    assert len(said) == 1
    assert "Länken gäller inte längre" in said.pop()
    clock.now = NOW + timedelta(days=95)
    assert browser.get(right).status_code == (200 if purpose == UNSUBSCRIBE else 410)
    assert whole(installation.store) == before


def test_F60_contact_that_has_left_the_file_or_ended_the_letters_is_met_kindly(
    letters: dict[str, Digest], browser: FlaskClient, installation: Installation
) -> None:
    digest = letters[READER]
    leave = Link(purpose=UNSUBSCRIBE, digest_id=digest.id)
    assert end_letters(installation.store, installation.municipality, leave, now=NOW)
    for purpose in (ANSWER, UNIT):
        assert browser.get(url(installation, digest, purpose, 1)).status_code == 410
    assert "Breven är avslutade" in browser.get(url(installation, digest, UNSUBSCRIBE)).get_data(as_text=True)


def test_F62_one_click_of_a_mail_program_ends_the_letters_without_cookie_or_token(
    letters: dict[str, Digest], app: Flask, store: Store
) -> None:
    message: Any = email.message_from_bytes(letters[READER].message, policy=default)
    address = re.findall(r"<(https:[^>]+)>", str(message["List-Unsubscribe"]))[0]
    field, _, value = str(message["List-Unsubscribe-Post"]).partition("=")
    program = app.test_client(use_cookies=False)
    for _ in range(2):
        assert program.post(address, data={field: value}).status_code == 200
    with store.reading() as session:
        assert contact_states(session, "provköping")[READER].state is Reach.UNSUBSCRIBED
        (entry,) = list_audit(session, action="letters.")
    assert (entry.subject, entry.account_id) == ("social", "")


def test_F62_ending_is_shown_first_and_can_be_undone(
    letters: dict[str, Digest], browser: FlaskClient, installation: Installation, store: Store
) -> None:
    address = url(installation, letters[READER], UNSUBSCRIBE)
    assert "Avsluta breven?" in browser.get(address).get_data(as_text=True)
    assert browser.post(address, data={}).status_code == 400
    assert "Breven är avslutade" in browser.post(address, data={"end": "1"}).get_data(as_text=True)
    assert "Avsluta breven?" in browser.post(address, data={"begin": "1"}).get_data(as_text=True)
    with store.reading() as session:
        assert contact_states(session, "provköping")[READER].state is Reach.ACTIVE


def test_own_page_shows_deadlines_and_answers_of_this_reader_alone(
    letters: dict[str, Digest], browser: FlaskClient, installation: Installation
) -> None:
    press(browser, url(installation, letters[READER], ANSWER, 1), answer="act", owner="LSS-enheten", due="2026-12-01")
    page = browser.get(url(installation, letters[READER], UNIT)).get_data(as_text=True)
    assert "Ändringar i lagen om stöd" in page
    assert "LSS-enheten" in page
    assert "Vi gör något" in page
    assert "Fritidsgårdar" not in page
    inside = re.findall(r'href="(/svar/[^"]+)"', page)
    assert inside
    assert all(browser.get(f"{BASE}{path}").status_code == 200 for path in inside)


def test_a_link_of_a_letter_logs_nobody_in(
    letters: dict[str, Digest], browser: FlaskClient, installation: Installation
) -> None:
    for purpose in (ANSWER, UNIT, UNSUBSCRIBE):
        browser.get(url(installation, letters[READER], purpose, 1))
        assert browser.get(f"{BASE}/installningar").status_code == 302
