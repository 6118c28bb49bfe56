"""The second reader: asks a language model about the items our own is least sure of, when the municipality wants it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from crawlers.dates import STOCKHOLM
from pipeline.back_off import later, next_try
from pipeline.candidate import ItemId
from pipeline.candidates import learned_now
from pipeline.chat import ChatServer, NoAnswer, fault_in_url
from pipeline.currency import Week
from pipeline.current_items import Pair
from pipeline.municipality import Municipality
from pipeline.record import begin, end
from pipeline.second_opinion import prompt_version, question, read_answer, schema
from pipeline.settings import FILE_NAME, SecondReaderSettings, Settings
from pipeline.week import iso_week
from pipeline.wording import counted
from store.assessments import iter_assessed
from store.codec import content_hash
from store.db import Session, Store
from store.details import get_details, with_detail
from store.errors import ConfigurationError
from store.opinions import count_asked, known_opinions, save_opinion
from store.runs import last_runs
from store.stories import story_of
from store.types import Item, Opinion, Outcome, PartResult, Run, SourceState
from store.verdicts import latest_verdicts

logger = logging.getLogger(__name__)

STEP = "second_reader"
RECENT = timedelta(days=14)  # since an item was first seen or changed: older ones have been decided on
UNSURE = 0.25  # most distance from the threshold; further off our own model is right in nine of ten
MOST_ATTEMPTS = 2  # questions a week about an item that no answer came to
MOST_FAILURES = 2  # in a row; then the server is left alone for this time

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class SecondReader:
    """Whom to ask, how much, and how long it may take."""

    server: ChatServer
    settings: SecondReaderSettings

    @property
    def prompt(self) -> str:
        """The version of the question."""
        return prompt_version(self.settings.language)


def second_reader_of(settings: Settings) -> SecondReader | None:
    """Return the second reader that the municipality has chosen, None when it has chosen none.

    Raises ConfigurationError when it cannot be asked as it is described.
    """
    chosen = settings.second_reader
    if not chosen.is_on:
        return None
    path = settings.home / FILE_NAME
    if not chosen.model:
        raise ConfigurationError("second_reader.model saknas: ange modellens namn", path=path)
    key = chosen.key.get_secret_value()
    if not key.isascii() or any(c.isspace() for c in key):
        raise ConfigurationError("second_reader.key ska vara utan mellanslag och å, ä, ö", path=path)
    if fault := fault_in_url(chosen.url, has_key=bool(key)):
        raise ConfigurationError(f"second_reader.url {fault}", path=path)
    return SecondReader(ChatServer(chosen.url, chosen.model, key), chosen)


def allowance(left: int, now: datetime) -> int:
    """Return how many questions of what is left of the week's budget may be asked today.

    An even share a day: asked for at once, the whole budget would go to what happens to come on a Monday.
    """
    return ceil(left / (8 - now.astimezone(STOCKHOLM).isoweekday()))


def least_sure(
    session: Session, reader: SecondReader, municipalities: Sequence[Municipality], *, most: int, now: datetime
) -> list[tuple[Item, str]]:
    """Return the items to ask about with the hash of what is read of them, nearest to a threshold first.

    Near by the relevance that a municipality has taught, and to its own threshold. Not what its coordinator has ruled
    on, what has been answered before, or a second telling of the same story. An opinion serves all municipalities.
    """
    near = _nearest(session, municipalities, now)
    keys = [(item.source, item.key) for _, item in near]
    details, stories = get_details(session, keys), story_of(session, keys)
    read = [with_detail(item, details.get(key)) for (_, item), key in zip(near, keys, strict=True)]
    hashed = [(item, content_hash(item)) for item in _one_of_each(read, stories)]
    known = known_opinions(session, [name for _, name in hashed], reader.server.model, reader.prompt)
    week = iso_week(now)
    return [(item, name) for item, name in hashed if _may_be_asked(known.get(name), week)][:most]


def _nearest(session: Session, municipalities: Sequence[Municipality], now: datetime) -> list[tuple[float, Item]]:
    """Return the items that are near to any municipality's threshold, each by the one that it is nearest to."""
    lowest = min(one.thresholds.relevance for one in municipalities)
    assessed = iter_assessed(session, min_relevance=max(0.0, lowest - UNSURE), since=now - RECENT)
    found = {(stored.item.source, stored.item.key): (stored, assessment) for stored, assessment in assessed}
    far: dict[ItemId, float] = {}
    for municipality in municipalities:
        for key, distance in _near(session, municipality, found, now):
            far[key] = min(distance, far.get(key, distance))
    return [(distance, found[key][0].item) for key, distance in sorted(far.items(), key=lambda pair: pair[::-1])]


def _near(
    session: Session, municipality: Municipality, found: Mapping[ItemId, Pair], now: datetime
) -> Iterator[tuple[ItemId, float]]:
    threshold = municipality.thresholds.relevance
    ruled = latest_verdicts(session, municipality.key)
    least = max(0.0, threshold - UNSURE)
    pairs = {key: pair for key, pair in found.items() if key not in ruled and pair[1].relevance >= least}
    learned = learned_now(session, municipality, pairs, Week(now, RECENT))
    for key, pair in pairs.items():
        relevance = learned[key].relevance if key in learned else pair[1].relevance
        if (distance := round(abs(relevance - threshold), 6)) <= UNSURE:
            yield key, distance


def _one_of_each(items: Iterable[Item], stories: dict[tuple[str, str], str]) -> list[Item]:
    seen: set[str] = set()
    chosen = []
    for item in items:
        story = stories.get((item.source, item.key), "")
        if not story or story not in seen:
            chosen.append(item)
        if story:
            seen.add(story)
    return chosen


def _may_be_asked(known: Opinion | None, week: str) -> bool:
    if known is None:
        return True
    return not known.is_answered and (known.week != week or known.attempts < MOST_ATTEMPTS)


def read_second(
    store: Store,
    reader: SecondReader,
    *,
    municipalities: Sequence[Municipality],
    now: datetime,
    share: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Ask about what our own model is least sure of, and return the ended run; never raises for the server's sake.

    `share` asks for no more than a day's share of what is left of the budget.
    """
    before = last_run(store, reader)
    run = begin(store, STEP, reader.server.model, now=now)
    with store.reading() as session:
        left = max(0, reader.settings.weekly_budget - count_asked(session, iso_week(now)))
        most = allowance(left, now) if share else left
        chosen = least_sure(session, reader, municipalities, most=most, now=now)
    counts, fault = _ask_all(store, reader, chosen, now=now, progress=progress)
    return end(store, _ended(run, reader, counts, fault, before, now), now=now)


def _ask_all(
    store: Store,
    reader: SecondReader,
    chosen: Sequence[tuple[Item, str]],
    *,
    now: datetime,
    progress: Progress | None,
) -> tuple[dict[str, int], NoAnswer | None]:
    """Ask until all is asked, time is out or the server is better left alone; return counts and the last fault."""
    ends = time.monotonic() + reader.settings.longest
    counts = {"chosen": len(chosen), "asked": 0, "opinions": 0, "none": 0, "failed": 0}
    fault: NoAnswer | None = None
    in_row = 0
    for number, (item, name) in enumerate(chosen):
        seconds = min(reader.settings.timeout, ends - time.monotonic())
        if seconds <= 0 or in_row >= MOST_FAILURES:
            break
        if progress:
            progress(number, len(chosen))
        counts["asked"] += 1
        try:
            said = _ask(store, reader, item, name, seconds=seconds, now=now)
        except NoAnswer as error:
            fault, in_row = error, in_row + 1
            counts["failed"] += 1
            logger.warning("second reader: no answer: %s %s: %s", item.source, item.key, error.state)
            if error.wait is not None or error.state is SourceState.REFUSED:
                break
        else:
            fault, in_row = None, 0
            counts["opinions" if said else "none"] += 1
    return counts, fault


def _ask(store: Store, reader: SecondReader, item: Item, name: str, *, seconds: float, now: datetime) -> bool:
    """Ask about one item and keep what came; the question is counted before it is put, so that none is free."""
    server, week = reader.server, iso_week(now)
    with store.session(durable=True) as session:
        before = known_opinions(session, [name], server.model, reader.prompt).get(name)
        opinion = Opinion(
            content_hash=name,
            model=server.model,
            prompt=reader.prompt,
            source=item.source,
            key=item.key,
            asked_at=now,
            week=week,
            attempts=before.attempts + 1 if before and before.week == week else 1,
        )
        save_opinion(session, opinion)
    content = server.ask(question(item, reader.settings.language), schema(), seconds=seconds, now=now)
    said = read_answer(content, secret=server.key)
    opinion = replace(opinion, is_answered=True)
    if said:
        opinion = replace(opinion, relevance=said.relevance, areas=tuple(said.areas), because=said.because)
    with store.session() as session:
        save_opinion(session, opinion)
    return said is not None


def _ended(
    run: Run,
    reader: SecondReader,
    counts: dict[str, int],
    fault: NoAnswer | None,
    before: PartResult | None,
    now: datetime,
) -> Run:
    if before and not counts["asked"]:  # nothing new is known of the server
        counted_as = replace(run, outcome=Outcome.COMPLETE, state=before.state, counts=counts, parts=(before,))
        return replace(counted_as, message=before.message or told_counts(counts))
    answered = counts["opinions"] + counts["none"]
    asked_for = now + fault.wait if fault and fault.wait is not None else None
    state = fault.state if fault else SourceState.WORKING
    failures = (before.failures if before else 0) + 1 if fault else 0
    part = PartResult(
        part=reader.server.model,
        state=state,
        items=answered,
        message=told_fault(fault),
        failures=failures,
        next_try=later(next_try(state, failures, now), asked_for),
        not_before=asked_for,
    )
    whole = Outcome.PARTIAL if answered else Outcome.FAILED
    return replace(
        run,
        outcome=whole if fault else Outcome.COMPLETE,
        state=state,
        counts=counts,
        parts=(part,),
        message=part.message or told_counts(counts),
    )


def told_fault(fault: NoAnswer | None) -> str:
    """Return what is wrong as a Swedish sentence, "" when nothing is."""
    return f"Andra läsaren {fault.message}." if fault else ""


def told_counts(counts: dict[str, int]) -> str:
    """Return what came of the questions as a Swedish sentence."""
    if not counts["asked"]:
        return "Andra läsaren hade inget att läsa."
    none = f" {counts['none']} svar gick inte att använda." if counts["none"] else ""
    return f"Andra läsaren har läst {counted(counts['asked'], 'post', 'poster')}.{none}"


def last_run(store: Store, reader: SecondReader) -> PartResult | None:
    """Return how the server was when it was asked last, None when it never was."""
    with store.reading() as session:
        run = last_runs(session, STEP).get(reader.server.model)
    return run.parts[0] if run and run.parts else None


def held_until(part: PartResult | None, now: datetime, *, insist: bool) -> datetime | None:
    """Return until when the server is to be left alone; a person may insist, never against the server's own word."""
    if part is None:
        return None
    moments = [part.not_before if insist else later(part.next_try, part.not_before)]
    return next((moment for moment in moments if moment and now < moment <= now + RECENT), None)
