"""Run every notebook on a year of recorded answers, measured, its pictures and the year's reports kept for reading.

`make year` builds the year in a folder, and ends with an error when a notebook fails or takes longer than promised.
"""

from __future__ import annotations

import argparse
import base64
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline.installation import Installation, open_installation
from pipeline.meeting import read_meeting
from pipeline.meeting_report import meeting_pack
from pipeline.report_commands import write_annual, write_document
from tests.notebooks.test_notebooks import LONGEST, NOTEBOOKS, pictures, run
from tests.pipeline.real_year import HAS_RECORDINGS, MISSING, live_year, make_home, read_recordings

NOW = datetime(2026, 8, 28, 9, tzinfo=UTC)
MEETING = date(2026, 9, 2)


def main() -> int:
    """Build the year unless it is there, run everything on it and say how long each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    if not HAS_RECORDINGS:
        sys.stdout.write(f"skipped: {MISSING}\n")
        return 0
    home = folder / "home"
    if not home.exists():
        make_home(home)
        with open_installation(home) as installation:
            live_year(installation, read_recordings(home))
    with open_installation(home) as installation:
        _write_reports(installation, folder / "reports")
    slow = [path.name for path in NOTEBOOKS if _run(path, home, folder / "pictures") > LONGEST]
    sys.stdout.write(f"longer than {LONGEST} s: {', '.join(slow)}\n" if slow else "every notebook in time\n")
    return 1 if slow else 0


def _write_reports(installation: Installation, folder: Path) -> None:
    for year in (2025, 2026):
        write_annual(installation, year, folder, NOW)
    with installation.store.reading() as session:
        meeting = read_meeting(session, installation.municipality, MEETING, NOW)
    for line in write_document(meeting_pack(meeting, installation.municipality), folder, f"mote-{MEETING}", NOW):
        sys.stdout.write(f"{line}\n")


def _run(path: Path, home: Path, folder: Path) -> float:
    done, seconds = run(path, home)
    folder.mkdir(exist_ok=True)
    drawn = pictures(done)
    for number, output in enumerate(drawn, start=1):
        (folder / f"{path.stem}-{number}.png").write_bytes(base64.b64decode(output["data"]["image/png"]))
    sys.stdout.write(f"{path.stem}: {seconds:.1f} s, {len(drawn)} pictures\n")
    sys.stdout.flush()
    return seconds


if __name__ == "__main__":
    sys.exit(main())
