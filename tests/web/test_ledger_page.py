"""The ledger's page: whether somebody was told, by whom and with what answer, and the same export as the command's."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from pipeline.installation import Installation
from store.audit import list_audit
from store.claims import claim, settle
from store.digests import freeze_digest
from store.feedback import save_feedback
from store.items import upsert_items
from store.types import Answer, Delivery, DigestEntry, DigestState, Feedback, Item
from tests.pipeline.making import NOW
from tests.web.digest_making import letter


def text(client: FlaskClient, **asked: str) -> str:
    return client.get("/uppfoljning", query_string=asked).get_data(as_text=True)


def entry(source: str, key: str) -> DigestEntry:
    return DigestEntry(
        source=source, key=key, section="law", position=1, because="avloppsvatten i titeln", content_hash=""
    )


@pytest.fixture(autouse=True)
def told(installation: Installation) -> None:
    """Let the water company and the school have been told, the first with an answer."""
    water = letter(
        "brev1", contact="vatten@example.org", week="2026-W47", units=("vatten",), entries=(entry("cellar", "avlopp"),)
    )
    school = letter(
        "brev2", contact="skola@example.org", week="2026-W48", units=("skola",), entries=(entry("feeds", "school-en"),)
    )
    with installation.store.session() as session:
        for number, digest in enumerate((water, school)):
            freeze_digest(session, digest)
            claim(session, digest.id, NOW)
            at = NOW + timedelta(minutes=number)
            settle(session, Delivery(digest_id=digest.id, at=at, transport="smtp", state=DigestState.SENT))
        given = Feedback(digest_id="brev1", source="cellar", key="avlopp", answer=Answer.ACT, at=NOW, unit="vatten")
        save_feedback(session, given)


def test_question_is_answered_with_who_when_and_what_was_answered(coordinator: FlaskClient) -> None:
    page = text(coordinator, q="avloppsvatten")
    assert "Ja, en gång" in page
    assert "Provköpings Vatten AB" in page
    assert "vi gör något av det" in page
    assert "avloppsvatten i titeln" in page
    assert "Skolförvaltningen</span>" not in page


def test_what_nobody_was_told_of_is_said_plainly(coordinator: FlaskClient) -> None:
    page = text(coordinator, q="LSS")
    assert "Nej, ingen har fått något brev om det." in page
    assert "/sok?q=LSS" in page


@pytest.mark.parametrize(
    ("asked", "shown", "hidden"),
    [
        ({"enhet": "skola"}, "brev2", "brev1"),
        ({"enhet": "namnd:Skolnämnden"}, "brev2", "brev1"),
        ({"svar": "ja"}, "brev1", "brev2"),
        ({"svar": "nej"}, "brev2", "brev1"),
        ({"resultat": "held"}, "Inga brev med de filter", "brev1"),
        ({"fran": "2026-11-24"}, "Inga brev med de filter", "brev1"),
        ({"till": "2026-11-23"}, "brev1", "Inga brev"),
        ({"q": "avloppsvatten", "enhet": "skola"}, "Nej, ingen har fått", "brev1"),
        ({"q": "avloppsvatten", "svar": "nej"}, "Nej, ingen har fått", "brev1"),
    ],
)
def test_filters_leave_out_what_does_not_fit(
    coordinator: FlaskClient, asked: dict[str, str], shown: str, hidden: str
) -> None:
    page = text(coordinator, **asked)
    assert shown in page
    assert f"/utskick/{hidden}" not in page


@pytest.mark.parametrize(
    "words", ["'; DROP TABLE digests;--", '"', "x" * 10_000, "NEAR(a b)", "<script>alert(1)</script>"]
)
def test_F76_odd_words_are_words(coordinator: FlaskClient, words: str) -> None:
    answer = coordinator.get("/uppfoljning", query_string={"q": words})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert "brev1" in text(coordinator)


@pytest.mark.parametrize("value", ["x", "2026-13-45", "2026-11-23T06:00:00 brev1", "' OR 1=1"])
def test_odd_values_of_filters_are_no_filters(coordinator: FlaskClient, value: str) -> None:
    for name in ("fran", "till", "resultat", "svar", "fore"):
        assert "brev1" in text(coordinator, **{name: value}), name


def test_long_ledger_is_turned_page_by_page(coordinator: FlaskClient, installation: Installation) -> None:
    with installation.store.session() as session:
        for number in range(60):
            freeze_digest(session, letter(f"mer{number:02}", contact=f"k{number}@example.org", week="2026-W46"))
    first = text(coordinator)
    older = first.split('class="button" href="/uppfoljning?')[1].split('"')[0].replace("&amp;", "&")
    second = coordinator.get(f"/uppfoljning?{older}").get_data(as_text=True)
    names = [f"/utskick/mer{number:02}" for number in range(60)] + ["/utskick/brev1", "/utskick/brev2"]
    assert [name for name in names if (name in first) == (name in second)] == []


def test_export_is_the_archives_with_checksums_that_hold(coordinator: FlaskClient, installation: Installation) -> None:
    answer = coordinator.post("/uppfoljning/export", data={"enhet": "vatten"})
    assert answer.headers["Content-Disposition"] == "attachment; filename=liggare-0001-2026-11-23.zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    letters = [name for name in archive.namelist() if name.endswith(".eml")]
    assert len(letters) == 1
    for line in archive.read("SHA256SUMS").decode().splitlines():
        checksum, name = line.split("  ")
        assert hashlib.sha256(archive.read(name)).hexdigest() == checksum
    assert all(".." not in name and not name.startswith("/") for name in archive.namelist())
    with installation.store.reading() as session:
        assert [(one.action, one.subject) for one in list_audit(session)] == [("ledger.export", "vatten")]
    assert coordinator.post("/uppfoljning/export", data={"enhet": "finns-inte"}).status_code == 400


def test_reader_searches_but_takes_no_letters_out(reader: FlaskClient) -> None:
    page = text(reader, q="avloppsvatten")
    assert "Ja, en gång" in page
    assert "/utskick/brev1" not in page
    assert "Hämta exporten" not in page
    assert reader.post("/uppfoljning/export").status_code == 403


def test_F79_letters_of_another_municipality_are_not_found(
    coordinator: FlaskClient, installation: Installation
) -> None:
    with installation.store.session() as session:
        other = letter(
            "annan",
            contact="a@example.org",
            week="2026-W48",
            municipality="annanstad",
            entries=(entry("regeringen", "lss"),),
        )
        freeze_digest(session, other)
    assert "Nej, ingen" in text(coordinator, q="LSS")
    assert "annan" not in text(coordinator, svar="nej").split("<main")[1]


def test_word_that_most_items_have_says_how_far_was_looked_and_leads_on(
    coordinator: FlaskClient, installation: Installation, make_item: Callable[..., Item]
) -> None:
    common = [make_item(key=f"n{number}", title="Nytt om trafikljus", text="") for number in range(5_001)]
    with installation.store.session() as session:
        upsert_items(session, common, now=NOW)
        for number in range(8):
            told = tuple(entry("cellar", f"n{number * 20 + place}") for place in range(20))
            made = letter(f"mer{number}", contact=f"k{number}@example.org", week="2026-W46", entries=told)
            freeze_digest(session, replace(made, created_at=NOW - timedelta(weeks=number)))
    page = text(coordinator, q="trafikljus")
    assert "Ja, 100 gånger bland de brev som är genomsökta här" in page
    assert "är inte genomsökta än" in page
    older = page.split('class="button" href="/uppfoljning?')[1].split('"')[0].replace("&amp;", "&")
    rest = coordinator.get(f"/uppfoljning?{older}").get_data(as_text=True)
    assert "Ja, 60 gånger bland de brev som är genomsökta här" in rest
    assert "är inte genomsökta än" not in rest
