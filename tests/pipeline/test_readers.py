"""Who reads: deputies, absence, vacancies, and one person with several roles."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.attention import Attention
from pipeline.contact_faults import with_contacts
from pipeline.municipality import COORDINATOR, Municipality, check_municipality, parse_municipality
from pipeline.readers import Absence, contacts_of
from pipeline.settings import Settings
from pipeline.toml_file import TomlFile, read_toml
from pipeline.week_summary import summary_in_words
from store.contacts import mark_contact
from store.db import Store
from store.errors import ConfigurationError
from store.types import ContactState, DigestState, Reach, ToldDigest
from tests.pipeline.making import NOW, TODAY, candidate, municipality, unit
from tests.pipeline.test_compose import digests, freeze, keep, keys, text_of

DEPUTY = {"role": "ersättare för skolan", "email": "vice@example.org"}
AWAY = {"from": "2026-11-20", "until": "2026-12-04"}


def place(*, away: bool = False, deputy: bool = True, **changes: Any) -> Municipality:
    """Return Provköping with a deputy in the school unit, whose contact person may be away."""
    school = unit("Skolförvaltningen", ["school"], "skola")
    if away:
        school["contact"]["away"] = [AWAY]
    if deputy:
        school["deputy"] = DEPUTY
    return municipality(units={"skola": school, "social": unit("Socialförvaltningen", ["social"], "social")} | changes)


def reached(email: str, state: Reach, days: int = 1, reason: str = "") -> dict[str, ContactState]:
    since = NOW - timedelta(days=days)
    return {email: ContactState(municipality="provköping", email=email, state=state, since=since, reason=reason)}


def readers(at: Municipality, states: dict[str, ContactState] | None = None, today: date = TODAY) -> dict[str, Any]:
    return {c.email: (c.units, dict(c.instead)) for c in contacts_of(at, states, today)}


def test_the_deputy_reads_nothing_while_the_contact_person_does() -> None:
    assert "vice@example.org" not in readers(place())


def test_the_deputy_reads_while_the_contact_person_is_away_first_and_last_day_included() -> None:
    at = place(away=True)
    there = [readers(at, None, date(2026, 11, 20) + timedelta(days=n)) for n in (-1, 0, 14, 15)]
    assert ["vice@example.org" in found for found in there] == [False, True, True, False]
    assert there[1]["vice@example.org"] == (("skola",), {"skola": Absence.AWAY})
    assert "skola@example.org" not in there[1]


@pytest.mark.parametrize(
    ("state", "why"), [(Reach.UNSUBSCRIBED, Absence.UNSUBSCRIBED), (Reach.UNREACHABLE, Absence.UNREACHABLE)]
)
def test_F49_unit_whose_letters_do_not_arrive_is_read_by_the_deputy_and_else_by_the_coordinator(
    state: Reach, why: Absence
) -> None:
    lost = reached("skola@example.org", state)
    assert readers(place(), lost)["vice@example.org"] == (("skola",), {"skola": why})
    both = lost | reached("vice@example.org", state)
    assert readers(place(), both)["samordnare@example.org"] == (("skola", COORDINATOR), {"skola": why})
    assert readers(place(deputy=False), lost)["samordnare@example.org"] == (("skola", COORDINATOR), {"skola": why})


def test_F51_vacancy_is_read_by_the_deputy_until_it_is_filled() -> None:
    vacant = unit("Skolförvaltningen", ["school"], None) | {"deputy": DEPUTY}
    assert readers(place(skola=vacant))["vice@example.org"] == (("skola",), {"skola": Absence.VACANT})


def test_F52_deputy_who_is_another_units_contact_person_gets_one_letter() -> None:
    helper = {"role": "kontaktperson för det sociala", "email": "social@example.org"}
    school = unit("Skolförvaltningen", ["school"], None) | {"deputy": helper}
    found = readers(place(skola=school))
    assert found["social@example.org"] == (("skola", "social"), {"skola": Absence.VACANT})
    assert list(found) == ["social@example.org", "samordnare@example.org"]


def test_the_coordinator_is_never_without_letters_but_may_be_away() -> None:
    ended = reached("samordnare@example.org", Reach.UNSUBSCRIBED)
    assert "samordnare@example.org" in readers(place(), ended)
    coordinator = {"role": "samordnaren", "email": "samordnare@example.org", "away": [AWAY], "deputy": DEPUTY}
    at = municipality(coordinator=coordinator)
    assert list(readers(at))[-1] == "vice@example.org"
    assert readers(at)["vice@example.org"][0] == (COORDINATOR,)


def test_deputy_is_told_why_the_letter_comes(store: Store, tmp_path: Path) -> None:
    keep(store, candidate("a"))
    freeze(store, Settings(home=tmp_path), at=place(away=True))
    digest = digests(store)["vice@example.org"]
    assert keys(digest) == ["a"]
    said = " ".join(text_of(digest).split())
    assert (
        "Kontaktpersonen för Skolförvaltningen är borta till och med 4 dec: 1 post som rör den står i det här brevet."
        in said
    )


def test_F49_coordinator_is_told_by_name_of_the_unit_that_lacks_mail(store: Store, tmp_path: Path) -> None:
    with store.session() as session:
        mark_contact(
            session, reached("skola@example.org", Reach.UNREACHABLE, reason="brevlådan finns inte")["skola@example.org"]
        )
    freeze(store, Settings(home=tmp_path), at=place(deputy=False))
    said = " ".join(text_of(digests(store)["samordnare@example.org"]).split())
    assert (
        "Breven till kontaktpersonen för Skolförvaltningen kommer inte fram (sedan 22 nov): det som rör den kommer "
        "till dig. Brevlådan finns inte." in said
    )
    assert "utkik contacts --active skola@example.org" in said


def test_what_has_been_told_for_four_weeks_only_stands_in_letters_that_come_anyway() -> None:
    old = reached("skola@example.org", Reach.UNSUBSCRIBED, days=40)
    found = with_contacts(Attention(), place(), old, NOW)
    assert (found.is_needed, len(found.standing)) == (False, 1)
    assert "går till ersättare för skolan" in found.standing[0]


def test_calm_weeks_stay_calm_unless_the_file_asks_for_a_summary(store: Store, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    asked = {"role": "samordnaren", "email": "samordnare@example.org", "summary": True}
    keep(store, candidate("a"))
    freeze(store, settings)
    later = NOW + timedelta(days=7)
    freeze(store, settings, now=later)
    assert "samordnare@example.org" not in digests(store, "2026-W49")
    freeze(store, settings, at=municipality(coordinator=asked), now=later + timedelta(minutes=5))
    digest = digests(store, "2026-W49")["samordnare@example.org"]
    assert digest.subject == "v. 49: sammandrag av förra veckans brev"
    said = " ".join(text_of(digest).replace("\N{NO-BREAK SPACE}", " ").split())
    assert "4 veckobrev med 1 post." in said
    assert "Skolförvaltningen: 1 post, väntar på att skickas." in said
    assert "Besvarat: 0 av 1 post. Utan svar: Skolförvaltningen (1)." in said


def test_summary_tells_notices_apart_and_names_what_has_no_answer() -> None:
    def told(period: str, unit: str, state: DigestState, entries: int, answered: int) -> ToldDigest:
        return ToldDigest(
            contact="x@example.org", period=period, units=(unit,), state=state, entries=entries, answered=answered
        )

    lines = summary_in_words(
        [
            told("2026-W47", "skola", DigestState.SENT, 3, 3),
            told("2026-W47", "social", DigestState.REFUSED, 0, 0),
            told("2026-W47-3", "borta", DigestState.SENT, 1, 0),
        ],
        municipality(),
    )
    assert [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines] == [
        "2 veckobrev och 1 brev om en ny frist med 4 poster.",
        "Skolförvaltningen: 3 poster, skickat.",
        "Socialförvaltningen: 0 poster, avvisat av mottagaren.",
        "borta, ny frist: 1 post, skickat.",
        "Besvarat: 3 av 4 poster. Utan svar: borta (1).",
    ]
    assert summary_in_words([], municipality()) == ()


GOOD = """name = "Provköpings kommun"
short = "Provköping"
code = "0001"
population = 12000
domain = "provkoping.example.org"

[coordinator]
role = "samordnaren"
email = "samordnare@example.org"

[units.skola]
name = "Skolförvaltningen"
kind = "administration"
areas = ["school"]
contact = { role = "kontaktperson", email = "skola@example.org", away = [{ from = 2026-12-21, until = 2027-01-06 }] }
"""


def read(folder: Path, text: str) -> TomlFile:
    path = folder / "municipality.toml"
    path.write_text(text, encoding="utf-8")
    return read_toml(path)


def test_absence_is_read_from_the_file(tmp_path: Path) -> None:
    at = parse_municipality(read(tmp_path, GOOD), ["school"])
    contact = at.units["skola"].contact
    assert contact is not None
    assert contact.away_until(date(2027, 1, 6)) == date(2027, 1, 6)
    assert not contact.is_away(date(2027, 1, 7))


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("until = 2027-01-06", "until = 2026-12-01", "slutar innan den börjar"),
        ("from = 2026-12-21", 'from = "jul"', "ska vara en dag, som 2026-12-21"),
        ("from = 2026-12-21", "från = 2026-12-21", "menade du 'from'?"),
        ("away = [", "borta = [", "menade du 'away'?"),
        ("until = 2027-01-06", "until = 2027-01-06T10:30:00", "utan klockslag"),
    ],
)
def test_F65_absence_that_cannot_be_is_refused_with_its_line(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    text = GOOD.replace(right, wrong) if "från" not in wrong else GOOD.replace(right, f'"{wrong[:4]}"{wrong[4:]}')
    with pytest.raises(ConfigurationError) as caught:
        parse_municipality(read(tmp_path, text), ["school"])
    assert message in str(caught.value)
    assert caught.value.line == 15


def test_deputy_with_the_contact_persons_address_is_warned_of() -> None:
    same = unit("Skolförvaltningen", ["school"], "skola") | {"deputy": {"role": "vice", "email": "skola@example.org"}}
    warnings = check_municipality(place(skola=same), {"school": "skola"})
    assert any("samma adress som kontaktpersonen" in warning for warning in warnings)
