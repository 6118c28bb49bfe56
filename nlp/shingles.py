"""Which of many texts are nearly the same: word shingles, MinHash signatures and bands, in numpy alone."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

PERMUTATIONS, BANDS = 64, 16  # find 0.98 of texts of 40 words with 2-10 % of them changed
MOST_WORDS = 250  # of a text: what tells two items apart stands there
NEIGHBOURS = 12  # that each text is compared with in a bucket; a bucket of a thousand boilerplate texts must stay cheap

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation."""
    return _WORD.findall(text.casefold())


def shingles(some_words: Sequence[str]) -> frozenset[int]:
    """Return the hashed pairs of neighbouring words (the single word where there is only one)."""
    hashes = [_hash(word) for word in some_words[:MOST_WORDS]]
    if len(hashes) < 2:
        return frozenset(hashes)
    numbers = np.array(hashes, dtype=np.uint64)
    pairs = (numbers[:-1] * np.uint64(31) + numbers[1:]) & np.uint64(0xFFFFFFFF)
    return frozenset(pairs.tolist())


@lru_cache(maxsize=100_000)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode())


def likeness(one: frozenset[int], other: frozenset[int]) -> tuple[float, float]:
    """Return the Jaccard likeness of two sets, and how much of the smaller one is in the larger."""
    if not one or not other:
        return 0.0, 0.0
    common = len(one & other)
    return common / (len(one) + len(other) - common), common / min(len(one), len(other))


def candidate_pairs(sets: Sequence[frozenset[int]]) -> set[tuple[int, int]]:
    """Return the pairs of positions whose sets share a band of their signatures."""
    filled = [position for position, one in enumerate(sets) if one]
    if len(filled) < 2:
        return set()
    pairs: set[tuple[int, int]] = set()
    signatures = _signatures([sets[position] for position in filled])
    for band in np.split(signatures, BANDS, axis=1):
        for bucket in _buckets(band):
            for place, position in enumerate(bucket):
                pairs.update((filled[position], filled[other]) for other in bucket[place + 1 : place + 1 + NEIGHBOURS])
    return pairs


def _signatures(sets: Sequence[frozenset[int]]) -> NDArray[np.uint32]:
    values = np.fromiter(chain.from_iterable(sets), dtype=np.uint64, count=sum(map(len, sets)))
    starts = np.cumsum([0, *(len(one) for one in sets[:-1])])
    factors, offsets = _permutations()
    signature = np.empty((len(sets), PERMUTATIONS), dtype=np.uint32)
    for number in range(PERMUTATIONS):
        # Multiply-shift hashing: overflow of 64 bits is meant, the upper half is the hash.
        permuted = (values * factors[number] + offsets[number]) >> np.uint64(32)
        signature[:, number] = np.minimum.reduceat(permuted, starts)
    return signature


def _permutations() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    random = np.random.default_rng(1)  # the same permutations in every run: stories must not depend on chance
    factors = random.integers(1, 2**63, PERMUTATIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return factors, random.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64)


def _buckets(band: NDArray[np.uint32]) -> Iterable[list[int]]:
    rows = np.ascontiguousarray(band).view(np.dtype((np.void, band.dtype.itemsize * band.shape[1]))).ravel()
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    edges = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, [len(order)]))
    shared = np.flatnonzero(np.diff(edges) > 1)
    return [order[edges[place] : edges[place + 1]].tolist() for place in shared]
