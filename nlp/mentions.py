"""How often each cue and flag is written in the titles and the texts of items."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nlp.columns import Ints, summed
from nlp.measures import Floats
from nlp.term_table import TermTable
from nlp.word_hits import Hits

IN_TITLE, OPENING, LATER = 3.0, 1.0, 0.33  # what a mention of a flag weighs in the title, the opening and after it
OPENING_LENGTH = 600  # characters


class Mentions(NamedTuple):
    """A row per cue or flag of an item, in the order in which it is met there."""

    owners: Ints
    keys: Ints  # of `TermTable.others`
    title: Ints  # how often it stands in the title
    text: Ints
    starts: Ints  # of the first word of it
    ends: Ints
    masses: Floats  # how much they weigh together


def mentions_of(table: TermTable, hits: Hits, title_lengths: Ints) -> Mentions:
    """Return what is mentioned; `hits` are those that count."""
    keys = table.keys[hits.terms] - len(table.areas)
    inside = np.flatnonzero(keys >= 0)
    keys, owners, starts = keys[inside], hits.owners[inside], hits.starts[inside]
    pairs, firsts, numbers = np.unique(owners * len(table.others) + keys, return_index=True, return_inverse=True)
    order = np.argsort(firsts)
    rows = np.argsort(order)[numbers]
    lengths = title_lengths[owners]
    in_title = starts < lengths
    weights = np.where(in_title, IN_TITLE, np.where(starts < lengths + OPENING_LENGTH, OPENING, LATER))
    title = np.bincount(rows[in_title], minlength=len(pairs))
    first = inside[firsts[order]]
    return Mentions(
        owners=pairs[order] // len(table.others),
        keys=pairs[order] % len(table.others),
        title=title,
        text=np.bincount(rows, minlength=len(pairs)) - title,
        starts=hits.word_starts[first],
        ends=hits.word_ends[first],
        masses=summed(rows, weights, len(pairs)),
    )
