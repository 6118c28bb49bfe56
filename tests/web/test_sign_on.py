"""Single sign-on against a provider that is really asked: who is let in, and every answer that is not believed."""

from __future__ import annotations

import json
import logging
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey

from pipeline.installation import Installation, open_installation
from pipeline.settings import OidcSettings
from store.accounts import account_named, add_account, list_accounts
from store.audit import list_audit
from store.types import Account, Role
from tests.web import many
from tests.web.conftest import Clock
from tests.web.provider import CLIENT, SECRET, Provider, new_key, running
from web.app import create_app
from web.sign_on import role_of

SETTINGS = """\
[web.oidc]
issuer = "{issuer}"
client_id = "{client}"
client_secret = "{secret}"
claim = "realm_access.roles"
[web.oidc.roles]
utkik-lasare = "reader"
utkik-bedomare = "analyst"
utkik-samordnare = "coordinator"
"""


@pytest.fixture(scope="module")
def serving() -> Iterator[Provider]:
    with running(Provider(Clock())) as provider:
        yield provider


@pytest.fixture
def provider(serving: Provider, clock: Clock) -> Provider:
    """Give the provider as new, at the same address."""
    issuer = serving.issuer
    serving.__init__(clock)  # type: ignore[misc]
    serving.issuer = issuer
    return serving


@pytest.fixture
def signing(home: Path, provider: Provider) -> Iterator[Installation]:
    text = SETTINGS.format(issuer=provider.issuer, client=CLIENT, secret=SECRET)
    (home / "utkik.toml").write_text(text, encoding="utf-8")
    with open_installation(home) as installation:
        yield installation


@pytest.fixture
def page(signing: Installation, clock: Clock) -> Flask:
    return create_app(signing, clock=clock)


def there(browser: FlaskClient, wanted: str = "") -> str:
    """Go to the provider and return the address that it sends the browser back to."""
    answer = browser.get("/logga-in/gemensam", query_string={"next": wanted} if wanted else {})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return httpx.get(answer.headers["Location"]).headers["Location"]


def sign_on(browser: FlaskClient, wanted: str = "") -> int:
    return browser.get(there(browser, wanted)).status_code


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/installningar").status_code == 200


def accounts(installation: Installation) -> list[Account]:
    with installation.store.reading() as session:
        return list_accounts(session)


def test_person_with_a_role_is_let_in_and_gets_an_account(
    page: Flask, signing: Installation, provider: Provider
) -> None:
    browser = page.test_client()
    answer = browser.get(there(browser, "/installningar"))
    assert answer.headers["Location"] == "/installningar"
    assert is_in(browser)
    (account,) = accounts(signing)
    assert (account.name, account.role) == ("anna@example.org", Role.ANALYST)
    assert (account.issuer, account.subject, account.password) == (provider.issuer, "8a1f", "")
    with signing.store.reading() as session:
        assert [entry.action for entry in list_audit(session)] == ["login", "account.add"]


def test_same_person_with_another_address_keeps_the_account(
    page: Flask, signing: Installation, provider: Provider
) -> None:
    sign_on(page.test_client())
    provider.person["preferred_username"] = "anna.gift@example.org"
    browser = page.test_client()
    sign_on(browser)
    assert is_in(browser)
    assert len(accounts(signing)) == 1


def test_role_that_the_provider_changed_ends_the_old_logins(
    page: Flask, signing: Installation, provider: Provider
) -> None:
    first, second = page.test_client(), page.test_client()
    sign_on(first)
    provider.person["realm_access"] = {"roles": ["utkik-lasare", "utkik-samordnare"]}
    sign_on(second)
    assert accounts(signing)[0].role is Role.COORDINATOR
    assert is_in(second)
    assert not is_in(first)


def test_F78_person_without_role_is_refused_and_logged_out_everywhere(
    page: Flask, signing: Installation, provider: Provider
) -> None:
    first, second = page.test_client(), page.test_client()
    sign_on(first)
    provider.person["realm_access"] = {"roles": ["offline"]}
    answer = second.get(there(second))
    assert answer.status_code == 403
    assert "ingen roll" in answer.get_data(as_text=True)
    assert not is_in(second)
    assert not is_in(first)


def test_F78_address_reused_by_another_person_gives_no_way_into_the_old_account(
    page: Flask, signing: Installation, provider: Provider
) -> None:
    sign_on(page.test_client())
    provider.person["sub"] = "77c0"
    browser = page.test_client()
    answer = browser.get(there(browser))
    assert answer.status_code == 403
    assert "Ett annat konto har redan ditt namn" in answer.get_data(as_text=True)
    assert not is_in(browser)
    assert [account.subject for account in accounts(signing)] == ["8a1f"]


def test_F78_name_of_a_password_account_gives_no_way_into_it(
    app: Flask, page: Flask, signing: Installation, provider: Provider
) -> None:
    provider.person["preferred_username"] = "coordinator@example.org"
    browser = page.test_client()
    assert sign_on(browser) == 403
    with signing.store.reading() as session:
        account = account_named(session, "coordinator@example.org")
    assert account is not None
    assert account.subject == ""


def unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none"}, claims)
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def with_public_key_as_secret(provider: Provider) -> Callable[[dict[str, Any]], str]:
    secret = OctKey.import_key(provider.key.as_pem(private=False).replace(b"-----", b""))
    return lambda claims: jwt.encode({"alg": "HS256", "kid": "1"}, claims, secret, algorithms=["HS256"])


def with_strange_key(provider: Provider) -> Callable[[dict[str, Any]], str]:
    strange = new_key("1", "strange")
    return lambda claims: jwt.encode({"alg": "RS256", "kid": "1"}, claims, strange)


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "http://127.0.0.1:1"),
        ("iss", None),
        ("aud", "annan"),
        ("aud", [CLIENT, "annan"]),
        ("aud", None),
        ("azp", "annan"),
        ("nonce", "x"),
        ("nonce", None),
        ("sub", None),
        ("sub", ""),
        ("exp", None),
        ("iat", None),
    ],
)
def test_F78_token_with_a_wrong_or_missing_claim_is_refused(
    page: Flask, signing: Installation, provider: Provider, claim: str, value: object
) -> None:
    def change(claims: dict[str, Any]) -> None:
        if value is None:
            del claims[claim]
        else:
            claims[claim] = value

    provider.change = change
    browser = page.test_client()
    answer = browser.get(there(browser))
    assert answer.status_code == 403
    assert "gick inte att bekräfta" in answer.get_data(as_text=True)
    assert not is_in(browser)
    assert accounts(signing) == []


@pytest.mark.parametrize("forge", [lambda _: unsigned, with_public_key_as_secret, with_strange_key])
def test_F78_token_that_the_provider_did_not_sign_is_refused(
    page: Flask, signing: Installation, provider: Provider, forge: Callable[[Provider], Callable[[dict[str, Any]], str]]
) -> None:
    provider.sign = forge(provider)
    browser = page.test_client()
    assert sign_on(browser) == 403
    assert not is_in(browser)
    assert accounts(signing) == []


@pytest.mark.parametrize(
    ("off", "taken"),
    [
        (timedelta(seconds=50), True),
        (timedelta(seconds=-50), True),
        (timedelta(minutes=2), False),  # issued in the future
        (timedelta(minutes=-7), False),  # expired
    ],
)
def test_F78_a_clock_that_is_a_minute_off_is_borne_with_and_no_more(
    page: Flask, provider: Provider, clock: Clock, off: timedelta, taken: bool
) -> None:
    provider.clock = lambda: clock.now + off
    browser = page.test_client()
    sign_on(browser)
    assert is_in(browser) is taken


def test_F78_answer_with_another_state_or_none_or_a_second_time_is_refused(page: Flask, provider: Provider) -> None:
    browser, other = page.test_client(), page.test_client()
    assert other.get("/logga-in/gemensam/svar?code=x").status_code == 403  # no state, and none was given
    url = there(browser)
    assert other.get(url).status_code == 403  # somebody was sent a link with the thief's own code
    there(other)
    assert other.get(url).status_code == 403
    assert browser.get(url.replace("state=", "tillstand=")).status_code == 403
    assert browser.get(url).status_code == 403  # the state was used up by the try before
    assert not is_in(browser)
    assert not is_in(other)


def test_F78_code_of_another_login_fails_at_the_proof_key(page: Flask, provider: Provider) -> None:
    browser, thief = page.test_client(), page.test_client()
    stolen = there(thief)
    own = there(browser)
    code = stolen.split("code=")[1].split("&")[0]
    state = own.split("state=")[1]
    assert browser.get(f"/logga-in/gemensam/svar?code={code}&state={state}").status_code == 403
    assert not is_in(browser)


def test_F78_answer_in_another_providers_name_is_refused(page: Flask, provider: Provider) -> None:
    provider.answer = {"iss": "http://127.0.0.1:1"}
    assert sign_on(page.test_client()) == 403


def test_F78_login_that_was_begun_long_ago_is_refused(page: Flask, provider: Provider, clock: Clock) -> None:
    browser = page.test_client()
    url = there(browser)
    clock.now += timedelta(minutes=11)
    assert browser.get(url).status_code == 403


def test_F78_refusal_by_the_provider_shows_none_of_its_words(page: Flask, provider: Provider) -> None:
    provider.answer = {"error": "access_denied", "error_description": "canary"}
    browser = page.test_client()
    answer = browser.get(there(browser))
    assert answer.status_code == 403
    assert "canary" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "description", [{"issuer": "https://example.org"}, {"token_endpoint": "ftp://127.0.0.1/"}, {"jwks_uri": None}]
)
def test_F78_provider_that_describes_itself_wrong_is_not_used(
    page: Flask, provider: Provider, description: dict[str, Any]
) -> None:
    provider.description = description
    browser = page.test_client()
    answer = browser.get("/logga-in/gemensam")
    if answer.status_code == 302:
        answer = browser.get(httpx.get(answer.headers["Location"]).headers["Location"])
    assert answer.status_code == 403
    assert "svarar inte som den ska" in answer.get_data(as_text=True)


def test_provider_that_is_away_is_told_and_passwords_still_work(home: Path, installation: Installation) -> None:
    settings = installation.settings.model_copy(
        update={
            "web": installation.settings.web.model_copy(
                update={"oidc": OidcSettings(issuer="http://127.0.0.1:1", client_id=CLIENT)}
            )
        }
    )
    app = create_app(Installation(settings, installation.store, installation.municipality), clock=Clock())
    answer = app.test_client().get("/logga-in/gemensam")
    assert answer.status_code == 403
    assert 'name="password"' in answer.get_data(as_text=True)


def test_new_key_of_the_provider_is_fetched_once_and_not_for_every_forged_token(
    page: Flask, provider: Provider, clock: Clock
) -> None:
    sign_on(page.test_client())
    assert provider.asked == 1
    provider.key = new_key("2")
    provider.shown_keys = [provider.key]
    clock.now += timedelta(minutes=2)
    browser = page.test_client()
    sign_on(browser)
    assert is_in(browser)
    assert provider.asked == 2
    provider.key = new_key("3")  # which the provider does not show
    for _ in range(3):
        assert sign_on(page.test_client()) == 403
    assert provider.asked == 2


def test_F82_log_of_a_refusal_holds_our_own_words_only(
    page: Flask, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "web.views")
    provider.answer = {"error": "canary%0d%0aERROR", "error_description": "canary"}
    sign_on(page.test_client())
    assert [record.getMessage() for record in caplog.records] == [
        "single sign-on refused: the provider refused",
    ]


def test_without_provider_there_is_no_button_and_no_way(client: FlaskClient) -> None:
    assert client.get("/logga-in/gemensam").status_code == 404
    assert client.get("/logga-in/gemensam/svar?code=x&state=y").status_code == 404
    assert "gemensam" not in client.get("/logga-in").get_data(as_text=True)


def test_roles_are_read_as_entra_and_keycloak_write_them() -> None:
    roles = {"bedom": Role.ANALYST, "styr": Role.COORDINATOR}
    entra = OidcSettings(claim="roles", roles=roles)
    keycloak = OidcSettings(claim="resource_access.utkik.roles", roles=roles)
    assert role_of({"roles": ["bedom", "styr"]}, entra) is Role.COORDINATOR
    assert role_of({"resource_access": {"utkik": {"roles": ["bedom"]}}}, keycloak) is Role.ANALYST
    assert role_of({"roles": "bedom"}, entra) is Role.ANALYST
    assert role_of({"resource_access": ["utkik"]}, keycloak) is None
    assert role_of({"roles": [{"styr": 1}, None]}, entra) is None


SEVERAL = """\
[web.oidc.municipalities]
provkoping-ad = "provköping"
bortby-ad = "bortby"
ale-ad = "ale"
regionen = "alla"
"""


@pytest.fixture
def many_signing(home: Path, provider: Provider) -> Iterator[Installation]:
    """Give an installation of two municipalities whose provider tells which one a person is of."""
    many.add_bortby(home)
    text = SETTINGS.format(issuer=provider.issuer, client=CLIENT, secret=SECRET)
    text = text.replace("[web.oidc.roles]", 'municipality_claim = "org.unit"\n[web.oidc.roles]') + SEVERAL
    (home / "utkik.toml").write_text(text, encoding="utf-8")
    with open_installation(home) as installation:
        yield installation


@pytest.fixture
def many_page(many_signing: Installation, clock: Clock) -> Flask:
    return create_app(many_signing, clock=clock)


@pytest.mark.parametrize(
    ("told", "municipality"),
    [("provkoping-ad", "provköping"), (["annat", "bortby-ad"], "bortby"), (["regionen", "bortby-ad"], "")],
)
def test_claim_says_the_municipality_that_the_role_is_of(
    many_page: Flask, many_signing: Installation, provider: Provider, told: object, municipality: str
) -> None:
    provider.person["org"] = {"unit": told}
    browser = many_page.test_client()
    sign_on(browser)
    (account,) = accounts(many_signing)
    assert (account.role, account.municipality) == (Role.ANALYST, municipality)
    shown = browser.get("/organisation").get_data(as_text=True)
    assert ("Qvasirskolan" in shown) == (municipality == "bortby")
    with many_signing.store.reading() as session:
        assert {entry.municipality for entry in list_audit(session)} == {municipality}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("annat", "hör inte till någon av kommunerna här"),
        (None, "hör inte till någon av kommunerna här"),
        ("ale-ad", "hör inte till någon av kommunerna här"),
        (["provkoping-ad", "bortby-ad"], "hör till flera av kommunerna här"),
    ],
)
def test_person_of_no_known_municipality_or_of_several_is_not_let_in(
    many_page: Flask, many_signing: Installation, provider: Provider, told: object, said: str
) -> None:
    provider.person["org"] = {"unit": told}
    browser = many_page.test_client()
    answer = browser.get(there(browser))
    assert answer.status_code == 403
    assert said in answer.get_data(as_text=True)
    assert not is_in(browser)
    assert accounts(many_signing) == []


def test_person_who_moves_to_another_municipality_loses_the_first(
    many_page: Flask, many_signing: Installation, provider: Provider
) -> None:
    provider.person["org"] = {"unit": "provkoping-ad"}
    first, second = many_page.test_client(), many_page.test_client()
    sign_on(first)
    provider.person["org"] = {"unit": "bortby-ad"}
    sign_on(second)
    assert not is_in(first)
    (account,) = accounts(many_signing)
    assert account.municipality == "bortby"
    provider.person["org"] = {"unit": "annat"}
    sign_on(many_page.test_client())
    assert not is_in(second)


def test_provider_that_tells_no_municipality_lets_in_only_those_who_have_an_account(
    home: Path, provider: Provider, clock: Clock
) -> None:
    many.add_bortby(home)
    text = SETTINGS.format(issuer=provider.issuer, client=CLIENT, secret=SECRET)
    (home / "utkik.toml").write_text(text, encoding="utf-8")
    with open_installation(home) as installation:
        page = create_app(installation, clock=clock)
        browser = page.test_client()
        assert browser.get(there(browser)).status_code == 403
        known = Account(
            id="1",
            name="anna@example.org",
            role=Role.ANALYST,
            created_at=clock.now,
            issuer=provider.issuer,
            subject="8a1f",
            municipality="bortby",
        )
        with installation.store.session() as session:
            add_account(session, known)
        sign_on(browser)
        assert "Qvasirskolan" in browser.get("/organisation").get_data(as_text=True)
