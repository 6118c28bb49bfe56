"""`utkik evaluate`: figures from files, and clear words when the files do not hold what is needed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.test_cli import utkik, values


def write(path: Path, lines: Iterable[Mapping[str, Any]]) -> str:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return str(path)


def files(folder: Path, count: int) -> tuple[str, ...]:
    titles = ["Kommunen bygger ny förskola", "Tennisstjärnan jublade efter finalen"]
    items = [{"id": f"{n}", "kind": "news", "title": titles[n % 2]} for n in range(count)]
    labels = [
        {"id": f"{n}", "relevance": 0 if n % 2 else 3, "areas": [] if n % 2 else ["school"], "flags": []}
        for n in range(count)
    ]
    return (
        "--items",
        write(folder / "items.jsonl", items),
        "--labels",
        write(folder / "labels.jsonl", labels),
    )


def test_figures_stand_with_their_intervals(tmp_path: Path) -> None:
    done = utkik(tmp_path, "evaluate", *files(tmp_path, 40))
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if "Medelprecision" in line)
    assert "1,00 (1,00–1,00)" in row


def test_json_tells_groups_and_what_must_be_beaten(tmp_path: Path) -> None:
    found = values(utkik(tmp_path, "evaluate", "--json", *files(tmp_path, 40)))
    assert found["figures"]["kind news"]["items"] == 40
    assert set(found["baselines"]) == {"keyword alert", "prefix alert", "word TF-IDF + LR"}
    assert found["not measured"]["spaCy textcat"] == "mäts med --slow"
    assert found["committees"]["Mellerud"]["figures"]["first committee right"] == 1.0


def test_report_is_written_as_table_and_as_values(tmp_path: Path) -> None:
    done = utkik(tmp_path, "evaluate", "--out", str(tmp_path / "rapport"), *files(tmp_path, 40))
    assert done.returncode == 0, done.stderr
    told = (tmp_path / "rapport" / "evaluation.md").read_text(encoding="utf-8")
    assert "| Medelprecision | 1,00 (1,00–1,00) |" in told
    assert "## Till rätt nämnd" in told
    assert "| spaCy textcat | mäts med --slow |" in told
    assert (
        json.loads((tmp_path / "rapport" / "evaluation.json").read_text(encoding="utf-8"))["figures"]["all"]["items"]
        == 40
    )


@pytest.mark.parametrize(
    "label",
    [
        {"id": "0", "relevance": "hög", "areas": [], "flags": []},
        {"id": "0", "relevance": 2, "areas": "school", "flags": []},
        {"id": "0", "relevance": 2, "areas": []},
    ],
)
def test_label_of_another_form_is_named(tmp_path: Path, label: Mapping[str, Any]) -> None:
    items = write(tmp_path / "items.jsonl", [{"id": "0", "title": "t"}])
    done = utkik(tmp_path, "evaluate", "--items", items, "--labels", write(tmp_path / "labels.jsonl", [label]))
    assert done.returncode == 2
    assert "post 1 ska ha id, relevance (0 till 3), areas och flags" in " ".join(done.stderr.split())


def test_labels_of_other_items_are_refused(tmp_path: Path) -> None:
    items = write(tmp_path / "items.jsonl", [{"id": "0", "title": "t"}])
    labels = write(tmp_path / "labels.jsonl", [{"id": "1", "relevance": 2, "areas": [], "flags": []}])
    done = utkik(tmp_path, "evaluate", "--items", items, "--labels", labels)
    assert done.returncode == 2
    assert "ingen etikett hör till någon av posterna" in " ".join(done.stderr.split())
