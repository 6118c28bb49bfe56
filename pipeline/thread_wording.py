"""What is said of a thread: its chain of stages, and that a new stage has come since a reader was told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from pipeline.candidate import Candidate, ItemId
from pipeline.wording import HARD_SPACE, MONTHS, day_in_words
from store.types import Stage, Thread, ThreadMember

STAGES = {
    Stage.PROPOSAL: "förslag",
    Stage.COMMUNICATION: "meddelande",
    Stage.FACT_MEMO: "faktapromemoria",
    Stage.CONSULTATION: "samråd",
    Stage.ADOPTION: "antaget",
    Stage.MANDATE: "kommittédirektiv",
    Stage.INQUIRY: "utredning",
    Stage.REMISS: "remiss",
    Stage.DRAFT_BILL: "lagrådsremiss",
    Stage.BILL: "proposition",
    Stage.STATUTE: "svensk lag",
    Stage.TRANSPOSITION: "införs senast",
}
FEWEST_STAGES = 2  # that have a document of their own; an act's last day alone is told beside the act


def stages_of(thread: Thread, today: date) -> list[ThreadMember]:
    """Return the first document of each stage, in order of time; what lies ahead is the last day for national law."""
    first: dict[Stage, ThreadMember] = {}
    for member in thread.members:
        if member.stage and (member.on <= today or member.stage is Stage.TRANSPOSITION):
            first.setdefault(member.stage, member)
    stages = sorted(first.values(), key=lambda member: member.on)
    documents = [member for member in stages if member.stage is not Stage.TRANSPOSITION]
    return stages if len(documents) >= FEWEST_STAGES else documents


def chain(thread: Thread | None, current: Stage | None, today: date) -> str:
    """Return "förslag → faktapromemoria → ● antaget → införs senast 31 juli 2027", or "" for fewer than two stages."""
    stages = stages_of(thread, today) if thread else []
    if len(stages) < FEWEST_STAGES:
        return ""
    return " → ".join(
        (f"●{HARD_SPACE}" if member.stage is current else "") + _stage(member, today) for member in stages
    )


def _stage(member: ThreadMember, today: date) -> str:
    word = STAGES[member.stage] if member.stage else ""
    if member.stage is Stage.TRANSPOSITION:
        word = "infördes senast" if member.on < today else word
        return f"{word} {day_in_words(member.on, today, weekday=False)}"
    return word


def new_stage(candidate: Candidate, told: Collection[ItemId], today: date) -> str:
    """Return "Ny etapp i en tråd ni fått förut: förslag (mars 2026) → antaget", or "" when it is no new stage."""
    thread, stage = candidate.thread, candidate.stage
    if thread is None or stage is None:
        return ""
    before = [m for m in thread.members if (m.source, m.key) in told and m.stage and m.stage is not Stage.TRANSPOSITION]
    if not before or any(member.stage is stage for member in before):
        return ""
    last = max(before, key=lambda member: member.on)
    when = f"{MONTHS[last.on.month - 1]} {last.on.year}"
    return f"Ny etapp i en tråd ni fått förut: {_stage(last, today)} ({when}) → {STAGES[stage]}"


def word_of(candidate: Candidate) -> str:
    """Return what an item of a thread is called in a list: its stage, or "" for what is none."""
    return STAGES[candidate.stage] if candidate.stage else ""
