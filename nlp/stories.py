"""Stories: which items tell the same thing, so that a reader meets it once.

Two items are the same story when they carry the same formal identifier, have the same title within two weeks, or have
nearly the same words. They are never the same when each carries an identifier of its own, or numbers in their titles
that differ: the second topic of a call and next year's round look like copies and are not.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from nlp.shingles import candidate_pairs, likeness, shingles, words
from store.types import Kind, Reference, Story

Key = tuple[str, str]  # source, key

SAME_TITLE_DAYS = 14
SAME_WORDS_DAYS = 30  # between the first and the last member; a press release is copied within days
SAME_IDENTIFIER_DAYS = 200  # a proposal is registered, translated and announced over some months
TITLE_WORDS = 4  # fewer make no title to go by: "Integration", "Ny skollag"
JACCARD = 0.6  # of word pairs; a sentence changed in a press release leaves 0.7
FEWEST_PAIRS = 5  # of words; two items of less text are alike by chance
CONTAINED, CONTAINED_SIZE = 0.9, 20  # a lead that is cut from a longer text: how much of it, and of how many pairs
TITLE_JACCARD = 0.34  # of words: what two titles must share when the texts are boilerplate or cut from one another

# Numbers that belong to one document alone; a procedure or a file holds many.
_OWN = frozenset({"celex", "com", "fpm", "call", "sou", "ds", "dir", "prop", "sfs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEntry:
    """What is looked at in an item; without a `kind`, items of the source `feeds` are taken for news."""

    source: str
    key: str
    title: str
    text: str = ""
    published: date | None = None
    language: str = ""
    references: Sequence[Reference] = ()
    kind: Kind | None = None


def group(entries: Sequence[StoryEntry], existing: Mapping[Key, str]) -> list[Story]:
    """Return the stories of at least two members among the entries, in the order of their ids.

    `existing` tells which story an item is in already. Such items stay together and their story keeps its id; when two
    stories turn out to be one, the oldest id is kept. Members of existing stories that are not among the entries stay
    in them, last in order. The result does not depend on the order of the entries.
    """
    unique = {(entry.source, entry.key): entry for entry in entries}
    ordered = sorted(unique.values(), key=_age)
    clusters = _Clusters([_Cluster.of(entry) for entry in ordered])
    _keep_together(clusters, ordered, existing)
    for one, other, days in _pairs(ordered):
        clusters.join(one, other, days)
    absent = defaultdict(list)
    for key in sorted(existing.keys() - unique.keys()):
        absent[existing[key]].append(key)
    groups = ([ordered[place] for place in places] for places in clusters.members())
    stories = [_story(some, existing, absent) for some in groups if len(some) > 1 or _key(some[0]) in existing]
    return sorted((story for story in stories if len(story.members) > 1), key=lambda story: story.id)


def _key(entry: StoryEntry) -> Key:
    return entry.source, entry.key


def _age(entry: StoryEntry) -> tuple[date, str, str]:
    return entry.published or date.max, entry.source, entry.key


def _pairs(entries: Sequence[StoryEntry]) -> Iterator[tuple[int, int, int]]:
    """Yield pairs that tell the same thing with the days that may lie between them, the surest ones first."""
    yield from ((*pair, SAME_IDENTIFIER_DAYS) for pair in _same_identifier(entries))
    titles = [words(entry.title) for entry in entries]
    sets = [shingles([*title, *words(entry.text)]) for title, entry in zip(titles, entries, strict=True)]
    yield from ((*pair, SAME_TITLE_DAYS) for pair in _same_title(entries, titles, sets))
    alike: list[tuple[float, int, int]] = []
    for one, other in candidate_pairs([some if len(some) >= FEWEST_PAIRS else frozenset() for some in sets]):
        jaccard, contained = likeness(sets[one], sets[other])
        is_cut = contained >= CONTAINED and min(len(sets[one]), len(sets[other])) >= CONTAINED_SIZE
        if (jaccard >= JACCARD or is_cut) and _may_differ(entries[one], entries[other], titles[one], titles[other]):
            alike.append((-jaccard, one, other))
    yield from ((one, other, SAME_WORDS_DAYS) for _, one, other in sorted(alike))


def _same_identifier(entries: Sequence[StoryEntry]) -> list[tuple[int, int]]:
    """Return pairs of different sources with the same number; within one source the key is the identity."""
    places = defaultdict(list)
    for place, entry in enumerate(entries):
        for own in _own_identifiers(entry):
            places[own].append(place)
    pairs = (pair for some in places.values() for pair in pairwise(some))
    return sorted({pair for pair in pairs if entries[pair[0]].source != entries[pair[1]].source})


def _own_identifiers(entry: StoryEntry) -> set[tuple[str, str]]:
    return {
        (reference.scheme, "".join(reference.value.split()).upper())
        for reference in entry.references
        if reference.relation == "is" and reference.scheme in _OWN
    }


def _same_title(
    entries: Sequence[StoryEntry], titles: Sequence[list[str]], sets: Sequence[frozenset[int]]
) -> list[tuple[int, int]]:
    """Return pairs with the same title; of one source only where the texts agree too, since series have one title."""
    places = defaultdict(list)
    for place, title in enumerate(titles):
        if len(title) >= TITLE_WORDS:
            places[" ".join(title)].append(place)
    return [
        (one, other)
        for some in places.values()
        for one, other in pairwise(some)
        if entries[one].source != entries[other].source or _texts_agree(sets[one], sets[other])
    ]


def _texts_agree(one: frozenset[int], other: frozenset[int]) -> bool:
    return max(likeness(one, other)) >= JACCARD


def _may_differ(one: StoryEntry, other: StoryEntry, title: list[str], other_title: list[str]) -> bool:
    """Say whether two texts that are alike may have these two titles and still tell the same thing.

    An authority that writes two titles over one text means two things: the call for the Western Balkans and the one
    for Latin America, two consultations with one standard text. News are rewritten under new headlines.
    """
    if one.source == other.source and not (_is_news(one) and _is_news(other)):
        return title == other_title
    first, second = set(title), set(other_title)
    common = len(first & second)
    return common / max(1, len(first | second)) >= TITLE_JACCARD or common == min(len(first), len(second)) > 1


def _is_news(entry: StoryEntry) -> bool:
    return entry.kind is Kind.NEWS or (entry.kind is None and entry.source.startswith("feeds"))


def _keep_together(clusters: _Clusters, entries: Sequence[StoryEntry], existing: Mapping[Key, str]) -> None:
    first: dict[str, int] = {}
    for place, entry in enumerate(entries):
        story = existing.get((entry.source, entry.key))
        if story is not None:
            clusters.force(first.setdefault(story, place), place)


def _story(members: Sequence[StoryEntry], existing: Mapping[Key, str], absent: Mapping[str, list[Key]]) -> Story:
    known = [existing[key] for member in members if (key := (member.source, member.key)) in existing]
    shown = sorted(members, key=_precedence)
    keys = [(member.source, member.key) for member in shown]
    for story in dict.fromkeys(known):
        keys += absent.get(story, [])
    return Story(id=known[0] if known else _new_id(members[0]), members=tuple(dict.fromkeys(keys)))


def _precedence(entry: StoryEntry) -> tuple[bool, bool, date, str, str]:
    """Show the authority's own words before the news about it, Swedish before English, the earliest first."""
    return _is_news(entry), entry.language != "sv", *_age(entry)


def _new_id(earliest: StoryEntry) -> str:
    return hashlib.sha256(f"{earliest.source}\x1f{earliest.key}".encode()).hexdigest()[:16]


@dataclass(slots=True)
class _Cluster:
    """What a growing story has in common, to see whether one more fits."""

    places: list[int]
    first: date | None
    last: date | None
    own: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    numbers: list[frozenset[str]] = field(default_factory=list)

    @classmethod
    def of(cls, entry: StoryEntry) -> _Cluster:
        cluster = cls(places=[], first=entry.published, last=entry.published)
        for scheme, value in _own_identifiers(entry):
            cluster.own[scheme].add(value)
        numbers = frozenset(word for word in words(entry.title) if not word.isalpha() and any(map(str.isdigit, word)))
        cluster.numbers = [numbers] if numbers else []
        return cluster

    def fits(self, other: _Cluster, days: int) -> bool:
        """Say whether the two can be one story: near in time, and no numbers that tell them apart."""
        if self._days_with(other) > days:
            return False
        shared = self.own.keys() & other.own.keys()
        if any(not (self.own[s] <= other.own[s] or other.own[s] <= self.own[s]) for s in shared):
            return False
        if any(self.own[scheme] & other.own[scheme] for scheme in shared):
            return True
        return all(one <= another or another <= one for one in self.numbers for another in other.numbers)

    def _days_with(self, other: _Cluster) -> int:
        days = [day for day in (self.first, self.last, other.first, other.last) if day]
        return (max(days) - min(days)).days if days else 0

    def add(self, other: _Cluster) -> None:
        days = [day for day in (self.first, self.last, other.first, other.last) if day]
        self.first, self.last = (min(days), max(days)) if days else (None, None)
        self.places = sorted(self.places + other.places)
        for scheme, values in other.own.items():
            self.own[scheme] |= values
        self.numbers = list(dict.fromkeys([*self.numbers, *other.numbers]))


class _Clusters:
    """Stories under construction; a story is a cluster of places in the list of entries."""

    def __init__(self, clusters: list[_Cluster]) -> None:
        self._of = clusters
        for place, cluster in enumerate(clusters):
            cluster.places = [place]

    def join(self, one: int, other: int, days: int) -> None:
        """Join two places when what is known of both allows it."""
        first, second = self._of[one], self._of[other]
        if first is not second and first.fits(second, days):
            self.force(one, other)

    def force(self, one: int, other: int) -> None:
        """Join two places that are known to belong together."""
        first, second = self._of[one], self._of[other]
        if first is second:
            return
        first.add(second)
        for place in second.places:
            self._of[place] = first

    def members(self) -> list[list[int]]:
        """Return the places of each cluster, oldest first."""
        return [cluster.places for place, cluster in enumerate(self._of) if cluster.places[0] == place]
