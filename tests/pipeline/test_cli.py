"""The command `utkik`, as it is typed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pipeline.installation import create_installation
from pipeline.sample_server import serve_sample_week
from tests.pipeline.loaded import typed


def utkik(home: Path, *words: str, given: str = "", replay: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"UTKIK_HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "COLUMNS": "120"}
    if replay:
        environment["UTKIK_REPLAY_URL"] = replay
    return typed(words, environment, given=given)


def values(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_a_command_before_init_says_what_to_do(tmp_path: Path) -> None:
    done = utkik(tmp_path, "run")
    assert done.returncode == 2
    assert "Kör först: utkik init" in done.stderr
    assert "Traceback" not in done.stderr


def test_init_makes_an_installation_and_leaves_edits_alone(tmp_path: Path) -> None:
    assert utkik(tmp_path, "init", "--municipality", "varberg").returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".toml") == [
        "municipality.toml",
        "utkik.toml",
    ]
    (tmp_path / "utkik.toml").write_text('[crawl]\ncontact = "it@example.org"\n', encoding="utf-8")
    assert utkik(tmp_path, "init").returncode == 0
    assert "it@example.org" in (tmp_path / "utkik.toml").read_text(encoding="utf-8")
    assert "Varbergs kommun" in utkik(tmp_path, "check").stdout


def test_F63_a_misspelled_setting_is_named_with_its_line(tmp_path: Path) -> None:
    create_installation(tmp_path, "")
    (tmp_path / "utkik.toml").write_text("[mail]\ntranport = 'smtp'\n", encoding="utf-8")
    done = utkik(tmp_path, "check")
    assert done.returncode == 2
    assert "utkik.toml, rad 2: okänt fält 'tranport' i mail, menade du 'transport'?" in done.stderr


def test_an_unknown_source_is_named_with_those_there_are(tmp_path: Path) -> None:
    create_installation(tmp_path, "")
    done = utkik(tmp_path, "collect", "celar")
    assert done.returncode == 2
    assert "okänd källa 'celar'; det finns" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--now", "i morgon"), "ingen giltig tid"),
        (("digest", "--week", "2026-W54"), "ingen giltig ISO-vecka"),
        (("collect", "--since", "2026-02-30"), "ingen giltig dag"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    create_installation(tmp_path, "")
    done = utkik(tmp_path, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_status_of_a_new_installation_has_every_key_a_script_reads(tmp_path: Path) -> None:
    create_installation(tmp_path, "")
    status = values(utkik(tmp_path, "status", "--json"))
    assert {"sources", "kinds", "assessed", "stories", "digests"} <= set(status)
    assert (
        status["sources"]["cellar"] | {"items": 0, "state": "waiting", "last_run": None} == status["sources"]["cellar"]
    )
    assert (status["kinds"], status["assessed"], status["stories"], status["digests"]) == ({}, 0, 0, {})


@pytest.mark.slow
def test_the_steps_one_by_one_are_the_week(tmp_path: Path) -> None:
    now = ("--now", "2026-11-20T08:00")
    create_installation(tmp_path, "mellerud")
    with serve_sample_week("week") as url:
        runs = values(utkik(tmp_path, "collect", "funding_tenders", "cellar", *now, "--json", replay=url))
        assert [(run["subject"], run["state"], run["counts"]["new"]) for run in runs] == [
            ("funding_tenders", "working", 16),
            ("cellar", "working", 18),
        ]
        assert values(utkik(tmp_path, "assess", *now, "--json"))["counts"]["assessed"] == 34
        preview = utkik(tmp_path, "digest", *now, "--preview")
        assert "OMVÄRLDSBREV VECKA 47" in preview.stdout
        assert values(utkik(tmp_path, "status", "--json"))["digests"] == {}
        assert values(utkik(tmp_path, "digest", *now, "--json"))["counts"]["digests"] == 6
        assert values(utkik(tmp_path, "status", "--json"))["digests"] == {"queued": 6}
        assert values(utkik(tmp_path, "send", *now, "--json"))["counts"]["sent"] == 6
        status = values(utkik(tmp_path, "status", "--json"))
    assert status["digests"] == {"sent": 6}
    assert status["kinds"] == {"call": 16, "legal_act": 13, "proposal": 5}
    found = values(utkik(tmp_path, "items", "town", "twinning", "--json"))
    assert "CERV-2027-CITIZENS-TOWN-TT" in [item["key"] for item in found]
    routed = values(utkik(tmp_path, "items", "--unit", "socialforvaltningen", *now, "--json"))
    assert routed
    assert all(item["because"] for item in routed)


def test_classify_writes_one_line_per_line_in_order(tmp_path: Path) -> None:
    lines = [
        {"id": "1", "source": "x", "kind": "call", "title": "Kommuner kan söka bidrag till bibliotek", "meta": {}},
        {"id": "2", "source": "x", "kind": "news", "title": "Hockeylaget vann i förlängningen", "text": None},
        {"id": "3"},
    ]
    done = utkik(tmp_path, "classify", "-", given="".join(json.dumps(line) + "\n" for line in lines))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["1", "2", "3"]
    assert answers[0]["relevance"] > answers[1]["relevance"]
    assert next(iter(answers[0]["areas"])) == "culture"
    assert set(answers[0]) == {
        "id",
        "language",
        "relevance",
        "areas",
        "flags",
        "deadlines",
        "dates",
        "amounts",
        "facts",
        "reasons",
    }
    assert set(answers[0]["flags"]) == {"children_youth", "funding", "law", "partnership"}


def test_classify_names_the_line_that_is_no_json(tmp_path: Path) -> None:
    file = tmp_path / "poster.jsonl"
    file.write_text('{"id": "1", "title": "a"}\n\n{"id": \n', encoding="utf-8")
    done = utkik(tmp_path, "classify", str(file))
    assert done.returncode == 2
    assert "poster.jsonl, rad 3: raden är inte giltig JSON" in done.stderr.replace("\n", "")


def test_two_processes_at_once_are_not_let_in(tmp_path: Path) -> None:
    from store.db import open_store

    create_installation(tmp_path, "")
    with open_store(f"sqlite:///{tmp_path / 'utkik.db'}") as store, store.exclusive("week"):
        done = utkik(tmp_path, "send")
    assert done.returncode == 1
    assert "redan igång" in done.stderr
