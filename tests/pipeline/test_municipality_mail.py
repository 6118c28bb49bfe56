"""A municipality's letters are from itself and leave by its own mail server, when its file says so."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from pipeline.identity import check_identity, mail_of, shared_addresses
from pipeline.installation import Installation
from pipeline.municipality import Municipality, parse_municipality
from pipeline.schedule import Worker
from pipeline.send_all import ways
from pipeline.settings import Settings
from pipeline.toml_file import parse_toml
from pipeline.trial_letter import trial_letter
from store.errors import ConfigurationError
from store.types import Digest
from tests.pipeline.mail_server import mail_server
from tests.pipeline.making import candidate
from tests.pipeline.several import bring, file_text, letters, make_home, opened

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
OWN = """
[mail]
sender = "omvarld@as.example.org"
name = "Ås omvärldsbrev"
reply_to = "svar@as.example.org"
{server}
[page]
address = "https://utkik.as.example.org/omvarld"
"""
PASSWORDS = {"0002": "hemligt-i-as"}


def of(text: str) -> Municipality:
    return parse_municipality(parse_toml(Path("ås.toml"), text), {"school": "Skola"})


def own(server: str = "") -> str:
    return file_text("Ås", "0002", more=OWN.format(server=server))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Installation]:
    """Give Bro, which says nothing of mail, and Ås, which does; the installation has a page."""
    url, web = f"sqlite:///{tmp_path / 'utkik.db'}", '[web]\naddress = "https://utkik.example.org"\n'
    home = make_home(tmp_path / "home", url, {"": file_text("Bro", "0001"), "ås": own()}, web)
    with opened(home) as installation:
        bring(installation.store, candidate("a"), at=MONDAY - timedelta(days=1))
        yield installation


def written(installation: Installation, at: datetime = MONDAY) -> dict[str, Digest]:
    Worker(installation, clock=lambda: MONDAY - timedelta(days=5)).work()
    Worker(installation, clock=lambda: at).work()
    return {key: letters(installation.store, key)["skola@example.org"] for key in ("bro", "ås")}


def message(digest: Digest) -> EmailMessage:
    return email.message_from_bytes(digest.message, policy=email.policy.default)


def test_headers_and_links_are_the_municipalitys_own(served: Installation) -> None:
    found = written(served)
    ours, others = message(found["ås"]), message(found["bro"])
    assert str(ours["From"]) == "Ås omvärldsbrev <omvarld@as.example.org>"
    assert str(ours["Reply-To"]) == "svar@as.example.org"
    assert ours["Message-ID"].endswith("@as.example.org>")
    assert "<https://utkik.as.example.org/omvarld/avsluta/" in ours["List-Unsubscribe"]
    assert "<mailto:svar@as.example.org?" in ours["List-Unsubscribe"]
    assert b"https://utkik.example.org" not in found["ås"].message
    assert str(others["From"]) == "Utkik Bro <samordnare@bro.example.org>"
    assert str(others["Reply-To"]) == "samordnare@bro.example.org"
    assert "<https://utkik.example.org/avsluta/" in others["List-Unsubscribe"]
    assert b"as.example.org" not in found["bro"].message


def test_trial_letter_is_from_whom_the_letters_are(served: Installation) -> None:
    trial = message(trial_letter(served.of("ås"), "nagon@example.org", MONDAY))
    assert str(trial["From"]) == "Ås omvärldsbrev <omvarld@as.example.org>"
    assert str(trial["Reply-To"]) == "svar@as.example.org"


def test_letters_leave_by_the_own_server_and_one_that_is_down_holds_no_others_up(tmp_path: Path) -> None:
    with mail_server() as shared, mail_server() as ours:
        server = f'host = "127.0.0.1"\nport = {ours.port}\nsecurity = "none"'
        smtp = f'[mail]\ntransport = "smtp"\nhost = "127.0.0.1"\nport = {shared.port}\nsecurity = "none"\n'
        url = f"sqlite:///{tmp_path / 'utkik.db'}"
        files = {"": file_text("Bro", "0001"), "ås": own(server), "ö": own('host = "127.0.0.1"\nport = 1')}
        files["ö"] = files["ö"].replace('"Ås', '"Ö').replace("0002", "0003")
        with opened(make_home(tmp_path / "home", url, files, smtp)) as installation:
            assert [[one.key for one in together] for together in ways(installation)] == [["bro"], ["ås"], ["ö"]]
            bring(installation.store, candidate("a"), at=MONDAY - timedelta(days=1))
            found = written(installation)
            assert {key: digest.state for key, digest in found.items()} == {"bro": "sent", "ås": "sent"}
            assert {digest.state for digest in letters(installation.store, "ö").values()} == {"retry"}
        assert shared.senders == ["samordnare@bro.example.org"]
        assert ours.senders == ["omvarld@as.example.org"]


def test_password_of_an_own_server_comes_from_the_settings_by_code_or_key() -> None:
    place = of(own('host = "post.example.org"\nuser = "utkik"'))
    smtp = {"transport": "smtp", "host": "delad.example.org", "user": "delad", "password": "delat"}
    for names in (PASSWORDS, {"ås": "hemligt-i-as"}):
        mail = mail_of(Settings.model_validate({"home": "/x", "mail": smtp | {"passwords": names}}), place)
        assert (mail.host, mail.user, mail.password.get_secret_value()) == ("post.example.org", "utkik", "hemligt-i-as")
    without = Settings.model_validate({"home": "/x", "mail": smtp})
    assert mail_of(without, place).password.get_secret_value() == ""  # never another's
    assert any("UTKIK_MAIL__PASSWORDS__0002" in told for told in check_identity(without, place))


def test_password_in_the_municipalitys_file_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="okänt fält 'password' i mail"):
        of(own('password = "hemligt"'))


def test_address_of_the_page_is_checked_and_is_nobody_elses() -> None:
    with pytest.raises(ConfigurationError, match="'address' ska vara sidans adress med https"):
        of(own().replace("https://utkik.as", "http://utkik.as"))
    other = of(own().replace('"Ås', '"Ö').replace("0002", "0003"))
    (told,) = shared_addresses([of(own()), other])
    assert "har samma adress i [page]" in told
