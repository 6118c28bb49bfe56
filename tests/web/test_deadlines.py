"""The page of days to be met, and the calendars that follow it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import icalendar
import pytest
from flask.testing import FlaskClient

from pipeline.installation import Installation
from pipeline.keys import load_keys
from pipeline.leaving import end_letters
from pipeline.links import CALENDAR, UNIT, UNSUBSCRIBE, Link, sign
from store.accounts import remove_account
from store.types import Digest, Kind, Role
from tests.pipeline.making import NOW
from tests.web import register
from tests.web.conftest import Clock


@pytest.fixture
def letters(installation: Installation) -> dict[str, Digest]:
    """Give the week's letters, with a matter and actions beside them."""
    return register.filled(installation)


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return unescape(answer.get_data(as_text=True))


def titles(client: FlaskClient, path: str) -> list[str]:
    return re.findall(r'class="title" href="/post/[^"]+"[^>]*>([^<]+)', text(client, path))


def feed(client: FlaskClient, path: str) -> dict[str, Any]:
    """Return the events of a calendar by their summary."""
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    calendar = icalendar.Calendar.from_ical(answer.get_data())
    return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}


def address_on(client: FlaskClient, path: str) -> str:
    found = re.search(r'readonly value="[^"]*?(/kalender/[^"]+)"', client.get(path).get_data(as_text=True))
    assert found
    return unescape(found[1])


def of_reader(installation: Installation, digest: Digest, purpose: str = CALENDAR) -> str:
    link = Link(purpose=purpose, digest_id=digest.id)
    return f"/kalender/{sign(load_keys(installation.settings.home), link, NOW)}.ics"


def test_list_is_in_order_of_days_with_what_each_day_is_for(reader: FlaskClient, letters: dict[str, Digest]) -> None:
    page = text(reader, "/frister")
    assert titles(reader, "/frister") == [
        "Ändringar i lagen om stöd och service till vissa funktionshindrade",
        "Möten mellan vänorter: stöd till resor",
        "Remiss: genomförande av avloppsdirektivet i Sverige",
        "Rening av avloppsvatten från tätbebyggelse (omarbetning)",
    ]
    assert [words in page for words in ("Stänger snart", "Vecka 50 · 7–13 dec", "Juli 2027")] == [True] * 3
    assert [words in page for words in ("Svar senast", "Sista ansökningsdag", "Införs senast")] == [True] * 3
    assert "om 11 dagar · fre 4 dec" in page
    assert 'title="2026-12-04"' in page


def test_picture_says_what_it_shows_and_has_its_table(reader: FlaskClient, letters: dict[str, Digest]) -> None:
    page = text(reader, "/frister")
    sentence = "3\u00a0frister de närmaste 90 dagarna, 2 av dem inom två veckor. Den första är fre 4 dec."
    assert f'role="img" aria-label="{sentence}"' in page
    assert len(re.findall("<rect", page)) == 3
    assert '<th scope="row">Vecka 49</th>' in page


def test_filters_by_unit_kind_area_and_what_was_sent(reader: FlaskClient, installation: Installation) -> None:
    with installation.store.session() as session:
        register.matter(session)
    assert titles(reader, "/frister?urval=skickat") == []
    assert "Inga frister i urvalet" in text(reader, "/frister?urval=skickat")
    register.letters(installation)
    assert len(titles(reader, "/frister?urval=skickat")) == 4
    assert titles(reader, "/frister?enhet=ledning") == ["Möten mellan vänorter: stöd till resor"]
    assert titles(reader, "/frister?slag=call") == ["Möten mellan vänorter: stöd till resor"]
    assert len(titles(reader, "/frister?omrade=water")) == 2
    assert len(titles(reader, "/frister?urval=skickat&enhet=vatten")) == 2
    assert titles(reader, "/frister?enhet=_coordinator") == []


def test_passed_days_have_a_list_of_their_own(
    log_in: Callable[[Role], FlaskClient], letters: dict[str, Digest], clock: Clock
) -> None:
    assert "Inga frister har gått ut" in text(log_in(Role.READER), "/frister?vy=passerade")
    clock.now = NOW + timedelta(days=15)
    later = log_in(Role.READER)
    assert titles(later, "/frister?vy=passerade") == [
        "Möten mellan vänorter: stöd till resor",
        "Ändringar i lagen om stöd och service till vissa funktionshindrade",
    ]
    assert "för 3 dagar sedan · lör 5 dec" in text(later, "/frister?vy=passerade")


def test_month_is_a_table_of_weeks_with_its_neighbours(reader: FlaskClient, letters: dict[str, Digest]) -> None:
    page = text(reader, "/frister?vy=manad&manad=2026-12")
    assert page.count('<tr><th scope="row">') == 5
    assert '<th scope="col">mån</th>' in page
    assert "manad=2026-11" in page
    assert "manad=2027-01" in page
    assert "3 frister" in page
    assert page.index('datetime="2026-12-04"') < page.index("Ändringar i lagen") < page.index('datetime="2026-12-05"')
    assert 'aria-current="date"' in text(reader, "/frister?vy=manad")
    assert titles(reader, "/frister?dag=2026-12-05") == ["Möten mellan vänorter: stöd till resor"]


@pytest.mark.parametrize(
    "query",
    [
        "vy=x&manad=2026-13&enhet=x&omrade=%00&slag=x&urval=x&dag=x&efter=x",
        "manad=0001-01&vy=manad",
        "manad=9999-12&vy=manad",
        "efter=2026-12-04.999999999999999999999.x",
        "efter=2026-12-04.1.%00'--",
        "dag=9999-12-31",
    ],
)
def test_address_that_is_not_understood_shows_the_usual(
    reader: FlaskClient, letters: dict[str, Digest], query: str
) -> None:
    assert reader.get(f"/frister?{query}").status_code == 200


def test_account_has_a_calendar_of_all_and_of_each_unit(
    reader: FlaskClient, client: FlaskClient, letters: dict[str, Digest]
) -> None:
    assert sorted(feed(client, address_on(reader, "/frister"))) == [
        "Införs senast: Rening av avloppsvatten från tätbebyggelse (omarbetning)",
        "Sista ansökningsdag: Möten mellan vänorter: stöd till resor",
        "Svar senast: Remiss: genomförande av avloppsdirektivet i Sverige",
        "Svar senast: Ändringar i lagen om stöd och service till vissa funktionshindrade",
    ]
    [own] = feed(client, address_on(reader, "/frister?enhet=social")).values()
    assert own["DTSTART"].dt == date(2026, 12, 4)
    assert own["URL"] == "https://example.org/lss"


def test_F82_calendar_holds_nothing_about_a_person(
    installation: Installation, client: FlaskClient, letters: dict[str, Digest]
) -> None:
    file = client.get(of_reader(installation, letters["vatten@example.org"])).get_data(as_text=True)
    assert "vatten@example.org" not in file
    assert not re.search(r"ATTENDEE|ORGANIZER|CONTACT|mailto", file, re.IGNORECASE)
    assert "kontaktperson" not in file


def test_readers_calendar_follows_a_day_that_moves_and_one_that_goes(
    installation: Installation, client: FlaskClient, letters: dict[str, Digest], clock: Clock
) -> None:
    address = of_reader(installation, letters["social@example.org"])
    [before] = feed(client, address).values()
    with installation.store.session() as session:
        register.moved(session, "lss", Kind.CONSULTATION, ["2026-12-18"], datetime(2026, 11, 24, 5, 0, tzinfo=UTC))
    clock.now = NOW + timedelta(days=2)
    [moved] = feed(client, address).values()
    assert (moved["UID"], moved["SEQUENCE"]) == (before["UID"], before["SEQUENCE"] + 1)
    assert moved["DTSTART"].dt == date(2026, 12, 18)
    with installation.store.session() as session:
        register.moved(session, "lss", Kind.CONSULTATION, [], datetime(2026, 11, 25, 5, 0, tzinfo=UTC))
    [gone] = feed(client, address).values()
    assert (gone["UID"], str(gone["STATUS"]), gone["SEQUENCE"]) == (before["UID"], "CANCELLED", 2)
    assert str(gone["SUMMARY"]).startswith("Utgår: ")


def test_calendar_is_not_sent_again_until_something_changes(
    installation: Installation, client: FlaskClient, letters: dict[str, Digest]
) -> None:
    address = of_reader(installation, letters["social@example.org"])
    first = client.get(address)
    assert first.headers["Cache-Control"] == "private, max-age=3600"
    assert first.headers["Last-Modified"] == "Mon, 23 Nov 2026 06:00:00 GMT"
    known = {"If-None-Match": first.headers["ETag"]}
    again = client.get(address, headers=known)
    assert (again.status_code, again.get_data()) == (304, b"")
    assert client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    with installation.store.session() as session:
        register.moved(session, "lss", Kind.CONSULTATION, ["2026-12-18"], datetime(2026, 11, 24, 5, 0, tzinfo=UTC))
    assert client.get(address, headers=known).status_code == 200


def test_F60_calendar_link_of_another_kind_or_altered_is_not_accepted(
    installation: Installation, client: FlaskClient, letters: dict[str, Digest]
) -> None:
    digest = letters["social@example.org"]
    right = of_reader(installation, digest)
    wrong = [of_reader(installation, digest, purpose) for purpose in (UNIT, UNSUBSCRIBE)]
    wrong += [right.replace(digest.id, letters["vatten@example.org"].id), right[:-5] + ".ics"]
    wrong += [right.replace("/kalender/", "/kalender/konto/"), f"/kalender/{'x' * 3000}.ics"]
    assert [client.get(address).status_code for address in wrong] == [410] * len(wrong)
    assert client.get(right).status_code == 200
    leave = Link(purpose=UNSUBSCRIBE, digest_id=digest.id)
    assert end_letters(installation.store, installation.municipality, leave, now=NOW)
    assert client.get(right).status_code == 410


def test_calendar_of_a_reader_works_long_after_the_letters_other_links(
    installation: Installation, client: FlaskClient, letters: dict[str, Digest], clock: Clock
) -> None:
    address = of_reader(installation, letters["social@example.org"])
    clock.now = NOW + timedelta(days=400)
    assert client.get(address).status_code == 200


def test_account_that_is_gone_has_no_calendar(
    reader: FlaskClient, client: FlaskClient, installation: Installation, letters: dict[str, Digest]
) -> None:
    address = address_on(reader, "/frister")
    with installation.store.session() as session:
        remove_account(session, "reader")
    assert client.get(address).status_code == 410


def test_readers_own_page_leads_to_its_calendar(
    installation: Installation, client: FlaskClient, letters: dict[str, Digest]
) -> None:
    token = sign(
        load_keys(installation.settings.home), Link(purpose=UNIT, digest_id=letters["vatten@example.org"].id), NOW
    )
    assert len(feed(client, address_on(client, f"/min/{token}"))) == 2
