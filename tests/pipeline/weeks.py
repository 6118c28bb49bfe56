"""The weeks that the golden letters are made of: candidates, what was told before, and who reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.candidate import Candidate
from pipeline.letter import Extras
from pipeline.letter_item import Link
from pipeline.selection import History, Told
from pipeline.source_notes import SourceNotes
from store.types import Analysis, Deadline, Kind, Money, Reason, Reference, Stage, Thread, ThreadMember
from tests.pipeline.making import NOW, candidate, moved_deadline, unit

ALL_READ = SourceNotes(14)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenWeek:
    """What one reader's letter is made from."""

    candidates: tuple[Candidate, ...] = ()
    reader: str = "social@example.org"
    history: History = field(default_factory=History)
    sources: SourceNotes = ALL_READ
    municipality: Mapping[str, Any] = field(default_factory=dict)
    extras: Extras = field(default_factory=Extras)
    page: bool = False  # whether the installation has a page to answer on


def because(text: str, area: str) -> tuple[Reason, ...]:
    return (Reason(text=text, area=area, weight=0.4),)


DISABILITY_ACT = candidate(
    "S2026-01234",
    "Ändringar i lagen (1993:387) om stöd och service till vissa funktionshindrade",
    source="regeringen",
    kind=Kind.CONSULTATION,
    areas={"elderly_disability": 0.9},
    reasons=because("LSS i titeln", "elderly_disability"),
    summary="Promemorian föreslår att rätten till personlig assistans för barn förtydligas.",
    deadlines=(Deadline(date(2026, 12, 4), "answer"),),
    publisher="Socialdepartementet",
)
LONELINESS_CALL = candidate(
    "CERV-2027-LONELY",
    "Local action against loneliness among older people",
    source="funding_tenders",
    kind=Kind.CALL,
    relevance=0.9,
    areas={"elderly_disability": 0.8, "social": 0.5},
    flags={"funding": 1.0},
    reasons=because("municipalities i texten; older people i titeln", "elderly_disability"),
    summary="The call supports municipalities that try new ways of bringing people together.",
    language="en",
    status="forthcoming",
    opens=date(2027, 5, 6),
    deadlines=(Deadline(date(2027, 9, 2)), Deadline(date(2028, 2, 10), "stage_2")),
    money=(
        Money(6_000_000, "EUR", "total"),
        Money(150_000, "EUR", "grant_min"),
        Money(150_000, "EUR", "grant_max"),
        Money(80, "%", "rate"),
    ),
    facts={"applicants": ["municipality", "association"], "partners_min": 3, "countries_min": 3, "cofinancing": [80.0]},
    publisher="Europeiska kommissionen",
)
CARE_DIRECTIVE = candidate(
    "32026L0999",
    "Europaparlamentets och rådets direktiv (EU) 2026/999 av den 4 november 2026 om ett europeiskt kort för "
    "personer med funktionsnedsättning som reser till andra länder i unionen",
    source="cellar",
    kind=Kind.LEGAL_ACT,
    areas={"elderly_disability": 0.7},
    flags={"law": 1.0},
    reasons=because("funktionsnedsättning i titeln; EuroVoc: personer med funktionsnedsättning", "elderly_disability"),
    summary="Direktivet gör att kort som utfärdats i ett land gäller i alla.",
    published=date(2026, 11, 4),
    deadlines=(Deadline(date(2028, 6, 30), "transposition"),),
    references=(Reference("celex", "32026L0999", "is"),),
    publisher="Europeiska unionen",
)
ACT_IN_TWO_LANGUAGES = candidate(
    "32026H2615",
    "Rådets rekommendation av den 16 november 2026 om hemtjänst i glesbygd",
    source="cellar",
    kind=Kind.LEGAL_ACT,
    relevance=0.6,
    areas={"elderly_disability": 0.5},
    reasons=because("hemtjänst i titeln", "elderly_disability"),
    summary="Council Recommendation of 16 November 2026 on home care in sparsely populated areas",
    published=date(2026, 11, 16),
    references=(Reference("celex", "32026H2615", "is"),),
    publisher="Europeiska unionen",
)
CHILDREN_NEWS = candidate(
    "barnens-ratt",
    "Fler kommuner låter barn vara med när insatser planeras",
    relevance=0.7,
    areas={"social": 0.8},
    flags={"children_youth": 0.9},
    reasons=because("barnens delaktighet i texten", "social"),
    summary="En kartläggning visar att arbetssättet har spritt sig till 112 kommuner.",
    story="barn",
)
SAME_NEWS = candidate("barn-igen", relevance=0.6, areas={"social": 0.7}, story="barn", publisher="Andra bladet")
ABROAD = candidate(
    "tampere",
    "Tampere prövar gemensam hemtjänst över kommungränsen",
    relevance=0.6,
    areas={"elderly_disability": 0.6},
    meta={"region": "Norden"},
    published=None,
    publisher="Norden runt",
)
NORMAL = GoldenWeek(
    candidates=(
        ABROAD,
        SAME_NEWS,
        CHILDREN_NEWS,
        ACT_IN_TWO_LANGUAGES,
        CARE_DIRECTIVE,
        LONELINESS_CALL,
        DISABILITY_ACT,
    ),
    sources=SourceNotes(14, ("Exempelbladet svarar inte som den ska",)),
    page=True,
)
EMPTY = GoldenWeek(page=True)

SHARED_READER = GoldenWeek(
    reader="samordnare@example.org",
    candidates=(
        candidate("vattendirektiv", "Ny vägledning om dricksvatten i skolor", areas={"water": 0.9, "school": 0.8}),
        candidate("bad", "Badvattnet blev bättre i år", areas={"water": 0.8}),
        candidate("avfall", "Nya regler för textilavfall", areas={"waste": 0.9}),
        candidate("utan-fast", "Stöd till familjehem", areas={"social": 0.9}),
    ),
    municipality={
        "units": {
            "skola": unit("Skolförvaltningen", ["school"], "samordnare"),
            "vatten": unit("Provköpings Vatten AB", ["water"], "samordnare", kind="company"),
            "social": unit("Socialförvaltningen", ["social"], None),
        },
        "thresholds": {"per_digest": 3},
    },
)

MOVED_CALL = candidate(
    "CERV-2026-TT",
    "Town Twinning 2026",
    source="funding_tenders",
    kind=Kind.CALL,
    areas={"social": 0.9},
    flags={"funding": 1.0},
    status="open",
    published=date(2026, 9, 1),
    first_seen=datetime(2026, 9, 2, tzinfo=UTC),
    deadlines=(Deadline(date(2026, 12, 5)),),
    money=(Money(3_500_000, "EUR", "total"), Money(30_000, "EUR", "grant_max")),
    publisher="Europeiska kommissionen",
    language="en",
    revisions=(
        moved_deadline(
            "CERV-2026-TT", "2026-12-03", "2026-12-05", seen_at=NOW - timedelta(days=2), source="funding_tenders"
        ),
    ),
)
CHANGED_DEADLINE = GoldenWeek(
    candidates=(MOVED_CALL, CARE_DIRECTIVE),
    history=History(
        items={MOVED_CALL.id: Told(NOW - timedelta(days=14)), CARE_DIRECTIVE.id: Told(NOW - timedelta(days=7))},
        last=NOW - timedelta(days=7),
    ),
)

HOSTILE = GoldenWeek(
    candidates=(
        candidate(
            "skript",
            '<script>alert(1)</script> & "<b>fetstil</b>" </title>\r\nBcc: alla@example.org',
            areas={"social": 0.9},
            summary="<img src=https://spy.example.org/p.png onerror=alert(1)>{{ 7 * 7 }}{% raw %}",
            url="javascript:alert(1)",
            reasons=because("<i>titeln</i>", "social"),
            publisher="<a href=x>Blad</a>",
        ),
        candidate(
            "bidi",
            "Faktura \u202egnp.exe\u202c med\u200b osynliga\u00ad tecken\x07 och \U0001f469\u200d\U0001f680 Åäö",
            areas={"social": 0.8},
            url='https://example.org/"onmouseover="alert(1)?a=1&b=<2>',
            published=date(2099, 1, 1),
            relevance=0.7,
        ),
        candidate("lang", "x" * 400, areas={"social": 0.7}, url="http:///utan-vard", relevance=0.6, published=None),
    ),
)

ACCESS_THREAD = Thread(
    id="kort",
    members=(
        ThreadMember("cellar", "52023PC0512", Stage.PROPOSAL, date(2026, 3, 6)),
        ThreadMember("regeringen", "fpm51", Stage.FACT_MEMO, date(2026, 4, 10)),
        ThreadMember("cellar", "32026L0999", Stage.ADOPTION, date(2026, 11, 4)),
        ThreadMember("regeringen", "dir-77", Stage.MANDATE, date(2026, 11, 12)),
        ThreadMember("feeds", "kortet-klart", None, date(2026, 11, 13)),
        ThreadMember("regeringen", "remiss-kort", Stage.REMISS, date(2026, 11, 20)),
        ThreadMember("cellar", "32026L0999", Stage.TRANSPOSITION, date(2028, 6, 30)),
    ),
)
HOME_THREAD = Thread(
    id="hem",
    members=(
        ThreadMember("regeringen", "sou-40", Stage.INQUIRY, date(2026, 5, 20)),
        ThreadMember("regeringen", "remiss-hem", Stage.REMISS, date(2026, 11, 18)),
    ),
)
THREADS = GoldenWeek(
    candidates=(
        replace(CARE_DIRECTIVE, thread=ACCESS_THREAD),
        candidate(
            "remiss-kort",
            "Remiss av promemorian Kort för personer med funktionsnedsättning",
            source="regeringen",
            kind=Kind.CONSULTATION,
            areas={"elderly_disability": 0.6},
            reasons=because("funktionsnedsättning i titeln", "elderly_disability"),
            deadlines=(Deadline(date(2027, 2, 26), "answer"),),
            publisher="Socialdepartementet",
            thread=ACCESS_THREAD,
        ),
        candidate(
            "dir-77",
            "Genomförande av direktivet om ett europeiskt kort, Dir. 2026:77",
            source="regeringen",
            kind=Kind.GOVERNMENT,
            areas={"elderly_disability": 0.6},
            published=date(2026, 11, 12),
            references=(Reference("dir", "Dir. 2026:77", "is"),),
            publisher="Socialdepartementet",
            thread=ACCESS_THREAD,
        ),
        candidate(
            "kortet-klart",
            "Kortet för personer med funktionsnedsättning är klubbat",
            areas={"elderly_disability": 0.6},
            published=date(2026, 11, 13),
            thread=ACCESS_THREAD,
        ),
        candidate(
            "remiss-hem",
            "Remiss av SOU 2026:40 Hem för barn",
            source="regeringen",
            kind=Kind.CONSULTATION,
            areas={"social": 0.8},
            published=date(2026, 11, 18),
            reasons=because("barn i titeln", "social"),
            deadlines=(Deadline(date(2026, 12, 2), "answer"),),
            publisher="Socialdepartementet",
            thread=HOME_THREAD,
        ),
    ),
    history=History(
        items={
            ("cellar", "52023PC0512"): Told(NOW - timedelta(days=250)),
            ("regeringen", "sou-40"): Told(NOW - timedelta(days=180)),
        },
        last=NOW - timedelta(days=7),
    ),
)

NEEDS_A_PERSON = GoldenWeek(
    reader="samordnare@example.org",
    sources=SourceNotes(14, ("Exempelbladet svarar inte som den ska (sedan 20 nov); nytt försök tidigast 14:20",)),
    extras=Extras(
        matters=(
            "Exempelbladet svarar inte som den ska (sedan 20 nov); nytt försök tidigast 14:20. "
            "Källan svarar inte (fel 503, tillfälligt stängd). Se efter med: utkik sources check feeds",
            "1\N{NO-BREAK SPACE}brev: avvisat av mottagaren. skola@example.org (2026-W47). Avgör med: utkik outbox",
        ),
        summary=(
            "2\N{NO-BREAK SPACE}veckobrev med 7\N{NO-BREAK SPACE}poster.",
            "Skolförvaltningen: 3\N{NO-BREAK SPACE}poster, avvisat av mottagaren.",
            "Socialförvaltningen: 4\N{NO-BREAK SPACE}poster, skickat.",
            "Besvarat: 2 av 7\N{NO-BREAK SPACE}poster. Utan svar: Skolförvaltningen (3) och Socialförvaltningen (2).",
        ),
    ),
)

NOTICE = GoldenWeek(
    candidates=(DISABILITY_ACT,),
    page=True,
    extras=Extras(is_notice=True),
)
AFTER_A_NOTICE = GoldenWeek(
    candidates=(CHILDREN_NEWS,),
    page=True,
    extras=Extras(
        already=(
            Link("Stöd till mötesplatser – sök senast tis 1 dec", "https://example.org/motesplatser"),
            Link("Remiss av SOU 2026:40 Hem för barn – svar senast ons 2 dec", ""),
        ),
    ),
)

ANALYSED = GoldenWeek(
    candidates=(
        replace(
            CARE_DIRECTIVE,
            analysis=Analysis(
                municipality="provköping",
                source="cellar",
                key="32026L0999",
                meaning="Färdtjänsten måste godta kort från andra länder.\nTillstånden behöver ses över.",
                written_at=NOW,
                author="analytiker",
                proposal="Socialförvaltningen tar fram nya rutiner under 2027.",
                signed_by="samordnare",
                signed_at=NOW,
            ),
        ),
        replace(CHILDREN_NEWS, analysis=None),
    ),
    page=True,
)

WEEKS = {
    "analysed": ANALYSED,
    "notice": NOTICE,
    "after_a_notice": AFTER_A_NOTICE,
    "needs_a_person": NEEDS_A_PERSON,
    "normal": NORMAL,
    "empty": EMPTY,
    "shared_reader": SHARED_READER,
    "changed_deadline": CHANGED_DEADLINE,
    "threads": THREADS,
    "hostile": HOSTILE,
}
