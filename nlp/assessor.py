"""The day-one assessor: everything it says of an item comes from the authored knowledge."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from nlp import evidence, explanation, flags, relevance
from nlp.extraction import extract_conditions
from nlp.facts import find_facts
from nlp.families import family_of
from nlp.knowledge import LANGUAGES, Knowledge, load_knowledge
from nlp.language import detect_all
from nlp.likeness import Likeness, opening
from nlp.matching import Matcher, lower
from nlp.summary import pick_sentence
from store.codec import content_hash
from store.types import Assessment, Item

logger = logging.getLogger(__name__)

RULES = "2"  # raise when code or a constant changes what an assessment says
LONGEST_TITLE = 600  # characters read of a title
LONGEST_TEXT = 3_000  # characters read of a text: the labels were set on less, and more costs speed alone
BATCH = 256  # items whose n-grams are compared at once
FLOOR = 0.3  # least strength of an area that is told; on the labels F1 is flat from 0.2 to 0.35
MOST_AREAS = 4
SWEDISH_LIKE = frozenset({"sv", "nb", "nn", "no", "da"})  # read with the Swedish lexicon


class Assessor:
    """Says of every item what it is about, whether it matters to municipalities, and why.

    It is pure: the same item gets the same assessment whatever else it is read with. It keeps a memory of words, so
    one assessor is for one thread.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.version = f"day-one {RULES}-{knowledge.digest}"
        self._matchers = {language: Matcher(knowledge.terms[language], language) for language in LANGUAGES}
        self._likeness = Likeness(knowledge)

    @classmethod
    def load(cls) -> Assessor:
        """Return an assessor with the knowledge that comes with the program; raises ModelMissing or ModelMismatch."""
        return cls(load_knowledge())

    def assess(self, items: Sequence[Item]) -> list[Assessment]:
        """Return one assessment per item, in order; no item makes it raise."""
        assessments: list[Assessment] = []
        waiting = iter(items)
        while batch := list(islice(waiting, BATCH)):
            cosines = self._likeness.measure([opening(item.title, item.text) for item in batch])
            languages = detect_all([_beginning(item) for item in batch])
            told = zip(batch, cosines, languages, strict=True)
            assessments.extend(self._safely(item, row, language) for item, row, language in told)
        return assessments

    def _safely(self, item: Item, cosines: npt.NDArray[np.float32], language: str) -> Assessment:
        try:
            return self._assess(item, cosines, language)
        except Exception:  # one odd item must not stop a week's reading; it is told and assessed low
            logger.exception("item could not be assessed: %s %s", item.source, item.key)
            return self._nothing(item)

    def _nothing(self, item: Item) -> Assessment:
        return Assessment(
            source=item.source,
            key=item.key,
            content_hash=content_hash(item),
            assessor=self.version,
            language=item.language,
            relevance=0.0,
            areas={},
            flags=dict.fromkeys(("children_youth", "funding", "law", "partnership"), 0.0),
            deadlines=item.deadlines,
            money=item.money,
        )

    def _assess(self, item: Item, cosines: npt.NDArray[np.float32], language: str) -> Assessment:
        read = _beginning(item)
        shown = f"{read.title}\n{read.text}"
        title_length = len(read.title)
        hits = self._matchers["sv" if language in SWEDISH_LIKE else "en"].find(lower(shown))
        family = family_of(read)
        found = evidence.weigh(self.knowledge, read, hits, title_length, shown, cosines.tolist())
        strengths = evidence.strengths(found)
        features = relevance.features_of(read, family, hits, title_length, found, strengths, language)
        areas = {
            area: round(strength, 4) for area, strength in islice(strengths.items(), MOST_AREAS) if strength >= FLOOR
        }
        conditions = extract_conditions(item, language)  # a last day often stands at the end
        return Assessment(
            source=item.source,
            key=item.key,
            content_hash=content_hash(item),
            assessor=self.version,
            language=language,
            relevance=round(relevance.probability(features), 4),
            areas=areas,
            flags=flags.flags_of(read, family, hits, title_length),
            deadlines=conditions.deadlines,
            money=conditions.money,
            reasons=explanation.reasons_of(self.knowledge, areas, found, features, shown),
            summary=pick_sentence(read),
            facts=find_facts(item, language),
        )


def _beginning(item: Item) -> Item:
    if len(item.title) <= LONGEST_TITLE and len(item.text) <= LONGEST_TEXT:
        return item
    return replace(item, title=item.title[:LONGEST_TITLE], text=item.text[:LONGEST_TEXT])
