"""What flows through the steps: frozen values, the same in every package.

One long file, because the nouns are learnt by reading them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an item is by nature of its source."""

    LEGAL_ACT = "legal_act"  # adopted EU act: directive, regulation, decision, recommendation
    PROPOSAL = "proposal"  # EU act not yet adopted, and the Commission's communications
    CALL = "call"  # call for proposals: has deadlines and money
    CONSULTATION = "consultation"  # remiss, samråd
    GOVERNMENT = "government"  # Swedish fact memos, bills, inquiries, committee reports
    AGENCY = "agency"  # press releases, assignments and news of authorities
    NEWS = "news"


class Ruling(StrEnum):
    """A coordinator's verdict on an item."""

    SEND = "send"
    DROP = "drop"
    LATER = "later"
    REOPENED = "reopened"  # the verdict before it was taken back, and none stands


class Answer(StrEnum):
    """What a contact person answered to an item."""

    RELEVANT = "relevant"
    NOT_FOR_US = "not_for_us"
    PASS_ON = "pass_on"  # noqa: S105 - an answer, not a password
    ACT = "act"


class Reach(StrEnum):
    """Whether a contact person's letters are wanted and arrive."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"  # wants no more letters
    UNREACHABLE = "unreachable"  # letters come back


class DigestState(StrEnum):
    """Where a digest is in the outbox (docs in store/README.md, "The outbox")."""

    QUEUED = "queued"  # frozen, waiting to be sent
    SENDING = "sending"  # the receiving server has accepted the recipient; the message is going over
    SENT = "sent"
    RETRY = "retry"  # a passing fault; `next_try` says when
    REFUSED = "refused"  # permanent refusal of the recipient
    BOUNCED = "bounced"
    UNCLEAR = "unclear"  # cut off in the middle of the handover: only a person settles it
    HELD = "held"  # not to be sent without a person's word


class Role(StrEnum):
    """What an account may do on the page; each role may do all that those before it may."""

    READER = "reader"  # sees everything, changes nothing
    ANALYST = "analyst"  # also keeps searches and works with actions; gives no verdicts
    COORDINATOR = "coordinator"  # gives verdicts, decides what is sent, the configuration and the accounts

    def covers(self, other: Role) -> bool:
        """Tell whether this role may do what the other may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class SourceState(StrEnum):
    """The one named state a source is in."""

    WORKING = "working"
    QUIET = "quiet"  # fewer items than its floor, or silent longer than its pace
    CHANGED = "changed"  # its answers have another shape
    REFUSED = "refused"  # 403, challenge page, robots.txt
    FAILING = "failing"  # errors or time-outs
    OFF = "off"  # switched off in configuration
    WAITING = "waiting"  # never read yet


class Outcome(StrEnum):
    """How a run ended."""

    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"  # some parts were read whole, others not
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the process was gone before the run ended


class Stage(StrEnum):
    """How far a matter has come: from a proposal to what a municipality must do; in the usual order."""

    PROPOSAL = "proposal"
    COMMUNICATION = "communication"  # the Commission's plans, which no act adopts
    FACT_MEMO = "fact_memo"  # the Government's view of the proposal
    CONSULTATION = "consultation"  # the Commission asks everybody
    ADOPTION = "adoption"
    MANDATE = "mandate"  # kommittédirektiv
    INQUIRY = "inquiry"  # SOU, Ds
    REMISS = "remiss"  # the Government asks those it has chosen
    DRAFT_BILL = "draft_bill"  # lagrådsremiss
    BILL = "bill"
    STATUTE = "statute"
    TRANSPOSITION = "transposition"  # the last day for national law; no document of its own, the act sets it


class Bond(StrEnum):
    """How an item is tied to a number, the surest first."""

    OWN = "own"
    PROCEDURE = "procedure"
    ADOPTS = "adopts"  # also: a national measure that transposes the act
    NAMES = "names"  # the one act or document that its title or lead is about


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date by which something must be done; sources give days, the hour only in prose.

    `role` is one of: application, stage_1, stage_2, cut_off, answer, transposition, application_date, other.
    """

    on: date
    role: str = "application"
    note: str = ""  # e.g. "kl. 17.00 Brysseltid", as the source's text says


@dataclass(frozen=True, slots=True)
class Money:
    """An amount; `role` is one of: total, grant_min, grant_max, rate (a percentage), other."""

    value: float
    currency: str  # ISO 4217, or "%" for a rate
    role: str = "other"


@dataclass(frozen=True, slots=True)
class Concept:
    """A subject code that the source itself set: scheme, code and the labels it gave.

    Schemes: eurovoc, directory, government (regeringen.se codes), programme, division, keyword.
    """

    scheme: str
    code: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A formal identifier this item has or names.

    Schemes: celex, com, procedure, fpm, sou, ds, dir, prop, sfs, dnr, call, eli. `relation` is one of: is (its own
    identifier), amends, repeals, based_on, adopts, transposes, mentions.
    """

    scheme: str
    value: str
    relation: str = "mentions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing a source told us; identified by (source, key) for ever.

    `title` and `text` are plain text without markup or control characters; `text` is what the source gave as body or
    description, cut at 20,000 characters. `published` is a day in the source's own calendar; None when the source
    gives none. `status` is forthcoming, open, closed, adopted, in_force, planned or "".
    """

    source: str
    key: str
    kind: Kind
    title: str
    url: str
    text: str = ""
    language: str = ""  # "sv", "en"; "" when the source does not say
    published: date | None = None
    status: str = ""
    opens: date | None = None
    publisher: str = ""  # who stands behind the item, in words for a reader
    deadlines: tuple[Deadline, ...] = ()
    money: tuple[Money, ...] = ()
    concepts: tuple[Concept, ...] = ()
    references: tuple[Reference, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)  # JSON-serialisable, for what has no field


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What was fetched of one item by itself, kept apart from what the lists tell of it.

    `text` is plain, cut at 20,000 characters. The rest is what the item itself lacks. A detail of which nothing could
    be fetched is kept too, empty: it says that there was nothing at `fetched_at`.
    """

    source: str
    key: str
    fetched_at: datetime
    text: str = ""
    language: str = ""  # of the text, or of the title when there is no text
    url: str = ""
    title: str = ""  # for an item whose list had no title yet
    deadlines: tuple[Deadline, ...] = ()
    money: tuple[Money, ...] = ()
    concepts: tuple[Concept, ...] = ()
    references: tuple[Reference, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to fetch."""
        return not (self.text or self.title or self.deadlines or self.money or self.concepts or self.references)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """An item as the store knows it: with its time of first sight and its latest change."""

    item: Item
    first_seen: datetime
    changed_at: datetime  # last time a revision was written; equals first_seen for a new item
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What changed in an item, and when. `changes` maps a field to [before, after] in JSON form.

    `is_event` is true when a deadline, status or stage changed: then readers are told again.
    """

    source: str
    key: str
    seen_at: datetime
    changes: Mapping[str, list[Any]]
    is_event: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an assessment says what it says, in one short Swedish phrase.

    `area` is "" when the reason speaks for relevance as a whole; `weight` is its share of the score, signed.
    """

    text: str
    area: str = ""
    weight: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the assessor says of one item: the same for every municipality."""

    source: str
    key: str
    content_hash: str  # of the item text that was read
    assessor: str  # name and version of the knowledge used
    language: str  # "sv", "en" or another ISO 639-1 code
    relevance: float  # 0..1: probability that a coordinator would send it on
    areas: Mapping[str, float]  # area key -> 0..1, only those above the assessor's floor
    flags: Mapping[str, float]  # children_youth, funding, law, partnership -> 0..1
    deadlines: tuple[Deadline, ...] = ()
    money: tuple[Money, ...] = ()
    reasons: tuple[Reason, ...] = ()
    summary: str = ""  # one sentence of the item's own text
    facts: Mapping[str, Any] = field(default_factory=dict)  # keys in nlp/facts.py; what is absent is unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Items that tell the same thing; `id` is stable, `members` are (source, key), the first being shown."""

    id: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """An item's bond to a number, written as in `nlp.matters`."""

    number: str
    bond: Bond


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEntry:
    """What the joining of threads looks at in an item; `stage` is None for news and press releases."""

    source: str
    key: str
    on: date
    ties: tuple[Tie, ...]
    stage: Stage | None = None
    transposition: date | None = None


@dataclass(frozen=True, slots=True)
class ThreadMember:
    """An item's place in a thread; an act with a transposition date has two, the second on that day."""

    source: str
    key: str
    stage: Stage | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Items about one matter on its way from proposal to duty; `id` is stable, `members` stand in order of time."""

    id: str
    members: tuple[ThreadMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A coordinator's ruling on an item, for one municipality; the newest one counts."""

    municipality: str
    source: str
    key: str
    ruling: Ruling
    at: datetime
    by: str  # role, not a person's name
    note: str = ""
    areas: tuple[str, ...] | None = None  # corrected areas, None when left as they were
    origin: str = "ranked"  # ranked, routed or explored: how the item came to be shown; undone: what stood before again
    units: tuple[str, ...] | None = None  # exactly who is to have it, None when the areas decide
    visit: str = ""  # the sitting it was given in: for its pace, and to take it back
    id: int = field(default=0, compare=False)  # the store's number, 0 before it is saved: what a page says it saw


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the second reader, a language model that the municipality has chosen, said of an item.

    Known by the text that was read, the model and the wording of the question, so that the same is never paid for
    twice. `relevance` is 0 to 3 as in the labels, None when what it answered was no opinion. It is shown as its own,
    and counts for less than a person's word.
    """

    content_hash: str
    model: str
    prompt: str  # version of the question
    source: str
    key: str
    asked_at: datetime
    week: str  # ISO week that the question is counted on
    attempts: int = 1  # questions in that week
    is_answered: bool = False  # with whatever; what was answered is not asked again
    relevance: int | None = None
    areas: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCorrection:
    """What one municipality's labels have taught, as it was at one moment; never used for another municipality.

    `state` is active (the one in use), replaced or rolled_back. A rolled back one names the time between which labels
    are left out since then. `payload` is read by `nlp.learning`.
    """

    id: str
    municipality: str
    made_at: datetime
    assessor: str  # the assessor whose relevance it corrects
    labels: int
    labels_hash: str
    payload: bytes
    state: str = "active"
    forgotten_from: datetime | None = None
    forgotten_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """An item that the coordinator is shown in a week although it ranks too low, so that more is learnt."""

    municipality: str
    week: str
    source: str
    key: str
    position: int
    propensity: float  # how likely it was to be picked, above 0
    chosen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One item on its way to one unit (administration or company); `because` is never empty."""

    municipality: str
    unit: str
    source: str
    key: str
    score: float
    because: str
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestEntry:
    """An item as it stands in one digest."""

    source: str
    key: str
    section: str
    position: int
    because: str
    content_hash: str  # of the item as it was told, so that a later change can be told again


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A frozen message to one contact person for one ISO week or day: once written, its bytes never change."""

    id: str
    municipality: str
    contact: str  # e-mail address, lower case
    week: str  # "2026-W34"; a notice has the day, "2026-W34-2"
    units: tuple[str, ...]
    subject: str
    message_id: str
    message: bytes  # RFC 5322, CRLF line ends
    state: DigestState
    created_at: datetime
    entries: tuple[DigestEntry, ...] = ()
    attempts: int = 0
    next_try: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDigest:
    """What became of one letter: how many items it told of, and of how many there is an answer."""

    contact: str
    period: str  # a week, or the day of a notice: "2026-W48-2"
    units: tuple[str, ...]
    state: DigestState
    entries: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEntry:
    """An item as one letter told of it, and when."""

    digest_id: str
    period: str
    at: datetime
    entry: DigestEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt to hand a digest over, and what came of it."""

    digest_id: str
    at: datetime
    transport: str  # "smtp" or "folder"
    state: DigestState
    code: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a contact person answered to an item of a digest; `passed_to` is the unit it was passed on to."""

    digest_id: str
    source: str
    key: str
    answer: Answer
    at: datetime
    unit: str = ""  # that the item concerned, as far as is known
    passed_to: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactState:
    """Whether letters to an address are wanted and arrive; an address without one is active."""

    municipality: str
    email: str
    state: Reach
    since: datetime  # of this state
    reason: str = ""  # Swedish, for the coordinator
    hard: int = 0  # letters that came back for good, since the last that arrived
    soft_weeks: tuple[str, ...] = ()  # ISO weeks in which letters came back for the time being


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What the municipality does about an item."""

    id: str
    municipality: str
    source: str
    key: str
    unit: str
    title: str
    created_at: datetime
    due: date | None = None
    state: str = "open"  # open, ongoing, done, dropped
    outcome: str = ""
    owner: str = ""  # a role or unit in words, not a person's name
    applied: float | None = None  # money that was applied for
    granted: float | None = None  # money that was granted
    currency: str = "SEK"  # of both, ISO 4217
    note: str = ""
    changed_at: datetime | None = field(default=None, compare=False)  # the store's, None before it is saved
    version: int = field(default=0, compare=False)  # the store's, 0 before it is saved: what a page says it saw


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionChange:
    """What was changed in an action, when and by which role; `changes` maps a field to [before, after]."""

    action_id: str
    version: int
    at: datetime
    by: str  # a role, not a person's name
    changes: Mapping[str, list[Any]]  # empty when the action was begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What an item means for one municipality, in its own words; each version is kept, and a draft until it is signed.

    What is not known is "", and a reader is told so.
    """

    municipality: str
    source: str
    key: str
    meaning: str
    written_at: datetime
    author: str  # a role, not a person's name
    units: tuple[str, ...] = ()  # that it concerns
    duty: str = ""  # what must be done
    cost: str = ""
    due: date | None = None
    proposal: str = ""
    origin: str = "person"  # or "second_reader", the language model that drafted it
    version: int = field(default=0, compare=False)  # the store's, 0 before it is saved: what a page says it saw
    signed_by: str = ""  # a role; "" for a draft
    signed_at: datetime | None = None

    @property
    def is_signed(self) -> bool:
        """Whether a person stands for it."""
        return self.signed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the international working group decided at a meeting; about an item it became an action."""

    id: str
    municipality: str
    meeting: date
    text: str
    at: datetime  # when it was written down
    by: str  # a role
    action_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search that is to be made again: words and filters as they stand in the page's address."""

    municipality: str
    name: str
    query: Mapping[str, str]
    created_at: datetime


class TrialState(StrEnum):
    """How far the trying of co-financing has come for a project and a call."""

    CONSIDERED = "considered"
    APPLIED = "applied"
    DECLINED = "declined"  # not tried, and why


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """That a call was tried as co-financing of a project, or not, and why; the newest word counts."""

    municipality: str
    project: str  # its key in the municipality's file
    source: str
    key: str
    state: TrialState
    at: datetime
    by: str  # role, not a person's name
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """How one part of a source (a feed, a type code, a query family) went in a run."""

    part: str
    state: SourceState
    items: int = 0
    message: str = ""
    failures: int = 0  # in a row, this one included
    next_try: datetime | None = None  # when it is worth asking again
    not_before: datetime | None = None  # before which the source itself asked to be left alone
    newest: date | None = None  # day of the newest item ever seen in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a step, or of one source within the step collect."""

    id: str
    step: str  # collect, assess, learn, compose, send …
    subject: str  # the source in collect, the week in compose and send, else ""
    started_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome = Outcome.RUNNING
    state: SourceState | None = None  # for collect: the state the source is left in
    counts: Mapping[str, int] = field(default_factory=dict)
    parts: tuple[PartResult, ...] = ()
    window: tuple[str, str] | None = None  # ISO dates asked for, where the source is asked by date
    message: str = ""  # Swedish, for the coordinator


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """What a server gave for a conditional request, and when the whole answer was last fetched."""

    url: str
    etag: str = ""
    last_modified: str = ""
    full_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Someone who may log in: by password, or by single sign-on when `issuer` and `subject` are known."""

    id: str
    name: str  # what is typed at login: a work address or a role
    role: Role
    created_at: datetime
    password: str = ""  # argon2; "" means single sign-on only
    issuer: str = ""
    subject: str = ""  # the issuer's own name of the person, which unlike an address is never given to another
    municipality: str = ""  # the one that it is bound to; "" is the whole installation


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """A login that is open; `id` is a digest of what the browser holds, which is not stored."""

    id: str
    account_id: str
    created_at: datetime
    municipality: str = ""  # the one chosen to be shown, by an account of the whole installation


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A key with which another system reads through the HTTP API; what it holds itself is not stored."""

    id: str
    name: str  # the system, in words
    role: Role
    digest: str  # SHA-256 of the key
    created_at: datetime
    last_used: date | None = None
    revoked_at: datetime | None = None
    municipality: str = ""  # the one that it is bound to; "" is the whole installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """An item that the coordinator has approved for the residents' page; withdrawn, it is shown no more."""

    id: str  # the same for ever: its address, and its name in feeds
    municipality: str
    source: str
    key: str
    meaning: str  # what it means to a resident, in the coordinator's own words
    published_at: datetime
    changed_at: datetime
    by: str  # a role
    shows_actions: bool = True  # whether finished actions are told of too
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """That somebody did something: ids and roles only, so that it can outlive the account."""

    at: datetime
    account_id: str  # "" for the command line and for nobody known
    role: str
    action: str  # such as "login" or "account.add"
    subject: str = ""  # what it was done to
    detail: str = ""
    municipality: str = ""  # whose it concerns; "" is the whole installation


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationChange:
    """What the municipality's file said after somebody changed it, and what the change was in words."""

    municipality: str
    at: datetime
    account_id: str  # "" for a change that was made in the file itself
    role: str
    what: str  # Swedish, without a full stop
    text: str  # the whole file
    number: int = 0  # given by the store, the newest highest
