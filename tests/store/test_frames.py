"""What an analyst gets from either database: rows, types, filters, and no way to write."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import text

from store.assessments import save_assessments
from store.db import Store
from store.digests import freeze_digest
from store.errors import ConfigurationError, StoreError
from store.feedback import save_feedback
from store.frame_columns import FRAMES
from store.frames import Frames, frame_columns, open_frames
from store.items import upsert_items
from store.types import (
    Answer,
    Assessment,
    Concept,
    Deadline,
    Digest,
    DigestEntry,
    DigestState,
    Feedback,
    Item,
    Kind,
    Money,
    Ruling,
    Verdict,
)
from store.verdicts import save_verdict

NOW = datetime(2026, 8, 20, 8, 30, 15, 250_000, tzinfo=UTC)


def assessment(
    item: Item, relevance: float, areas: dict[str, float], deadlines: tuple[Deadline, ...] = ()
) -> Assessment:
    return Assessment(
        source=item.source,
        key=item.key,
        content_hash="0" * 32,
        assessor="prov 1",
        language="sv",
        relevance=relevance,
        areas=areas,
        flags={"funding": 0.9},
        deadlines=deadlines,
    )


@pytest.fixture
def frames(store: Store, database_url: str, make_item: Callable[..., Item]) -> Iterator[Frames]:
    """Three items, two of them assessed, with a verdict taken back and given anew, a letter and an answer."""
    act = make_item(key="A", published=date(2026, 8, 17))
    call = make_item(
        source="funding_tenders",
        key="B",
        kind=Kind.CALL,
        title="=Utlysning om vatten",
        published=None,
        deadlines=(Deadline(date(2026, 10, 1)), Deadline(date(2027, 2, 1), "stage_2")),
        money=(Money(2_000_000.0, "EUR", "total"), Money(60.0, "%", "rate")),
        concepts=(Concept("programme", "1", "LIFE"),),
    )
    news = make_item(source="feeds", key="C", kind=Kind.NEWS, published=date(2026, 7, 1), meta={"region": "Världen"})
    read = (Deadline(date(2026, 9, 9), "answer"),)
    with store.session() as session:
        upsert_items(session, [act, call, news], now=NOW)
        found = [assessment(act, 0.9, {"water": 0.8, "school": 0.5}, read), assessment(call, 0.4, {"water": 0.6}, read)]
        save_assessments(session, found, now=NOW)
        for minutes, ruling in enumerate((Ruling.SEND, Ruling.REOPENED, Ruling.DROP)):
            at = NOW + timedelta(minutes=minutes)
            verdict = Verdict(municipality="prov", source="cellar", key="A", ruling=ruling, at=at, by="samordnaren")
            save_verdict(session, verdict)
        entry = DigestEntry(source="cellar", key="A", section="law", position=0, because="VA", content_hash="0" * 32)
        freeze_digest(
            session,
            Digest(
                id="d1",
                municipality="prov",
                contact="va@example.org",
                week="2026-W34",
                units=("va", "miljo"),
                subject="Brev",
                message_id="<1@example.org>",
                message=b"Subject: Brev\r\n\r\n",
                state=DigestState.QUEUED,
                created_at=NOW,
                entries=(entry,),
            ),
        )
        answer = Feedback(digest_id="d1", source="cellar", key="A", answer=Answer.ACT, at=NOW, unit="va")
        save_feedback(session, answer)
    with open_frames(database_url) as opened:
        yield opened


@pytest.mark.parametrize("name", list(FRAMES))
def test_every_frame_has_exactly_the_types_that_are_told_with_rows_and_without(frames: Frames, name: str) -> None:
    told = [(column, kind) for column, kind, _ in frame_columns()[name]]
    names = [column for column, _ in told]
    for frame in (frames.frame(name, columns=names), frames.frame(name, columns=names, until="1900-01-01")):
        assert [(column, str(kind)) for column, kind in frame.dtypes.items()] == told


def test_days_and_moments_are_the_stored_ones(frames: Frames) -> None:
    items = frames.items().set_index("key")
    assert items.loc["A", "published"] == pd.Timestamp("2026-08-17")
    assert pd.isna(items.loc["B", "published"])
    assert items.loc["A", "first_seen"] == pd.Timestamp(NOW)


def test_text_and_what_is_read_out_of_lists_come_only_when_asked_for(frames: Frames) -> None:
    assert not {"text", "programme", "budget"} & set(frames.items().columns)
    wanted = ["key", "programme", "budget", "currency", "region", "text"]
    items = frames.items(columns=wanted).set_index("key")
    assert list(items.columns) == wanted[1:]
    assert items.loc["B", ["programme", "budget", "currency"]].tolist() == ["LIFE", 2_000_000.0, "EUR"]
    assert items.loc["C", "region"] == "Världen"
    assert items.loc["A", "text"].startswith("Medlemsstaterna")


def test_areas_have_a_row_each_and_only_those_asked_for(frames: Frames) -> None:
    rows = frames.areas()[["key", "area", "score"]].values.tolist()
    assert rows == [["A", "water", 0.8], ["A", "school", 0.5], ["B", "water", 0.6]]
    assert frames.areas(areas=["school"])[["key", "area"]].values.tolist() == [["A", "school"]]


def test_day_read_in_a_text_counts_only_when_the_source_tells_none(frames: Frames) -> None:
    rows = [(row.key, f"{row.deadline:%Y-%m-%d}", row.role) for row in frames.deadlines().itertuples()]
    assert rows == [
        ("A", "2026-09-09", "answer"),
        ("B", "2026-10-01", "application"),
        ("B", "2027-02-01", "stage_2"),
    ]


def test_only_the_newest_verdict_stands_and_one_taken_back_never_does(frames: Frames) -> None:
    verdicts = frames.verdicts()
    assert verdicts["ruling"].tolist() == ["send", "reopened", "drop"]
    assert verdicts["stands"].tolist() == [False, False, True]
    assert frames.verdicts(until=NOW + timedelta(minutes=2))["stands"].tolist() == [False, False]


def test_letters_tell_entries_and_answers_but_no_address(frames: Frames) -> None:
    digests = frames.digests()
    assert digests[["week", "units", "entries", "answers"]].values.tolist() == [["2026-W34", "va, miljo", 1, 1]]
    everything = "".join(frames.frame(name).to_csv() for name in FRAMES)
    assert "example.org/32026L0001" in everything
    assert "va@example.org" not in everything


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        ({"since": "2026-08-17"}, ["A", "B"]),
        ({"until": date(2026, 8, 17)}, ["C"]),
        ({"sources": ["feeds", "cellar"]}, ["A", "C"]),
        ({"kinds": ["call"]}, ["B"]),
        ({"areas": ["water"]}, ["A", "B"]),
        ({"areas": ["school", "culture"]}, ["A"]),
        ({"min_relevance": 0.4}, ["A", "B"]),
        ({"areas": ["water"], "min_relevance": 0.5}, ["A"]),
        ({"areas": ["wat%"]}, []),
    ],
)
def test_filter_leaves_exactly_what_it_says(frames: Frames, filters: dict[str, object], keys: list[str]) -> None:
    assert frames.items(**filters)["key"].tolist() == keys  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "filters", "said"),
    [
        ("digests", {"kinds": ["call"]}, "ramen digests går inte att filtrera på kinds"),
        ("items", {"municipality": "prov"}, "ramen items går inte att filtrera på municipality"),
        ("items", {"since": "igår"}, "since ska vara en dag"),
        ("items", {"kinds": "call"}, "kinds ska vara en lista"),
        ("items", {"columns": ["titel"]}, "ingen kolumn 'titel'"),
        ("items", {"kind": ["call"]}, "filtret kind finns inte"),
        ("poster", {}, "ramen 'poster' finns inte"),
    ],
)
def test_wrong_filter_is_refused_in_words(frames: Frames, name: str, filters: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        frames.frame(name, **filters)  # type: ignore[arg-type]


def test_chunks_are_the_whole_frame_in_parts_of_the_size(frames: Frames) -> None:
    parts = list(frames.chunks("items", size=2))
    assert [len(part) for part in parts] == [2, 1]
    assert pd.concat(parts)["key"].tolist() == frames.items()["key"].tolist()
    assert parts[1].index.tolist() == [2]


def test_as_of_is_the_latest_moment_and_municipalities_are_those_served(frames: Frames) -> None:
    assert frames.as_of() == pd.Timestamp(NOW)
    assert frames.municipalities() == ["prov"]


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM verdicts", "UPDATE items SET title = ''", "CREATE TABLE egen (a integer)", "DROP TABLE feedback"],
)
def test_nothing_can_be_written_whatever_is_asked(frames: Frames, store: Store, statement: str) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only"), frames._engine.connect() as connection:
        connection.execute(text(statement))
        connection.commit()
    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM verdicts WHERE municipality = 'prov'")).scalar() == 3


def test_writing_stays_off_when_sqlite_is_asked_to_allow_it(sqlite_store: Store) -> None:
    with open_frames(sqlite_store.url) as frames, frames._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        with pytest.raises(Exception, match="readonly"):
            connection.execute(text("DELETE FROM meta"))


def test_a_reader_sees_what_is_written_meanwhile_and_holds_no_writer_up(
    sqlite_store: Store, make_item: Callable[..., Item]
) -> None:
    with open_frames(sqlite_store.url) as frames:
        assert frames.items().empty
        with sqlite_store.session() as session:
            upsert_items(session, [make_item()], now=NOW)
        assert len(frames.items()) == 1


def test_empty_store_has_no_moment(store: Store, database_url: str) -> None:
    with open_frames(database_url) as frames:
        assert pd.isna(frames.as_of())


def test_folder_is_opened_at_the_database_its_settings_name(sqlite_store: Store, tmp_path: Path) -> None:
    (tmp_path / "hem").mkdir()
    (tmp_path / "hem" / "utkik.toml").write_text(f'database_url = "{sqlite_store.url}"\n', encoding="utf-8")
    for place in (tmp_path, tmp_path / "hem", tmp_path / "utkik.db"):
        with open_frames(place) as frames:
            assert frames.items().empty


def test_missing_and_older_databases_are_told_in_words_and_left_alone(sqlite_store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="finns inte"):
        open_frames(tmp_path / "annan")
    assert not (tmp_path / "annan").exists()
    with sqlite_store.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    with pytest.raises(StoreError, match="annan version"):
        open_frames(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_reader_with_no_right_to_write_in_the_folder_is_told_what_to_do(sqlite_store: Store, tmp_path: Path) -> None:
    sqlite_store.close()
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="Läs en kopia"):
            open_frames(tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_without_pandas_one_sentence_says_how_to_get_it(sqlite_store: Store) -> None:
    code = (
        "import sys; sys.modules['pandas'] = None\n"
        "from store.errors import ConfigurationError\nfrom store.frames import open_frames\n"
        f"try: open_frames({sqlite_store.url!r})\nexcept ConfigurationError as error: print(error)"
    )
    run = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONUTF8": "1"}
    )
    assert run.stdout.strip() == "pandas och pyarrow saknas. Installera dem med: pip install 'utkik[analysis]'"
