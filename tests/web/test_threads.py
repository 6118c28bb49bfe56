"""Matters: where each stands, with its papers, days, letters and actions."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from pipeline.installation import Installation
from pipeline.threads_view import steps_of
from store.threads import get_threads
from tests.pipeline.making import TODAY
from tests.web import register

TITLE = "Rening av avloppsvatten från tätbebyggelse (omarbetning)"


@pytest.fixture(autouse=True)
def filled(installation: Installation) -> None:
    register.filled(installation)


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return unescape(answer.get_data(as_text=True))


def titles(client: FlaskClient, path: str) -> list[str]:
    return re.findall(r'class="title" href="/arenden/[^"]+"[^>]*>([^<]+)', text(client, path))


def test_chain_says_what_is_done_where_the_matter_stands_and_what_is_expected(installation: Installation) -> None:
    with installation.store.reading() as session:
        thread = get_threads(session, [register.MATTER])[register.MATTER]
    assert [(step.word, step.state, str(step.on)) for step in steps_of(thread, TODAY)] == [
        ("förslag", "done", "2022-10-26"),
        ("faktapromemoria", "done", "2022-12-12"),
        ("antaget", "done", "2024-11-27"),
        ("remiss", "now", "2026-11-12"),
        ("svensk lag", "expected", "None"),
        ("införs senast", "expected", "2027-07-31"),
    ]


def test_lists_show_what_has_moved_and_what_waits_for_swedish_law(reader: FlaskClient) -> None:
    assert titles(reader, "/arenden") == [TITLE]
    assert titles(reader, "/arenden?lista=infors") == [TITLE]
    assert titles(reader, "/arenden?lista=infors&efter=2030-01-01.x") == []
    page = text(reader, "/arenden")
    assert "om 8 månader · 31 juli 2027" in page
    assert "4 dokument · skickat" in page


def test_matter_is_found_by_number_and_by_words(reader: FlaskClient) -> None:
    assert titles(reader, "/arenden?q=faktapromemoria") == [TITLE]
    assert titles(reader, "/arenden?q=COM(2099) 1") == []
    assert "Inget ärende om det" in text(reader, "/arenden?q=xyzzy")


def test_matter_has_all_its_papers_letters_days_and_actions(reader: FlaskClient) -> None:
    page = text(reader, f"/arenden/{register.MATTER}")
    for key in (register.ACT, register.PROPOSAL, register.MEMO, register.REMISS):
        assert f'href="/post/{key[0]}/{key[1]}"' in page
    assert "Vecka 48 till Provköpings Vatten AB: väntar på att skickas" in page
    assert "Svar senast" in page
    assert 'href="/atgarder/a1"' in page
    assert "försenad" in page
    assert 'aria-current="step"' in page
    assert "/atgarder/ny" not in page  # a reader begins nothing
    assert reader.get("/arenden/finns-inte").status_code == 404


@pytest.mark.parametrize("query", ["q=%00'%22--", f"q={'a' * 10_000}", "efter=x", "efter=2026-01-01.%00", "lista=x"])
def test_odd_addresses_are_met_kindly(reader: FlaskClient, query: str) -> None:
    assert reader.get(f"/arenden?{query}").status_code == 200


def test_item_of_a_matter_leads_to_it(reader: FlaskClient) -> None:
    assert f'href="/arenden/{register.MATTER}"' in text(reader, "/post/regeringen/avlopp-fpm")
