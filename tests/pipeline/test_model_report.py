"""What is told of the model: from whom, which words, and an honest answer to whether it helps."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from pipeline.learn import learn_now
from pipeline.learning_curve import learning_curve, order_out_of_fold
from pipeline.model_report import model_sentences, model_values
from pipeline.municipality import load_municipality
from store.db import Store, open_store
from store.types import Ruling
from tests.nlp.teaching import culture_lover
from tests.pipeline.loaded import typed
from tests.pipeline.test_learn import NOW, TOWN, fill, say


def test_order_is_asked_of_verdicts_that_were_kept_away() -> None:
    labels = culture_lover(8)
    order = order_out_of_fold(labels, "shared 1")
    assert order is not None
    assert (order.asked, order.shared) == (16, 0.5)
    assert 0.9 < order.learned <= 1.0
    assert order_out_of_fold(labels[:6], "shared 1") is None


def test_curve_begins_with_the_shared_model_and_ends_when_too_few_are_left() -> None:
    labels = culture_lover(8) * 3
    curve = learning_curve(labels, "shared 1")
    assert [one.labels for one in curve] == [0, 25]
    assert (curve[0].shared, curve[0].learned) == (0.5, 0.5)
    assert curve[1].learned > 0.9
    assert curve[1].asked == 23


def test_nothing_learnt_is_said_so(sqlite_store: Store) -> None:
    fill(sqlite_store)
    with sqlite_store.reading() as session:
        values = model_values(session, TOWN, now=NOW)
    assert values["labels"]["counted"] == 0
    assert model_sentences(values) == [
        "Inget är lärt ännu: samordnarens bedömningar och kontaktpersonernas svar är det som lär."
    ]


def test_words_of_either_direction_and_where_labels_came_from_are_told(sqlite_store: Store) -> None:
    fill(sqlite_store)
    with sqlite_store.session() as session:
        for number in range(6):
            say(session, f"c{number}", Ruling.SEND)
            say(session, f"e{number}", Ruling.DROP, origin="routed")
        learn_now(session, TOWN, now=NOW)
        values = model_values(session, TOWN, now=NOW)
    assert values["labels"] == {
        "counted": 12,
        "waiting": 0,
        "by": {"verdict": 12},
        "origins": {"ranked": 6, "routed": 6},
    }
    assert {"bibliotek", "stöd"} & set(values["learned"]["words"]["more"])
    assert {"elnät", "vindkraft", "vätgas", "industrin"} & set(values["learned"]["words"]["less"])
    assert "sådant om energi och klimat" in values["learned"]["names"]["less"]
    assert values["out_of_fold"]["learned"] > values["out_of_fold"]["shared"]
    assert [version["state"] for version in values["versions"]] == ["active"]
    sentences = model_sentences(values)
    assert sentences[0] == "Lärt av 12\u00a0bedömningar av samordnaren."
    assert sentences[1] == "Av posterna: 6 visades i listan och 6 var på väg till någon."
    assert json.dumps(values)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    done = utkik(tmp_path, "init", "--municipality", "mellerud")
    assert done.returncode == 0, done.stderr
    return tmp_path


def utkik(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UTKIK_")}
    return typed(["--home", str(home), *arguments], environment)


@pytest.mark.slow
def test_model_is_shown_rolled_back_and_learnt_anew_from_the_command_line(home: Path) -> None:
    town = load_municipality(home / "municipality.toml")
    with open_store(f"sqlite:///{home / 'utkik.db'}") as store:
        fill(store)
        with store.session() as session:
            for number in range(6):
                say(session, f"c{number}", Ruling.SEND, town=town)
                say(session, f"e{number}", Ruling.DROP, town=town)
            learn_now(session, town, now=NOW)
    at = ("--now", "2026-11-24T08:00")
    shown = utkik(home, "model", *at)
    assert shown.returncode == 0, shown.stderr
    assert "Lärt av 12\u00a0bedömningar av samordnaren." in shown.stdout
    assert "används" in shown.stdout
    assert json.loads(utkik(home, "model", "rollback", *at, "--json").stdout) == {"active": None}
    refused = utkik(home, "model", "rollback", *at)
    assert refused.returncode == 2
    assert "inget inlärt att backa från" in refused.stderr
    anew = json.loads(utkik(home, "model", "refit", *at, "--json").stdout)
    assert anew == {"labels": 12, "refitted": True, "message": ""}
    values = json.loads(utkik(home, "model", *at, "--json").stdout)
    assert [version["state"] for version in values["versions"]] == ["active", "rolled_back"]
