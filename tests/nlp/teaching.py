"""A made-up coordinator's world: items in our own words, what the shared assessor says of them, and labels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from nlp.labels import By, Label
from store.codec import content_hash
from store.types import Assessment, Item, Kind

START = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
CULTURE = (
    "Bibliotek får stöd för läsfrämjande verksamhet",
    "Statsbidrag till kulturskolan och musikundervisning",
    "Museer kan söka medel för utställningar",
    "Kommunala teatrar och scenkonst i hela landet",
    "Nya bidrag till bibliotekens läsning för barn",
    "Konst och kulturarv i mindre orter får stöd",
    "Kulturskolans musikverksamhet växer med nya medel",
    "Teatergrupper och bibliotek samarbetar om scenkonst",
)
ENERGY = (
    "Utlysning om vindkraft och elnät till havs",
    "Stöd för forskning om vätgas i industrin",
    "Solceller och batterier för elnätets balans",
    "Fjärrvärme med spillvärme från industrin",
    "Medel till laddning av tunga elfordon",
    "Vindkraftens elnät byggs ut med nya medel",
    "Forskning om batterier och vätgas i elnätet",
    "Spillvärme och fjärrvärme från datahallar",
)


def item(key: str, title: str, **fields: Any) -> Item:
    values: dict[str, Any] = {"source": "feeds", "kind": Kind.CALL, "url": f"https://example.org/{key}", "text": ""}
    return Item(key=key, title=title, **values | fields)


def assessed(told: Item, relevance: float = 0.5, areas: dict[str, float] | None = None) -> Assessment:
    return Assessment(
        source=told.source,
        key=told.key,
        content_hash=content_hash(told),
        assessor="shared 1",
        language="sv",
        relevance=relevance,
        areas=areas or {},
        flags={},
    )


def pair(key: str, title: str, relevance: float = 0.5, area: str = "") -> tuple[Item, Assessment]:
    told = item(key, title)
    return told, assessed(told, relevance, {area: 0.8} if area else {})


def label(told: tuple[Item, Assessment], wanted: bool | None, *, day: int = 0, **fields: Any) -> Label:
    values: dict[str, Any] = {"by": By.VERDICT, "at": START + timedelta(days=day)}
    return Label(item=told[0], assessment=told[1], wanted=wanted, **values | fields)


def culture_lover(count: int = 6) -> list[Label]:
    """Return the labels of somebody who sends all culture on and drops all energy."""
    sent = [label(pair(f"c{n}", title, area="culture"), True, day=n) for n, title in enumerate(CULTURE[:count])]
    dropped = [
        label(pair(f"e{n}", title, area="energy_climate"), False, day=n) for n, title in enumerate(ENERGY[:count])
    ]
    return [one for both in zip(sent, dropped, strict=True) for one in both]
