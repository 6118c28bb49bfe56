"""The bill of materials names what is really installed, and every direct dependency of ours is in it, pinned."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_bill_of_materials_is_cyclonedx_and_holds_every_dependency_at_its_pinned_version(tmp_path: Path) -> None:
    written = tmp_path / "sbom.json"
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--pyproject", str(ROOT / "pyproject.toml")]
    options = ["--short-PURLs", "--no-validate", "--output-reproducible", "-o", str(written), sys.executable]
    subprocess.run([*command, *options], check=True, capture_output=True, timeout=120)  # noqa: S603 - our own tool
    bill = json.loads(written.read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "utkik")
    held = {plain(part["name"]): part["version"] for part in bill["components"]}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {plain(line.partition("==")[0]): line.partition("==")[2] for line in lines if "==" in line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for wanted in project["dependencies"]:
        name = plain(re.split(r"[\[<>=!~; ]", wanted)[0])
        assert (name, held.get(name)) == (name, pinned[name])


def test_the_makefile_writes_it_of_an_environment_with_the_program_alone() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\nsbom:")[2].partition("\n\n")[0]
    assert "--without-pip .sbom" in recipe
    assert "--constraint constraints.txt" in recipe
    assert "--group" not in recipe
