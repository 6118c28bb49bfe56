"""The ledger: who was told of what, found in one search, and the export for the archive."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.archive import export_ledger
from pipeline.installation import Installation
from pipeline.ledger import REMOVED, Period, ledger_values, told_values
from pipeline.threads import join_threads
from store.cells import safe_cell
from store.db import Store
from store.errors import ConfigurationError
from store.items import upsert_items
from store.types import Item, Kind, Reference
from tests.pipeline.ledgers import NOW, fill_ledger, letter, make_installation, sent_digest

ALWAYS = Period()


@pytest.fixture
def installation(store: Store, tmp_path: Path, make_item: Callable[..., Item]) -> Installation:
    """Provköping with three letters sent, on either database."""
    fill_ledger(store, make_item)
    return make_installation(store, tmp_path)


def told(installation: Installation, words: str, period: Period = ALWAYS) -> list[tuple[str, str]]:
    return [(row["contact"], row["key"]) for row in told_values(installation, words, period)]


def test_ledger_tells_role_unit_result_and_answers_newest_first(installation: Installation) -> None:
    rows = ledger_values(installation, ALWAYS)
    assert [row["id"] for row in rows] == ["d3", "d2", "d1"]
    first = rows[-1]
    assert (first["role"], first["state"], first["items"], first["answers"]) == (
        "kontaktperson för skolan",
        "sent",
        2,
        1,
    )
    assert first["settled"] == "2026-08-24T05:01:00+00:00"
    assert rows[1]["units"] == [{"key": "vatten", "name": "Provköpings Vatten AB", "committee": ""}]


def test_ledger_is_narrowed_to_a_unit_and_to_days_of_which_both_count(installation: Installation) -> None:
    by_unit = ledger_values(installation, Period(unit="vatten"))
    assert [row["id"] for row in by_unit] == ["d2"]
    week = Period(since=date(2026, 8, 24), until=date(2026, 8, 24))
    assert [row["id"] for row in ledger_values(installation, week)] == ["d2", "d1"]
    with pytest.raises(ConfigurationError, match="--unit skolan: okänd enhet; det finns skola"):
        ledger_values(installation, Period(unit="skolan"))


@pytest.mark.parametrize("words", ["badvatten", "32026L0002", "https://example.org/bad", "http://example.org/bad/"])
def test_were_we_told_is_answered_by_words_key_and_address(installation: Installation, words: str) -> None:
    assert told(installation, words) == [("vatten@example.org", "32026L0002"), ("skola@example.org", "32026L0002")]
    assert told(installation, words, Period(unit="vatten")) == [("vatten@example.org", "32026L0002")]


def test_what_nobody_was_told_of_is_not_found(installation: Installation, make_item: Callable[..., Item]) -> None:
    with installation.store.session() as session:
        upsert_items(session, [make_item(key="x", title="Förordning om cirkus")], now=NOW)
    assert told(installation, "cirkus") == []
    assert told(installation, "") == []


def test_answer_stands_with_the_item_it_was_given_to(installation: Installation) -> None:
    rows = told_values(installation, "skolmat", ALWAYS)
    assert [(row["answer"], row["title"]) for row in rows] == [("act", "Direktiv om skolmat")]


def test_number_finds_the_whole_matter(store: Store, tmp_path: Path, make_item: Callable[..., Item]) -> None:
    proposal = make_item(
        key="52022PC0541",
        kind=Kind.PROPOSAL,
        title="Förslag till direktiv",
        published=date(2022, 10, 26),
        references=(Reference("com", "COM(2022) 541", "is"), Reference("procedure", "2022/0345(COD)", "is")),
    )
    act = make_item(
        key="32024L3019",
        title="Direktiv antaget",
        published=date(2024, 11, 27),
        references=(Reference("celex", "32024L3019", "is"), Reference("procedure", "2022/0345(COD)", "adopts")),
    )
    with store.session() as session:
        upsert_items(session, [proposal, act], now=NOW)
    join_threads(store, now=NOW)
    sent_digest(store, "d9", keys=("52022PC0541",))
    assert told(make_installation(store, tmp_path), "32024L3019") == [("skola@example.org", "52022PC0541")]


def test_item_that_is_gone_is_found_in_the_letter_that_told_of_it(store: Store, tmp_path: Path) -> None:
    text = letter("skola@example.org", "rektorn", "Lag om avlopp: åtta sidor")
    sent_digest(store, "d9", keys=("borta",), message=text)
    installation = make_installation(store, tmp_path)
    assert [row["title"] for row in told_values(installation, "avlopp åtta", ALWAYS)] == [REMOVED]
    assert told(installation, "avlopp tio") == []


def test_export_is_whole_verifiable_and_the_same_twice(installation: Installation, tmp_path: Path) -> None:
    folder, again = tmp_path / "arkiv", tmp_path / "arkiv2"
    assert export_ledger(installation, folder, ALWAYS) == 3
    export_ledger(installation, again, ALWAYS)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files == {
        path.relative_to(again).as_posix(): path.read_bytes() for path in again.rglob("*") if path.is_file()
    }
    assert sorted(files) == [
        "LASMIG.txt",
        "SHA256SUMS",
        "brev.csv",
        "brev/2026-W35/provk=c3=b6ping-skola_at_example.org.eml",
        "brev/2026-W35/provk=c3=b6ping-vatten_at_example.org.eml",
        "brev/2026-W36/provk=c3=b6ping-skola_at_example.org.eml",
        "handelser.csv",
        "poster.csv",
        "svar.csv",
    ]
    assert files["brev/2026-W35/provk=c3=b6ping-vatten_at_example.org.eml"] == letter("vatten@example.org", "VA-chefen")
    if tool := shutil.which("sha256sum"):
        assert subprocess.run([tool, "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False).returncode == 0  # noqa: S603
    with pytest.raises(ConfigurationError, match="inte tom"):
        export_ledger(installation, folder, ALWAYS)


def test_exported_zip_has_the_same_files_and_the_same_bytes_each_time(
    installation: Installation, tmp_path: Path
) -> None:
    export_ledger(installation, tmp_path / "a.zip", ALWAYS)
    export_ledger(installation, tmp_path / "b.zip", ALWAYS)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 9


def test_every_field_of_the_export_is_described(installation: Installation, tmp_path: Path) -> None:
    export_ledger(installation, tmp_path / "arkiv", ALWAYS)
    words = (tmp_path / "arkiv/LASMIG.txt").read_text(encoding="utf-8").replace(",", " ").split()
    for name in ("brev.csv", "poster.csv", "handelser.csv", "svar.csv"):
        header = (tmp_path / "arkiv" / name).read_text(encoding="utf-8-sig").splitlines()[0]
        assert [field for field in header.split(";") if field not in words] == []


def test_F73_no_cell_of_the_export_is_a_formula(installation: Installation, tmp_path: Path) -> None:
    export_ledger(installation, tmp_path / "arkiv", ALWAYS)
    text = (tmp_path / "arkiv/poster.csv").read_text(encoding="utf-8-sig")
    titles = [row["rubrik"] for row in csv.DictReader(io.StringIO(text), delimiter=";")]
    assert titles == ["Direktiv om skolmat", "'=HYPERLINK(1) om badvatten", "'=HYPERLINK(1) om badvatten"]
    assert [safe_cell(start + "1") for start in ("=", "+", "-", "@", "\t", "\r")] == [
        "'=1", "'+1", "'-1", "'@1", "'\t1", "'\r1",
    ]  # fmt: skip
    assert [safe_cell(-1), safe_cell(None), safe_cell("a=1")] == [-1, "", "a=1"]
