"""Which days in a text are deadlines, and for what: application, answer, transposition, entry into application.

A day counts only when its own sentence says that it is a last day (or that something applies from then) and for
what. Decision days, days of publication and days before the item itself was published are not deadlines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nlp.days import Day, find_days
from nlp.text import Cue, Sentence, sentences
from store.types import Deadline, Kind

BEFORE, AFTER = 200, 90  # characters read around a day: the longest way from what to when seen is 190
REACH = 110  # characters between the words for a last day and the day itself
NEXT_TO = 8  # characters, for words that only mean a last day when they touch it: "by", "until"
STAGE_NEAR = 14  # characters, for a stage that tells its day: "First stage proposals: 14 April 2026"
CLOSE = 30  # characters for words that stand after the day: "den 31 mars är sista dagen"
MOST = 12  # deadlines of one item; more than that is a calendar, not a deadline

# Without one of these near it a day is no deadline, and its passage need not be read.
_TRIGGER = re.compile(
    r"senast|sista|deadline|stäng|öppna|öppen|till och med|t\.o\.m|fram till|kraft|tillämpas|gälla|gäller|svarsti"
    r"|remissti|förläng"
    r"|slutdatum|går ut|ansök|samrådsti|utlyses|not? later than|closing|close|cut-?off|open|apply|applies"
    r"|applicable|effect|expire"
    r"|force|latest|last day|submission|application|launch|extended|final date|end date|start date"
    r"|pågår|samråd|feedback|stage|steg \d|consultation|midnight|granskning|sökas",
    re.IGNORECASE,
)
_NOT_A_LIMIT = re.compile(
    r"(?:\bof|\bav|\bav den|\bdated|\bsince|\bsedan(?: den)?|\bpå|beslut den|\bstand on)\s*$", re.IGNORECASE
)
_FROM = re.compile(
    r"(?:\bfrån(?: och med)?(?: den)?|\bfr\.?o\.?m\.?(?: den)?|\bfrom|\bas of|\bstarting)\s*$", re.IGNORECASE
)
_UP_TO = re.compile(
    r"(?:\btill(?: och med)?(?: den)?|\bt\.?o\.?m\.?(?: den)?|\bto|\buntil|–|—|\s-|\d-|\boch den|\band)\s*$",
    re.IGNORECASE,
)
_ADJACENT = re.compile(
    r"\b(?:by|before|until|till|due|closes|före|innan|tom)(?: \w+day,?)?(?: (?:on|the|den|midnight"
    r"|\d\d:\d\d on|\([^)]{1,30}\)))*\s*:?\s*$",
    re.IGNORECASE,
)
_LIST = re.compile(r"^[\s,;]*(?:(?:och|and|samt|respektive|or|eller|resp\.|den|the|the \w+)[\s,]*)*$", re.IGNORECASE)
_CLOCK = re.compile(
    r"^[\s,(]*(?:at|kl\.?|klockan|\|)?\s*(?P<hour>[01]?\d"
    r"|2[0-4])[.:](?P<minute>[0-5]\d)(?::\d\d)?(?P<zone>[^.;\n]{0,30})",
    re.IGNORECASE,
)
_BRUSSELS = re.compile(r"brussels|bryssel", re.IGNORECASE)
# "1 January to 30 June", "until May": the end of something, but only with more words the last day for something.
_SOFT = frozenset(
    {"by", "before", "until", "till", "före", "tom", "up to", "till och med", "t.o.m.", "t.o.m", "fram till"}
    | {"up to and including"}
)
_OF_AN_ACT = re.compile(
    r"direktiv|införliva|svensk rätt|nationell|medlemss|medlemsl|lagstiftning|directive|member state|national|transpos",
    re.I,
)
_WHAT = ("application", "answer", "transposition", "report", "registration")
_OTHERS = ("happens", "meeting")  # what else may come to pass on a day in a call or a consultation
_STAGED = re.compile(
    r"stage|steg|etapp|step|skiss|concept note|outline|pre-?\s?proposal|intresseanmäl|expression", re.IGNORECASE
)
_STAGES = ("stage_1", "stage_2", "cut_off")
_OF_KIND = {Kind.CALL: "application", Kind.CONSULTATION: "answer"}
_LAW = (Kind.LEGAL_ACT, Kind.PROPOSAL)


@dataclass(frozen=True, slots=True)
class Dates:
    """What a text says of days."""

    deadlines: tuple[Deadline, ...] = ()
    opens: date | None = None


NO_DATES = Dates()


def find_deadlines(text: str, language: str, *, kind: Kind, published: date | None, begin: int = 0) -> Dates:
    """Return the deadlines that the text names, in order of day, and the day it opens for applications.

    No digit stands before `begin`.
    """
    if not (every_day := find_days(text, begin)):
        return NO_DATES
    found: dict[tuple[date, str], Deadline] = {}
    opens: date | None = None
    for passage, days in _passages(text, every_day):
        for deadline in _read(passage, days, language, kind, published):
            if deadline.role == "opens":
                opens = opens or deadline.on
            elif published is None or deadline.on >= published:
                found.setdefault((deadline.on, deadline.role), deadline)
    if not found:
        return Dates((), opens)
    kept = [_as_single(d) for d in found.values()] if not _STAGED.search(text) else list(found.values())
    ordered = sorted(_without_repeats(kept), key=lambda d: (d.on, d.role))
    return Dates(tuple(ordered[:MOST]), opens)


def _as_single(deadline: Deadline) -> Deadline:
    """Return a full proposal's last day as the only one, where the text speaks of no stages."""
    return replace(deadline, role="application") if deadline.role == "stage_2" else deadline


def _without_repeats(deadlines: list[Deadline]) -> list[Deadline]:
    """Leave out "other" for a day that has a role."""
    named = {d.on for d in deadlines if d.role != "other"}
    return [d for d in deadlines if d.role != "other" or d.on not in named]


def _passages(text: str, days: list[Day]) -> Iterator[tuple[str, list[Day]]]:
    """Yield the stretches of text around days, where there are words that could make one of them a deadline."""
    stretches: list[tuple[int, int]] = []
    for day in days:
        if not _may_be_deadline(text, day):
            continue
        start, end = _word_start(text, max(0, day.start - BEFORE)), min(len(text), day.end + AFTER)
        if stretches and start <= stretches[-1][1]:
            start = stretches.pop()[0]
        stretches.append((start, end))
    for start, end in stretches:
        inside = [day for day in days if start <= day.start and day.end <= end]
        yield text[start:end], [replace(day, start=day.start - start, end=day.end - start) for day in inside]


def _may_be_deadline(text: str, day: Day) -> bool:
    lead = text[max(0, day.start - REACH) : day.start]
    if _NOT_A_LIMIT.search(lead[-14:]):
        return False
    return bool(_ADJACENT.search(lead[-40:]) or _TRIGGER.search(lead) or _TRIGGER.search(text, day.end, day.end + 60))


def _word_start(text: str, position: int) -> int:
    while position and position < len(text) and not text[position - 1].isspace():
        position += 1
    return position


def _read(passage: str, days: list[Day], language: str, kind: Kind, published: date | None) -> Iterator[Deadline]:
    earlier: Sentence | None = None
    for sentence in sentences(passage, language):
        inside = [day for day in days if sentence.start <= day.start < sentence.end]
        if inside:
            yield from _of_sentence(passage, sentence, inside, earlier, kind, published)
        earlier = sentence


def _of_sentence(
    passage: str, sentence: Sentence, days: list[Day], earlier: Sentence | None, kind: Kind, published: date | None
) -> Iterator[Deadline]:
    previous: Day | None = None
    role = ""
    for day in days:
        between = passage[previous.end if previous else sentence.start : day.start]
        if not (role and previous and _LIST.match(between)):
            role = _role(passage, sentence, day, previous, earlier, kind)
        on = day.on(_likely_year(day, published))
        if role and on:
            yield Deadline(on, role, "" if role == "opens" else _clock(passage, day))
        previous = day


def _likely_year(day: Day, published: date | None) -> int | None:
    """Return the year of "senast den 31 mars": the first such day after the item was published."""
    if published is None or day.year:
        return None
    this = day.on(published.year)
    return published.year if this and this >= published - timedelta(days=1) else published.year + 1


def _role(
    passage: str, sentence: Sentence, day: Day, previous: Day | None, earlier: Sentence | None, kind: Kind
) -> str:
    """Return the role of a day as a deadline, "opens", or "" when it is neither."""
    lead = passage[max(sentence.start, day.start - 40) : day.start]
    gap_start = previous.end if previous else sentence.start
    gap = [cue for cue in sentence.cues if gap_start <= cue.start and cue.end <= day.start]
    before = [cue for cue in sentence.cues if cue.end <= day.start]
    after = [cue for cue in sentence.cues if cue.start >= day.end]
    if _NOT_A_LIMIT.search(lead) or any(_is_past(passage, cue, day) for cue in gap):
        return ""
    if _applies_from(gap, day, after, passage):
        return "application_date"
    if _FROM.search(lead) or _is_last(gap, "opens"):
        asked = any(cue.label in ("application", "opens") for cue in sentence.cues)
        return "opens" if asked and kind not in _LAW else ""
    strong = _has_strong_limit(passage, day, gap, after)
    if not strong and not _has_soft_limit(day, lead, gap, previous):
        return ""
    if kind in _OF_KIND and (told := _something_else(before, earlier)):
        return "other" if told == "meeting" else ""
    role = _what(before, after, earlier if strong or kind in _OF_KIND else None, kind, day)
    if role == "transposition" and not _OF_AN_ACT.search(passage):
        role = "other"
    return role or ("other" if strong and kind not in _LAW else "")


def _is_past(passage: str, cue: Cue, day: Day) -> bool:
    """Say whether a cue tells of what has been; "must be received by" does not."""
    return cue.label == "past" and day.start - cue.end < REACH and not passage[: cue.start].endswith("be ")


def _is_last(cues: list[Cue], label: str) -> bool:
    telling = [cue for cue in cues if cue.label in ("limit", "opens")]
    return bool(telling) and telling[-1].label == label


def _applies_from(gap: list[Cue], day: Day, after: list[Cue], passage: str) -> bool:
    starts = [cue for cue in gap if cue.label == "starts" and day.start - cue.end < CLOSE]
    if starts:
        word = passage[starts[-1].start : day.start].lower()
        return not re.match(
            r"(?:apply|applies|tillämpas|applicable)\s+(?:by|before|until|till|no|senast|not|t\.?o\.?m|fram)", word
        )
    following = next((cue for cue in after if cue.label == "starts"), None)
    return (
        following is not None
        and "kraft" in passage[following.start : following.end]
        and following.start - day.end < CLOSE
    )


def _has_strong_limit(passage: str, day: Day, gap: list[Cue], after: list[Cue]) -> bool:
    """Say whether words for a last day stand before the day, or close after it: "den 31 mars är sista dagen"."""
    if any(cue.label == "limit" and not _is_soft(passage, cue) and day.start - cue.end < REACH for cue in gap):
        return True
    if any(cue.label in _STAGES and 0 < day.start - cue.end <= STAGE_NEAR for cue in gap):
        return True
    close = [cue for cue in after if cue.label == "limit" and cue.start - day.end < CLOSE]
    is_another_days = re.search(r"\d", passage[day.end : day.end + 12])
    return not is_another_days and any(not _is_soft(passage, cue) for cue in close)


def _has_soft_limit(day: Day, lead: str, gap: list[Cue], previous: Day | None) -> bool:
    if _ADJACENT.search(lead) or (previous and _UP_TO.search(lead)):
        return True
    return any(cue.label == "limit" and day.start - cue.end < NEXT_TO for cue in gap)


def _is_soft(passage: str, cue: Cue) -> bool:
    return passage[cue.start : cue.end].lower() in _SOFT


def _what(before: list[Cue], after: list[Cue], earlier: Sentence | None, kind: Kind, day: Day) -> str:
    """Return for what the day is the last one: by the nearest words around it, or in the sentence before."""
    # A word after the day is as near as one twice as far before it: Swedish and English lead up to the day.
    around = [(day.start - cue.end, cue) for cue in before] + [(2 * (cue.start - day.end), cue) for cue in after]
    nearest = [cue for _, cue in sorted(around, key=lambda one: one[0])]
    if kind in _LAW:
        return "transposition" if any(cue.label == "transposition" for cue in nearest) else ""
    stages = [cue for cue in before if cue.label in _STAGES and day.start - cue.end < REACH][::-1]
    stages = stages or [cue for cue in after if cue.label in _STAGES and cue.start - day.end < CLOSE]
    if stages:
        return stages[0].label
    labels = [cue.label for cue in nearest if cue.label in _WHAT]
    if not labels and earlier:
        labels = [cue.label for cue in reversed(earlier.cues) if cue.label in ("application", "answer")]
    if "transposition" in labels and kind is not Kind.CALL and "report" not in labels:
        return "transposition"
    label = next((label for label in labels if label != "transposition"), "")
    if not label or (label == "registration" and kind in _OF_KIND):
        return _OF_KIND.get(kind, "")
    return "other" if label in ("report", "registration") else label


def _something_else(before: list[Cue], earlier: Sentence | None) -> str:
    """Return "happens" or "meeting" where a day in a call is that of a start, a decision or a meeting, else ""."""
    told = [cue.label for cue in before if cue.label in (*_WHAT, *_OTHERS)]
    if told[-1:] == ["registration"]:
        met = "meeting" in told or (earlier is not None and any(cue.label == "meeting" for cue in earlier.cues))
        return "meeting" if met else ""
    return told[-1] if told and told[-1] in _OTHERS else ""


def _clock(passage: str, day: Day) -> str:
    match = _CLOCK.match(passage[day.end : day.end + 60])
    if not match:
        return ""
    zone = " Brysseltid" if _BRUSSELS.search(match["zone"]) else ""
    return f"kl. {int(match['hour']):02d}.{match['minute']}{zone}"
