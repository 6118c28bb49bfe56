"""What residents are shown: approved items alone, as pages, a feed and open data; nothing while it is switched off."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.installation import Installation, open_installation
from pipeline.publications import publication_id, publish
from store.actions import save_action
from store.audit import list_audit
from store.items import upsert_items
from store.types import Action, Item, Kind
from tests.pipeline.making import NOW, municipality
from tests.web.conftest import Clock
from tests.web.routes import LEAST, OPEN, addresses
from tests.web.seeding import MEANING, PUBLISHED, SEEN, week
from web.access import is_public
from web.app import create_app

HERE = f"/for-invanare/post/{publication_id('provköping', PUBLISHED)}"
FEED, JSON, CSV = "/for-invanare/flode.atom", "/for-invanare/data.json", "/for-invanare/data.csv"
SIDES = ("/for-invanare", "/for-invanare/manad/2026-11", HERE, FEED, JSON, CSV)
ATOM = "{http://www.w3.org/2005/Atom}"


def act(installation: Installation, **changes: object) -> None:
    values = {"id": "a1", "municipality": "provköping", "source": PUBLISHED[0], "key": PUBLISHED[1], "unit": "vatten"}
    values |= {"title": "Utredde reningen", "created_at": SEEN, "state": "done", "outcome": "Byggs ut 2030"}
    with installation.store.session() as session:
        save_action(session, Action(**values | changes), by="samordnare", at=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", SIDES)
def test_what_is_public_shows_the_publication_and_nothing_else(client: FlaskClient, path: str) -> None:
    page = client.get(path).get_data(as_text=True)
    assert MEANING in page
    for one in week():
        assert (one.item.title in page) == (one.id == PUBLISHED), one.item.title
    assert not re.search(r"0[.,]93|relevans|samordnare@|vatten@example|avloppsvatten i titeln", page)


def test_nothing_but_publications_is_read_without_login(app: Flask) -> None:
    titles = [one.item.title for one in week() if one.id != PUBLISHED]
    for endpoint, method, url in addresses(app, "GET"):
        answer = app.test_client().get(url, buffered=True)
        page = answer.get_data(as_text=True)
        assert not [title for title in titles if title in page], (method, url)
        if LEAST[endpoint] == OPEN and MEANING in page:
            assert is_public(app.view_functions[endpoint]), url


@pytest.mark.parametrize("path", SIDES)
def test_nothing_is_public_before_the_municipality_says_so(home: Path, installation: Installation, path: str) -> None:
    (home / "utkik.toml").write_text("", encoding="utf-8")
    with open_installation(home) as closed:
        answer = create_app(closed, clock=Clock()).test_client().get(path)
    assert answer.status_code == 404
    assert MEANING not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", SIDES)
def test_answer_is_kept_without_cookies_and_not_sent_twice(
    client: FlaskClient, coordinator: FlaskClient, path: str
) -> None:
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Set-Cookie" not in answer.headers
    assert coordinator.get(path).data == answer.data  # the same for everybody, or a proxy would mix them up
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_withdrawn_item_is_gone_everywhere_and_comes_back_under_the_same_address(
    client: FlaskClient, coordinator: FlaskClient
) -> None:
    form = {"post": "/".join(PUBLISHED), "betydelse": MEANING}
    coordinator.post("/publicera", data=form | {"ta_tillbaka": "ja"})
    assert client.get(HERE).status_code == 404
    assert client.get("/for-invanare/manad/2026-11").status_code == 404
    assert not any(MEANING in client.get(path).get_data(as_text=True) for path in SIDES)
    coordinator.post("/publicera", data=form)
    assert MEANING in client.get(HERE).get_data(as_text=True)


def test_publishing_needs_a_sentence_and_is_in_the_audit_log(
    coordinator: FlaskClient, installation: Installation
) -> None:
    answer = coordinator.post("/publicera", data={"post": "regeringen/lss", "betydelse": "Kort."})
    assert answer.status_code == 303
    told = coordinator.post("/publicera", data={"post": "regeringen/lss", "betydelse": "Stödet blir mer lika."})
    assert told.headers["Location"] == "/post/regeringen/lss#publicera"
    assert coordinator.post("/publicera", data={"post": "x/y", "betydelse": MEANING}).status_code == 404
    with installation.store.reading() as session:
        [noted] = list_audit(session, action="publication.")
    assert (noted.action, noted.subject, noted.detail) == ("publication.publish", "regeringen/lss", "")


def test_form_stands_on_the_items_page_for_the_coordinator_alone(coordinator: FlaskClient, reader: FlaskClient) -> None:
    page = coordinator.get("/post/cellar/avlopp").get_data(as_text=True)
    assert MEANING in page
    assert "Ta tillbaka" in page
    assert "Publicera för invånare" in coordinator.get("/post/regeringen/lss").get_data(as_text=True)
    assert "publicera" not in reader.get("/post/cellar/avlopp").get_data(as_text=True)


def test_only_finished_actions_are_told_and_only_when_the_coordinator_said_so(
    client: FlaskClient, coordinator: FlaskClient, installation: Installation
) -> None:
    act(installation)
    act(installation, id="a2", title="Halvfärdigt", state="ongoing")
    page = client.get(HERE).get_data(as_text=True)
    assert "Utredde reningen: Byggs ut 2030" in page
    assert "Provköpings Vatten AB" in page
    assert "Halvfärdigt" not in page
    coordinator.post("/publicera", data={"post": "/".join(PUBLISHED), "betydelse": MEANING})
    assert "Utredde" not in client.get(HERE).get_data(as_text=True)


def test_feed_is_valid_atom_with_names_that_stay(client: FlaskClient, installation: Installation) -> None:
    first = feedparser.parse(client.get(FEED).data)
    assert not first.bozo
    assert first.version == "atom10"
    assert first.feed.id.startswith("urn:uuid:")
    assert first.feed.links[0].rel == "self"
    assert first.feed.author == "Provköpings kommun"
    assert "CC0 1.0" in first.feed.rights
    [entry] = first.entries
    assert entry.link == f"http://localhost{HERE}"
    assert entry.summary == MEANING
    assert entry.published == "2026-11-22T05:00:00+00:00"
    act(installation)
    [later] = feedparser.parse(client.get(FEED).data).entries
    assert (later.id, later.published) == (entry.id, entry.published)
    assert later.updated == "2026-11-23T06:00:00+00:00"


def test_feed_holds_what_every_atom_feed_must(client: FlaskClient) -> None:
    root = ET.fromstring(client.get(FEED).data)  # noqa: S314 - our own answer
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
    assert client.get(FEED).mimetype == "application/atom+xml"


def test_open_data_has_its_licence_and_every_publication(client: FlaskClient) -> None:
    answer = client.get(JSON)
    values = json.loads(answer.data)
    assert "CC0 1.0" in values["licence"]
    [one] = values["items"]
    assert one["page_url"] == f"http://localhost{HERE}"
    assert one["days"] == [{"what": "Införs senast", "on": "2027-07-31"}]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_F73_no_cell_of_the_table_is_a_formula(coordinator: FlaskClient, installation: Installation) -> None:
    hostile = Item(source="feeds", key="f", kind=Kind.NEWS, title='=HYPERLINK("https://example.org")', url="")
    with installation.store.session() as session:
        upsert_items(session, [hostile], now=SEEN)
    coordinator.post("/publicera", data={"post": "feeds/f", "betydelse": "@SUM(1+1)*cmd|' /C calc'!A0"})
    rows = list(csv.reader(io.StringIO(coordinator.get(CSV).data.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 3
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_hostile_words_stay_words(coordinator: FlaskClient, client: FlaskClient) -> None:
    words = "<script>alert(1)</script> & ]]> \u202e\x00 så blir det."
    coordinator.post("/publicera", data={"post": "/".join(PUBLISHED), "betydelse": words})
    assert "<script>alert" not in client.get(HERE).get_data(as_text=True)
    [entry] = feedparser.parse(client.get(FEED).data, sanitize_html=False).entries
    assert entry.summary == "<script>alert(1)</script> & ]]> så blir det."
    assert "\u202e" not in client.get(JSON).get_data(as_text=True)


@pytest.mark.parametrize("month", ["2026-13", "2026", "x", "2025-01", "2026-11-01"])
def test_month_without_publications_is_not_there(client: FlaskClient, month: str) -> None:
    assert client.get(f"/for-invanare/manad/{month}").status_code == 404


def test_months_are_swedish_ones(client: FlaskClient, installation: Installation) -> None:
    already_december = NOW.replace(day=30, hour=23, minute=30)
    item, meaning = ("regeringen", "lss"), "Stödet blir mer lika."
    with installation.store.session() as session:
        publish(session, municipality(), item, meaning, by="samordnare", now=already_december, deeds=False)
    page = client.get("/for-invanare").get_data(as_text=True)
    assert "december 2026" in page
    assert "november 2026" in page
    assert "Stödet blir mer lika." in client.get("/for-invanare/manad/2026-12").get_data(as_text=True)
