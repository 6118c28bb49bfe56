"""A small week for the tests of the page: items of several kinds, assessed, one story, one verdict."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pipeline.candidate import Candidate
from pipeline.publications import publish
from store.assessments import save_assessments
from store.db import Session
from store.items import upsert_items
from store.types import Deadline, Kind, Money, Reason
from tests.pipeline.making import candidate, municipality

PUBLISHED = ("cellar", "avlopp")
MEANING = "Avloppsreningsverket i Provköping måste byggas ut före 2035, och taxan kan höjas."
SEEN = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def municipality_file() -> str:
    """Return Provköping's file, as tests.pipeline.making.municipality has it."""
    return """\
name = "Provköpings kommun"
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
committee = "Skolnämnden"
areas = ["school", "youth_leisure"]
contact = { role = "kontaktperson för skolan", email = "skola@example.org" }

[units.social]
name = "Socialförvaltningen"
kind = "administration"
areas = ["social", "elderly_disability"]
contact = { role = "kontaktperson för det sociala", email = "social@example.org" }

[units.vatten]
name = "Provköpings Vatten AB"
kind = "company"
areas = ["water"]
contact = { role = "kontaktperson för vattnet", email = "vatten@example.org" }

[units.ledning]
name = "Kommunledningskontoret"
kind = "administration"
areas = ["governance", "international"]
"""


def week() -> list[Candidate]:
    """Return seven items: three certain, one unsure, one of no use, one in English, one that no unit answers for."""
    return [
        candidate(
            "avlopp",
            "Rening av avloppsvatten från tätbebyggelse (omarbetning)",
            kind=Kind.LEGAL_ACT,
            source="cellar",
            relevance=0.93,
            areas={"water": 0.95},
            reasons=(Reason(text="avloppsvatten i titeln", area="water", weight=0.6),),
            summary="Ny direktivtext med skärpta krav på kväve och läkemedel.",
            deadlines=(Deadline(on=date(2027, 7, 31), role="transposition"),),
            publisher="EUR-Lex",
        ),
        candidate(
            "vanort",
            "Möten mellan vänorter: stöd till resor",
            kind=Kind.CALL,
            source="funding_tenders",
            relevance=0.81,
            areas={"international": 0.9},
            deadlines=(Deadline(on=date(2026, 12, 5), role="application"),),
            money=(Money(value=5_000_000, currency="EUR", role="total"),),
        ),
        candidate(
            "lss",
            "Ändringar i lagen om stöd och service till vissa funktionshindrade",
            kind=Kind.CONSULTATION,
            source="regeringen",
            relevance=0.88,
            areas={"elderly_disability": 0.92},
            deadlines=(Deadline(on=date(2026, 12, 4), role="answer"),),
        ),
        candidate("fritid", "Fritidsgårdar får stöd för sommarlov", relevance=0.55, areas={"youth_leisure": 0.6}),
        candidate("travsport", "Travdag på söndag", relevance=0.06, areas={}),
        candidate(
            "school-en",
            "Schools across Europe test shorter days",
            relevance=0.62,
            areas={"school": 0.7},
            language="en",
        ),
        candidate("skatt", "Kommunalskatten utreds", relevance=0.71, areas={"employment": 0.8}),
    ]


def seed(session: Session) -> None:
    """Keep the week."""
    found = week()
    upsert_items(session, [one.item for one in found], now=SEEN)
    save_assessments(session, [one.assessment for one in found], now=SEEN)
    publish(session, municipality(), PUBLISHED, MEANING, by="samordnare", now=SEEN, deeds=True)
