"""The door of the program: who classifies a file waits for nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = ("sqlalchemy", "scrapy", "twisted", "spacy", "sklearn", "flask")
PROGRAM = f"""
import sys
from pipeline.entry import main
try:
    main()
except SystemExit as ended:
    print(ended.code, *(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)
"""


def run(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, *words]
    return subprocess.run(  # noqa: S603 - our own command
        command, input=given, capture_output=True, text=True, check=False, timeout=60
    )


def test_classifying_loads_no_store_no_crawler_and_no_spacy() -> None:
    line = {"id": "1", "kind": "news", "title": "Ny skollag", "text": "Kommunen ska ordna förskola."}
    done = run("classify", "-", given=json.dumps(line) + "\n")
    assert json.loads(done.stdout)["id"] == "1"
    assert done.stderr == "0\n"


def test_missing_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    done = run("classify", str(tmp_path / "ingen.jsonl"))
    assert done.stderr.splitlines()[-1] == "2"
    assert "ingen.jsonl" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr


def test_other_commands_come_through_the_same_door() -> None:
    done = run("--help")
    assert done.stderr.startswith("0")
    assert "classify" in done.stdout
    assert "digest" in done.stdout or "send" in done.stdout
