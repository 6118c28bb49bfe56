"""The first start opens by its link alone, once, and never writes over what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from pipeline import set_up
from pipeline.installation import Installation, create_installation, open_installation, open_unchosen
from pipeline.keys import load_keys
from pipeline.municipality import load_municipality
from pipeline.set_up import PURPOSE, begin_set_up, is_waiting, read_set_up
from store.accounts import list_accounts
from store.errors import ConfigurationError
from store.types import Role
from tests.web.conftest import token_of
from web.app import create_app

PASSWORD = "hallon under bron i regn"  # noqa: S105 - of the test
ACCOUNT = {"role": "samordnare", "email": "Ny@Example.org", "password": PASSWORD, "again": PASSWORD}


class Yesterday(TimestampSigner):
    """Signs as if it were a little more than a day ago."""

    def get_timestamp(self) -> int:
        return super().get_timestamp() - 86_500


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Installation]:
    """Give an installation where nothing is chosen."""
    with open_unchosen(tmp_path / "bare") as opened:
        yield opened


@pytest.fixture
def page(bare: Installation) -> Flask:
    made = create_app(bare, clock=lambda: datetime.now(UTC))
    made.config["PROPAGATE_EXCEPTIONS"] = False
    return made


def opened(page: Flask, bare: Installation) -> FlaskClient:
    """Give the browser that opened the set-up."""
    address = f"/kom-igang/nyckel/{begin_set_up(bare.settings.home, waits=True)}"
    browser = page.test_client()
    browser.environ_base["HTTP_X_CSRFTOKEN"] = token_of(browser, address)
    assert browser.post(address).status_code == 303
    browser.environ_base["HTTP_X_CSRFTOKEN"] = token_of(browser, "/kom-igang/kommun")
    return browser


def test_link_is_used_up_by_the_button_and_not_by_looking(page: Flask, bare: Installation) -> None:
    address = f"/kom-igang/nyckel/{begin_set_up(bare.settings.home, waits=True)}"
    first, second = page.test_client(), page.test_client()
    for _ in range(3):
        assert first.get(address).status_code == 200
    for browser in (first, second):
        browser.environ_base["HTTP_X_CSRFTOKEN"] = token_of(browser, address)
    assert first.post(address).status_code == 303
    assert second.post(address).status_code == 410
    assert second.get(address).status_code == 410
    assert second.get("/kom-igang/kommun").status_code == 410
    assert first.get("/kom-igang/kommun").status_code == 200


def test_F73_forged_old_and_foreign_links_open_nothing(bare: Installation) -> None:
    home = bare.settings.home
    token = begin_set_up(home, waits=True)
    assert set_up.is_good(home, token)
    nonce = (read_set_up(home) or pytest.fail()).nonce
    foreign = load_keys(home).serializer("another purpose").dumps(nonce)
    for bad in ("", "x", token[:-2], token + "a", "a" * 5000, "ö", str(foreign), token.swapcase()):
        assert not set_up.is_good(home, bad)
        assert set_up.open_set_up(home, bad) is None
    newer = begin_set_up(home, waits=True)
    assert not set_up.is_good(home, token)
    assert set_up.is_good(home, newer)
    serializer = load_keys(home).serializer(PURPOSE)
    serializer.signer = Yesterday
    assert not set_up.is_good(home, str(serializer.dumps((read_set_up(home) or pytest.fail()).nonce)))


def test_without_the_link_nothing_is_shown_or_written(page: Flask, bare: Installation) -> None:
    begin_set_up(bare.settings.home, waits=True)
    stranger = page.test_client()
    for path in ("/kom-igang", "/kom-igang/kommun", "/kom-igang/samordnare"):
        assert stranger.get(path).status_code == 410
    stranger.environ_base["HTTP_X_CSRFTOKEN"] = token_of(stranger, "/logga-in")
    assert stranger.post("/kom-igang/kommun", data={"municipality": "Varberg"}).status_code == 410
    assert stranger.post("/kom-igang/samordnare", data=ACCOUNT).status_code == 410
    assert not (bare.settings.home / "municipality.toml").exists()
    with bare.store.reading() as session:
        assert list_accounts(session) == []


def test_municipality_is_one_of_the_list_and_never_a_path(page: Flask, bare: Installation) -> None:
    browser = opened(page, bare)
    for name in ("../../../etc/passwd", "/etc/passwd", "mellerud.toml", "", "Atlantis", "<script>"):
        assert browser.post("/kom-igang/kommun", data={"municipality": name}).status_code == 422
    assert not (bare.settings.home / "municipality.toml").exists()
    assert browser.post("/kom-igang/kommun", data={"municipality": "åmåls kommun"}).status_code == 303
    assert load_municipality(bare.settings.home / "municipality.toml").short == "Åmål"
    assert browser.post("/kom-igang/kommun", data={"municipality": "Varberg"}).status_code == 303
    assert load_municipality(bare.settings.home / "municipality.toml").short == "Varberg"


def test_choosing_the_same_municipality_again_loses_no_edit(page: Flask, bare: Installation) -> None:
    browser, file = opened(page, bare), bare.settings.home / "municipality.toml"
    browser.post("/kom-igang/kommun", data={"municipality": "Varberg"})
    file.write_text(file.read_text(encoding="utf-8") + "# vår rad\n", encoding="utf-8")
    browser.post("/kom-igang/kommun", data={"municipality": "varberg"})
    assert file.read_text(encoding="utf-8").endswith("# vår rad\n")


def test_account_is_made_once_and_closes_the_open_steps(page: Flask, bare: Installation) -> None:
    browser = opened(page, bare)
    browser.post("/kom-igang/kommun", data={"municipality": "Varberg"})
    for wrong in (
        {"email": "ingen adress"},
        {"email": ""},
        {"role": ""},
        {"password": "kort", "again": "kort"},
        {"again": "x"},
    ):
        answer = browser.post("/kom-igang/samordnare", data=ACCOUNT | wrong)
        assert answer.status_code == 422
        assert 'class="fault"' in answer.get_data(as_text=True)
    answer = browser.post("/kom-igang/samordnare", data=ACCOUNT)
    assert answer.headers["Location"] == "/kom-igang/enheter"
    with bare.store.reading() as session:
        (account,) = list_accounts(session)
    assert (account.name, account.role) == ("ny@example.org", Role.COORDINATOR)
    assert load_municipality(bare.settings.home / "municipality.toml").coordinator.email == "ny@example.org"
    assert browser.get("/kom-igang/enheter").status_code == 200
    again = f"/kom-igang/nyckel/{begin_set_up(bare.settings.home, waits=True)}"
    stranger = page.test_client()
    assert stranger.get(again).status_code == 410
    assert stranger.get("/kom-igang").headers["Location"].startswith("/logga-in")
    browser.environ_base["HTTP_X_CSRFTOKEN"] = token_of(browser)
    assert browser.post("/kom-igang/samordnare", data=ACCOUNT | {"email": "b@example.org"}).status_code == 410


def test_account_waits_for_the_municipality(page: Flask, bare: Installation) -> None:
    browser = opened(page, bare)
    assert browser.get("/kom-igang/samordnare").headers["Location"] == "/kom-igang"
    assert browser.post("/kom-igang/samordnare", data=ACCOUNT).headers["Location"] == "/kom-igang"
    with bare.store.reading() as session:
        assert list_accounts(session) == []


def test_organisation_that_is_in_use_is_not_written_over(coordinator: FlaskClient, home: Path) -> None:
    before = (home / "municipality.toml").read_text(encoding="utf-8")
    assert coordinator.post("/kom-igang/kommun", data={"municipality": "Varberg"}).status_code == 409
    assert "Kommunen är vald" in coordinator.get("/kom-igang/kommun").get_data(as_text=True)
    assert (home / "municipality.toml").read_text(encoding="utf-8") == before


def test_work_begins_when_the_coordinator_says_so_and_not_before_there_is_an_account(
    page: Flask, bare: Installation
) -> None:
    browser, home = opened(page, bare), bare.settings.home
    browser.post("/kom-igang/kommun", data={"municipality": "Varberg"})
    assert browser.post("/kom-igang/klart").status_code == 401
    browser.post("/kom-igang/samordnare", data=ACCOUNT)
    browser.environ_base["HTTP_X_CSRFTOKEN"] = token_of(browser)
    assert is_waiting(home)
    assert browser.post("/kom-igang/klart").status_code == 303
    assert not is_waiting(home)


def test_password_of_the_mail_server_is_kept_closed_and_never_shown(
    coordinator: FlaskClient, home: Path, log_in: Callable[[Role], FlaskClient]
) -> None:
    (home / "utkik.toml").chmod(0o644)
    page = coordinator.get("/kom-igang/e-post").get_data(as_text=True)
    seen = page.split('name="seen" value="')[1].split('"')[0]
    fields = {"transport": "smtp", "host": "mail.example.org", "port": "25", "security": "none", "seen": seen}
    assert coordinator.post("/kom-igang/e-post", data=fields | {"password": "canary-1"}).status_code == 303
    assert (home / "utkik.toml").stat().st_mode & 0o777 == 0o600
    assert 'password = "canary-1"' in (home / "utkik.toml").read_text(encoding="utf-8")
    for path in ("/kom-igang/e-post", "/installningar", "/handelser"):
        assert "canary" not in log_in(Role.COORDINATOR).get(path).get_data(as_text=True)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"transport": "smtp", "host": ""}, "Fyll i det här."),
        ({"transport": "smtp", "host": "x", "port": "0"}, "Ska vara minst 1"),
        ({"transport": "smtp", "host": "x", "port": "femhundra"}, "Ska vara ett heltal"),
        ({"transport": "brevduva"}, "Ska vara"),
    ],
)
def test_mail_that_will_not_do_is_told_and_not_written(
    coordinator: FlaskClient, home: Path, fields: dict[str, str], told: str
) -> None:
    before = (home / "utkik.toml").read_text(encoding="utf-8")
    page = coordinator.get("/kom-igang/e-post").get_data(as_text=True)
    seen = page.split('name="seen" value="')[1].split('"')[0]
    usual = {"transport": "folder", "port": "587", "security": "starttls", "seen": seen}
    answer = coordinator.post("/kom-igang/e-post", data=usual | fields)
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)
    assert (home / "utkik.toml").read_text(encoding="utf-8") == before


def test_other_commands_still_refuse_a_folder_without_a_municipality(bare: Installation) -> None:
    with pytest.raises(ConfigurationError, match="utkik init"), open_installation(bare.settings.home):
        pass


def test_home_that_was_made_by_command_does_not_wait(tmp_path: Path) -> None:
    create_installation(tmp_path, "mellerud")
    begin_set_up(tmp_path, waits=False)
    assert not is_waiting(tmp_path)
    assert read_set_up(tmp_path) is not None
    assert (tmp_path / "set-up.json").stat().st_mode & 0o777 == 0o600
