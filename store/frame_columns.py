"""The frames an analyst gets: what a row is in each, its columns, and where in the database they are.

One long file, because the frames are learnt by reading them together.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from store.frame_spec import (
    CATEGORY,
    COUNT,
    DAY,
    MOMENT,
    NUMBER,
    TEXT,
    YES_NO,
    Column,
    FrameSpec,
    budget_currency,
    budget_value,
    joined,
    maybe_joined,
    part,
    programme,
    share,
)
from store.tables import (
    ActionRow,
    AssessmentRow,
    DigestEntryRow,
    DigestRow,
    FeedbackRow,
    ItemDeadlineRow,
    ItemRow,
    RouteRow,
    RunRow,
    SourceMarkRow,
    ThreadMemberRow,
    VerdictRow,
)


def _key(table: Any) -> tuple[Column, Column]:
    return (
        Column("source", CATEGORY, "källa; med key postens namn för alltid", table.source),
        Column("key", TEXT, "postens nyckel hos källan", table.key),
    )


_KIND = Column("kind", CATEGORY, "postens slag: call, legal_act, consultation, news …", ItemRow.kind)


def _on_item(table: Any) -> Any:
    return and_(ItemRow.source == table.source, ItemRow.key == table.key)


def _counts() -> Any:
    """What was read in the text counts when the source itself tells no day."""
    own = aliased(ItemDeadlineRow)
    return or_(ItemDeadlineRow.is_own, ~exists().where(own.item_id == ItemDeadlineRow.item_id, own.is_own))


def _count_of(table: Any) -> Any:
    counted = select(func.count()).select_from(table).where(table.digest_id == DigestRow.id)
    return counted.correlate(DigestRow).scalar_subquery()


ITEMS = FrameSpec(
    "items",
    "en post som en källa berättat om",
    (
        *_key(ItemRow),
        _KIND,
        Column("day", DAY, "dagen den gavs ut, annars den dag vi först såg den", ItemRow.day),
        Column("published", DAY, "dagen källan anger; tom när den inte anger någon", ItemRow.published),
        Column("opens", DAY, "dagen en utlysning öppnar", ItemRow.opens),
        Column("first_seen", MOMENT, "när vi först såg den", ItemRow.first_seen),
        Column("changed_at", MOMENT, "när innehållet senast ändrades", ItemRow.changed_at),
        Column("status", CATEGORY, "forthcoming, open, closed, adopted, in_force, planned eller tomt", ItemRow.status),
        Column("language", CATEGORY, "språket källan anger: sv, en, tomt när den inte säger", ItemRow.language),
        Column("publisher", CATEGORY, "vem som står bakom, i ord", ItemRow.publisher),
        Column("title", TEXT, "rubrik", ItemRow.title),
        Column("url", TEXT, "länk", ItemRow.url),
        Column("text", TEXT, "brödtext, högst 20 000 tecken", ItemRow.text, optional=True),
        Column("programme", CATEGORY, "utlysningens program", ItemRow.concepts, optional=True, reads=programme),
        Column("budget", NUMBER, "utlysningens hela budget", ItemRow.money, optional=True, reads=budget_value),
        Column("currency", CATEGORY, "budgetens valuta", ItemRow.money, optional=True, reads=budget_currency),
        Column("region", CATEGORY, "Sverige, EU, Norden eller Världen", ItemRow.meta, True, part("region")),
    ),
    ItemRow.__table__,
    "day",
    (ItemRow.id,),
)
_ASSESSED = AssessmentRow.__table__.join(ItemRow.__table__, ItemRow.id == AssessmentRow.item_id)
ASSESSMENTS = FrameSpec(
    "assessments",
    "den senaste bedömningen av en post, lika för alla kommuner",
    (
        *_key(ItemRow),
        _KIND,
        Column("day", DAY, "postens dag", ItemRow.day),
        Column("assessed_at", MOMENT, "när den bedömdes", AssessmentRow.assessed_at),
        Column("assessor", CATEGORY, "kunskap och modell som bedömde", AssessmentRow.assessor),
        Column("language", CATEGORY, "språket i texten", AssessmentRow.language),
        Column("relevance", NUMBER, "0–1: hur troligt att en samordnare skickar den vidare", AssessmentRow.relevance),
        Column("children_youth", NUMBER, "0–1: barn och unga", AssessmentRow.flags, reads=share("children_youth")),
        Column("funding", NUMBER, "0–1: pengar att söka", AssessmentRow.flags, reads=share("funding")),
        Column("law", NUMBER, "0–1: lag eller förslag", AssessmentRow.flags, reads=share("law")),
        Column("partnership", NUMBER, "0–1: partnerskap, vänorter", AssessmentRow.flags, reads=share("partnership")),
        Column("summary", TEXT, "en mening ur posten", AssessmentRow.summary, optional=True),
    ),
    _ASSESSED,
    "day",
    (ItemRow.id,),
)
AREAS = FrameSpec(
    "areas",
    "en post och ett verksamhetsområde som den rör",
    (
        *_key(ItemRow),
        _KIND,
        Column("day", DAY, "postens dag", ItemRow.day),
        Column("relevance", NUMBER, "postens relevans, 0–1", AssessmentRow.relevance),
        Column("area", CATEGORY, "verksamhetsområdets nyckel, som water", AssessmentRow.areas),
        Column("score", NUMBER, "0–1: hur säkert att posten rör området", AssessmentRow.areas),
    ),
    _ASSESSED,
    "day",
    (ItemRow.id,),
    explodes="area",
)
DEADLINES = FrameSpec(
    "deadlines",
    "en dag att passa för en post",
    (
        *_key(ItemRow),
        _KIND,
        Column("deadline", DAY, "dagen", ItemDeadlineRow.day),
        Column(
            "role", CATEGORY, "application, stage_1, stage_2, cut_off, answer, transposition …", ItemDeadlineRow.role
        ),
        Column("is_own", YES_NO, "sant: källan anger den; falskt: läst i texten", ItemDeadlineRow.is_own),
    ),
    ItemDeadlineRow.__table__.join(ItemRow.__table__, ItemRow.id == ItemDeadlineRow.item_id),
    "deadline",
    (ItemDeadlineRow.day, ItemDeadlineRow.item_id, ItemDeadlineRow.is_own, ItemDeadlineRow.role),
    where=(_counts(),),
)
# By rank and not by asking for a newer one: SQLite looked that up among all of the municipality's later verdicts.
_RANKED = select(
    VerdictRow.id,
    func.row_number()
    .over(
        partition_by=(VerdictRow.municipality, VerdictRow.source, VerdictRow.key),
        order_by=VerdictRow.id.desc(),  # as store.verdicts.stands has it
    )
    .label("place"),
).subquery()
VERDICTS = FrameSpec(
    "verdicts",
    "ett avgörande av samordnaren; inget skrivs över",
    (
        Column("municipality", CATEGORY, "kommun", VerdictRow.municipality),
        *_key(VerdictRow),
        _KIND,
        Column("ruling", CATEGORY, "send, drop, later eller reopened (togs tillbaka)", VerdictRow.ruling),
        Column("at", MOMENT, "när", VerdictRow.at),
        Column("by", CATEGORY, "roll", VerdictRow.by),
        Column("origin", CATEGORY, "hur posten kom upp: ranked, routed, explored, undone", VerdictRow.origin),
        Column("areas", TEXT, "rättade områden; tomt när de lämnades som de var", VerdictRow.areas, reads=maybe_joined),
        Column("units", TEXT, "utpekade enheter; tomt när områdena avgör", VerdictRow.units, reads=maybe_joined),
        Column(
            "stands",
            YES_NO,
            "sant för det avgörande som gäller nu",
            and_(_RANKED.c.place == 1, VerdictRow.ruling != "reopened"),
        ),
    ),
    VerdictRow.__table__.join(ItemRow.__table__, _on_item(VerdictRow)).join(_RANKED, _RANKED.c.id == VerdictRow.id),
    "at",
    (VerdictRow.at, VerdictRow.id),
    municipality=VerdictRow.municipality,
)
ROUTES = FrameSpec(
    "routes",
    "en posts väg till en enhet i en vecka",
    (
        Column("municipality", CATEGORY, "kommun", RouteRow.municipality),
        Column("week", CATEGORY, "ISO-vecka, 2026-W34", RouteRow.week),
        Column("unit", CATEGORY, "enhetens nyckel; _coordinator när ingen svarar för området", RouteRow.unit),
        *_key(RouteRow),
        _KIND,
        Column("day", DAY, "postens dag", ItemRow.day),
        Column("score", NUMBER, "hur väl den passar enheten", RouteRow.score),
        Column("areas", TEXT, "områden som ledde dit", RouteRow.areas, reads=joined),
    ),
    RouteRow.__table__.join(ItemRow.__table__, _on_item(RouteRow)),
    "day",
    (RouteRow.week, RouteRow.municipality, RouteRow.unit, RouteRow.source, RouteRow.key),
    municipality=RouteRow.municipality,
)
DIGESTS = FrameSpec(
    "digests",
    "ett brev; mottagarens adress finns inte med",
    (
        Column("digest", TEXT, "brevets nyckel", DigestRow.id),
        Column("municipality", CATEGORY, "kommun", DigestRow.municipality),
        Column("week", CATEGORY, "ISO-vecka; en påminnelse har dagen, 2026-W34-2", DigestRow.week),
        Column("units", TEXT, "enheter som läser det", DigestRow.units, reads=joined),
        Column("state", CATEGORY, "queued, sent, refused, bounced, held …", DigestRow.state),
        Column("created_at", MOMENT, "när det skrevs", DigestRow.created_at),
        Column("settled_at", MOMENT, "när det skickades eller gav upp", DigestRow.settled_at),
        Column("attempts", COUNT, "försök att skicka", DigestRow.attempts),
        Column("entries", COUNT, "poster i det", _count_of(DigestEntryRow)),
        Column("answers", COUNT, "svar på det, som ännu är knutna till brevet", _count_of(FeedbackRow)),
    ),
    DigestRow.__table__,
    "created_at",
    (DigestRow.created_at, DigestRow.id),
    of_items=False,
    municipality=DigestRow.municipality,
)
ENTRIES = FrameSpec(
    "entries",
    "en post i ett brev",
    (
        Column("digest", TEXT, "brevets nyckel", DigestRow.id),
        Column("municipality", CATEGORY, "kommun", DigestRow.municipality),
        Column("week", CATEGORY, "ISO-vecka", DigestRow.week),
        *_key(DigestEntryRow),
        _KIND,
        Column("section", CATEGORY, "brevets avdelning", DigestEntryRow.section),
        Column("position", COUNT, "plats i brevet, från 0", DigestEntryRow.position),
        Column("told_at", MOMENT, "när brevet skrevs", DigestRow.created_at),
        Column("because", TEXT, "varför mottagaren fick den", DigestEntryRow.because, optional=True),
    ),
    DigestEntryRow.__table__.join(DigestRow.__table__, DigestRow.id == DigestEntryRow.digest_id).outerjoin(
        ItemRow.__table__, _on_item(DigestEntryRow)
    ),
    "told_at",
    (DigestRow.created_at, DigestEntryRow.digest_id, DigestEntryRow.position, DigestEntryRow.key),
    municipality=DigestRow.municipality,
)
ANSWERS = FrameSpec(
    "answers",
    "ett svar från en kontaktperson; det sista på samma post i samma brev gäller",
    (
        Column("municipality", CATEGORY, "kommun", DigestRow.municipality),
        Column("digest", TEXT, "brevets nyckel", FeedbackRow.digest_id),
        Column("week", CATEGORY, "brevets ISO-vecka", DigestRow.week),
        *_key(FeedbackRow),
        _KIND,
        Column("answer", CATEGORY, "relevant, not_for_us, pass_on eller act", FeedbackRow.answer),
        Column("at", MOMENT, "när", FeedbackRow.at),
        Column("unit", CATEGORY, "enhet som svarade", FeedbackRow.unit),
        Column("passed_to", CATEGORY, "enhet den skickades vidare till", FeedbackRow.passed_to),
    ),
    FeedbackRow.__table__.join(DigestRow.__table__, DigestRow.id == FeedbackRow.digest_id).outerjoin(
        ItemRow.__table__, _on_item(FeedbackRow)
    ),
    "at",
    (FeedbackRow.at, FeedbackRow.id),
    municipality=DigestRow.municipality,
)
ACTIONS = FrameSpec(
    "actions",
    "något som kommunen gör åt en post",
    (
        Column("action", TEXT, "åtgärdens nyckel", ActionRow.id),
        Column("municipality", CATEGORY, "kommun", ActionRow.municipality),
        *_key(ActionRow),
        _KIND,
        Column("unit", CATEGORY, "enhet", ActionRow.unit),
        Column("title", TEXT, "vad som görs", ActionRow.title),
        Column("created_at", MOMENT, "när den lades upp", ActionRow.created_at),
        Column("changed_at", MOMENT, "när den senast ändrades", ActionRow.changed_at),
        Column("due", DAY, "när den ska vara klar", ActionRow.due),
        Column("state", CATEGORY, "open, ongoing, done eller dropped", ActionRow.state),
        Column("applied", NUMBER, "sökta pengar", ActionRow.applied),
        Column("granted", NUMBER, "beviljade pengar; tomt när inget besked finns", ActionRow.granted),
        Column("currency", CATEGORY, "valuta för båda", ActionRow.currency),
        Column("outcome", TEXT, "hur det gick, i ord", ActionRow.outcome),
        Column("note", TEXT, "anteckning i fri text, som kan nämna någon", ActionRow.note, optional=True),
    ),
    ActionRow.__table__.join(ItemRow.__table__, _on_item(ActionRow)),
    "created_at",
    (ActionRow.created_at, ActionRow.id),
    municipality=ActionRow.municipality,
)
SOURCES = FrameSpec(
    "sources",
    "en del av en källa, som den står nu",
    (
        Column("source", CATEGORY, "källa", SourceMarkRow.source),
        Column("part", TEXT, "del av källan, som ett flöde", SourceMarkRow.part),
        Column("state", CATEGORY, "working, quiet, changed, refused, failing, off, waiting", SourceMarkRow.state),
        Column("since", MOMENT, "sedan när", SourceMarkRow.since),
        Column("failures", COUNT, "fel i rad", SourceMarkRow.failures),
        Column("next_try", MOMENT, "när den provas igen", SourceMarkRow.next_try),
        Column("newest", DAY, "dagen för dess nyaste post", SourceMarkRow.newest),
    ),
    SourceMarkRow.__table__,
    "since",
    (SourceMarkRow.source, SourceMarkRow.part),
    of_items=False,
    sources=SourceMarkRow.source,
)
THREADS = FrameSpec(
    "threads",
    "en posts plats i ett ärende, från förslag till svensk lag",
    (
        Column("thread", TEXT, "ärendets nyckel", ThreadMemberRow.thread_id),
        *_key(ItemRow),
        _KIND,
        Column(
            "stage",
            CATEGORY,
            "proposal, fact_memo, remiss, adoption, statute, transposition …; tomt för nyheter",
            ThreadMemberRow.stage,
        ),
        Column("on", DAY, "dagen; för transposition sista dag för svensk lag", ThreadMemberRow.day),
        Column("position", COUNT, "plats i tidsordning, från 0", ThreadMemberRow.position),
    ),
    ThreadMemberRow.__table__.join(ItemRow.__table__, ItemRow.id == ThreadMemberRow.item_id),
    "on",
    (ThreadMemberRow.thread_id, ThreadMemberRow.position, ThreadMemberRow.item_id, ThreadMemberRow.stage),
)
RUNS = FrameSpec(
    "runs",
    "en körning av ett steg, eller av en källa i steget collect",
    (
        Column("run", TEXT, "körningens nyckel", RunRow.id),
        Column("step", CATEGORY, "collect, assess, compose, send …", RunRow.step),
        Column("subject", CATEGORY, "källan i collect, veckan i compose och send, annars tomt", RunRow.subject),
        Column("started_at", MOMENT, "när den började", RunRow.started_at),
        Column("ended_at", MOMENT, "när den slutade", RunRow.ended_at),
        Column("outcome", CATEGORY, "running, complete, partial, failed, interrupted", RunRow.outcome),
        Column("state", CATEGORY, "läget källan lämnades i", RunRow.state),
        Column("read", COUNT, "lästa poster", RunRow.counts, reads=part("read")),
        Column("new", COUNT, "nya poster", RunRow.counts, reads=part("new")),
        Column("changed", COUNT, "ändrade poster", RunRow.counts, reads=part("changed")),
        Column("skipped", COUNT, "överhoppade poster", RunRow.counts, reads=part("skipped")),
    ),
    RunRow.__table__,
    "started_at",
    (RunRow.id,),
    of_items=False,
    sources=RunRow.subject,
)
FRAMES = {
    spec.name: spec
    for spec in (
        *(ITEMS, ASSESSMENTS, AREAS, DEADLINES, VERDICTS, ROUTES, DIGESTS, ENTRIES, ANSWERS, ACTIONS),
        *(SOURCES, THREADS, RUNS),
    )
}
