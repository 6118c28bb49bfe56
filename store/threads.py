"""Threads: which items are about one matter, and what was read in them to tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from store.among import is_among
from store.item_rows import COLUMNS, Key, item_ids, item_of, rows_by_key
from store.tables import ItemRow, ThreadMemberRow, ThreadReadingRow, ThreadRow, ThreadTieRow
from store.types import Bond, Stage, StoredItem, Thread, ThreadEntry, ThreadMember, Tie
from store.writing import add, chunks, core_table, upsert

FARTHEST = 8  # steps from number to item to number: proposal, act, inquiry, remiss and bill lie within five


def items_without_reading(
    session: Session, rules: str, limit: int = 500, *, after: Key | None = None
) -> list[StoredItem]:
    """Return items that these rules have not read as they stand now, oldest in the store first.

    `after` is the last one that was read already: without it each batch would look through all that came before.
    """
    query = (
        select(*COLUMNS)
        .outerjoin(ThreadReadingRow, ThreadReadingRow.item_id == COLUMNS.id)
        .where(
            or_(
                ThreadReadingRow.item_id.is_(None),
                ThreadReadingRow.rules != rules,
                ThreadReadingRow.fingerprint != COLUMNS.fingerprint,
            )
        )
        .order_by(COLUMNS.id)
        .limit(limit)
    )
    if after:
        same = (ItemRow.source == after[0]) & (ItemRow.key == after[1])
        query = query.where(COLUMNS.id > select(ItemRow.id).where(same).scalar_subquery())
    return [item_of(row) for row in session.execute(query)]


def may_be_tied(session: Session, entries: Sequence[ThreadEntry]) -> list[Key]:
    """Return the items that can be in a thread or leave one: tied to something now, or read before.

    Most of what is new names no number, and need not be looked for among all that was read.
    """
    keys = [(entry.source, entry.key) for entry in entries]
    found: set[Key] = {(entry.source, entry.key) for entry in entries if entry.ties}
    ids = {row.id: (row.source, row.key) for row in rows_by_key(session, keys, *_NAMES)}
    query = select(ThreadReadingRow.item_id).where(is_among(session, ThreadReadingRow.item_id, list(ids)))
    found.update(ids[number] for number in session.scalars(query))
    return [key for key in keys if key in found]


def save_readings(session: Session, entries: Sequence[ThreadEntry], rules: str) -> None:
    """Keep what these rules read in the items, in place of what was read before."""
    latest = {(entry.source, entry.key): entry for entry in entries}
    for some in chunks(list(latest.items())):
        keys = [key for key, _ in some]
        rows = {
            (row.source, row.key): row
            for row in rows_by_key(session, keys, COLUMNS.source, COLUMNS.key, COLUMNS.id, COLUMNS.fingerprint)
        }
        known = [(rows[key], entry) for key, entry in some if key in rows]
        upsert(session, ThreadReadingRow, [_reading(row, entry, rules) for row, entry in known])
        session.execute(
            delete(ThreadTieRow).where(is_among(session, ThreadTieRow.item_id, [row.id for row, _ in known]))
        )
        ties = {(row.id, tie.number): tie.bond.value for row, entry in known for tie in reversed(entry.ties)}
        add(
            session,
            ThreadTieRow,
            [{"item_id": item, "number": number, "bond": bond} for (item, number), bond in ties.items()],
        )


def _reading(row: Any, entry: ThreadEntry, rules: str) -> dict[str, Any]:
    return {
        "item_id": row.id,
        "fingerprint": row.fingerprint,
        "rules": rules,
        "stage": entry.stage.value if entry.stage else "",
        "day": entry.on,
        "transposition": entry.transposition,
    }


def entries_around(session: Session, keys: Sequence[Key]) -> list[ThreadEntry]:
    """Return what was read in these items and in all that numbers or present threads connect with them."""
    return _entries(session, _around(session, set(item_ids(session, keys).values())))


def keys_around(session: Session, keys: Sequence[Key]) -> list[Key]:
    """Return what numbers or present threads connect with these items, as far as they have been read."""
    ids = set(item_ids(session, keys).values())
    found: list[Key] = []
    for some in chunks(sorted(_around(session, ids) - ids)):
        query = select(COLUMNS.source, COLUMNS.key).where(is_among(session, COLUMNS.id, some))
        found += [(source, key) for source, key in session.execute(query)]
    return found


def _around(session: Session, ids: set[int]) -> set[int]:
    fresh = set(ids)
    for _ in range(FARTHEST):
        numbers = _numbers_of(session, fresh)
        fresh = (_items_with(session, numbers) | _thread_mates(session, fresh)) - ids
        if not fresh:
            break
        ids = ids | fresh
    return ids


_READING = tuple(core_table(ThreadReadingRow).c)


def _numbers_of(session: Session, ids: Iterable[int]) -> set[str]:
    found: set[str] = set()
    for some in chunks(sorted(ids)):
        found.update(
            session.scalars(select(ThreadTieRow.number).where(is_among(session, ThreadTieRow.item_id, some)).distinct())
        )
    return found


def _items_with(session: Session, numbers: Collection[str]) -> set[int]:
    found: set[int] = set()
    for some in chunks(sorted(numbers)):
        found.update(session.scalars(select(ThreadTieRow.item_id).where(is_among(session, ThreadTieRow.number, some))))
    return found


def _thread_mates(session: Session, ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for some in chunks(sorted(ids)):
        mine = select(ThreadMemberRow.thread_id).where(is_among(session, ThreadMemberRow.item_id, some))
        found.update(session.scalars(select(ThreadMemberRow.item_id).where(ThreadMemberRow.thread_id.in_(mine))))
    return found


def _entries(session: Session, ids: Iterable[int]) -> list[ThreadEntry]:
    entries: list[ThreadEntry] = []
    for some in chunks(sorted(ids)):
        ties: dict[int, list[Tie]] = {}
        query = select(ThreadTieRow.item_id, ThreadTieRow.number, ThreadTieRow.bond)
        for item, number, bond in session.execute(query.where(is_among(session, ThreadTieRow.item_id, some))):
            ties.setdefault(item, []).append(Tie(number, Bond(bond)))
        readings = select(COLUMNS.source, COLUMNS.key, *_READING).join(ItemRow, ItemRow.id == ThreadReadingRow.item_id)
        found = session.execute(readings.where(is_among(session, ThreadReadingRow.item_id, some)))
        entries += [_entry(row, ties.get(row.item_id, [])) for row in found]
    return entries


def _entry(row: Any, ties: Sequence[Tie]) -> ThreadEntry:
    return ThreadEntry(
        source=row.source,
        key=row.key,
        on=row.day,
        ties=tuple(sorted(ties, key=lambda tie: (tie.bond, tie.number))),
        stage=Stage(row.stage) if row.stage else None,
        transposition=row.transposition,
    )


def save_threads(session: Session, threads: Sequence[Thread], looked_at: Sequence[Key], *, now: datetime) -> None:
    """Keep these threads as all that the items looked at are in; a thread left without members goes."""
    members = {(thread.id, member.source, member.key) for thread in threads for member in thread.members}
    ids = item_ids(session, [*looked_at, *((source, key) for _, source, key in members)])
    left: set[str] = set()
    for some in chunks(list(ids.values())):
        gone = (
            delete(ThreadMemberRow)
            .where(is_among(session, ThreadMemberRow.item_id, some))
            .returning(ThreadMemberRow.thread_id)
        )
        left.update(session.execute(gone).scalars())
    upsert(session, ThreadRow, [{"id": thread.id, "changed_at": now} for thread in threads])
    rows = [
        {
            "item_id": ids[member.source, member.key],
            "stage": member.stage.value if member.stage else "",
            "thread_id": thread.id,
            "day": member.on,
            "position": position,
        }
        for thread in threads
        for position, member in enumerate(thread.members)
    ]
    add(session, ThreadMemberRow, rows)
    for names in chunks(sorted(left)):
        has_member = select(ThreadMemberRow.item_id).where(ThreadMemberRow.thread_id == ThreadRow.id).exists()
        session.execute(delete(ThreadRow).where(is_among(session, ThreadRow.id, names), ~has_member))


def threads_of(session: Session, keys: Sequence[Key]) -> dict[Key, Thread]:
    """Return the thread of each of the items that is in one."""
    keys_by_id = {row.id: (row.source, row.key) for row in rows_by_key(session, keys, *_NAMES)}
    in_thread: dict[Key, str] = {}
    for some in chunks(list(keys_by_id)):
        query = select(ThreadMemberRow.item_id, ThreadMemberRow.thread_id).where(
            is_among(session, ThreadMemberRow.item_id, some)
        )
        in_thread.update({keys_by_id[item]: thread for item, thread in session.execute(query)})
    threads = _threads(session, set(in_thread.values()))
    return {key: threads[thread] for key, thread in in_thread.items()}


_NAMES = (COLUMNS.id, COLUMNS.source, COLUMNS.key)


def threads_with(session: Session, numbers: Collection[str]) -> list[Thread]:
    """Return the threads that an item with one of these numbers is in, the latest first."""
    query = select(ThreadMemberRow.thread_id).join(ThreadTieRow, ThreadTieRow.item_id == ThreadMemberRow.item_id)
    names = set(session.scalars(query.where(is_among(session, ThreadTieRow.number, sorted(numbers)))))
    return latest_first(_threads(session, names).values())


def latest_first(threads: Iterable[Thread]) -> list[Thread]:
    """Return the threads, that with the newest document first."""
    return sorted(threads, key=lambda t: (max(m.on for m in t.members if m.stage != Stage.TRANSPOSITION), t.id))[::-1]


def get_threads(session: Session, names: Collection[str]) -> dict[str, Thread]:
    """Return the threads of these ids, by id; unknown ids are left out."""
    return _threads(session, names)


def _threads(session: Session, names: Collection[str]) -> dict[str, Thread]:
    members: dict[str, list[ThreadMember]] = {}
    for some in chunks(sorted(names)):
        query = (
            select(ThreadMemberRow.thread_id, ItemRow.source, ItemRow.key, ThreadMemberRow.stage, ThreadMemberRow.day)
            .join(ItemRow, ItemRow.id == ThreadMemberRow.item_id)
            .where(is_among(session, ThreadMemberRow.thread_id, some))
            .order_by(ThreadMemberRow.thread_id, ThreadMemberRow.position)
        )
        for name, source, key, stage, day in session.execute(query):
            members.setdefault(name, []).append(ThreadMember(source, key, Stage(stage) if stage else None, day))
    return {name: Thread(id=name, members=tuple(some)) for name, some in members.items()}


def count_threads(session: Session) -> int:
    """Return how many threads there are."""
    return session.scalar(select(func.count()).select_from(ThreadRow)) or 0
