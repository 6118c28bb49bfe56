"""The baselines and the learning curve: what they find, what they are kept from, and those that are not there."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from nlp import annif
from nlp.assessor import Assessor
from nlp.baselines import keyword_alert, prefix_alert
from nlp.beaten import rivals
from nlp.cases import Case, Label, is_tuned
from nlp.curve import learning_curve
from nlp.text import train_categories
from store.types import Item, Kind


def item(title: str, key: str = "1", **fields: str) -> Item:
    return Item(source="t", key=key, kind=Kind.NEWS, title=title, url="", **fields)


def cases_of(count: int) -> list[Case]:
    made = []
    for number in range(count):
        subject = ("bibliotek", "förskola", "ishockey", "aktiekurs")[number % 4]
        label = Label(3, ("culture" if number % 4 == 0 else "school",), ()) if number % 4 < 2 else Label(0, (), ())
        made.append(Case(item(f"{subject} nummer {number}", f"{number}"), label, is_tuned(f"{number}")))
    return made


def test_prefix_alert_finds_compounds_that_the_exact_one_misses(assessor: Assessor) -> None:
    items = [item("Biblioteksplan antagen"), item("Avloppsvatten renas"), item("Ishockeyfinal")]
    exact, _ = keyword_alert(items, assessor.knowledge)
    begun, areas = prefix_alert(items, assessor.knowledge)
    assert begun[1] > exact[1]
    assert "water" in areas[1]
    assert begun[2] == 0


def test_textcat_learns_and_says_the_same_every_time() -> None:
    texts = ["förskolan får stöd", "avloppet renas", "ny förskola byggs", "rening av avlopp"] * 8
    labels = [["school"], ["water"]] * 16
    said = train_categories(texts, labels, ["school", "water"])(["en förskola \ud800", "ett avlopp"])
    assert said[0]["school"] > said[0]["water"]
    assert said[1]["water"] > said[1]["school"]
    assert train_categories(texts, labels, ["school", "water"])(["en förskola \ud800", "ett avlopp"]) == said


def test_what_was_not_measured_says_why(assessor: Assessor) -> None:
    found = rivals(cases_of(80), assessor.knowledge)
    assert found["spaCy textcat"].missing == "mäts med --slow"
    assert found["Annif tfidf"].missing in ("inte installerat", "mäts med --slow")
    assert found["word TF-IDF + LR"].figures["average precision"] > 0.9
    low, high = found["prefix alert"].intervals["average precision"]
    assert low <= found["prefix alert"].figures["average precision"] <= high
    few = rivals(cases_of(12), assessor.knowledge)
    assert few["word TF-IDF + LR"].missing == "för få etiketter"


def test_slow_rivals_are_measured_when_asked_for(assessor: Assessor) -> None:
    found = rivals(cases_of(80), assessor.knowledge, slow=True)["spaCy textcat"]
    assert found.missing == ""
    assert {"average precision", "area micro F1", "first area right"} <= set(found.figures)


@pytest.fixture
def fake_annif(tmp_path: Path) -> str:
    """Give a command that takes Annif's own arguments and names the subject of the first text it was taught."""
    script = tmp_path / "annif"
    script.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, sys\n"
        "command, *rest = sys.argv[1:]\n"
        "if command == 'load-vocab':\n"
        "    assert rest[-2:] == ['areas', 'vocabulary.tsv'] and pathlib.Path('projects.cfg').exists()\n"
        "if command == 'index':\n"
        "    taught = pathlib.Path('taught.tsv').read_text(encoding='utf-8').splitlines()[0].split('\\t')[1]\n"
        "    for text in pathlib.Path('asked').glob('*.txt'):\n"
        "        text.with_suffix('.said').write_text(f'{taught}\\tnamn\\t0.9\\n', encoding='utf-8')\n",
        encoding="utf-8",
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


def test_annif_is_taught_and_asked_through_its_command(fake_annif: str) -> None:
    taught = [("avlopp\noch vatten", ["water"]), ("utan ämne", [])]
    said = annif.suggest(fake_annif, {"water": "Vatten", "school": "Skola"}, taught, ["ett\tavlopp", "två"])
    assert said == [["water"], ["water"]]


def test_annif_that_does_not_run_is_no_figure(tmp_path: Path) -> None:
    assert annif.suggest(str(tmp_path / "annif"), {"water": "Vatten"}, [("x", ["water"])], ["x"]) is None


def test_curve_begins_with_the_knowledge_alone_and_ends_with_all_labels(assessor: Assessor) -> None:
    points = learning_curve(cases_of(200), assessor.knowledge)
    assert [point.labels for point in points] == [0, 100, 160]
    assert points[0].words == {}
    assert points[-1].words["average precision"] > 0.9
    assert points[-1].corrected["average precision"] >= points[0].corrected["average precision"]


def test_curve_never_asks_about_what_it_learnt_from(assessor: Assessor) -> None:
    same = [Case(item("Samma rubrik", f"{n}"), Label(3 * (n % 2), (), ()), is_tuned=False) for n in range(100)]
    assert [point.labels for point in learning_curve(same, assessor.knowledge)] == [0]  # all are kin: nothing to part
    chance = np.random.default_rng(3)
    noise = [
        Case(item(f"ord{n} annat{n}", f"{n}"), Label(int(3 * chance.integers(2)), (), ()), is_tuned=False)
        for n in range(300)
    ]
    assert learning_curve(noise, assessor.knowledge)[-1].words["average precision"] < 0.65
