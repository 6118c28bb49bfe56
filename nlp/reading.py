"""Reads items with the authored knowledge: what it finds in each, before anything learnt is added."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp import evidence
from nlp.evidence import Evidence, Strengths
from nlp.families import family_of
from nlp.flags import flags_of
from nlp.knowledge import Knowledge
from nlp.matching import lower
from nlp.measures import Floats
from nlp.mentions import Mentions, mentions_of
from nlp.readable import is_readable
from nlp.relevance import STEPS, Steps, steps_of
from nlp.signs import NamedNumbers, SignNames, codes_of, signs_of
from nlp.term_table import TermTable
from nlp.word_hits import WordHits
from nlp.word_sums import ids_of
from store.types import Concept, Item, Kind, Reference

LONGEST_TITLE = 600  # characters read of a title
LONGEST_TEXT = 3_000  # characters read of a text: the labels were set on less, and more costs speed alone
SWEDISH_LIKE = frozenset({"sv", "nb", "nn", "no", "da"})  # read with the Swedish lexicon


@dataclass(frozen=True, slots=True)
class Reading:
    """Items cut to what is read, their texts as matched, and what the knowledge says of them, in columns."""

    items: Sequence[Item]
    shown: Sequence[str]
    low: Sequence[str]  # the same in small letters, each at its own place
    languages: Sequence[str]
    families: Sequence[str]
    flags: Sequence[Mapping[str, float]]
    marks: Sequence[int]  # of nlp.marks, in title and text
    table: TermTable
    evidence: Evidence
    strengths: Strengths
    mentions: Mentions  # of cues and flags
    steps: Steps  # of the authored log-odds of being relevant
    signs: NamedNumbers  # that a trained model reads

    def steps_of(self, number: int) -> list[tuple[str, float]]:
        """Return the steps of one item's log-odds by name; those that do not move it are left out."""
        best = self.strengths.rows[self.strengths.firsts[number] : self.strengths.firsts[number + 1]]
        area = self.table.areas[self.evidence.areas[best[0]]] if len(best) else ""
        named = {"area": f"area {area}", "family": f"family {self.families[number]}"}
        fixed = [
            (named.get(name, name), step) for name, step in zip(STEPS, self.steps.fixed[number].tolist(), strict=True)
        ]
        mentioned = np.flatnonzero(self.mentions.owners == number)
        keys = [self.table.others[key] for key in self.mentions.keys[mentioned].tolist()]
        cues = [(f"cue {key}", step) for key, step in zip(keys, self.steps.cues[mentioned].tolist(), strict=True)]
        return [(name, step) for name, step in (*fixed, *cues) if step]


class KnowledgeReader:
    """Finds the terms, codes and likenesses of items; the same item always gives the same, whatever it is read with."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._table = TermTable.of(knowledge)
        self._names = SignNames(self._table)
        self._hits = WordHits(self._table)

    def read(self, items: Sequence[Item], cosines: Floats, languages: Sequence[str]) -> Reading:
        """Return what is found in items that `beginning` has cut; `cosines` are their likenesses to the areas."""
        table = self._table
        shown = [f"{item.title}\n{item.text}" for item in items]
        low = [lower(text) for text in shown]
        hits = self._hits.find(low, ["sv" if language in SWEDISH_LIKE else "en" for language in languages])
        lengths = np.array([len(item.title) for item in items], dtype=np.int64)
        families = [family_of(item) for item in items]
        found = evidence.weigh(self.knowledge, table, items, hits, lengths, cosines)
        strong = evidence.strengths(found, len(items))
        mentions = mentions_of(table, hits, lengths)
        steps = steps_of(table, items, families, languages, found, strong, mentions)
        flags = self._flags(items, families, mentions)
        codes = [list(dict.fromkeys(codes_of(*one))) for one in zip(items, families, languages, strict=True)]
        children = np.array([told["children_youth"] for told in flags])
        kinds = [item.kind for item in items]
        signs = signs_of(self._names, codes, kinds, families, children, steps, found, strong, mentions)
        return Reading(
            items, shown, low, languages, families, flags, hits.marks, table, found, strong, mentions, steps, signs
        )

    def _flags(self, items: Sequence[Item], families: Sequence[str], mentions: Mentions) -> list[Mapping[str, float]]:
        masses: list[dict[str, float]] = [{} for _ in items]
        others = self._table.others
        for owner, key, mass in zip(
            mentions.owners.tolist(), mentions.keys.tolist(), mentions.masses.tolist(), strict=True
        ):
            masses[owner][others[key]] = mass
        return [flags_of(*one) for one in zip(items, families, masses, strict=True)]


def beginning(item: Item) -> Item:
    """Return an item with no more of its title and text than is read, and no text where it is no text."""
    if not is_readable(item.text):
        return replace(item, title=item.title[:LONGEST_TITLE], text="")
    if len(item.title) <= LONGEST_TITLE and len(item.text) <= LONGEST_TEXT:
        return item
    return replace(item, title=item.title[:LONGEST_TITLE], text=item.text[:LONGEST_TEXT])


def fingerprint(reader: KnowledgeReader) -> str:
    """Return a hash of what is read in a few made-up items: weights fit only what is read as when they were learnt."""
    areas, numbers = range(len(reader.knowledge.areas)), range(len(_PROBES))
    cosines = np.array([[0.01 * ((7 * place + number) % 13) for place in areas] for number in numbers])
    signs = reader.read(_PROBES, cosines, ["sv" if number % 2 else "en" for number in numbers]).signs
    told = [sorted((name, round(value, 4)) for name, value in signs.of(number).items()) for number in numbers]
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
