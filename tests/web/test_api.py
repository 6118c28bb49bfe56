"""The HTTP API: opened by key alone, as it is described, and writing nothing but verdicts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema.validators import Draft202012Validator
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from pipeline.api_tokens import new_token
from pipeline.installation import Installation
from store.actions import save_action
from store.api_tokens import add_token, list_tokens, revoke_token
from store.audit import list_audit
from store.digests import freeze_digest
from store.threads import save_threads
from store.types import (
    Action,
    Digest,
    DigestEntry,
    DigestState,
    Role,
    Stage,
    Thread,
    ThreadMember,
)
from store.verdicts import latest_verdicts
from tests.pipeline.making import NOW
from tests.web.conftest import Clock, browser_of
from tests.web.routes import BY_KEY, Writes, key_addresses
from tests.web.seeding import PUBLISHED, SEEN
from web import context
from web.api_description import description

AVLOPP = "/".join(PUBLISHED)
VERDICT = {"source": "cellar", "key": "avlopp", "ruling": "send", "seen": 0}
Asked = Callable[..., TestResponse]


def key_of(installation: Installation, role: Role = Role.READER) -> str:
    token, key = new_token("Diariet", role, SEEN)
    with installation.store.session() as session:
        add_token(session, token)
    return key


@pytest.fixture
def ask(app: Flask, installation: Installation) -> Asked:
    """Give a function that asks with a coordinator's key."""
    headers = {"Authorization": f"Bearer {key_of(installation, Role.COORDINATOR)}"}

    def asked(path: str, **values: Any) -> TestResponse:
        method = "POST" if values else "GET"
        return app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **values)

    return asked


@pytest.fixture
def filled(installation: Installation) -> Installation:
    """Give a store that also has a letter, an action and a thread."""
    entry = DigestEntry(
        source="cellar", key="avlopp", section="law", position=1, because="ni svarar för VA", content_hash="h"
    )
    digest = Digest(
        id="d1",
        municipality="provköping",
        contact="vatten@example.org",
        week="2026-W47",
        units=("vatten",),
        subject="v. 47: 1 att ta ställning till",
        message_id="<d1@example.org>",
        message=b"Subject: x\r\n\r\nhemligt",
        state=DigestState.SENT,
        created_at=SEEN,
        entries=(entry,),
    )
    action = Action(
        id="a1", municipality="provköping", source="cellar", key="avlopp", unit="vatten", title="Utred", created_at=SEEN
    )
    thread = Thread(id="t1", members=(ThreadMember("cellar", "avlopp", Stage.ADOPTION, SEEN.date()),))
    with installation.store.session() as session:
        for number in range(3):
            made = SEEN + timedelta(hours=number)
            freeze_digest(session, replace(digest, id=f"d{number}", contact=f"{number}@example.org", created_at=made))
        save_action(session, action, by="samordnare")
        save_threads(session, [thread], [PUBLISHED], now=SEEN)
    return installation


def schema_of(path: str, method: str, code: str) -> dict[str, Any]:
    """Return the schema that the description gives of an answer."""
    told = description("http://localhost")
    [content] = told["paths"][path][method]["responses"][code]["content"].values()
    return content["schema"] | {"components": told["components"]}


def check(answer: TestResponse, path: str, method: str = "get") -> Any:
    values = json.loads(answer.data)
    schema = schema_of(path, method, str(answer.status_code))
    Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(values)
    return values


def test_description_is_valid_openapi_and_names_every_address(app: Flask, client: FlaskClient) -> None:
    told = json.loads(client.get("/api/v1/openapi.json").data)
    validate(told)
    described = {
        (method.upper(), path.replace("{source}/{key}", "x/x").replace("{name}", "x"))
        for path, methods in told["paths"].items()
        for method in methods
    }
    assert described == {(method, url.removeprefix("/api/v1")) for _, method, url in key_addresses(app)}


def test_description_says_the_role_that_is_held_to(app: Flask) -> None:
    told = description("")
    names = {one["operationId"]: one["description"] for methods in told["paths"].values() for one in methods.values()}
    assert {f"api.{name}": f"Least role of the key: {BY_KEY[f'api.{name}']}." for name in names} == {
        f"api.{name}": says for name, says in names.items()
    }


def test_every_operation_says_how_one_of_several_municipalities_is_named() -> None:
    operations = [one for methods in description("")["paths"].values() for one in methods.values()]
    assert [
        one["operationId"] for one in operations if context.ASKED not in {p["name"] for p in one["parameters"]}
    ] == []


@pytest.mark.parametrize(
    ("path", "described", "number"),
    [
        ("/items", "/items", 7),
        ("/items?q=avlopp&kind=legal_act&area=water&source=cellar&deadline_from=2027-01-01", "/items", 1),
        ("/items?state=open&deadline_until=2026-12-31", "/items", 2),
        (f"/assessments?item={AVLOPP}&item=regeringen/lss&item=x/y", "/assessments", 2),
        ("/verdicts", "/verdicts", 1),
        (f"/verdicts?item={AVLOPP}", "/verdicts", 1),
        ("/digests", "/digests", 3),
        ("/actions?state=open&unit=vatten", "/actions", 1),
        ("/threads", "/threads", 1),
        ("/threads?number=32024L3019", "/threads", 0),
    ],
)
def test_answer_is_as_described(filled: Installation, ask: Asked, path: str, described: str, number: int) -> None:
    ask("/verdicts", json=VERDICT)
    values = check(ask(path), described)
    assert len(values["items"]) == number
    assert values["next"] is None


def test_one_of_each_is_as_described(filled: Installation, ask: Asked) -> None:
    given = check(ask("/verdicts", json=VERDICT), "/verdicts", "post")
    whole = check(ask(f"/items/{AVLOPP}"), "/items/{source}/{key}")
    assert whole["verdicts"] == [given]
    assert whole["thread"] == "t1"
    assert whole["assessment"]["relevance"] == 0.93
    assert check(ask("/threads/t1"), "/threads/{name}")["members"][0]["stage"] == "adoption"
    assert "cellar" in {one["name"] for one in check(ask("/sources"), "/sources")["items"]}
    check(ask("/items/x/y"), "/items/{source}/{key}")
    check(ask("/threads/x"), "/threads/{name}")


@pytest.mark.parametrize("path", ["/items", "/verdicts", "/digests", "/actions", "/threads"])
def test_pages_follow_on_each_other_without_gap_or_repeat(filled: Installation, ask: Asked, path: str) -> None:
    for seen in (0, 1, 2):
        ask("/verdicts", json=VERDICT | {"seen": seen})
    whole = json.loads(ask(path).data)["items"]
    rows: list[Any] = []
    after = ""
    for _ in range(len(whole)):
        page = json.loads(ask(f"{path}?limit=1&after={after}").data)
        rows += page["items"]
        after = page["next"] or ""
    assert rows == whole
    assert after == ""


def test_letters_are_given_without_address_and_bytes(filled: Installation, ask: Asked) -> None:
    told = ask("/digests").get_data(as_text=True)
    assert "vatten" in told
    assert "@example.org" not in told
    assert "hemligt" not in told


def test_F79_every_role_of_a_key_against_every_address(app: Flask, installation: Installation) -> None:
    keys = {role: {"Authorization": f"Bearer {key_of(installation, role)}"} for role in Role}
    for endpoint, method, url in key_addresses(app):
        for role, headers in keys.items():
            answer = app.test_client().open(url, method=method, headers=headers)
            above = not role.covers(Role(BY_KEY[endpoint]))
            assert (answer.status_code == 403) == above, (role, method, url, answer.status_code)
            assert answer.status_code not in (401, 500, 503), (role, method, url)


def test_F79_no_login_and_no_other_key_opens_the_api(app: Flask, installation: Installation) -> None:
    revoked = key_of(installation)
    with installation.store.session() as session:
        revoke_token(session, list_tokens(session)[0].id, SEEN)
    lures = (
        None,
        f"Bearer {revoked}",
        "Bearer utkik_" + "x" * 43,
        "Bearer ",
        "Basic dXRraWs6dXRraWs=",
        f"bearer {'å' * 9}",
    )
    for endpoint, method, url in key_addresses(app):
        for lure in lures:
            browser = browser_of(app, Role.COORDINATOR)  # with its cookie and CSRF token
            headers = {} if lure is None else {"Authorization": lure.encode().decode("latin-1")}
            answer = browser.open(url, method=method, headers=headers, json=VERDICT if method == "POST" else None)
            assert answer.status_code in (401, 429), (endpoint, lure)
            assert answer.mimetype == "application/problem+json"


def test_F74_a_login_writes_no_verdict_through_the_api(app: Flask, installation: Installation) -> None:
    browser = browser_of(app, Role.COORDINATOR)
    writes = Writes(installation.store)
    assert browser.post("/api/v1/verdicts", json=VERDICT).status_code == 401
    assert not writes.happened()
    writes.close()


def test_a_key_opens_no_page(client: FlaskClient, installation: Installation) -> None:
    headers = {"Authorization": f"Bearer {key_of(installation, Role.COORDINATOR)}"}
    assert client.get("/veckan", headers=headers).status_code == 302
    assert client.post("/veckan/bedom", headers=headers).status_code == 401


def test_key_is_nowhere_in_the_store_and_its_use_is_written_once_a_day(
    app: Flask, installation: Installation, clock: Clock
) -> None:
    key = key_of(installation)
    headers = {"Authorization": f"Bearer {key}"}
    client = app.test_client()
    client.get("/api/v1/sources", headers=headers)
    with installation.store.reading() as session:
        [token] = list_tokens(session)
    assert token.last_used == NOW.date()
    writes = Writes(installation.store)
    client.get("/api/v1/sources", headers=headers)
    assert not writes.happened()
    writes.close()
    home = installation.settings.home
    assert not [path for path in home.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]


def test_wrong_keys_from_one_address_are_slowed_down(client: FlaskClient) -> None:
    codes = [client.get("/api/v1/items").status_code for _ in range(62)]
    assert codes[:60] == [401] * 60
    assert codes[60:] == [429] * 2


def test_key_that_asks_too_often_must_wait(client: FlaskClient, installation: Installation) -> None:
    one, other = ({"Authorization": f"Bearer {key_of(installation)}"} for _ in range(2))
    codes = [client.get("/api/v1/threads/x", headers=one).status_code for _ in range(301)]
    assert codes == [404] * 300 + [429]
    assert client.get("/api/v1/threads/x", headers=other).status_code == 404


def test_verdict_is_saved_with_its_origin_and_in_the_audit_log(ask: Asked, installation: Installation) -> None:
    given = json.loads(
        ask("/verdicts", json=VERDICT | {"note": "Se s. 3", "units": ["vatten"], "areas": ["water"]}).data
    )
    assert (given["origin"], given["units"], given["by"]) == ("routed", ["vatten"], "samordnare")
    with installation.store.reading() as session:
        standing = latest_verdicts(session, "provköping")[PUBLISHED]
        [noted] = list_audit(session, action="verdict.")
        [token] = list_tokens(session)
    assert standing.id == given["id"]
    assert (noted.account_id, noted.role, noted.subject) == (f"key:{token.id}", "coordinator", AVLOPP)


def test_F80_verdict_that_comes_too_late_is_not_saved_and_shows_the_one_that_stands(ask: Asked) -> None:
    first = json.loads(ask("/verdicts", json=VERDICT).data)
    late = ask("/verdicts", json=VERDICT | {"ruling": "drop"})
    assert late.status_code == 409
    assert check(late, "/verdicts", "post")["standing"] == first
    assert ask("/verdicts", json=VERDICT | {"ruling": "drop", "seen": first["id"]}).status_code == 201


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"json": {}}, 422),
        ({"json": VERDICT | {"ruling": "reopened"}}, 422),
        ({"json": VERDICT | {"seen": -1}}, 422),
        ({"json": VERDICT | {"seen": "0"}}, 422),
        ({"json": VERDICT | {"by": "någon"}}, 422),
        ({"json": VERDICT | {"units": []}}, 422),
        ({"json": VERDICT | {"units": ["okänd"]}}, 422),
        ({"json": VERDICT | {"areas": ["<script>"]}}, 422),
        ({"json": VERDICT | {"note": "x" * 2001}}, 422),
        ({"json": VERDICT | {"key": "avlopp\0"}}, 201),
        ({"json": VERDICT | {"key": "finns-inte"}}, 404),
        ({"data": b"{", "content_type": "application/json"}, 422),
        ({"data": b"[" * 100_000, "content_type": "application/json"}, 422),
        ({"data": "source=cellar", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": b" " * 1_100_000, "content_type": "application/json"}, 413),
    ],
)
def test_what_is_not_a_verdict_is_refused_as_described(ask: Asked, sent: dict[str, Any], code: int) -> None:
    answer = ask("/verdicts", **sent)
    assert answer.status_code == code
    check(answer, "/verdicts", "post")


@pytest.mark.parametrize(
    "path",
    [
        "/items?kind=okänd",
        "/items?area=x",
        "/items?state=x",
        "/items?limit=0",
        "/items?limit=201",
        "/items?limit=1e3",
        "/items?after=x",
        "/items?deadline_from=igår",
        "/assessments",
        "/assessments?item=x",
        "/verdicts?after=-1",
        "/verdicts?item=x",
        "/digests?after=x~y",
        "/digests?after=2026-11-22T05:00:00~y",
        "/actions?state=x",
        "/actions?after=x",
    ],
)
def test_what_is_asked_wrongly_is_told_as_described(ask: Asked, path: str) -> None:
    answer = ask(path)
    assert answer.status_code == 422
    check(answer, path.partition("?")[0])


@pytest.mark.parametrize("words", ['"', "NEAR(", "a OR", "'; DROP TABLE items; --", "\0", "*" * 500, "x" * 10_000])
def test_F76_hostile_words_are_words(ask: Asked, words: str) -> None:
    for query in ({"q": words}, {"source": words}):
        answer = ask("/items?" + "&".join(f"{name}={_quoted(text)}" for name, text in query.items()))
        assert answer.status_code == 200


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


@pytest.mark.parametrize(
    ("path", "method", "code"),
    [("/api/v1/finns-inte", "GET", 404), ("/api/v1/items", "DELETE", 405), ("/api/v2", "GET", 404)],
)
def test_error_is_told_to_programs_without_a_page(client: FlaskClient, path: str, method: str, code: int) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (code, "application/problem+json")
    assert "<html" not in answer.get_data(as_text=True)
    assert json.loads(answer.data)["instance"].startswith("urn:utkik:error:")


def test_page_shows_every_address_and_shape(reader: FlaskClient) -> None:
    page = reader.get("/api").get_data(as_text=True)
    told = description("")
    for path, methods in told["paths"].items():
        for method in methods:
            assert f"{method.upper()} /api/v1{path}" in page
    for name in told["components"]["schemas"]:
        assert f'id="{name}"' in page
