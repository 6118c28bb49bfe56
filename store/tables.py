"""All tables, as mapped classes; the migrations in store/migrations must lead to exactly these.

One long file, because a migration is written by reading all of it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, MetaData, UniqueConstraint, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from store.columns import UtcTime, json_type


class Table(DeclarativeBase):
    """Base of every table, with names for constraints so that a migration can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        datetime: UtcTime(),
        dict[str, Any]: json_type,
        list[Any]: json_type,
        bytes: LargeBinary(),
    }


OPEN_STATUSES = ("open", "forthcoming")  # of calls
_OPEN = text("status IN ('open', 'forthcoming')")


def _item_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["source", "key"], ["items.source", "items.key"])


class ItemRow(Table):
    """An item as last told by its source; long text stands last so that a scan of the rest stays cheap."""

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("source", "key"),
        Index(None, "day", "id"),
        Index(None, "kind", "day"),
        Index(None, "source", "day", "kind"),
        Index(None, "changed_at"),
        Index("ix_items_open", "status", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    key: Mapped[str]
    kind: Mapped[str]
    day: Mapped[date]  # published, or the day of first sight: what "newest first" means
    first_seen: Mapped[datetime]
    changed_at: Mapped[datetime]
    content_hash: Mapped[str]
    fingerprint: Mapped[str]  # over every field, so that an unchanged item costs no write
    status: Mapped[str]
    published: Mapped[date | None]
    opens: Mapped[date | None]
    language: Mapped[str]
    publisher: Mapped[str]
    title: Mapped[str]
    url: Mapped[str]
    deadlines: Mapped[list[Any]]
    money: Mapped[list[Any]]
    concepts: Mapped[list[Any]]
    refs: Mapped[list[Any]]
    meta: Mapped[dict[str, Any]]
    text: Mapped[str]


class SightingRow(Table):
    """When an item was last seen; apart from it, so that a sighting rewrites 20 bytes and no index."""

    __tablename__ = "sightings"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True, autoincrement=False)
    last_seen: Mapped[datetime]


class RevisionRow(Table):
    """What changed in an item, and when."""

    __tablename__ = "revisions"
    __table_args__ = (Index(None, "item_id"), Index(None, "is_event", "seen_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    seen_at: Mapped[datetime]
    is_event: Mapped[bool]
    changes: Mapped[dict[str, Any]]


class AssessmentRow(Table):
    """The newest assessment of an item."""

    __tablename__ = "assessments"
    __table_args__ = (Index(None, "relevance"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True, autoincrement=False)
    assessor: Mapped[str]
    content_hash: Mapped[str]
    assessed_at: Mapped[datetime]
    language: Mapped[str]
    relevance: Mapped[float]
    areas: Mapped[dict[str, Any]]
    flags: Mapped[dict[str, Any]]
    deadlines: Mapped[list[Any]]
    money: Mapped[list[Any]]
    reasons: Mapped[list[Any]]
    summary: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class ItemDeadlineRow(Table):
    """A day to be met, found by its day: told by the source, or else read in the text when the item was assessed."""

    __tablename__ = "item_deadlines"
    __table_args__ = (
        Index(None, "day", "item_id", "is_own"),
        Index(
            "ix_item_deadlines_due",
            *("day", "item_id", "role", "kind", "relevance"),
            sqlite_where=text("is_due = 1"),
            postgresql_where=text("is_due"),
        ),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True, autoincrement=False)
    is_own: Mapped[bool] = mapped_column(
        primary_key=True
    )  # the source's: then what was read in the text does not count
    day: Mapped[date] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    # What follows from the item and its assessment, written along (store/deadlines.py): lists are found by these alone.
    is_due: Mapped[bool] = mapped_column(server_default=false())  # a day to be met, and not one that does not count
    kind: Mapped[str | None]
    relevance: Mapped[float | None]  # None until the item is assessed


class ItemAreaRow(Table):
    """A policy area that an item surely has, found by area; the scores are the assessment's own."""

    __tablename__ = "item_areas"
    __table_args__ = (Index(None, "area", "item_id"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True, autoincrement=False)
    area: Mapped[str] = mapped_column(primary_key=True)


class DetailRow(Table):
    """What was fetched of an item by itself; a reading of the lists never touches it."""

    __tablename__ = "details"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True, autoincrement=False)
    fetched_at: Mapped[datetime]
    item_hash: Mapped[str]  # the item's content_hash at that moment: another one means that it must be fetched again
    detail_hash: Mapped[str]
    language: Mapped[str]
    url: Mapped[str]
    title: Mapped[str]
    deadlines: Mapped[list[Any]]
    money: Mapped[list[Any]]
    concepts: Mapped[list[Any]]
    refs: Mapped[list[Any]]
    meta: Mapped[dict[str, Any]]
    text: Mapped[str]


class StoryRow(Table):
    """A story: items that tell the same thing."""

    __tablename__ = "stories"
    __table_args__ = (Index(None, "changed_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime]


class StoryMemberRow(Table):
    """An item's place in its story; an item is in one story at most."""

    __tablename__ = "story_members"
    __table_args__ = (Index(None, "story_id"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True, autoincrement=False)
    story_id: Mapped[str] = mapped_column(ForeignKey("stories.id"))
    position: Mapped[int]


class ThreadRow(Table):
    """A thread: items about one matter."""

    __tablename__ = "threads"

    id: Mapped[str] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime]


class ThreadMemberRow(Table):
    """An item's place in its thread; an item is in one thread at most, an act with a transposition date twice."""

    __tablename__ = "thread_members"
    __table_args__ = (Index(None, "thread_id"), Index(None, "day", "thread_id"))

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True, autoincrement=False)
    stage: Mapped[str] = mapped_column(primary_key=True)  # "" for what is no stage
    thread_id: Mapped[str] = mapped_column(ForeignKey("threads.id"))
    day: Mapped[date]
    position: Mapped[int]


class ThreadReadingRow(Table):
    """What was read in an item for the joining of threads, and of which version of it, by which rules."""

    __tablename__ = "thread_readings"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True, autoincrement=False)
    fingerprint: Mapped[str]
    rules: Mapped[str]
    stage: Mapped[str]
    day: Mapped[date]
    transposition: Mapped[date | None]


class ThreadTieRow(Table):
    """A number that an item is tied to; found by number to see what else is."""

    __tablename__ = "thread_ties"
    __table_args__ = (Index(None, "number"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(primary_key=True)
    bond: Mapped[str]


class VerdictRow(Table):
    """A ruling by a coordinator; none is ever overwritten, the newest counts."""

    __tablename__ = "verdicts"
    __table_args__ = (
        _item_key(),
        Index(None, "municipality", "source", "key"),
        Index(None, "municipality", "at"),
        Index(None, "municipality", "ruling"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality: Mapped[str]
    source: Mapped[str]
    key: Mapped[str]
    ruling: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    note: Mapped[str]
    areas: Mapped[list[Any] | None] = mapped_column(json_type)
    origin: Mapped[str]
    units: Mapped[list[Any] | None] = mapped_column(json_type)
    visit: Mapped[str] = mapped_column(server_default="")


class OpinionRow(Table):
    """A question to the second reader, and what it answered."""

    __tablename__ = "opinions"
    __table_args__ = (Index(None, "source", "key"), Index(None, "week"))

    content_hash: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    prompt: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    key: Mapped[str]
    asked_at: Mapped[datetime]
    week: Mapped[str]
    attempts: Mapped[int]
    is_answered: Mapped[bool]
    relevance: Mapped[int | None]
    areas: Mapped[list[Any]]
    because: Mapped[str]


class CorrectionRow(Table):
    """What a municipality's labels taught; one of each municipality is active at most."""

    __tablename__ = "corrections"
    __table_args__ = (Index(None, "municipality", "made_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    municipality: Mapped[str]
    made_at: Mapped[datetime]
    assessor: Mapped[str]
    labels: Mapped[int]
    labels_hash: Mapped[str]
    state: Mapped[str]
    forgotten_from: Mapped[datetime | None]
    forgotten_until: Mapped[datetime | None]
    payload: Mapped[bytes]


class ExplorationRow(Table):
    """An item shown in a week for exploration."""

    __tablename__ = "explorations"
    __table_args__ = (_item_key(),)

    municipality: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    propensity: Mapped[float]
    chosen_at: Mapped[datetime]


class RouteRow(Table):
    """An item's way to a unit in one week."""

    __tablename__ = "routes"
    __table_args__ = (_item_key(),)

    municipality: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[float]
    because: Mapped[str]
    areas: Mapped[list[Any]]


class DigestRow(Table):
    """A frozen message and where it stands in the outbox."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("municipality", "contact", "week"), Index(None, "state", "next_try"))

    id: Mapped[str] = mapped_column(primary_key=True)
    municipality: Mapped[str]
    contact: Mapped[str]
    week: Mapped[str]
    units: Mapped[list[Any]]
    subject: Mapped[str]
    message_id: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    attempts: Mapped[int]
    transport: Mapped[str]  # the one that claimed it last: only that one can tell whether a repeat is harmless
    holder: Mapped[str] = mapped_column(server_default="")  # the run that has taken it to send it
    first_try: Mapped[datetime | None]
    next_try: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    message: Mapped[bytes]


class DigestEntryRow(Table):
    """An item as told in a digest: a record of its own, which outlives what happens to the item."""

    __tablename__ = "digest_entries"
    __table_args__ = (Index(None, "source", "key"),)

    digest_id: Mapped[str] = mapped_column(ForeignKey("digests.id"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    section: Mapped[str]
    position: Mapped[int]
    because: Mapped[str]
    content_hash: Mapped[str]


class DeliveryRow(Table):
    """One attempt to hand a digest over, or a person's word on it."""

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "digest_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest_id: Mapped[str] = mapped_column(ForeignKey("digests.id"))
    at: Mapped[datetime]
    transport: Mapped[str]
    state: Mapped[str]
    code: Mapped[int | None]
    detail: Mapped[str]


class FeedbackRow(Table):
    """An answer from a contact person."""

    __tablename__ = "feedback"
    __table_args__ = (Index(None, "digest_id"), Index(None, "source", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    digest_id: Mapped[str] = mapped_column(ForeignKey("digests.id"))
    source: Mapped[str]
    key: Mapped[str]
    answer: Mapped[str]
    at: Mapped[datetime]
    unit: Mapped[str] = mapped_column(server_default="")
    passed_to: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")


class FeedbackCountRow(Table):
    """How often an answer was given to an item, of the answers that are no longer tied to a letter."""

    __tablename__ = "feedback_counts"

    municipality: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]


class BounceRow(Table):
    """A message that said that a letter did not arrive; kept so that reading it again changes nothing."""

    __tablename__ = "bounces"
    __table_args__ = (Index(None, "digest_id"),)

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    digest_id: Mapped[str]
    at: Mapped[datetime]
    kind: Mapped[str]


class RemovedItemRow(Table):
    """An item that was removed on request, and does not come back at the next reading of its source."""

    __tablename__ = "removed_items"

    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    removed_at: Mapped[datetime]
    reason: Mapped[str]


class ContactStateRow(Table):
    """Whether letters to an address are wanted and arrive."""

    __tablename__ = "contact_states"

    municipality: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    since: Mapped[datetime]
    reason: Mapped[str]
    hard: Mapped[int]
    soft_weeks: Mapped[list[Any]]


class ActionRow(Table):
    """What a municipality does about an item."""

    __tablename__ = "actions"
    __table_args__ = (_item_key(), Index(None, "municipality", "state"))

    id: Mapped[str] = mapped_column(primary_key=True)
    municipality: Mapped[str]
    source: Mapped[str]
    key: Mapped[str]
    unit: Mapped[str]
    title: Mapped[str]
    created_at: Mapped[datetime]
    due: Mapped[date | None]
    state: Mapped[str]
    outcome: Mapped[str]
    owner: Mapped[str] = mapped_column(server_default="")
    applied: Mapped[float | None]
    granted: Mapped[float | None]
    currency: Mapped[str] = mapped_column(server_default="SEK")
    note: Mapped[str] = mapped_column(server_default="")
    changed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")


class ActionChangeRow(Table):
    """A change of an action; none is ever overwritten."""

    __tablename__ = "action_changes"

    action_id: Mapped[str] = mapped_column(ForeignKey("actions.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by: Mapped[str]
    changes: Mapped[dict[str, Any]]


class AnalysisRow(Table):
    """One version of what an item means for a municipality; only its signature is ever added."""

    __tablename__ = "analyses"
    __table_args__ = (_item_key(), Index(None, "municipality", "signed_at"))

    municipality: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    meaning: Mapped[str]
    units: Mapped[list[Any]]
    duty: Mapped[str]
    cost: Mapped[str]
    due: Mapped[date | None]
    proposal: Mapped[str]
    author: Mapped[str]
    origin: Mapped[str]
    written_at: Mapped[datetime]
    signed_by: Mapped[str]
    signed_at: Mapped[datetime | None]


class DecisionRow(Table):
    """What the working group decided at a meeting, and the action that came of it."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "municipality", "meeting"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    municipality: Mapped[str]
    meeting: Mapped[date]
    text: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    action_id: Mapped[str | None] = mapped_column(ForeignKey("actions.id"))


class SavedSearchRow(Table):
    """A search that is to be made again, by its name."""

    __tablename__ = "saved_searches"

    municipality: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    query: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class RunRow(Table):
    """One execution of a step."""

    __tablename__ = "runs"
    __table_args__ = (Index(None, "step", "subject", "started_at"), Index(None, "outcome"), Index(None, "ended_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str]
    subject: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str]
    state: Mapped[str | None]
    counts: Mapped[dict[str, Any]]
    parts: Mapped[list[Any]]
    window_from: Mapped[str | None]
    window_to: Mapped[str | None]
    message: Mapped[str]


class SourceMarkRow(Table):
    """How far a part of a source has been read, and the state it is in since when."""

    __tablename__ = "source_marks"

    source: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[str | None]
    state: Mapped[str]
    since: Mapped[datetime]
    message: Mapped[str]
    failures: Mapped[int] = mapped_column(server_default="0")  # in a row
    next_try: Mapped[datetime | None]  # our own back-off
    not_before: Mapped[datetime | None]  # what the source itself asked for
    newest: Mapped[date | None]  # day of its newest item


class ValidatorRow(Table):
    """What a server gave for conditional requests."""

    __tablename__ = "validators"

    source: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str]
    last_modified: Mapped[str]
    full_at: Mapped[datetime | None]


class CofinancingRow(Table):
    """A word on whether a call was tried for a project; the calls outlive their items here."""

    __tablename__ = "cofinancing"
    __table_args__ = (Index("ix_cofinancing_municipality", "municipality", "project"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality: Mapped[str]
    project: Mapped[str]
    source: Mapped[str]
    key: Mapped[str]
    state: Mapped[str]
    why: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]


class MetaRow(Table):
    """Single facts about the installation."""

    __tablename__ = "meta"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class AccountRow(Table):
    """Someone who may log in on the page."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("name"), UniqueConstraint("issuer", "subject"))

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime]
    password: Mapped[str]
    issuer: Mapped[str | None]  # with subject: None, not "", so that many accounts may lack them
    subject: Mapped[str | None]
    municipality: Mapped[str] = mapped_column(server_default="")


class WebSessionRow(Table):
    """A login that is open; gone when it ends."""

    __tablename__ = "web_sessions"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    municipality: Mapped[str] = mapped_column(server_default="")


class ApiTokenRow(Table):
    """A key to the HTTP API; revoked, it stays so that the audit log has its name."""

    __tablename__ = "api_tokens"
    __table_args__ = (UniqueConstraint("digest"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    digest: Mapped[str]
    created_at: Mapped[datetime]
    last_used: Mapped[date | None]
    revoked_at: Mapped[datetime | None]
    municipality: Mapped[str] = mapped_column(server_default="")


class PublicationRow(Table):
    """An item on the residents' page, or one that was there."""

    __tablename__ = "publications"
    __table_args__ = (
        _item_key(),
        UniqueConstraint("municipality", "source", "key"),
        Index(None, "municipality", "published_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    municipality: Mapped[str]
    source: Mapped[str]
    key: Mapped[str]
    meaning: Mapped[str]
    published_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    by: Mapped[str]
    shows_actions: Mapped[bool]
    withdrawn_at: Mapped[datetime | None]


class AuditRow(Table):
    """That somebody did something; no reference to the account, which it outlives."""

    __tablename__ = "audit_log"
    __table_args__ = (Index(None, "at"), Index(None, "municipality", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[str]
    role: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str]
    municipality: Mapped[str] = mapped_column(server_default="")


class OrganisationChangeRow(Table):
    """The municipality's file as it was after one change; no reference to the account, which it outlives."""

    __tablename__ = "organisation_history"
    __table_args__ = (Index(None, "municipality", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality: Mapped[str]
    at: Mapped[datetime]
    account_id: Mapped[str]
    role: Mapped[str]
    what: Mapped[str]
    text: Mapped[str]
