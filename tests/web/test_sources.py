"""The sources' page: each in a named state, read at a press beside the request, switched in the settings file alone."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.installation import Installation, open_installation
from store.accounts import add_account
from store.audit import list_audit
from store.items import count_by_source
from store.runs import end_run, start_run
from store.types import Account, Outcome, PartResult, Role, Run, SourceState
from tests.crawlers.hostile import HostileServer
from tests.pipeline.making import NOW
from tests.pipeline.test_source_faults import rss
from tests.web.conftest import ACCOUNTS, browser_of, finish
from web.app import create_app

WRITTEN = """\
# Så här vill vi ha det.
bundled_feeds = false

[mail]
password = "hemligt-3"   # byts i mars

[feeds.exempel]
url = "https://feed.example/rss"
title = "Exempelnytt"
language = "sv"
note = "Lokaltidningen."
"""


def text(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def told(client: FlaskClient, path: str, **form: str) -> str:
    return client.post(path, data=form, follow_redirects=True).get_data(as_text=True)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    hostile = HostileServer()
    yield hostile
    hostile.shutdown()
    hostile.server_close()


@pytest.fixture
def file(home: Path) -> Path:
    """Give the settings file as a person wrote it, before the installation is opened."""
    path = home / "utkik.toml"
    path.write_text(WRITTEN, encoding="utf-8")
    path.chmod(0o600)
    return path


@contextmanager
def served(home: Path) -> Iterator[tuple[Flask, FlaskClient, Installation]]:
    """Give (app, coordinator's browser, installation) of an installation without items in the folder."""
    with open_installation(home) as installation:
        with installation.store.session() as session:
            name = ACCOUNTS[Role.COORDINATOR]
            add_account(session, Account(id="coordinator", name=name, role=Role.COORDINATOR, created_at=NOW))
        app = create_app(installation, clock=lambda: NOW)
        yield app, browser_of(app, Role.COORDINATOR), installation
        finish(app)


def test_every_source_is_told_in_words_and_what_needs_a_look_stands_first(
    coordinator: FlaskClient, installation: Installation
) -> None:
    part = PartResult(part="remisser", state=SourceState.REFUSED, items=0, message="Sidan ber om en webbläsare.")
    run = Run(id="0000000001-a", step="collect", subject="regeringen", started_at=NOW)
    with installation.store.session() as session:
        start_run(session, run)
        ended = Run(
            id=run.id,
            step="collect",
            subject="regeringen",
            started_at=NOW,
            ended_at=NOW,
            outcome=Outcome.FAILED,
            state=SourceState.REFUSED,
            parts=(part,),
            message="remisser: Sidan ber om en webbläsare.",
        )
        end_run(session, ended)
    page = text(coordinator, "/kallor")
    assert re.search(r"<p>0 av (\d+) påslagna källor fungerar\. (\d+) har inte lästs än\.", page)
    assert page.index("Sidan ber om en webbläsare.") < page.index("inte läst än")
    assert ">nekad<" in page
    one = text(coordinator, "/kallor/regeringen")
    assert "nekad" in one
    assert "Senaste läsningarna" in one
    assert coordinator.get("/kallor/finns-inte").status_code == 404


def test_items_per_week_are_a_picture_with_its_table(coordinator: FlaskClient, app: Flask) -> None:
    text(coordinator, "/kallor")
    finish(app)
    page = text(coordinator, "/kallor/cellar")
    assert 'role="img" aria-label="Poster per vecka från' in page
    assert "1 som mest under tolv veckor." in page
    assert '<th scope="row">v. 47</th><td class="number">1</td>' in page


def test_pictures_tell_areas_regions_and_health_in_words_and_tables(coordinator: FlaskClient, app: Flask) -> None:
    text(coordinator, "/bild")
    finish(app)
    page = text(coordinator, "/bild")
    assert "Varifrån posterna kom: Sverige" in page
    assert "Relevanta poster per område" in page
    assert "Vatten och avlopp" in page
    assert "inte läst än" in page
    assert page.count("<table>") >= 4


def test_press_reads_the_source_beside_the_request_and_keeps_what_came(
    home: Path, file: Path, server: HostileServer
) -> None:
    file.write_text(f'replay_url = "{server.url}"\n{WRITTEN}', encoding="utf-8")
    server.script("/feed.example/rss", rss("Ett.", "Två."))
    with served(home) as (app, coordinator, installation):
        page = told(coordinator, "/kallor/feeds/kontrollera")
        assert "Källan läses nu." in page
        finish(app)
        assert "Källan fungerar: 2 nya poster" in text(coordinator, "/kallor/feeds")
        with installation.store.reading() as session:
            assert count_by_source(session) == {"feeds": 2}
            assert [entry.action for entry in list_audit(session)] == ["source.read"]


def test_look_shows_what_a_feed_gives_and_keeps_nothing(home: Path, file: Path, server: HostileServer) -> None:
    off = WRITTEN.replace('note = "Lokaltidningen."', 'note = "Lokaltidningen."\nenabled = false')
    file.write_text(f'replay_url = "{server.url}"\n{off}', encoding="utf-8")
    server.script("/feed.example/rss", rss("Ett.", "Två."))
    with served(home) as (app, coordinator, installation):
        coordinator.post("/kallor/feeds/delar/exempel/titta")
        finish(app)
        page = text(coordinator, "/kallor/feeds?titta=exempel")
        assert "Nyhet nummer 2" in page
        assert "Inget är sparat." in page
        assert "Lokaltidningen." in page
        with installation.store.reading() as session:
            assert count_by_source(session) == {}


def test_two_who_press_at_once_read_the_source_once(app: Flask, coordinator: FlaskClient) -> None:
    background = app.extensions["utkik"].background
    with app.extensions["utkik"].current.installation().store.exclusive("week"):
        coordinator.post("/kallor/vinnova/lage", data={"on": "0"})
        coordinator.post("/kallor/cellar_texts/kontrollera")
        first = background.task("read cellar_texts")
        assert "Källan läses redan." in told(coordinator, "/kallor/cellar_texts/kontrollera")
        assert background.task("read cellar_texts") is first


def test_switch_changes_one_line_and_leaves_the_rest_as_written(
    file: Path, coordinator: FlaskClient, installation: Installation
) -> None:
    before = file.read_text(encoding="utf-8")
    assert "Källan är på." in told(coordinator, "/kallor/gdelt/lage", on="1")
    after = file.read_text(encoding="utf-8")
    assert after.startswith(before.rstrip("\n"))
    assert tomllib.loads(after)["sources"] == {"gdelt": {"enabled": True}}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Slå av" in text(coordinator, "/kallor/gdelt")
    assert "Källan är av." in told(coordinator, "/kallor/gdelt/lage", on="0")
    assert tomllib.loads(file.read_text(encoding="utf-8"))["sources"] == {"gdelt": {"enabled": False}}
    assert 'password = "hemligt-3"   # byts i mars' in file.read_text(encoding="utf-8")
    with installation.store.reading() as session:
        noted = [(entry.action, entry.subject) for entry in list_audit(session)]
    assert sorted(noted) == [("source.off", "gdelt"), ("source.on", "gdelt")]


def test_feed_is_switched_by_itself_and_a_secret_never_stands_on_a_page(file: Path, coordinator: FlaskClient) -> None:
    assert "exempel är av." in told(coordinator, "/kallor/feeds/delar/exempel/lage", on="0")
    assert tomllib.loads(file.read_text(encoding="utf-8"))["feeds"]["exempel"]["enabled"] is False
    page = text(coordinator, "/kallor/feeds")
    assert "Slå på Exempelnytt" in page
    assert "hemligt-3" not in page
    assert coordinator.post("/kallor/feeds/delar/annat/lage", data={"on": "0"}).status_code == 404
    assert coordinator.post("/kallor/finns-inte/lage", data={"on": "0"}).status_code == 404
    assert coordinator.post("/kallor/gdelt/lage", data={"on": "kanske"}).status_code == 400


def test_switch_that_the_environment_overrules_is_told_so(
    file: Path, coordinator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UTKIK_SOURCES__GDELT__ENABLED", "false")
    assert "styrs av en miljövariabel" in told(coordinator, "/kallor/gdelt/lage", on="1")


def test_file_that_has_become_wrong_meanwhile_is_not_touched(file: Path, coordinator: FlaskClient) -> None:
    file.write_text("[mail]\nport = många\n", encoding="utf-8")
    page = told(coordinator, "/kallor/gdelt/lage", on="1")
    assert "Inget är ändrat." in page
    assert "rad 2" in page
    assert str(file.parent) not in page
    assert file.read_text(encoding="utf-8") == "[mail]\nport = många\n"


def test_feed_of_ones_own_is_added_by_a_form(file: Path, coordinator: FlaskClient) -> None:
    form = {"url": "https://tidning.example.org/rss", "title": "Åns Tidning", "region": "Sverige", "kind": "news"}
    page = told(coordinator, "/kallor/feeds/nytt", **form)
    assert "Flödet är tillagt" in page
    assert "Åns Tidning" in page
    assert tomllib.loads(file.read_text(encoding="utf-8"))["feeds"]["ans-tidning"] == form
    again = coordinator.post("/kallor/feeds/nytt", data=form)
    assert again.status_code == 400
    assert "Flödet finns redan: Åns Tidning." in again.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "javascript:alert(1)"}, "Adressen ska börja med https://"),
        ({"url": ""}, "Adressen ska börja med https://"),
        ({"title": " "}, "Flödet behöver ett namn"),
        ({"region": "Mars"}, "&#39;region&#39; i feeds.ans-tidning ska vara"),
        ({"kind": "skvaller"}, "&#39;kind&#39; i feeds.ans-tidning ska vara"),
    ],
)
def test_feed_that_is_none_is_refused_in_words_and_what_was_typed_is_kept(
    file: Path, coordinator: FlaskClient, changed: dict[str, str], said: str
) -> None:
    before = file.read_bytes()
    form = {"url": "https://tidning.example.org/rss", "title": "Åns Tidning", "publisher": "Ån AB", **changed}
    answer = coordinator.post("/kallor/feeds/nytt", data=form)
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert said in page
    assert 'value="Ån AB"' in page
    assert file.read_bytes() == before


def test_reader_may_look_but_neither_read_nor_switch(file: Path, reader: FlaskClient) -> None:
    for path in ("/kallor", "/kallor/feeds", "/bild"):
        page = text(reader, path)
        assert "Kontrollera nu" not in page
        assert "Slå av" not in page
