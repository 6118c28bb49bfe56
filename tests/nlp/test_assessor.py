"""What the day-one assessor says of items: relevance, areas, flags and reasons, whatever the input."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from nlp.assessor import Assessor
from store.types import Assessment, Concept, Item, Kind, Reference


def assess(assessor: Assessor, title: str, text: str = "", kind: Kind = Kind.NEWS, **fields: object) -> Assessment:
    item = Item(source="test", key=title[:80], kind=kind, title=title, text=text, url="", **fields)  # type: ignore[arg-type]
    return assessor.assess([item])[0]


@pytest.mark.parametrize(
    ("relevant", "irrelevant"),
    [
        ("Kommunen bygger ny förskola", "Föräldrar till tennisstjärnan jublade efter finalen"),
        ("Socialtjänsten får nya verktyg i kommunen", "Man häktad för mord efter skjutning i centrum"),
        ("Avloppsreningen ska byggas ut i kommunerna", "Rysk attack mot vattenverk i Ukraina"),
    ],
)
def test_municipal_news_is_above_other_news(assessor: Assessor, relevant: str, irrelevant: str) -> None:
    assert assess(assessor, relevant).relevance > 2 * assess(assessor, irrelevant).relevance


@pytest.mark.parametrize(
    "title",
    [
        "Commission Implementing Regulation (EU) 2031/5 imposing a definitive anti-dumping duty on imports of bicycles",
        "Prior notification of a concentration (Case M.1 - Alpha / Beta)",
        "Council Decision (CFSP) 2031/7 concerning restrictive measures",
        "Council Decision (EU) 2031/8 appointing an alternate member of the Committee of the Regions",
        "Commission Implementing Regulation (EU) 2031/9 approving a basic substance for plant protection products",
    ],
)
def test_acts_for_others_are_low(assessor: Assessor, title: str) -> None:
    assert assess(assessor, title, kind=Kind.LEGAL_ACT, language="en").relevance < 0.2


@pytest.mark.parametrize(
    ("title", "area"),
    [
        ("Europaparlamentets och rådets direktiv (EU) 2031/1 om rening av avloppsvatten", "water"),
        ("Europaparlamentets och rådets förordning (EU) 2031/2 om förpackningsavfall", "waste"),
        ("Förslag till direktiv om ändring av direktiv 2014/24/EU", "procurement"),
    ],
)
def test_swedish_titles_of_acts_for_municipalities_are_high(assessor: Assessor, title: str, area: str) -> None:
    said = assess(assessor, title, kind=Kind.LEGAL_ACT, language="sv")
    assert next(iter(said.areas)) == area
    assert said.relevance > 0.3


@pytest.mark.parametrize(
    "title",
    [
        "Kommissionens genomförandeförordning (EU) 2031/3 om införande av en slutgiltig antidumpningstull på cyklar",
        "Rådets beslut (Gusp) 2031/4 om restriktiva åtgärder",
        "Rådets beslut (EU) 2031/5 om den ståndpunkt som ska intas på unionens vägnar i gemensamma EES-kommittén",
        "Kommissionens delegerade förordning (EU) 2031/6 om tekniska standarder för tillsyn av kreditinstitut",
    ],
)
def test_swedish_titles_of_acts_for_others_are_low(assessor: Assessor, title: str) -> None:
    assert assess(assessor, title, kind=Kind.LEGAL_ACT, language="sv").relevance < 0.1


def test_code_and_label_of_one_subject_count_once(assessor: Assessor) -> None:
    both = assess(assessor, "Ett dokument", concepts=(Concept("government", "1268", "Socialtjänst"),), language="sv")
    code = assess(assessor, "Ett dokument", concepts=(Concept("government", "1268"),), language="sv")
    assert both.areas == code.areas


def test_inquiry_about_municipal_duties_is_high(assessor: Assessor) -> None:
    text = (
        "Utredningen föreslår att kommunerna ska erbjuda plats. Ändringar föreslås i skollagen och socialtjänstlagen."
    )
    said = assess(assessor, "En ny skollag för förskolan, SOU 2031:5", text, Kind.GOVERNMENT, language="sv")
    assert said.relevance > 0.7


def test_act_that_changes_a_known_directive_is_about_its_area(assessor: Assessor) -> None:
    reference = Reference("celex", "32008L0098", "amends")
    said = assess(assessor, "Kommissionens direktiv om vissa ändringar", kind=Kind.LEGAL_ACT, references=(reference,))
    assert next(iter(said.areas)) == "waste"


def test_numbers_of_acts_are_known_in_running_text(assessor: Assessor) -> None:
    title = "Regulation amending Directive 2014/24/EU as regards certain amounts"
    assert "procurement" in assess(assessor, title, kind=Kind.LEGAL_ACT, language="en").areas


@pytest.mark.parametrize(
    ("concept", "area"),
    [
        (Concept("eurovoc", "607", "dricksvatten"), "water"),
        (Concept("government", "1268", "Socialtjänst"), "social"),
        (Concept("directory", "06.20.20.00", "Public procurement"), "procurement"),
        (Concept("programme", "43251814", "Creative Europe Programme (CREA)"), "culture"),
    ],
)
def test_codes_of_the_source_point_to_an_area(assessor: Assessor, concept: Concept, area: str) -> None:
    said = assess(assessor, "Ett dokument", kind=Kind.AGENCY, concepts=(concept,), language="sv")
    assert next(iter(said.areas)) == area


def test_call_is_flagged_as_funding_and_not_law(assessor: Assessor) -> None:
    said = assess(assessor, "Living labs for cities", kind=Kind.CALL, language="en")
    assert said.flags["funding"] > 0.9
    assert said.flags["law"] < 0.1


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Directive (EU) 2031/10 of the European Parliament and of the Council on waste", Kind.LEGAL_ACT),
        ("Kommissionens genomförandeförordning (EU) 2031/11 om mallar", Kind.LEGAL_ACT),
        ("En ny socialtjänstlag, Prop. 2030/31:12", Kind.GOVERNMENT),
        ("Remiss av promemorian Ändringar i skollagen", Kind.CONSULTATION),
    ],
)
def test_law_is_flagged(assessor: Assessor, title: str, kind: Kind) -> None:
    assert assess(assessor, title, kind=kind).flags["law"] > 0.5


@pytest.mark.parametrize("title", ["Case T-1/31: Judgment of the General Court", "Tilläggsdirektiv till en utredning"])
def test_judgments_and_committee_directives_are_no_law(assessor: Assessor, title: str) -> None:
    kind = Kind.LEGAL_ACT if title.startswith("Case") else Kind.GOVERNMENT
    assert assess(assessor, title, kind=kind).flags["law"] < 0.5


@pytest.mark.parametrize("title", ["Förskolebarn och elever får mer tid", "Children and young people at school"])
def test_children_are_flagged(assessor: Assessor, title: str) -> None:
    assert assess(assessor, title).flags["children_youth"] > 0.5


def test_grown_ups_are_not_flagged_as_children(assessor: Assessor) -> None:
    assert assess(assessor, "Högskolan bygger ett kraftverk").flags["children_youth"] < 0.2


def test_twin_towns_are_flagged_as_partnership(assessor: Assessor) -> None:
    assert assess(assessor, "Vänorten och nätverk av städer möts").flags["partnership"] > 0.5


def test_reasons_name_words_as_they_stand(assessor: Assessor) -> None:
    said = assess(assessor, "Avloppsvattendirektivet når kommunerna")
    texts = [reason.text for reason in said.reasons]
    assert "Avloppsvattendirektivet i titeln" in texts
    assert "kommunal aktör (kommunerna)" in texts


def test_reasons_name_the_codes_of_the_source(assessor: Assessor) -> None:
    concept = Concept("eurovoc", "6408", "slam från reningsverk")
    said = assess(assessor, "Direktiv om slam", kind=Kind.LEGAL_ACT, concepts=(concept,), language="sv")
    assert "EuroVoc: slam från reningsverk" in [reason.text for reason in said.reasons]


def test_reasons_are_at_most_four_and_weights_are_shares(assessor: Assessor) -> None:
    text = "Kommunerna ska ordna skolor, bibliotek, äldreomsorg, vatten och avlopp i samtal med Kina. " * 10
    said = assess(assessor, "Kommunal skola, bibliotek och avlopp", text, Kind.AGENCY)
    assert 1 <= len(said.reasons) <= 4
    assert all(-1.0 <= reason.weight <= 1.0 for reason in said.reasons)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("", ""),
        ("\x00\x01\ufffe", "\x00" * 500),
        ("🎉🎉🎉", "👩‍👩‍👧‍👦" * 200),
        ("İİİİ" * 300, "ß" * 5_000),
        ("a" * 100_000, ""),
        ("Nyhet", "ordord " * 700_000),
        ("   ", "\n\n\n"),
        ("مرحبا", "漢字" * 100),
    ],
)
def test_odd_input_is_assessed_low_and_nothing_raises(
    assessor: Assessor, caplog: pytest.LogCaptureFixture, title: str, text: str
) -> None:
    with caplog.at_level(logging.ERROR):
        said = assess(assessor, title, text)
    assert said.relevance < 0.1
    assert not caplog.records


def test_order_is_kept_and_company_does_not_matter(assessor: Assessor) -> None:
    titles = [f"Rubrik {number} om skolan och vattnet" for number in range(600)]
    items = [Item(source="test", key=str(n), kind=Kind.NEWS, title=title, url="") for n, title in enumerate(titles)]
    together = assessor.assess(items)
    assert [said.key for said in together] == [item.key for item in items]
    assert together[300] == assessor.assess([items[300]])[0]


def test_another_assessor_says_the_same(assessor: Assessor) -> None:
    item = Item(source="test", key="1", kind=Kind.CALL, title="Water reuse in cities", url="", language="en")
    assert Assessor.load().assess([item]) == assessor.assess([item])


def test_version_names_the_knowledge(assessor: Assessor) -> None:
    assert assessor.knowledge.digest in assessor.version
    assert assess(assessor, "Rubrik").assessor == assessor.version


def test_brief_leaves_out_the_summary_and_the_hash_and_nothing_else(assessor: Assessor) -> None:
    item = Item(
        source="s",
        key="k",
        kind=Kind.AGENCY,
        title="Nya regler för dricksvatten",
        url="",
        text="Kommunerna ska kontrollera dricksvattnet oftare från den 1 mars 2027.",
    )
    (whole,), (brief,) = assessor.assess([item]), assessor.assess([item], brief=True)
    assert whole.summary and whole.content_hash
    assert brief == replace(whole, summary="", content_hash="")


def test_an_item_that_cannot_be_read_is_told_and_stops_no_other(
    assessor: Assessor, caplog: pytest.LogCaptureFixture
) -> None:
    titles = ("Ny förskola i kommunen", "Trasig", "Rent dricksvatten")
    items = [Item(source="s", key=title, kind=Kind.NEWS, title=title, url="") for title in titles]
    items[1] = replace(items[1], meta=None)  # type: ignore[arg-type] - as a broken store might give it
    with caplog.at_level(logging.ERROR):
        said = assessor.assess(items)
    assert [record.getMessage() for record in caplog.records] == ["item could not be assessed: s Trasig"]
    assert (said[1].relevance, said[1].reasons) == (0.0, ())
    assert [said[0], said[2]] == [assessor.assess([items[0]])[0], assessor.assess([items[2]])[0]]
