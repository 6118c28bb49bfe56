"""From nothing to a working Varberg in a browser alone: `utkik serve`, the link it prints, and no shell after that."""

from __future__ import annotations

import email
import email.policy
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.municipality import load_municipality
from pipeline.sample_server import serve_sample_week
from pipeline.settings import load_settings
from tests.pipeline.mail_server import MailServer, mail_server
from tests.web.browsing import chromium, needs_chromium
from tests.web.test_serving import free_port

pytestmark = needs_chromium

PASSWORD = "hallon under bron i regn"  # noqa: S105 - of the test
COORDINATOR = "internationellt@example.org"


@contextmanager
def started(home: Path) -> Iterator[str]:
    """Give the link that `utkik serve` prints; the program ends afterwards, and must do so well."""
    command = [sys.executable, "-m", "pipeline.cli", "--home", str(home), "serve"]
    process = subprocess.Popen(  # noqa: S603 - our own
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    assert process.stdout is not None
    try:
        yield next(line.strip() for line in process.stdout if "/kom-igang/nyckel/" in line)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def bare_home(tmp_path: Path) -> Iterator[Path]:
    """Give a folder with no more than where to listen, and sources that are the sample week's."""
    with serve_sample_week("week") as sources:
        home = tmp_path / "home"
        home.mkdir(mode=0o700)
        text = f'replay_url = "{sources}"\n[web]\nlisten = "127.0.0.1:{free_port()}"\n'
        (home / "utkik.toml").write_text(text, encoding="utf-8")
        (home / "utkik.toml").chmod(0o600)
        yield home


def choose_varberg(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Vilken kommun?")
    assert page.locator("#municipalities option").count() == 290
    page.get_by_label("Kommun").fill("Varburg")
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.get_by_role("alert")).to_have_text("Menade du Varberg?")
    page.get_by_label("Kommun").fill("Varberg")
    page.get_by_role("button", name="Fortsätt").click()


def make_account(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Vem samordnar?")
    page.get_by_label("Roll").fill("internationell samordnare")
    page.get_by_label("E-post").fill(COORDINATOR)
    page.get_by_label("Lösenord", exact=True).fill("kort")
    page.get_by_label("Lösenord en gång till").fill("kort")
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator("#password-fault")).to_contain_text("Lösenordet är för kort")
    page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
    page.get_by_label("Lösenord en gång till").fill(PASSWORD)
    page.get_by_role("button", name="Fortsätt").click()


def name_contacts(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Enheter och kontaktpersoner")
    page.get_by_label("Kontaktpersonens e-post").first.fill("inte en adress")
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator(".fault").first).to_contain_text("Är ingen giltig e-postadress")
    page.get_by_label("Kontaktpersonens e-post").first.fill("kontakt@example.org")
    page.get_by_role("button", name="Fortsätt").click()


def set_mail(page: Page, server: MailServer) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Hur ska breven skickas?")
    page.get_by_label("Med kommunens e-postserver").check()
    page.get_by_label("Servernamn").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(free_port()))
    page.get_by_label("Säkerhet").select_option("none")
    page.get_by_label("Lösenord").fill("hemligheten")
    page.get_by_role("button", name="Spara och skicka provbrev").click()
    expect(page.get_by_role("alert")).to_contain_text("E-postservern går inte att nå.")
    page.get_by_label("Port").fill(str(server.port))
    page.get_by_role("button", name="Spara och skicka provbrev").click()
    expect(page.locator("#flash")).to_contain_text("E-postservern tog emot provbrevet")
    page.get_by_role("button", name="Spara och fortsätt").click()


@pytest.mark.slow
def test_from_nothing_to_a_working_varberg_in_the_browser_alone(bare_home: Path) -> None:
    with mail_server() as server, started(bare_home) as link, chromium() as browser:
        page = browser.new_page()
        page.goto(link)
        page.get_by_role("button", name="Börja").click()
        choose_varberg(page)
        make_account(page)
        name_contacts(page)
        set_mail(page, server)
        page.get_by_role("button", name="Fortsätt").click()
        page.get_by_role("button", name="Börja läsa källorna").click()
        expect(page.get_by_role("link", name="Till veckan")).to_be_visible(timeout=180_000)
        page.get_by_role("link", name="Till veckan").click()
        expect(page.locator(".rows li").first).to_be_visible()
    (recipient, message), *others = server.accepted
    assert (recipient, others) == (COORDINATOR, [])
    assert (
        email.message_from_bytes(message, policy=email.policy.default)["Subject"] == "Prov: så här kommer Utkiks brev"
    )
    municipality, settings = load_municipality(bare_home / "municipality.toml"), load_settings(bare_home)
    assert (municipality.short, municipality.coordinator.email) == ("Varberg", COORDINATOR)
    assert "kontakt@example.org" in {unit.contact.email for unit in municipality.units.values() if unit.contact}
    assert settings.mail.password.get_secret_value() == "hemligheten"
    assert (bare_home / "utkik.toml").stat().st_mode & 0o777 == 0o600
    assert not (bare_home / "set-up.json").exists()


def test_set_up_that_was_left_is_gone_on_with_after_a_restart(bare_home: Path) -> None:
    with chromium() as browser:
        with started(bare_home) as link:
            page = browser.new_page()
            page.goto(link)
            page.get_by_role("button", name="Börja").click()
            choose_varberg(page)
        with started(bare_home) as other:
            late = browser.new_context().new_page()
            answer = late.goto(link)
            assert answer is not None
            assert answer.status == 410
            page.goto(re.sub(r"/nyckel/.*", "", other))
            make_account(page)
            expect(page.get_by_role("heading", level=1)).to_have_text("Enheter och kontaktpersoner")
            late.goto(re.sub(r"/nyckel/.*", "", other))
            expect(late.get_by_role("heading", level=1)).to_have_text("Logga in")
