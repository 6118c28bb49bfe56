"""Which days are deadlines: Swedish and English sentences, and days that are none."""

from __future__ import annotations

from datetime import date

import pytest

from nlp.dates import find_deadlines
from store.types import Kind

PUBLISHED = date(2026, 1, 15)

SWEDISH = [
    ("Ansökan ska ha kommit in senast den 31 mars 2026.", Kind.CALL, [("2026-03-31", "application")]),
    ("Ansök senast 31 mars 2026.", Kind.NEWS, [("2026-03-31", "application")]),
    ("Sista dag att svara på remissen är den 30 juni 2026.", Kind.CONSULTATION, [("2026-06-30", "answer")]),
    ("Sista dagen att svara är fredagen den 5 juni 2026.", Kind.GOVERNMENT, [("2026-06-05", "answer")]),
    ("Remissvaren ska ha kommit in till departementet senast den 4 maj 2026.", Kind.NEWS, [("2026-05-04", "answer")]),
    ("Remissvaren ska ha kommit in senast den 10 mars\n2026.", Kind.CONSULTATION, [("2026-03-10", "answer")]),
    ("Lämna era synpunkter senast den 1 april 2026.", Kind.AGENCY, [("2026-04-01", "answer")]),
    ("Yttrandet ska vara nämnden till handa senast 2026-04-20.", Kind.AGENCY, [("2026-04-20", "answer")]),
    ("Sista ansökningsdag: 17 februari 2026", Kind.AGENCY, [("2026-02-17", "application")]),
    ("Sista ansökningsdag\n2026-02-17", Kind.AGENCY, [("2026-02-17", "application")]),
    ("Sista dag för ansökan är 31/3 2026.", Kind.AGENCY, [("2026-03-31", "application")]),
    ("Utlysningen stänger 15 april 2026 kl. 14.00.", Kind.AGENCY, [("2026-04-15", "application")]),
    ("Utlysningen är öppen för ansökan till och med den 30 april 2026.", Kind.NEWS, [("2026-04-30", "application")]),
    ("Ansökan är öppen t.o.m. 30 april 2026.", Kind.NEWS, [("2026-04-30", "application")]),
    ("Kommuner kan söka bidraget fram till den 12 juni 2026.", Kind.NEWS, [("2026-06-12", "application")]),
    ("Deadline för ansökan är den 8 maj 2026.", Kind.NEWS, [("2026-05-08", "application")]),
    ("Den 8 maj 2026 är sista dag att ansöka.", Kind.NEWS, [("2026-05-08", "application")]),
    ("Ansökningsperiod: 3 mars–15 april 2026.", Kind.AGENCY, [("2026-04-15", "application")]),
    ("Ansökan kan göras från den 3 mars 2026 till den 15 april 2026.", Kind.AGENCY, [("2026-04-15", "application")]),
    (
        "Sista ansökningsdagar är 15 februari, 15 maj och 15 september 2026.",
        Kind.CALL,
        [("2026-02-15", "application"), ("2026-05-15", "application"), ("2026-09-15", "application")],
    ),
    (
        "Skiss lämnas i steg 1 senast den 3 mars 2026. Fullständig ansökan lämnas i steg 2 senast den 8 sep 2026.",
        Kind.CALL,
        [("2026-03-03", "stage_1"), ("2026-09-08", "stage_2")],
    ),
    (
        "Direktivet ska genomföras i svensk rätt senast den 31 juli 2027.",
        Kind.GOVERNMENT,
        [("2027-07-31", "transposition")],
    ),
    ("Reglerna ska vara införlivade senast den 29 maj 2026.", Kind.NEWS, [("2026-05-29", "transposition")]),
    (
        "Medlemsstaterna ska anta bestämmelserna senast den 1 januari 2028.",
        Kind.LEGAL_ACT,
        [("2028-01-01", "transposition")],
    ),
    (
        "Direktivet, som ska vara genomfört senast den 17 december 2026, rör vägar.",
        Kind.NEWS,
        [("2026-12-17", "transposition")],
    ),
    ("Lagändringarna föreslås träda i kraft den 1 juli 2026.", Kind.GOVERNMENT, [("2026-07-01", "application_date")]),
    ("Den 1 juli 2026 träder nya regler om avfall i kraft.", Kind.AGENCY, [("2026-07-01", "application_date")]),
    ("De nya kraven börjar gälla den 1 september 2026.", Kind.NEWS, [("2026-09-01", "application_date")]),
    ("Den ska tillämpas från och med den 12 augusti 2026.", Kind.LEGAL_ACT, [("2026-08-12", "application_date")]),
    ("Uppdraget ska redovisas senast den 15 mars 2027.", Kind.GOVERNMENT, [("2027-03-15", "other")]),
    ("Myndigheten ska senast den 30 juni 2026 redovisa uppdraget.", Kind.AGENCY, [("2026-06-30", "other")]),
    (
        "Myndigheten ska senast den 31 mars 2026 och den 31 mars 2027 delredovisa uppdraget.",
        Kind.AGENCY,
        [("2026-03-31", "other"), ("2027-03-31", "other")],
    ),
    ("Ansökan ska vara inskickad senast den 31 mars.", Kind.CALL, [("2026-03-31", "application")]),
    ("Svara senast den 10 januari.", Kind.CONSULTATION, [("2027-01-10", "answer")]),
    ("Ansökningstiden förlängs till den 20 mars 2026.", Kind.CALL, [("2026-03-20", "application")]),
    ("Sista svarsdatum är den 2 april 2026.", Kind.CONSULTATION, [("2026-04-02", "answer")]),
    ("Anmäl er till konferensen senast den 20 februari 2026.", Kind.NEWS, [("2026-02-20", "other")]),
    ("Nominera er kommun senast den 1 mars 2026.", Kind.NEWS, [("2026-03-01", "application")]),
    ("Direktivet genomförs nu. Uppdraget ska redovisas senast den 2 maj 2026.", Kind.NEWS, [("2026-05-02", "other")]),
    ("Samla synpunkter. Verket ska senast den 16 maj 2026 lämna redovisning.", Kind.NEWS, [("2026-05-16", "other")]),
    ("Lämna synpunkter i call for evidence till och med den 17 april 2026.", Kind.NEWS, [("2026-04-17", "answer")]),
    ("Samrådstiden går ut den 14 april 2026.", Kind.NEWS, [("2026-04-14", "answer")]),
]  # fmt: skip

ENGLISH = [
    ("Deadline: 23 September 2026 17:00 Brussels time", Kind.CALL, [("2026-09-23", "application")]),
    ("The deadline for applications is 23 September 2026.", Kind.NEWS, [("2026-09-23", "application")]),
    ("Applications must be submitted by 5 May 2026.", Kind.NEWS, [("2026-05-05", "application")]),
    ("Proposals shall be submitted no later than 5 May 2026 at 17.00.", Kind.CALL, [("2026-05-05", "application")]),
    ("Apply before March 31, 2026.", Kind.NEWS, [("2026-03-31", "application")]),
    ("The call closes on 2026-06-11.", Kind.NEWS, [("2026-06-11", "application")]),
    ("Closing date: 11/06/2026", Kind.CALL, [("2026-06-11", "application")]),
    ("Applications are open until 30th June 2026.", Kind.NEWS, [("2026-06-30", "application")]),
    ("Submissions are due 12 May 2026.", Kind.CALL, [("2026-05-12", "application")]),
    (
        "First stage deadline: 4 March 2026. Second stage deadline: 7 October 2026.",
        Kind.CALL,
        [("2026-03-04", "stage_1"), ("2026-10-07", "stage_2")],
    ),
    (
        "Concept notes are due by 4 March 2026, full proposals by 7 October 2026.",
        Kind.CALL,
        [("2026-03-04", "stage_1"), ("2026-10-07", "stage_2")],
    ),
    (
        "Cut-off dates: 10 March 2026, 9 June 2026 and 8 September 2026.",
        Kind.CALL,
        [("2026-03-10", "cut_off"), ("2026-06-09", "cut_off"), ("2026-09-08", "cut_off")],
    ),
    (
        "Member States shall bring into force the laws necessary to comply with this Directive by 31 July 2027.",
        Kind.LEGAL_ACT,
        [("2027-07-31", "transposition")],
    ),
    ("By 29 May 2026, Member States shall draw up a plan.", Kind.LEGAL_ACT, [("2026-05-29", "transposition")]),
    ("The directive must be transposed by 7 June 2026.", Kind.NEWS, [("2026-06-07", "transposition")]),
    ("It shall apply from 12 August 2026.", Kind.LEGAL_ACT, [("2026-08-12", "application_date")]),
    ("The new rules enter into force on 1 July 2026.", Kind.NEWS, [("2026-07-01", "application_date")]),
    ("The regulation applies from 2 August 2026.", Kind.NEWS, [("2026-08-02", "application_date")]),
    ("The feedback period is open until 3 April 2026.", Kind.CONSULTATION, [("2026-04-03", "answer")]),
    ("You can comment on the draft until 3 April 2026.", Kind.AGENCY, [("2026-04-03", "answer")]),
    ("Responses to the consultation are welcome by 3 April 2026.", Kind.NEWS, [("2026-04-03", "answer")]),
    ("The deadline has been extended to 20 May 2026.", Kind.CALL, [("2026-05-20", "application")]),
    ("Register by 20 February 2026 to attend.", Kind.NEWS, [("2026-02-20", "other")]),
    ("Applications are accepted from 3 March 2026 to 15 April 2026.", Kind.CALL, [("2026-04-15", "application")]),
]  # fmt: skip

NOT_DEADLINES = [
    ("sv", "Förordning av den 12 maj 2026 om avfall.", Kind.NEWS),
    ("sv", "Regeringen beslutade den 12 februari 2026 om nya direktiv.", Kind.GOVERNMENT),
    ("sv", "Publicerad den 2 mars 2026. Senast ändrad av redaktionen.", Kind.NEWS),
    ("sv", "Lagen trädde i kraft den 1 januari 2024.", Kind.NEWS),
    ("sv", "Ansökan skulle ha kommit in senast den 1 september 2025.", Kind.CALL),
    ("sv", "Uppdraget skulle redovisas senast den 15 februari 2026.", Kind.GOVERNMENT),
    ("sv", "Ansökan öppnar den 3 mars 2026.", Kind.CALL),
    ("sv", "Förslaget behandlas under ordförandeskapet den 1 januari till och med den 30 juni 2026.", Kind.GOVERNMENT),
    ("sv", "Lagen gäller under perioden 1 januari–31 december 2026.", Kind.GOVERNMENT),
    ("en", "The Commission shall review the list by 31 December 2026.", Kind.LEGAL_ACT),
    ("en", "They may continue without accreditation until 31 December 2026.", Kind.LEGAL_ACT),
    ("sv", "Mötet hålls den 3 mars 2026 i stadshuset.", Kind.NEWS),
    ("sv", "Avgiften betalas senast den 31 mars varje år.", Kind.NEWS),
    ("sv", "Senast 2026 ska utsläppen ha minskat.", Kind.NEWS),
    ("sv", "Priset steg med 3,5 procent till 12.30 kronor.", Kind.NEWS),
    ("sv", "Ansökan kostar 500 kronor och tar 3/4 timme.", Kind.CALL),
    ("en", "Directive (EU) 2026/100 of 30 January 2026 amending Directive 98/70/EC", Kind.LEGAL_ACT),
    ("en", "Done at Brussels, 13 March 2026.", Kind.LEGAL_ACT),
    ("en", "The regulation was adopted on 13 March 2026.", Kind.NEWS),
    ("en", "The act entered into force on 20 January 2026.", Kind.NEWS),
    ("en", "By decision of 20 February 2026 the board closed the matter.", Kind.NEWS),
    ("en", "The call was launched on 3 March 2026.", Kind.NEWS),
    ("en", "Operators shall report by 31 March each year.", Kind.LEGAL_ACT),
    ("en", "The deadline for applications was 5 May 2025.", Kind.CALL),
    ("en", "Reporting requirements apply until 31 December 2026.", Kind.LEGAL_ACT),
    ("en", "The conference takes place on 14 May 2026 in Malmö.", Kind.NEWS),
]


def _found(text: str, language: str, kind: Kind) -> list[tuple[str, str]]:
    dates = find_deadlines(text, language, kind=kind, published=PUBLISHED)
    return [(deadline.on.isoformat(), deadline.role) for deadline in dates.deadlines]


@pytest.mark.parametrize(("text", "kind", "expected"), SWEDISH)
def test_swedish_sentence_names_its_deadlines(text: str, kind: Kind, expected: list[tuple[str, str]]) -> None:
    assert _found(text, "sv", kind) == expected


@pytest.mark.parametrize(("text", "kind", "expected"), ENGLISH)
def test_english_sentence_names_its_deadlines(text: str, kind: Kind, expected: list[tuple[str, str]]) -> None:
    assert _found(text, "en", kind) == expected


@pytest.mark.parametrize(("language", "text", "kind"), NOT_DEADLINES)
def test_other_days_are_no_deadlines(language: str, text: str, kind: Kind) -> None:
    assert _found(text, language, kind) == []


def test_hour_and_place_are_kept_as_note() -> None:
    dates = find_deadlines("Deadline: 23 September 2026 17:00 Brussels time", "en", kind=Kind.CALL, published=None)
    assert [deadline.note for deadline in dates.deadlines] == ["kl. 17.00 Brysseltid"]


def test_swedish_hour_is_kept_as_note() -> None:
    dates = find_deadlines("Ansök senast den 3 maj 2026 klockan 9.30.", "sv", kind=Kind.CALL, published=None)
    assert [deadline.note for deadline in dates.deadlines] == ["kl. 09.30"]


def test_opening_day_is_told_apart_from_the_deadline() -> None:
    text = "Utlysningen öppnar den 3 februari 2026. Utlysningen stänger den 15 april 2026."
    dates = find_deadlines(text, "sv", kind=Kind.CALL, published=None)
    assert dates.opens == date(2026, 2, 3)
    assert [deadline.on for deadline in dates.deadlines] == [date(2026, 4, 15)]


def test_day_without_year_is_not_guessed_without_a_publishing_day() -> None:
    assert find_deadlines("Ansök senast den 31 mars.", "sv", kind=Kind.CALL, published=None).deadlines == ()


def test_day_that_does_not_exist_is_left_out() -> None:
    assert find_deadlines("Ansök senast den 31 februari 2026.", "sv", kind=Kind.CALL, published=None).deadlines == ()


def test_deadline_far_into_a_long_text_is_found() -> None:
    text = "Projektet handlar om skolgårdar och lek. " * 200 + "Sista ansökningsdag är den 9 juni 2026."
    found = find_deadlines(text, "sv", kind=Kind.CALL, published=None).deadlines
    assert [deadline.on for deadline in found] == [date(2026, 6, 9)]


def test_empty_text_has_no_deadline() -> None:
    assert find_deadlines("", "sv", kind=Kind.CALL, published=None).deadlines == ()
