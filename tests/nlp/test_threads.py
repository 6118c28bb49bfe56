"""Which items are about one matter: joined by the numbers they have and name, and never by what they only cite."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta
from typing import Any

import pytest

from nlp.matters import numbers_in, read_matter, stage_of
from nlp.threads import MOST_NAMING, join
from store.types import Bond, Deadline, Item, Kind, Reference, Stage, Thread, ThreadEntry, Tie

Numbers = tuple[str, str, str]


def item(key: str, kind: Kind, title: str, day: str, *numbers: Numbers, text: str = "", **fields: Any) -> Item:
    return Item(
        source=fields.pop("source", "regeringen"),
        key=key,
        kind=kind,
        title=title,
        text=text,
        url=fields.pop("url", f"https://example.org/{key}"),
        published=date.fromisoformat(day),
        references=tuple(Reference(*number) for number in numbers),
        **fields,
    )


def act(celex: str, day: str, *numbers: Numbers, **fields: Any) -> Item:
    kind = Kind.LEGAL_ACT if celex[0] == "3" else Kind.PROPOSAL
    own = ("celex", celex, "is")
    return item(celex, kind, f"Rättsakt {celex}", day, own, *numbers, source="cellar", **fields)


def threads(*items: Item, existing: dict[tuple[str, str], str] | None = None) -> list[Thread]:
    return join([read_matter(each, date(2026, 1, 1)) for each in items], existing or {})


def keys(thread: Thread) -> list[str]:
    return list(dict.fromkeys(member.key for member in thread.members))


PROCEDURE = ("procedure", "2022/0345(COD)", "mentions")
PROPOSAL = act("52022PC0541", "2022-10-26", ("com", "COM(2022) 541", "is"), PROCEDURE)
DIRECTIVE = act(
    "32024L3019",
    "2024-11-27",
    ("celex", "52022PC0541", "adopts"),
    ("celex", "31991L0271", "repeals"),
    PROCEDURE,
    deadlines=(Deadline(date(2027, 7, 31), "transposition"),),
)
MEMO = item(
    "fpm33",
    Kind.GOVERNMENT,
    "Omarbetning av avloppsdirektivet, 2022/23:FPM33",
    "2022-12-01",
    ("fpm", "2022/23:FPM33", "is"),
    text="Kommissionens förslag till direktiv om rening av avloppsvatten, COM(2022) 541. Det bygger på COM(2021) 400.",
)
MANDATE = item(
    "dir-10",
    Kind.GOVERNMENT,
    "Genomförande av avloppsdirektivet, Dir. 2025:10",
    "2025-01-30",
    ("dir", "Dir. 2025:10", "is"),
    text="En utredare ska föreslå hur direktiv (EU) 2024/3019 om rening av avloppsvatten ska genomföras i svensk rätt.",
)
INQUIRY = item(
    "sou-44",
    Kind.GOVERNMENT,
    "Renare vatten, SOU 2026:44",
    "2026-05-11",
    ("sou", "SOU 2026:44", "is"),
    text="Betänkandet är svar på direktiven (Dir. 2025:10).",
)
REMISS = item("remiss", Kind.CONSULTATION, "Remiss av SOU 2026:44 Renare vatten", "2026-05-20", language="sv")
BILL = item(
    "prop-90",
    Kind.GOVERNMENT,
    "Renare avloppsvatten, Prop. 2026/27:90",
    "2027-03-02",
    ("prop", "Prop. 2026/27:90", "is"),
    text="Regeringen lämnar förslag som genomför direktiv (EU) 2024/3019. Lagen föreslås gälla från den 1 juli 2027.",
)
MEASURE = item(
    "72024L3019SWE_202701234",
    Kind.LEGAL_ACT,
    "Lag om ändring i lagen om allmänna vattentjänster",
    "2027-06-03",
    ("celex", "72024L3019SWE_202701234", "is"),
    source="transposition",
)
PRESS = item(
    "press",
    Kind.AGENCY,
    "Nya krav på rening av avloppsvatten",
    "2024-11-28",
    text="Rådet har antagit direktiv (EU) 2024/3019 om rening av avloppsvatten. Kommunerna får längre tid.",
)
WHOLE = (PROPOSAL, MEMO, DIRECTIVE, PRESS, MANDATE, INQUIRY, REMISS, BILL, MEASURE)


def test_directive_is_followed_from_proposal_to_swedish_law() -> None:
    (thread,) = threads(*WHOLE)
    assert [member.stage for member in thread.members] == [
        Stage.PROPOSAL,
        Stage.FACT_MEMO,
        Stage.ADOPTION,
        None,
        Stage.MANDATE,
        Stage.INQUIRY,
        Stage.REMISS,
        Stage.BILL,
        Stage.STATUTE,
        Stage.TRANSPOSITION,
    ]
    assert thread.members[-1].key == "32024L3019"
    assert thread.members[-1].on == date(2027, 7, 31)


@pytest.mark.parametrize("seed", range(8))
def test_order_of_arrival_does_not_matter(seed: int) -> None:
    gdpr = [naming("32016R0679", n, 2018) for n in range(4)]
    every = [*WHOLE, *gdpr, act("32016R0679", "2016-04-27"), act("32023L0970", "2023-05-10")]
    shuffled = every[:]
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - a shuffle, no secret
    assert threads(*shuffled) == threads(*every)


def test_thread_grown_item_by_item_is_the_same_and_keeps_its_first_id() -> None:
    known: dict[tuple[str, str], str] = {}
    for number in range(2, len(WHOLE) + 1):
        (thread,) = threads(*WHOLE[:number], existing=known)
        known |= {(member.source, member.key): thread.id for member in thread.members}
    assert thread == threads(*WHOLE)[0]
    assert len(set(known.values())) == 1


def test_older_item_that_comes_late_does_not_rename_the_thread() -> None:
    (before,) = threads(DIRECTIVE, MANDATE)
    known = {(member.source, member.key): before.id for member in before.members}
    (after,) = threads(PROPOSAL, DIRECTIVE, MANDATE, existing=known)
    assert keys(after)[0] == "52022PC0541"
    assert after.id == before.id


def test_split_thread_leaves_its_id_with_its_oldest_member() -> None:
    known = {("cellar", "32024L3019"): "t1", ("regeringen", "dir-10"): "t1", ("cellar", "32023L0970"): "t1"}
    pay = naming("32023L0970", 1, 2024)
    found = threads(DIRECTIVE, MANDATE, act("32023L0970", "2023-05-10"), pay, existing=known)
    assert {thread.id == "t1": keys(thread) for thread in found} == {
        True: ["32023L0970", pay.key],
        False: ["32024L3019", "dir-10"],
    }


def naming(celex: str, number: int, year: int) -> Item:
    """Return a Swedish document that is about one act."""
    letter = {"L": "direktiv", "R": "förordning"}[celex[5]]
    title = f"Anpassning till {letter} (EU) {celex[1:5]}/{int(celex[6:])}, del {number}"
    return item(f"{celex}-{number}", Kind.GOVERNMENT, title, f"{year}-03-01", ("ds", f"Ds {year}:{number + 1}", "is"))


def test_act_that_amends_repeals_or_rests_on_another_is_a_matter_of_its_own() -> None:
    basic = act("32018L2001", "2018-12-11")
    for relation in ("amends", "repeals", "based_on", "mentions"):
        assert threads(basic, act("32023L2413", "2023-10-18", ("celex", "32018L2001", relation))) == []


def test_document_that_names_two_acts_joins_neither() -> None:
    both = item(
        "dir-30",
        Kind.GOVERNMENT,
        "Genomförande av NIS 2 och CER, Dir. 2023:30",
        "2023-02-23",
        ("dir", "Dir. 2023:30", "is"),
        text="Utredaren ska föreslå hur direktiven (EU) 2022/2555 och (EU) 2022/2557 ska genomföras.",
    )
    assert threads(both, act("32022L2555", "2022-12-14"), act("32022L2557", "2022-12-14")) == []


def test_act_named_as_background_does_not_count() -> None:
    road = item(
        "pm",
        Kind.GOVERNMENT,
        "Ändringar i vägsäkerhetslagen",
        "2021-02-12",
        text="Förslagen genomför direktiv (EU) 2019/1936 om ändring av direktiven (EU) 2018/645 och (EU) 2018/646.",
    )
    changed = act("32018L0645", "2018-04-18")
    assert [keys(t) for t in threads(road, act("32019L1936", "2019-10-23"), changed)] == [["32019L1936", "pm"]]
    only = item(
        "pm2",
        Kind.GOVERNMENT,
        "Nytt register",
        "2019-02-12",
        text="Förslag om uppgifter enligt direktiv (EU) 2018/645.",
    )
    assert threads(only, changed) == []


def test_act_deep_in_a_text_is_not_what_the_text_is_about() -> None:
    long = item(
        "lang", Kind.NEWS, "Om vatten", "2025-02-02", text="Ord. " * 200 + "De har antagit direktiv (EU) 2024/3019."
    )
    assert threads(long, DIRECTIVE) == []


def test_basic_act_that_everybody_names_is_no_hub() -> None:
    gdpr = act("32016R0679", "2016-04-27")
    few = [naming("32016R0679", number, 2018) for number in range(3)]
    assert len(threads(gdpr, *few)) == 1
    many = [naming("32016R0679", number, 2018) for number in range(MOST_NAMING + 1)]
    assert threads(gdpr, *many) == []
    late = [naming("32016R0679", number, 2025) for number in range(3)]
    assert threads(gdpr, *late) == []


def test_public_procurement_directive_of_2014_joins_nobody_today() -> None:
    today = item("upph", Kind.GOVERNMENT, "Genomförande av direktiv 2014/24/EU, ny översyn", "2026-02-01")
    assert threads(act("32014L0024", "2014-02-26"), today) == []


def test_inquiry_about_two_acts_does_not_make_them_one_matter() -> None:
    first, second = act("32022L2555", "2022-12-14"), act("32022L2557", "2022-12-14")
    one = item("pm-1", Kind.GOVERNMENT, "Genomförande av direktiv (EU) 2022/2555, SOU 2024:18", "2024-03-05")
    two = item(
        "pm-2", Kind.GOVERNMENT, "Genomförande av direktiv (EU) 2022/2557", "2024-09-17", text="Förslag i SOU 2024:18."
    )
    found = threads(first, second, one, two)
    assert all({"32022L2555", "32022L2557"} - set(keys(thread)) for thread in found)


def test_two_procedures_are_never_one_matter() -> None:
    one = act("52023PC0001", "2023-01-10", ("procedure", "2023/0001(COD)", "mentions"))
    other = act(
        "32024R0001", "2024-01-10", ("procedure", "2023/0002(COD)", "mentions"), ("celex", "52023PC0001", "adopts")
    )
    assert threads(one, other) == []


def test_communication_about_a_package_belongs_to_none_of_its_procedures() -> None:
    package = act("52022DC0540", "2022-10-26", PROCEDURE, ("procedure", "2022/0346(COD)", "mentions"))
    assert threads(PROPOSAL, package) == []


def test_memo_over_several_proposals_and_memo_that_names_another_join_nothing() -> None:
    several = item(
        "fpm37",
        Kind.GOVERNMENT,
        "Moms i den digitala tidsåldern, 2022/23:FPM37",
        "2023-01-12",
        ("fpm", "2022/23:FPM37", "is"),
        text="Faktapromemoria om förslagen COM(2022) 701 och COM(2022) 703. Se även 2022/23:FPM33.",
    )
    assert threads(several, MEMO, act("52022PC0701", "2022-12-08"), act("52022PC0703", "2022-12-08")) == []


def test_memo_is_about_the_first_proposal_it_names_and_not_what_that_would_change() -> None:
    memo = item(
        "fpm65",
        Kind.GOVERNMENT,
        "Digital märkning av gödsel, 2022/23:FPM65",
        "2023-04-11",
        ("fpm", "2022/23:FPM65", "is"),
        text="Faktapromemoria om ändring av förordning (EU) 2019/1009 om EU-gödselprodukter, COM(2023) 98.",
    )
    changed = act("32019R1009", "2019-06-05")
    assert [keys(thread) for thread in threads(memo, changed, act("52023PC0098", "2023-02-27"))] == [
        ["52023PC0098", "fpm65"]
    ]


def test_proposal_that_is_not_in_the_store_still_holds_its_memo_and_news_together() -> None:
    news = item(
        "nytt", Kind.NEWS, "Kommissionen vill skärpa avloppsreningen", "2022-10-26", text="Förslaget är COM(2022) 541."
    )
    assert [keys(thread) for thread in threads(MEMO, news)] == [["nytt", "fpm33"]]


def test_calls_have_no_threads() -> None:
    calls = [
        item(f"LIFE-2026-{n}", Kind.CALL, "Stöd enligt COM(2022) 541", "2026-02-01", ("call", "LIFE-2026", "is"))
        for n in (1, 2)
    ]
    assert threads(*calls) == []


def test_swedish_law_that_serves_many_directives_does_not_join_them() -> None:
    laws = [
        item(
            f"7{act}SWE_1998",
            Kind.LEGAL_ACT,
            "Miljöbalk (1998:808)",
            "2024-01-01",
            ("celex", f"7{act}SWE_1998", "is"),
            ("sfs", "1998:808", "is"),
        )
        for act in ("2023L0970", "2024L3019")
    ]
    found = threads(*laws, DIRECTIVE, act("32023L0970", "2023-05-10"))
    assert all(len({key for key in keys(thread) if key[0] == "3"}) <= 1 for thread in found)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("32024L3019", "EU 2024/3019"),
        ("52022PC0541", "COM(2022) 541"),
        ("COM(2022) 541", "COM(2022) 541"),
        ("kom 2022 541", "COM(2022) 541"),
        ("direktiv (EU) 2024/3019", "EU 2024/3019"),
        ("2024/3019", "EU 2024/3019"),
        ("2022/0345(COD)", "2022/0345(COD)"),
        ("2022/23:FPM33", "2022/23:FPM33"),
        ("sou 2026:44", "SOU 2026:44"),
    ],
)
def test_number_is_understood_however_it_is_typed(typed: str, number: str) -> None:
    assert numbers_in(typed) == [number]


def test_words_are_no_numbers() -> None:
    assert numbers_in("avloppsvatten kommuner") == []


def test_consultation_of_the_commission_is_no_remiss() -> None:
    asked = item("1", Kind.CONSULTATION, "Circular Economy Act", "2026-01-01", source="have_your_say", language="en")
    assert (stage_of(asked), stage_of(REMISS)) == (Stage.CONSULTATION, Stage.REMISS)


def test_twenty_thousand_items_are_joined_in_seconds() -> None:
    start = date(2023, 1, 1)
    entries = [
        ThreadEntry(
            source="s",
            key=str(n),
            on=start + timedelta(days=n % 900),
            ties=(Tie(f"COM(2023) {n % 6000}", Bond.NAMES), Tie(f"SOU 2024:{n}", Bond.OWN)),
        )
        for n in range(20_000)
    ]
    began = time.perf_counter()
    assert len(join(entries, {})) == 6000
    assert time.perf_counter() - began < 5
