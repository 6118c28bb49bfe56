"""Threads: which items are about one matter, joined by the numbers that they have and name.

A thread is a proposal, what the Government and others think of it, the act that comes of it, and the Swedish documents
that make it national law. Acts that change or cite one another are matters of their own.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from store.types import Bond, Stage, Thread, ThreadEntry, ThreadMember

Key = tuple[str, str]  # source, key

MOST_NAMING = 25  # documents that name one act; what more do is a basic act, and naming it tells nothing of a matter
MOST_MEMBERS = 60  # that naming may gather; the largest real matter, the pandemic's recovery fund, has some forty
_ORDER = {stage: rank for rank, stage in enumerate(Stage)}
_BONDS = {bond: rank for rank, bond in enumerate(Bond)}


def join(entries: Iterable[ThreadEntry], existing: Mapping[Key, str]) -> list[Thread]:
    """Return the threads of at least two items among the entries, in the order of their ids.

    `existing` tells which thread an item was in. It decides no membership, only names: a thread keeps the id of its
    oldest member that was in one, so that a late item, a split or a merger does not rename what readers were told of.
    The entries must hold all that is tied to their numbers. The result does not depend on their order.
    """
    unique = {(entry.source, entry.key): entry for entry in entries}
    ordered = sorted(unique.values(), key=_age)
    groups = [[ordered[place] for place in sorted(matter.places)] for matter in _matters(ordered)]
    threads = []
    taken: set[str] = set()
    for members in sorted((some for some in groups if len(some) > 1), key=lambda some: _age(some[0])):
        known = [existing[key] for member in members if (key := (member.source, member.key)) in existing]
        name = next((name for name in known if name not in taken), None) or _new_id(members[0], taken)
        taken.add(name)
        threads.append(Thread(id=name, members=_in_time(members)))
    return sorted(threads, key=lambda thread: thread.id)


def _age(entry: ThreadEntry) -> tuple[object, ...]:
    return entry.on, entry.source, entry.key


def _new_id(oldest: ThreadEntry, taken: set[str]) -> str:
    name = hashlib.sha256(f"thread\x1f{oldest.source}\x1f{oldest.key}".encode()).hexdigest()[:16]
    # Taken when what was the oldest member left the thread that has its name.
    return name if name not in taken else hashlib.sha256(name.encode()).hexdigest()[:16]


def _in_time(entries: Sequence[ThreadEntry]) -> tuple[ThreadMember, ...]:
    members = [ThreadMember(entry.source, entry.key, entry.stage, entry.on) for entry in entries]
    members += [
        ThreadMember(entry.source, entry.key, Stage.TRANSPOSITION, entry.transposition)
        for entry in entries
        if entry.transposition
    ]
    return tuple(sorted(members, key=lambda m: (m.on, _ORDER.get(m.stage, -1) if m.stage else -1, m.source, m.key)))


@dataclass(slots=True, eq=False)
class _Matter:
    """A growing thread: its entries, and the numbers that tell it from other matters."""

    places: list[int] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    marks: dict[str, set[str]] = field(default_factory=dict)  # procedure, proposal, act -> their numbers in the thread

    @classmethod
    def of(cls, number: str) -> _Matter:
        sort = _sort(number)
        return cls(numbers={number}, marks={sort: {number}} if sort else {})

    def takes(self, other: _Matter, number: str, bond: Bond) -> bool:
        """Say whether the two can be one matter: never two procedures, and two acts only of one proposal.

        A proposal is sometimes split, and sometimes replaced; a law or an inquiry often serves several acts.
        """
        shared = self.marks.keys() & other.marks.keys()
        apart = {sort for sort in shared if not self.marks[sort] & other.marks[sort]}
        if bond is not Bond.NAMES and _sort(number) in ("proposal", "procedure"):
            return "procedure" not in apart
        return not apart and (bond is not Bond.NAMES or len(self.places) + len(other.places) <= MOST_MEMBERS)

    def add(self, other: _Matter) -> None:
        self.places += other.places
        self.numbers |= other.numbers
        for sort, numbers in other.marks.items():
            self.marks[sort] = self.marks.get(sort, set()) | numbers


def _sort(number: str) -> str:
    if number.startswith("EU "):
        return "act"
    if number.startswith(("COM(", "JOIN(")):
        return "proposal"
    return "procedure" if number.endswith(")") else ""


def _matters(entries: Sequence[ThreadEntry]) -> list[_Matter]:
    """Join entries with numbers, the surest bonds first; of equal ones the older entry's."""
    of_place = [_Matter(places=[place]) for place in range(len(entries))]
    of_number = {tie.number: _Matter.of(tie.number) for entry in entries for tie in entry.ties}
    naming = Counter(tie.number for entry in entries for tie in entry.ties if tie.bond is Bond.NAMES)
    bonds = [
        (_BONDS[tie.bond], place, tie.number, tie.bond)
        for place, entry in enumerate(entries)
        for tie in entry.ties
        if tie.bond is not Bond.NAMES or naming[tie.number] <= MOST_NAMING
    ]
    for _, place, number, bond in sorted(bonds):
        first, second = of_place[place], of_number[number]
        if first is second or not first.takes(second, number, bond):
            continue
        if len(first.places) + len(first.numbers) < len(second.places) + len(second.numbers):
            first, second = second, first
        first.add(second)
        for other in second.places:
            of_place[other] = first
        for name in second.numbers:
            of_number[name] = first
    return list({id(matter): matter for matter in of_place}.values())
