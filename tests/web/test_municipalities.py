"""Several municipalities on one page: who sees which, how one is chosen or added, and what is open to all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.api_tokens import new_token
from pipeline.installation import Installation, open_installation
from pipeline.passwords import password_digest
from store.accounts import account_named, add_account, list_accounts
from store.api_tokens import add_token, list_tokens
from store.audit import list_audit
from store.types import Account, Role
from tests.pipeline.making import NOW
from tests.web import many
from tests.web.conftest import ACCOUNTS, Clock, browser_of, finish
from tests.web.many import HERE, THERE
from tests.web.seeding import seed
from web.app import create_app

OWN_HOST = "https://bortby.example.org"
ALL = Account(id="all", name="region@example.org", role=Role.COORDINATOR, created_at=NOW)
Browser = Callable[[Account], FlaskClient]


@pytest.fixture
def two(home: Path) -> Iterator[Installation]:
    """Give an installation of two municipalities: accounts bound to the first, and one of the whole."""
    many.add_bortby(home)
    with open_installation(home) as opened:
        with opened.store.session() as session:
            for role, name in ACCOUNTS.items():
                add_account(session, Account(id=role.value, name=name, role=role, created_at=NOW, municipality=HERE))
            add_account(session, ALL)
            seed(session)
        yield many.both(opened)


@pytest.fixture
def page(two: Installation) -> Iterator[Flask]:
    made = create_app(two, clock=Clock())
    made.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    yield made
    finish(made)


@pytest.fixture
def whole(page: Flask) -> FlaskClient:
    return browser_of(page, Role.COORDINATOR, ALL)


@pytest.fixture
def bound(page: Flask) -> FlaskClient:
    name = ACCOUNTS[Role.COORDINATOR]
    account = Account(id="coordinator", name=name, role=Role.COORDINATOR, created_at=NOW, municipality=HERE)
    return browser_of(page, Role.COORDINATOR, account)


def text(browser: FlaskClient, path: str, base: str = "http://localhost") -> str:
    return unescape(browser.get(path, base_url=base).get_data(as_text=True))


def test_whole_installations_account_chooses_which_municipality_is_shown(page: Flask, whole: FlaskClient) -> None:
    other = browser_of(page, Role.COORDINATOR, ALL)
    assert "Skolförvaltningen" in text(whole, "/organisation")
    answer = whole.post("/kommuner/valj", data={"kommun": THERE})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/veckan")
    assert "Qvasirskolan" in text(whole, "/organisation")
    assert 'Utkik <span class="muted">· Bortby' in text(whole, "/veckan")
    assert "Skolförvaltningen" in text(other, "/organisation")  # another login of the same account
    assert whole.post("/kommuner/valj", data={"kommun": "ale"}).status_code == 404


def test_list_tells_coordinator_latest_letter_what_waits_and_what_is_wrong(whole: FlaskClient) -> None:
    found = text(whole, "/kommuner")
    rows = re.findall(r"<tr>(.*?)</tr>", found, re.DOTALL)
    (theirs,) = [row for row in rows if "Bortby" in row]
    assert "qvasir-samordnare@example.org" in theirs
    assert "v. 48 2026" in theirs
    assert "1 läsare nås inte" in theirs
    (ours,) = [row for row in rows if "Provköping" in row]
    assert "inget än" in ours
    assert "visas nu" in ours
    waiting = [int(number) for number in re.findall(r"<td>(\d+)</td>", ours + theirs)]
    assert waiting[0] == waiting[1] + 1  # one of them has been ruled on there


def test_file_that_cannot_be_used_is_told_with_its_municipality(two: Installation, whole: FlaskClient) -> None:
    (two.settings.home / "municipalities" / "bortby.toml").write_text("name = 3\n", encoding="utf-8")
    assert "bortby" in text(whole, "/kommuner")
    assert "Källorna är gemensamma" in text(whole, "/kommuner")


@pytest.mark.parametrize(
    "path", ["/kommuner", "/installningar/andra", "/kom-igang/e-post", "/kom-igang/adress", "/kom-igang/enheter"]
)
def test_bound_account_reaches_nothing_that_all_share(bound: FlaskClient, path: str) -> None:
    assert bound.get(path).status_code == 403


def test_bound_coordinator_does_not_switch_a_source_for_all(bound: FlaskClient, two: Installation) -> None:
    before = (two.settings.home / "utkik.toml").read_bytes()
    assert bound.post("/kallor/feeds/lage", data={"on": "0"}).status_code == 403
    assert bound.post("/kallor/feeds/nytt", data={"url": "https://example.org/x"}).status_code == 403
    assert (two.settings.home / "utkik.toml").read_bytes() == before
    assert "Slå av" not in text(bound, "/kallor/feeds")


def test_bound_account_sees_of_the_settings_its_own_files_alone(bound: FlaskClient, two: Installation) -> None:
    found = text(bound, "/installningar")
    assert "[page]" in found
    assert "database_url" not in found
    assert str(two.settings.home) not in found
    assert "/kommuner" not in found


def test_one_municipality_has_nothing_new_on_its_pages(coordinator: FlaskClient) -> None:
    for path in ("/veckan", "/installningar", "/handelser", "/api-nycklar", "/tillganglighet", "/for-invanare"):
        found = text(coordinator, path)
        assert 'href="/kommuner"' not in found, path
        assert "kommun=" not in found, path
        assert "Annan kommun" not in found, path
    assert '<th scope="col">Kommun</th>' not in text(coordinator, "/handelser")


def test_municipality_is_added_by_its_name_and_readers_stay_in_the_first(
    coordinator: FlaskClient, installation: Installation
) -> None:
    token, _ = new_token("diariet", Role.READER, NOW)
    with installation.store.session() as session:
        add_token(session, token)
    answer = coordinator.post("/kommuner", data={"municipality": "åmål", "email": "amal@example.org"})
    assert answer.status_code == 303
    assert "Åmål är tillagd" in text(coordinator, "/kommuner")
    written = (installation.settings.home / "municipalities" / "åmål.toml").read_text(encoding="utf-8")
    assert "amal@example.org" in written
    with installation.store.reading() as session:
        bound = {account.role: account.municipality for account in list_accounts(session)}
        assert bound == {Role.READER: HERE, Role.ANALYST: HERE, Role.COORDINATOR: ""}
        assert [one.municipality for one in list_tokens(session)] == [HERE]
        (entry, *_) = list_audit(session)
        assert (entry.action, entry.subject, entry.municipality) == ("municipality.add", "åmål", "")


@pytest.mark.parametrize(
    ("name", "email", "told"),
    [
        ("Varbreg", "", "Menade du Varberg?"),
        ("", "", "Skriv en av Sveriges 290 kommuner."),
        ("Varberg", "ingen adress", "Skriv en hel e-postadress"),
    ],
)
def test_what_cannot_be_added_is_told_and_nothing_is_made(
    coordinator: FlaskClient, installation: Installation, name: str, email: str, told: str
) -> None:
    answer = coordinator.post("/kommuner", data={"municipality": name, "email": email})
    assert answer.status_code == 422
    assert told in unescape(answer.get_data(as_text=True))
    assert not list(installation.settings.home.glob("municipalities/*.toml"))


def test_municipality_that_is_there_is_not_added_again(coordinator: FlaskClient) -> None:
    assert coordinator.post("/kommuner", data={"municipality": "Åmål"}).status_code == 303
    answer = coordinator.post("/kommuner", data={"municipality": "Åmål"})
    assert "Åmål finns redan." in unescape(answer.get_data(as_text=True))


def test_residents_page_is_the_hosts_or_the_addresss_or_asks(page: Flask) -> None:
    stranger = page.test_client()
    asks = text(stranger, "/for-invanare")
    assert "Vilken kommun?" in asks
    assert "/for-invanare?kommun=bortby" in asks
    here, there = text(stranger, "/for-invanare?kommun=provköping"), text(stranger, "/for-invanare", OWN_HOST)
    assert "Omvärlden och Provköpings kommun" in here
    assert "qvasir-publication" in there
    assert "qvasir" not in here
    assert "kommun=" not in there  # the host says it
    assert "qvasir" not in text(stranger, "/for-invanare?kommun=provköping&kommun=bortby")


def test_links_of_a_residents_page_name_its_municipality_and_lead_on(page: Flask) -> None:
    stranger = page.test_client()
    found = text(stranger, "/for-invanare?kommun=bortby")
    (item,) = set(re.findall(r'href="(/for-invanare/post/[^"]+)"', found))
    assert item.endswith("?kommun=bortby")
    assert "qvasir-publication" in text(stranger, item)
    feed = text(stranger, "/for-invanare/flode.atom?kommun=bortby")
    assert "https://bortby.example.org/for-invanare" in feed


def test_old_address_of_an_item_leads_to_its_municipality(page: Flask) -> None:
    stranger = page.test_client()
    answer = stranger.get(f"/for-invanare/post/{many.PUBLICATION}")
    assert answer.status_code == 308
    assert "qvasir-publication" in text(stranger, answer.headers["Location"])
    assert stranger.get(f"/for-invanare/post/{many.PUBLICATION}?kommun=provköping").status_code == 404


@pytest.mark.parametrize("path", ["/for-invanare/flode.atom", "/for-invanare/data.json", "/for-invanare/data.csv"])
def test_file_of_no_municipality_is_none(page: Flask, path: str) -> None:
    assert page.test_client().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/tillganglighet", "/personuppgifter"])
def test_statement_names_the_municipality_that_is_asked_about(page: Flask, bound: FlaskClient, path: str) -> None:
    stranger = page.test_client()
    assert "Vilken kommun?" in text(stranger, path)
    assert "Bortby kommun" in text(stranger, f"{path}?kommun=bortby")
    assert "Bortby kommun" in text(stranger, path, OWN_HOST)
    assert "Provköpings kommun" in text(bound, f"{path}?kommun=bortby")  # who is logged in has one already


def test_login_page_names_a_municipality_only_on_its_own_host(page: Flask) -> None:
    assert "·" not in re.search(r'<a class="brand".*?</a>', text(page.test_client(), "/logga-in"))[0]  # type: ignore[index]
    assert "· Bortby" in text(page.test_client(), "/logga-in", OWN_HOST)


def test_host_counts_from_when_the_file_names_it_and_no_other_does(page: Flask, two: Installation) -> None:
    stranger = page.test_client()
    assert stranger.get("/logga-in", base_url="https://annan.example.org").status_code == 400
    path = two.settings.home / "municipalities" / "bortby.toml"
    path.write_text(many.FILE.replace("bortby.example.org", "annan.example.org"), encoding="utf-8")
    assert stranger.get("/logga-in", base_url="https://annan.example.org").status_code == 200
    assert stranger.get("/logga-in", base_url=OWN_HOST).status_code == 400


def test_account_of_a_municipality_that_is_gone_is_not_let_in(page: Flask, two: Installation) -> None:
    gone = replace(
        ALL, id="gone", name="gone@example.org", municipality="ale", password=password_digest("ett långt ord")
    )
    with two.store.session() as session:
        add_account(session, gone)
    stranger = page.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', text(stranger, "/logga-in"))
    form = {"name": "gone@example.org", "password": "ett långt ord", "csrf_token": token[1] if token else ""}
    answer = stranger.post("/logga-in", data=form)
    assert answer.status_code == 403
    assert "Kontots kommun finns inte här längre" in answer.get_data(as_text=True)


def test_coordinator_makes_and_revokes_keys_of_the_own_municipality_alone(
    bound: FlaskClient, two: Installation
) -> None:
    assert "qvasir-token" not in text(bound, "/api-nycklar")
    bound.post("/api-nycklar", data={"namn": "diariet", "roll": "reader"})
    bound.post("/api-nycklar/aterkalla", data={"nummer": many.KEY})
    with two.store.reading() as session:
        (made,) = list_tokens(session, HERE)
        (theirs,) = list_tokens(session, THERE)
    assert made.name == "diariet"
    assert theirs.revoked_at is None


def test_key_of_the_whole_names_the_municipality_or_means_the_first(page: Flask, two: Installation) -> None:
    token, key = new_token("regionen", Role.READER, NOW)
    with two.store.session() as session:
        add_token(session, token)
    browser = page.test_client()
    browser.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    assert "qvasir-action" in text(browser, "/api/v1/actions?kommun=bortby")
    assert "qvasir" not in text(browser, "/api/v1/actions")
    assert browser.get("/api/v1/actions?kommun=ale").status_code == 403


def test_calendar_of_an_account_is_its_municipalitys_or_the_one_named(whole: FlaskClient, bound: FlaskClient) -> None:
    def calendar(browser: FlaskClient) -> str:
        found = re.search(r'http[^"<]*/kalender/konto/[^"<]+', text(browser, "/frister"))
        assert found
        return found[0]

    assert "kommun=" not in calendar(bound)
    whole.post("/kommuner/valj", data={"kommun": THERE})
    address = calendar(whole)
    assert address.startswith("https://bortby.example.org/")
    path = address.removeprefix("https://bortby.example.org")
    assert "Bortby" in text(whole, path)
    own = calendar(bound).removeprefix("http://localhost")
    assert "Provköping" in text(bound, f"{own}?kommun=bortby")


def test_log_of_the_whole_tells_whose_each_entry_is(whole: FlaskClient, bound: FlaskClient) -> None:
    bound.post("/sok/spara", data={"namn": "Avlopp", "q": "avlopp"})
    whole.post("/kallor/feeds/lage", data={"on": "0"})
    everything, own = text(whole, "/handelser"), text(bound, "/handelser")
    assert "qvasir-audit" in everything
    assert "hela installationen" in everything
    assert "slog av en källa" in everything
    assert "sparade en sökning" in own
    assert "slog av en källa" not in own


def test_menu_lets_choose_while_the_municipalities_are_few(whole: FlaskClient, bound: FlaskClient) -> None:
    assert '<option value="bortby">Bortby</option>' in text(whole, "/veckan")
    assert "Annan kommun" not in text(bound, "/veckan")


def test_account_by_password_sees_its_own_municipality(page: Flask, two: Installation) -> None:
    with two.store.reading() as session:
        assert account_named(session, ACCOUNTS[Role.READER]).municipality == HERE  # type: ignore[union-attr]
