"""Logging in and out: what is told, what is limited, and when it ends."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.installation import Installation, open_installation
from pipeline.passwords import is_password, new_password, password_digest, password_fault
from store.accounts import get_account, remove_account, set_password, set_role
from store.audit import list_audit
from store.types import Role
from store.web_sessions import count_web_sessions
from tests.web.conftest import Clock, browser_of, token_of
from web.app import create_app
from web.attempts import Attempts

NAME, PASSWORD = "coordinator@example.org", "fyra gröna båtar i motvind"


@pytest.fixture
def door(client: FlaskClient, installation: Installation) -> FlaskClient:
    """Give a browser at the login form; the coordinator's account has a password."""
    with installation.store.session() as session:
        set_password(session, "coordinator", password_digest(PASSWORD))
    client.environ_base["HTTP_X_CSRFTOKEN"] = token_of(client, "/logga-in")
    return client


def enter(client: FlaskClient, password: str = PASSWORD, name: str = NAME, **more: str) -> int:
    return client.post("/logga-in", data={"name": name, "password": password} | more).status_code


def is_in(client: FlaskClient) -> bool:
    return client.get("/installningar").status_code == 200


def test_right_password_logs_in_and_is_noted_without_name_or_address(
    door: FlaskClient, installation: Installation
) -> None:
    assert enter(door, name=" Coordinator@Example.org ") == 302
    assert is_in(door)
    with installation.store.reading() as session:
        entry = list_audit(session)[0]
    assert (entry.action, entry.account_id, entry.role) == ("login", "coordinator", "coordinator")
    assert "example.org" not in f"{entry}"


def test_installation_without_accounts_says_how_to_make_the_first(home: Path) -> None:
    with open_installation(home) as installation:
        page = create_app(installation, clock=Clock()).test_client().get("/logga-in").get_data(as_text=True)
    assert "utkik account add NAMN --role coordinator" in page


def test_wrong_name_and_wrong_password_are_told_alike(door: FlaskClient) -> None:
    answers = [
        door.post("/logga-in", data={"name": name, "password": password})
        for name, password in ((NAME, "fel"), ("ingen@example.org", PASSWORD), ("reader@example.org", ""))
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert all("Namn eller lösenord stämmer inte." in answer.get_data(as_text=True) for answer in answers)


def test_F77_guessing_one_account_must_wait_even_from_many_addresses(
    app: Flask, door: FlaskClient, clock: Clock
) -> None:
    for number in range(5):
        door.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        assert enter(door, "fel") == 401
    door.environ_base["REMOTE_ADDR"] = "192.0.2.99"
    answer = door.post("/logga-in", data={"name": NAME, "password": PASSWORD})
    assert answer.status_code == 429
    assert "För många försök. Vänta 1 minut och försök igen." in answer.get_data(as_text=True)
    clock.now += timedelta(minutes=1)
    assert enter(door) == 302


def test_F77_guessing_many_accounts_from_one_address_must_wait() -> None:
    attempts, now = Attempts(), Clock().now
    for number in range(20):
        assert not attempts.wait(f"konto{number}", "192.0.2.1", now)
        attempts.failed(f"konto{number}", "192.0.2.1", now)
    assert attempts.wait("konto20", "192.0.2.1", now) == timedelta(minutes=1)
    assert not attempts.wait("konto20", "192.0.2.2", now)


def test_F77_waits_grow_and_are_forgotten_after_a_day() -> None:
    attempts, now = Attempts(), Clock().now
    for _ in range(7):
        attempts.failed("anna", "192.0.2.1", now)
    assert attempts.wait("anna", "192.0.2.9", now) == timedelta(minutes=15)
    assert not attempts.wait("anna", "192.0.2.9", now + timedelta(hours=24))


def test_F77_failures_are_counted_right_by_many_threads() -> None:
    attempts, now = Attempts(), Clock().now

    def fail() -> None:
        for _ in range(50):
            attempts.failed("anna", "192.0.2.1", now)

    threads = [threading.Thread(target=fail) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert attempts._failed["name anna"][0] == 400


def test_F77_session_has_a_new_id_at_login(app: Flask, door: FlaskClient) -> None:
    cookies = []
    for _ in range(2):
        enter(door)
        with door.session_transaction() as held:
            cookies.append(held["login"])
        door.environ_base["HTTP_X_CSRFTOKEN"] = token_of(door)
    assert cookies[0] != cookies[1]
    assert len(cookies[0]) >= 43  # 256 bits


def test_F77_what_was_planted_before_the_login_is_gone_after_it(door: FlaskClient) -> None:
    with door.session_transaction() as held:
        held["planted"] = "x"
    enter(door)
    with door.session_transaction() as held:
        assert "planted" not in held


def test_F77_a_copied_cookie_is_worth_nothing_after_logout(app: Flask) -> None:
    browser, thief = browser_of(app, Role.COORDINATOR), app.test_client()
    copied = browser.get_cookie("utkik")
    assert copied is not None
    thief.set_cookie("utkik", copied.value)
    assert is_in(thief)
    browser.post("/logga-ut")
    assert not is_in(thief)
    assert not is_in(browser)


def test_F77_login_ends_when_the_account_is_removed_or_changed(app: Flask, installation: Installation) -> None:
    changes = (
        lambda session: set_role(session, "analyst", Role.READER),
        lambda session: set_password(session, "coordinator", "x"),
        lambda session: remove_account(session, "reader"),
    )
    for role, change in zip((Role.ANALYST, Role.COORDINATOR, Role.READER), changes, strict=True):
        browser = browser_of(app, role)
        assert is_in(browser)
        with installation.store.session() as session:
            change(session)
            assert count_web_sessions(session, role.value) == 0
        assert not is_in(browser)


def test_F77_login_ends_after_an_hour_without_a_click(app: Flask, clock: Clock) -> None:
    browser = browser_of(app, Role.READER)
    for _ in range(5):
        clock.now += timedelta(minutes=59)
        assert is_in(browser)
    clock.now += timedelta(minutes=60)
    assert not is_in(browser)


def test_F77_login_ends_after_twelve_hours_whatever_is_clicked(app: Flask, clock: Clock) -> None:
    browser = browser_of(app, Role.READER)
    for _ in range(23):
        clock.now += timedelta(minutes=30)
        assert is_in(browser)
    clock.now += timedelta(minutes=30)
    assert not is_in(browser)


def test_F77_what_the_database_holds_logs_nobody_in(app: Flask, installation: Installation) -> None:
    browser_of(app, Role.COORDINATOR)
    from sqlalchemy import text

    with installation.store.reading() as session:
        stored = session.execute(text("SELECT id FROM web_sessions")).scalar_one()
    other = app.test_client()
    with other.session_transaction() as held:
        held["login"], held["seen"] = stored, int(Clock().now.timestamp())
    assert not is_in(other)


def test_F77_forged_cookie_is_refused(client: FlaskClient) -> None:
    client.set_cookie("utkik", "eyJsb2dpbiI6ImFkbWluIn0.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert not is_in(client)


def test_digest_of_an_older_cost_is_renewed_at_login(door: FlaskClient, installation: Installation) -> None:
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with installation.store.session() as session:
        set_password(session, "coordinator", cheap)
    assert enter(door) == 302
    with installation.store.reading() as session:
        account = get_account(session, "coordinator")
    assert account is not None
    assert account.password != cheap
    assert is_password(PASSWORD, account.password)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("kort", "för kort"),
        ("x" * 201, "för långt"),
        ("aaaaaaaaaaaaaa", "lätt att gissa"),
        ("lösenord123456", "lätt att gissa"),
        ("anna anna anna", "lätt att gissa"),
        (PASSWORD, ""),
    ],
)
def test_password_that_is_easy_to_guess_is_refused(password: str, said: str) -> None:
    fault = password_fault(password, "anna@example.org")
    assert said in fault
    assert bool(said) == bool(fault)


def test_password_that_is_made_for_somebody_is_never_refused() -> None:
    assert {password_fault(new_password(), "anna@example.org") for _ in range(100)} == {""}
