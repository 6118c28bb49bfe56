"""What speaks for each policy area in items: terms, the sources' own subject codes, and likeness to the area."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log2
from operator import pow as power
from typing import NamedTuple

import numpy as np

from nlp.columns import Ints, each, summed
from nlp.knowledge import Knowledge
from nlp.measures import Bools, Floats
from nlp.term_table import TermTable
from nlp.word_hits import Hits
from store.types import Concept, Item

TITLE = 3.0  # a term in the title weighs as three in the text
OPENING, LATER = 1.0, 0.4  # a term in the first 600 characters of the text, and after them
OPENING_LENGTH = 600
COMPOUND = 0.8  # "vatten" in "dricksvatten" says a little less than the word alone
CODE = {"acts": 4.0, "eurovoc": 2.6, "directory": 4.0, "government": 3.0, "programme": 3.0, "committee": 2.0}
LIKENESS = 14.0  # evidence per unit of cosine above the floor; cosines of real items reach 0.3
LIKENESS_FLOOR = 0.05
SATURATION = 7.0  # evidence at which an area's strength is 1 - 1/e
RIVALRY = 0.9  # how strongly an area is held down when another has more evidence

PLACES = ("title", "text", *CODE)
_IN_TITLE, _IN_TEXT, _ACTS = map(PLACES.index, ("title", "text", "acts"))
_MOST_TIMES = 2_000  # a term of two letters stands no more often in what is read
_AGAIN = np.array([0.0, *(1.0 + 0.3 * log2(times) for times in range(1, _MOST_TIMES))])


class Signs(NamedTuple):
    """Pieces of evidence as columns: a word of an item or a code, each for one area."""

    owners: Ints  # number of the item
    areas: Ints
    places: Ints  # of PLACES
    weights: Floats
    is_core: Bools  # whether it names something that is always of concern to municipalities
    is_own: Bools  # whether it names what a municipality itself runs
    is_number: Bools
    starts: Ints  # of the word in what is shown; of a code its number among the labels
    ends: Ints


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the areas in some items: a row per area of an item, in the order in which it speaks of them.

    `total` is all evidence, `core` the part of it that is always of concern to municipalities, and `own` the part that
    names what a municipality itself runs; `title` and `coded` are the weights in the title and of the source's codes.
    """

    signs: Signs  # in the order of the rows
    labels: Sequence[str]  # of codes
    firsts: Ints  # where the signs of each row begin, and where the last ones end
    rows: Ints  # of each item and area (numbered through), -1 where nothing speaks for it
    owners: Ints
    areas: Ints
    likeness: Floats
    total: Floats
    core: Floats
    own: Floats
    title: Floats
    coded: Floats
    has_core_title: Bools  # whether one that is always of concern stands in the title, and
    has_own_title: Bools  # whether one such is a municipality's own
    has_act: Bools  # whether one is the number of an act

    def have_signs(self) -> Bools:
        """Tell of each item (rows) and area (columns) whether there are signs."""
        return np.asarray(np.diff(self.firsts, append=0)[self.rows] > 0)


class Strengths(NamedTuple):
    """How strong areas are, 0 to 1: the rows of evidence that have any, of each item the strongest first."""

    rows: Ints
    owners: Ints
    values: Floats
    firsts: Ints  # where each item's begin, and where the last ones end


def weigh(
    knowledge: Knowledge, table: TermTable, items: Sequence[Item], hits: Hits, title_lengths: Ints, likeness: Floats
) -> Evidence:
    """Return the evidence per item and area; `hits` are those that count, `likeness` has a column per area."""
    coded, labels = _all_coded(knowledge, table, items)
    written, orders = _written(table, hits, title_lengths)
    signs = Signs._make(np.concatenate(pair) for pair in zip(written, coded, strict=True))
    orders = np.concatenate([orders, len(hits.owners) + np.arange(len(labels))])
    pairs = signs.owners * len(table.areas) + signs.areas
    like = np.where(likeness > LIKENESS_FLOOR, likeness, 0.0).ravel()
    found, rows = _rows(pairs, orders, like, len(table.areas))
    by_row = np.lexsort((orders, rows[pairs]))
    signs = Signs._make(column[by_row] for column in signs)
    return _added_up(signs, labels, found, rows, like[found], len(table.areas))


def strengths(found: Evidence, items: int) -> Strengths:
    """Return how much speaks for each area, held down by those of the item that have more."""
    rows = np.flatnonzero(found.total > 0.0)
    rows = rows[np.lexsort((-found.total[rows], found.owners[rows]))]
    owners, totals = found.owners[rows], found.total[rows]
    firsts = np.searchsorted(owners, np.arange(items + 1))
    most = np.repeat(totals[firsts[:-1][np.diff(firsts) > 0]], np.diff(firsts)[np.diff(firsts) > 0])
    rivalry = np.array(list(map(power, (totals / most).tolist(), [RIVALRY] * len(rows))))
    return Strengths(rows, owners, (1.0 - each(exp, -totals / SATURATION)) * rivalry, firsts)


def _rows(pairs: Ints, orders: Ints, like: Floats, areas: int) -> tuple[Ints, Ints]:
    """Return which areas of which items something speaks for, in order, and the place of each in that order.

    First come those with signs, as they are met, then those that the item is only like, in the order of the areas.
    """
    never = int(orders.max(initial=0)) + areas + 1
    ranks = np.where(like > 0.0, never - areas + np.arange(len(like)) % areas, never)
    np.minimum.at(ranks, pairs, orders)
    found = np.flatnonzero(ranks < never)
    found = found[np.lexsort((ranks[found], found // areas))]
    rows = np.full(len(like), -1)
    rows[found] = np.arange(len(found))
    return found, rows


def _added_up(signs: Signs, labels: Sequence[str], found: Ints, rows: Ints, like: Floats, areas: int) -> Evidence:
    row_of, number = rows[signs.owners * areas + signs.areas], len(found)
    in_title, in_text = signs.places == _IN_TITLE, signs.places == _IN_TEXT

    def summed_of(inside: Bools) -> Floats:
        return summed(row_of[inside], signs.weights[inside], number)

    def has(inside: Bools) -> Bools:
        return np.asarray(np.bincount(row_of[inside], minlength=number) > 0)

    total = summed(row_of, signs.weights, number)
    return Evidence(
        signs=signs,
        labels=labels,
        firsts=np.searchsorted(row_of, np.arange(number + 1)),
        rows=rows.reshape(-1, areas),
        owners=found // areas,
        areas=found % areas,
        likeness=like,
        total=np.where(like > 0.0, total + LIKENESS * (like - LIKENESS_FLOOR), total),
        core=summed_of(signs.is_core),
        own=summed_of(signs.is_own),
        title=summed_of(in_title),
        coded=summed_of(~(in_title | in_text)),
        has_core_title=has(in_title & signs.is_core),
        has_own_title=has(in_title & signs.is_own),
        has_act=has((signs.places == _ACTS) | signs.is_number),
    )


def _written(table: TermTable, hits: Hits, title_lengths: Ints) -> tuple[Signs, Ints]:
    """Return the signs of what is written, and their order.

    The hits of one term are one sign: as much as the heaviest of them, and a little more for each time again.
    """
    inside = np.flatnonzero(table.keys[hits.terms] < len(table.areas))
    owners, terms, starts = hits.owners[inside], hits.terms[inside], hits.starts[inside]
    areas, lengths, word_starts = table.keys[terms], title_lengths[owners], hits.word_starts[inside]
    in_title = starts < lengths
    heard = np.where(in_title, TITLE, np.where(starts < lengths + OPENING_LENGTH, OPENING, LATER))
    heard = np.where(word_starts < starts, heard * COMPOUND, heard)
    same = (owners * len(table.areas) + areas) * len(table.terms) + table.texts[terms]
    order = np.lexsort((-heard, same))  # of each term the heaviest first, and of those the one met first
    begins = np.flatnonzero(np.diff(same[order], prepend=-1))
    heaviest, times = order[begins], np.diff(begins, append=len(order))
    term = terms[heaviest]
    signs = Signs(
        owners=owners[heaviest],
        areas=areas[heaviest],
        places=np.where(in_title[heaviest], _IN_TITLE, _IN_TEXT),
        weights=table.weights[term] * heard[heaviest] * _AGAIN[times],
        is_core=table.is_core[term],
        is_own=table.is_own[term],
        is_number=hits.is_number[inside][heaviest],
        starts=word_starts[heaviest],
        ends=hits.word_ends[inside][heaviest],
    )
    return signs, inside[np.minimum.reduceat(order, begins)] if len(order) else order


class _Code(NamedTuple):
    area: str
    label: str
    scheme: str
    weight: float


def _all_coded(knowledge: Knowledge, table: TermTable, items: Sequence[Item]) -> tuple[Signs, list[str]]:
    told = [
        (owner, code)
        for owner, item in enumerate(items)
        if item.concepts or item.references
        for code in _coded(knowledge, item)
    ]
    codes = [code for _, code in told]
    numbers = np.arange(len(codes))
    is_act = np.array([code.scheme == "acts" for code in codes], dtype=np.bool_)
    signs = Signs(
        owners=np.array([owner for owner, _ in told], dtype=np.int64),
        areas=np.array([table.areas.index(code.area) for code in codes], dtype=np.int64),
        places=np.array([PLACES.index(code.scheme) for code in codes], dtype=np.int64),
        weights=np.array([code.weight for code in codes], dtype=np.float64),
        is_core=is_act,
        is_own=np.zeros(len(codes), dtype=np.bool_),
        is_number=np.array([code.label[:1].isdigit() for code in codes], dtype=np.bool_),
        starts=numbers,
        ends=numbers,
    )
    return signs, [code.label for code in codes]


def _coded(knowledge: Knowledge, item: Item) -> Iterator[_Code]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for concept in item.concepts:
        for area, weight, label in _pointed_to(knowledge, concept):
            counts[area, concept.scheme] += 1
            # The tenth concept of an act says less than its first.
            share = CODE[concept.scheme] * weight / counts[area, concept.scheme] ** 0.5
            yield _Code(area, label, concept.scheme, share)
    for reference in item.references:
        for area, weight in knowledge.codes["acts"].get(reference.value, ()):
            yield _Code(area, reference.value, "acts", CODE["acts"] * weight)
        if reference.scheme == "call":
            for code, rows in knowledge.codes["programme"].items():
                if "-" in code and set(code.split("-")) <= set(reference.value.split("-")):
                    yield from (_Code(area, code, "programme", CODE["programme"] * weight) for area, weight in rows)


def _pointed_to(knowledge: Knowledge, concept: Concept) -> Iterator[tuple[str, float, str]]:
    table = knowledge.codes.get(concept.scheme, {})
    if concept.scheme == "directory":
        for code, rows in table.items():
            if concept.code.startswith(code):
                yield from ((area, weight, concept.label or concept.code) for area, weight in rows)
        return
    for name in _names(concept):
        if pointed := table.get(name):  # a code and its label are one sign
            label = concept.label or concept.code
            shown = knowledge.labels.get(concept.code, label) if concept.scheme == "eurovoc" else label
            yield from ((area, weight, shown) for area, weight in pointed)
            return


_BRACKET = re.compile(r"\(([^()]+)\)\s*$")


def _names(concept: Concept) -> Iterator[str]:
    yield concept.code
    if concept.label:
        yield concept.label
        bracket = _BRACKET.search(concept.label)
        if bracket:
            yield bracket[1].strip()
