"""A Word file as PDF, by LibreOffice where that is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

CONVERTERS = ("soffice", "libreoffice")
LONGEST = 180  # seconds; the first start on a slow machine takes twenty


def converter() -> str | None:
    """Return the program that makes PDF files, None when there is none."""
    return next((found for name in CONVERTERS if (found := shutil.which(name))), None)


def pdf_of(word: Path, program: str) -> bytes:
    """Return the PDF of a Word file; raises OSError with what the program said when it makes none.

    It runs with a profile of its own, since a second LibreOffice would else hand the file to the first and end.
    """
    with tempfile.TemporaryDirectory(prefix="utkik-pdf-") as place:
        profile = (Path(place) / "profile").as_uri()
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", place]
        try:
            done = subprocess.run(  # noqa: S603 - a program found by its name, with files of ours
                [*command, str(word)], capture_output=True, text=True, timeout=LONGEST, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise OSError(f"{program} took more than {LONGEST} seconds") from error
        made = Path(place) / f"{word.stem}.pdf"
        if not made.is_file():
            raise OSError(f"{program}: {done.stderr.strip() or done.stdout.strip() or done.returncode}")
        return made.read_bytes()
