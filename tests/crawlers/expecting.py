"""What a recording is expected to give: written the first time, and then only compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def expected_in(path: Path, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the items of an expectation; one that is not there is written, and fails until a person has read it."""
    if not path.exists():
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        raise AssertionError(f"{path.name} was written from what was found: read it, and run the test again")
    items: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return items
