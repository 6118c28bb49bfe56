"""Reads items with the authored knowledge: what it finds in each, before anything learnt is added."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from nlp import evidence, flags, relevance
from nlp.families import family_of
from nlp.knowledge import LANGUAGES, Knowledge
from nlp.matching import lower
from nlp.readable import is_readable
from nlp.signs import Known, signs_of
from nlp.word_hits import WordHits
from nlp.word_sums import ids_of
from store.types import Concept, Item, Kind, Reference

LONGEST_TITLE = 600  # characters read of a title
LONGEST_TEXT = 3_000  # characters read of a text: the labels were set on less, and more costs speed alone
SWEDISH_LIKE = frozenset({"sv", "nb", "nn", "no", "da"})  # read with the Swedish lexicon


class Read(NamedTuple):
    """An item cut to what is read, the text as matched, and what the knowledge says of it."""

    item: Item
    shown: str
    low: str  # the same in small letters, each at its own place
    known: Known
    log_odds: float  # the authored ones of being relevant
    signs: Mapping[str, float]  # the named numbers that a trained model reads
    marks: int  # of nlp.marks, in title and text


class KnowledgeReader:
    """Finds the terms, codes and likenesses of items; the same item always gives the same."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._hits = {language: WordHits(knowledge.terms[language], language) for language in LANGUAGES}

    def read(self, item: Item, cosines: Sequence[float], language: str) -> Read:
        """Return what is found in an item that `beginning` has cut; `cosines` are its likenesses to the areas."""
        shown = f"{item.title}\n{item.text}"
        title_length = len(item.title)
        low = lower(shown)
        hits = self._hits["sv" if language in SWEDISH_LIKE else "en"].find(low)
        family = family_of(item)
        found = evidence.weigh(self.knowledge, item, hits.areas, title_length, shown, cosines)
        strengths = evidence.strengths(found)
        features = relevance.features_of(item, family, hits.cues, title_length, found, strengths, language)
        flagged = flags.flags_of(item, family, hits.flags, title_length)
        known = Known(family, language, found, strengths, features, hits.others, title_length, flagged)
        log_odds = relevance.log_odds(features)
        return Read(item, shown, low, known, log_odds, signs_of(item, known, log_odds), hits.marks)


def beginning(item: Item) -> Item:
    """Return an item with no more of its title and text than is read, and no text where it is no text."""
    if not is_readable(item.text):
        return replace(item, title=item.title[:LONGEST_TITLE], text="")
    if len(item.title) <= LONGEST_TITLE and len(item.text) <= LONGEST_TEXT:
        return item
    return replace(item, title=item.title[:LONGEST_TITLE], text=item.text[:LONGEST_TEXT])


def fingerprint(reader: KnowledgeReader) -> str:
    """Return a hash of what is read in a few made-up items: weights fit only what is read as when they were learnt."""
    areas = len(reader.knowledge.areas)
    told = []
    for number, item in enumerate(_PROBES):
        cosines = [0.01 * ((7 * place + number) % 13) for place in range(areas)]
        signs = reader.read(item, cosines, "sv" if number % 2 else "en").signs
        told.append(sorted((name, round(value, 4)) for name, value in signs.items()))
    grams = [ids_of(word).tolist() for word in ("dricksvattnets", "municipalities")]
    return hashlib.sha256(json.dumps([told, grams]).encode()).hexdigest()[:10]


def _probe(kind: Kind, title: str, text: str, *concepts: Concept, **meta: str | list[str]) -> Item:
    references = (Reference("call", "LIFE-2031-CIT", "is"),) if kind is Kind.CALL else ()
    return Item(
        source="",
        key="",
        kind=kind,
        title=title,
        url="",
        text=text,
        concepts=concepts,
        references=references,
        meta=meta,
    )


_PROBES = (
    _probe(Kind.CALL, "Living labs for cities", "Schools and municipalities.", action_type="IA", status="Open"),
    _probe(Kind.CONSULTATION, "Remiss av En ny skollag, SOU 2031:5", "Kommunerna ska ordna förskola.", organ=["Dep"]),
    _probe(
        Kind.LEGAL_ACT,
        "Directive (EU) 2031/1 amending Directive 2008/98/EC on waste",
        "Whereas recycling by local authorities",
        Concept("eurovoc", "607", "drinking water"),
        Concept("directory", "15.10.20.20", "Water"),
        doc_type="DIR",
    ),
    _probe(Kind.GOVERNMENT, "Ändringar i socialtjänstlagen", "Barn och äldre.", Concept("government", "1268")),
    _probe(Kind.NEWS, "Police arrested a man after the match in London", ""),
    _probe(Kind.AGENCY, "Regeringsuppdrag om dricksvatten, vänorter och biblioteken", "Statligt stöd kan sökas."),
)
