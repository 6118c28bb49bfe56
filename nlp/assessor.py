"""The assessor: what the authored knowledge finds in an item, weighed by the trained model when there is one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from nlp.explanation import Reasons
from nlp.extraction import extract_conditions
from nlp.facts import find_facts
from nlp.knowledge import Knowledge, load_knowledge
from nlp.language import detect_all
from nlp.learnt import Learnt
from nlp.likeness import likeness_table
from nlp.marks import EVERY
from nlp.matching import lower
from nlp.measures import Floats
from nlp.model_file import FOLDER, read_model
from nlp.reading import KnowledgeReader, Reading, beginning, fingerprint
from nlp.said import Said, said_by_knowledge, said_by_model
from nlp.shares import Explanation, explain
from nlp.summary import pick_sentence
from nlp.word_sums import Counted, WordSums
from store.codec import content_hash
from store.collector import collector_paused
from store.errors import ModelError, ModelMissing
from store.types import Assessment, Item, Reason

logger = logging.getLogger(__name__)

RULES = "3"  # raise when code or a constant changes what an assessment says
BATCH = 256  # items whose words are summed at once


class Assessor:
    """Says of every item what it is about, whether it matters to municipalities, and why.

    It is pure: the same item gets the same assessment whatever else it is read with. It keeps a memory of words, so
    one assessor is for one thread. Without `learnt` everything it says comes from the authored knowledge.
    """

    def __init__(self, knowledge: Knowledge, learnt: Learnt | None = None) -> None:
        self.knowledge = knowledge
        self.learnt = learnt
        self.version = f"{f'trained {learnt.version}' if learnt else 'day-one'} {RULES}-{knowledge.digest}"
        self._reader = KnowledgeReader(knowledge)
        tables = [likeness_table(knowledge), *([learnt.words] if learnt else [])]
        self._words = WordSums(tables)

    @classmethod
    def load(cls, *, weights: bool = True, folder: Path = FOLDER) -> Assessor:
        """Return an assessor with the knowledge and the trained model that come with the program.

        A missing model is told in the log and the knowledge goes on alone, as it does with `weights` off. A changed,
        foreign or mismatched model raises ModelMismatch; so do files of the knowledge, or ModelMissing.
        """
        knowledge = load_knowledge()
        if not weights:
            return cls(knowledge)
        features = fingerprint(KnowledgeReader(knowledge))
        try:
            learnt = read_model(folder, knowledge=knowledge.digest, features=features, areas=tuple(knowledge.areas))
        except ModelMissing as error:
            logger.warning("the trained model is missing, items are assessed by the knowledge alone: %s", error)
            return cls(knowledge)
        return cls(knowledge, learnt)

    def assess(self, items: Sequence[Item], *, brief: bool = False) -> list[Assessment]:
        """Return one assessment per item, in order; no item makes it raise.

        With `brief`, the summary and the hash of the content are left empty: what is in no store needs neither.
        """
        assessments: list[Assessment] = []
        waiting = iter(items)
        while batch := list(islice(waiting, BATCH)):
            with collector_paused():
                assessments += self._safely(batch, brief)
        return assessments

    def explain(self, item: Item) -> Explanation:
        """Return every part of an item's relevance and areas; the parts of each sum to its margin."""
        try:
            reading, counted, scales, sums = self.read([item])
        except Exception as error:
            raise ModelError(f"{item.source} {item.key}: posten går inte att läsa") from error
        words, shares = (
            ([], sums[0]) if self.learnt is None else (counted.words, self._words.shares(counted, scales, 1).of_all())
        )
        return explain(reading.signs.of(0), reading.steps_of(0), self.learnt, words, shares)

    def read(self, items: Sequence[Item]) -> tuple[Reading, Counted, list[Floats], list[Floats]]:
        """Return what the knowledge finds in the items, and their words, what scales them and their sums."""
        cut = [beginning(item) for item in items]
        counted = self._words.count([(lower(item.title), lower(item.text)) for item in cut])
        scales = self._words.scales(counted)
        sums = self._words.sums(counted, scales)
        return self._reader.read(cut, sums[0], detect_all(cut)), counted, scales, sums

    def _safely(self, items: Sequence[Item], brief: bool) -> list[Assessment]:
        """Assess items together, or one by one when one of them is odd: it must not stop a week's reading."""
        try:
            return self._assess(items, brief)
        except Exception:
            if len(items) > 1:
                return [said for item in items for said in self._safely([item], brief)]
            logger.exception("item could not be assessed: %s %s", items[0].source, items[0].key)
            return [self._nothing(items[0])]

    def _assess(self, items: Sequence[Item], brief: bool) -> list[Assessment]:
        reading, counted, scales, sums = self.read(items)
        if self.learnt is None:
            all_said = said_by_knowledge(reading)
        else:
            margins = self.learnt.margins(reading.signs, sums[1])
            all_said = said_by_model(reading, self.learnt, margins, self._words.shares(counted, scales, 1))
        reasons = Reasons(self.knowledge, reading)
        return [
            self._told(item, reading, number, said, reasons.of(number, said), brief)
            for number, (item, said) in enumerate(zip(items, all_said, strict=True))
        ]

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

    def _told(
        self, item: Item, reading: Reading, number: int, said: Said, reasons: tuple[Reason, ...], brief: bool
    ) -> Assessment:
        language, read = reading.languages[number], reading.items[number]
        unreadable = bool(item.text) and not read.text
        whole = read if unreadable else item  # a last day often stands at the end
        marks = reading.marks[number] if read is item else EVERY  # of what is left unread they are not known
        conditions, facts = extract_conditions(whole, language, marks), find_facts(whole, language, marks)
        return Assessment(
            source=item.source,
            key=item.key,
            content_hash="" if brief else content_hash(item),
            assessor=self.version,
            language=language,
            relevance=said.relevance,
            areas=said.areas,
            flags=said.flags,
            deadlines=conditions.deadlines,
            money=conditions.money,
            reasons=reasons,
            summary="" if brief else pick_sentence(read),
            facts=facts | {"unreadable": True} if unreadable else facts,
        )
