"""What the international working group has before it at a meeting, read from the store; and what it decides."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from crawlers.dates import STOCKHOLM
from pipeline.candidate import ItemId
from pipeline.deadlines_view import Line, lines_of, search_of
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.readers import Contact, contacts_of
from pipeline.triage_list import Row
from pipeline.triage_week import read_week
from pipeline.wording import clean, shortened
from store.actions import OPEN_STATES, get_actions, list_actions, save_action
from store.analyses import signed_between
from store.contacts import contact_states
from store.db import Session
from store.decisions import last_meeting, list_decisions, save_decision
from store.due import find_due
from store.errors import ConfigurationError
from store.items import get_items
from store.ledger import TellingEntry, sendings, told_entries
from store.types import Action, Analysis, Answer, Decision, DigestState, Ruling
from store.verdicts import latest_verdicts

BETWEEN = timedelta(days=56)  # from meeting to meeting, when nobody says otherwise
MOST_UNDECIDED = 20
MOST_DEADLINES = 60
LONGEST = 300  # characters of a decision's text, as of an action's


@dataclass(frozen=True, slots=True)
class Told:
    """What one unit was sent since the last meeting."""

    unit: str
    entry: TellingEntry
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Everything that the pack tells; lists are in the order in which they are told."""

    on: date
    since: date  # the last meeting, or so long ago as they usually are apart
    next: date
    is_since_meeting: bool
    is_next_known: bool
    now: datetime
    decided: Sequence[tuple[Decision, Action | None]]
    undecided: Sequence[Row]
    deadlines: Sequence[Line]
    more_deadlines: bool
    analyses: Sequence[Analysis]
    titles: Mapping[ItemId, str]  # of the items that decisions and analyses are about; removed ones are missing
    actions: Sequence[Action]  # open ones
    told: Sequence[Told]
    contacts: Sequence[Contact]

    def overdue(self) -> list[Action]:
        """Return the actions whose last day has passed by the meeting."""
        return [action for action in self.actions if action.due and action.due < self.on]


def read_meeting(
    session: Session, municipality: Municipality, on: date, now: datetime, following: date | None = None
) -> Meeting:
    """Return what a meeting on the day has before it, as the store stands."""
    before = last_meeting(session, municipality.key, on)
    since = before or on - BETWEEN
    after = following or on + BETWEEN
    start, end = moment_of(since), moment_of(on + timedelta(days=1))
    found = find_due(session, search_of(municipality, on, after), limit=MOST_DEADLINES + 1)
    analyses = signed_between(session, municipality.key, start, end)
    all_actions = list_actions(session, municipality.key)
    by_id = {action.id: action for action in all_actions}
    earlier = list_decisions(session, municipality.key, since=since, until=on)
    decided = [(decision, by_id.get(decision.action_id)) for decision in earlier]
    named = [(analysis.source, analysis.key) for analysis in analyses]
    named += [(action.source, action.key) for _, action in decided if action]
    items = get_items(session, list(dict.fromkeys(named)))
    titles = {key: shortened(clean(stored.item.title), 160) for key, stored in items.items()}
    return Meeting(
        on=on,
        since=since,
        next=after,
        is_since_meeting=before is not None,
        is_next_known=following is not None,
        now=now,
        decided=decided,
        undecided=undecided(session, municipality, now),
        deadlines=lines_of(session, municipality, found[:MOST_DEADLINES]),
        more_deadlines=len(found) > MOST_DEADLINES,
        analyses=[one for one in analyses if (one.source, one.key) in titles],
        titles=titles,
        actions=[action for action in all_actions if action.state in OPEN_STATES],
        told=_told(session, municipality, start, end),
        contacts=contacts_of(municipality, contact_states(session, municipality.key), on),
    )


def moment_of(day: date) -> datetime:
    """Return the moment that the Swedish day begins."""
    return datetime.combine(day, time.min, STOCKHOLM)


def undecided(session: Session, municipality: Municipality, now: datetime) -> list[Row]:
    """Return what waits for a decision: put off by the coordinator, then ranked and neither ruled on nor told.

    The nearest deadline comes first, then the highest score.
    """
    verdicts = latest_verdicts(session, municipality.key)
    rows = read_week(session, municipality, now).rows
    later = [row for row in rows if row.item in verdicts and verdicts[row.item].ruling is Ruling.LATER]
    ranked = [row for row in rows if row.item not in verdicts and row.is_routed and row.told is None]
    order = sorted([*later, *ranked], key=lambda row: (row.deadline or date.max, -row.score, row.item))
    return order[:MOST_UNDECIDED]


def _told(session: Session, municipality: Municipality, start: datetime, end: datetime) -> list[Told]:
    sent = [s for s in sendings(session, municipality.key, since=start, until=end) if s.state is DigestState.SENT]
    days = {sending.id: sending.created_at.astimezone(STOCKHOLM).date() for sending in sent}
    return [Told(unit, entry, days[entry.digest_id]) for entry in told_entries(session, sent) for unit in entry.units]


def is_answered(told: Told) -> bool:
    """Tell whether the reader answered."""
    return isinstance(told.entry.answer, Answer)


@dataclass(frozen=True, slots=True)
class MeetingView:
    """Meetings with their decisions and what became of them, the latest first; titles of the items they are about."""

    meetings: Sequence[tuple[date, Sequence[tuple[Decision, Action | None]]]]
    titles: Mapping[ItemId, str]


def read_decisions(session: Session, municipality: Municipality, since: date, until: date) -> MeetingView:
    """Return the meetings of a period, `until` not included."""
    decisions = list_decisions(session, municipality.key, since=since, until=until)
    actions = get_actions(session, {decision.action_id for decision in decisions if decision.action_id})
    by_day: dict[date, list[tuple[Decision, Action | None]]] = {}
    for decision in decisions:
        by_day.setdefault(decision.meeting, []).append((decision, actions.get(decision.action_id)))
    named = {(action.source, action.key) for some in by_day.values() for _, action in some if action}
    items = get_items(session, sorted(named))
    titles = {key: shortened(clean(stored.item.title), 160) for key, stored in items.items()}
    return MeetingView(sorted(by_day.items(), reverse=True), titles)


def choices_of(rows: Sequence[Row]) -> list[Row]:
    """Return the week's items that a meeting may have decided on: those on their way, the nearest deadline first."""
    kept = (Ruling.SEND, Ruling.LATER)
    found = [row for row in rows if (row.verdict.ruling in kept if row.verdict else row.is_routed)]
    return sorted(found, key=lambda row: (row.deadline or date.max, -row.score, row.item))[:MOST_DEADLINES]


def decide(
    session: Session,
    municipality: Municipality,
    *,
    meeting: date,
    text: str,
    item: ItemId | None,
    unit: str,
    due: date | None,
    by: str,
    now: datetime,
) -> Decision:
    """Keep a decision of the meeting, and begin the action that it is about an item; raises ConfigurationError."""
    words = shortened(clean(text), LONGEST)
    if not words:
        raise ConfigurationError("skriv vad mötet beslutade")
    action = None
    if item is not None:
        action = _action(session, municipality, item, words, unit, due, now, meeting)
        save_action(session, action, by=by, at=now)
    elif unit or due:
        raise ConfigurationError("en åtgärd gäller alltid en post: ange vilken")
    decision = Decision(
        id=secrets.token_hex(10),
        municipality=municipality.key,
        meeting=meeting,
        text=words,
        at=now,
        by=by,
        action_id=action.id if action else "",
    )
    save_decision(session, decision)
    return decision


def _action(
    session: Session,
    municipality: Municipality,
    item: ItemId,
    words: str,
    unit: str,
    due: date | None,
    now: datetime,
    meeting: date,
) -> Action:
    if not get_items(session, [item]):
        raise ConfigurationError(f"posten {'/'.join(item)} finns inte")
    if unit not in (*municipality.units, COORDINATOR):
        raise ConfigurationError(f"okänd enhet '{unit}'; det finns {', '.join(municipality.units)}")
    return Action(
        id=secrets.token_hex(10),
        municipality=municipality.key,
        source=item[0],
        key=item[1],
        unit=unit,
        title=words,
        created_at=now,
        due=due,
        note=f"Beslutat vid internationella arbetsgruppens möte {meeting.isoformat()}.",
    )
