"""What tells this program from every other: its files, what it is built on and the machine it runs on."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("crawlers", "nlp", "pipeline", "store")
READ = {".py", ".toml", ".json", ".jsonl", ".npz", ".csv", ".txt", ".j2"}
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@lru_cache(maxsize=1)
def program() -> str:
    """Return the same sixteen letters on two machines only when both give the same answers, bit by bit.

    Read once a process: files that are replaced under a running program are not those that it runs.
    """
    digest = hashlib.sha256("\n".join([*_parts(), platform.machine(), *map(str, sys.version_info[:2])]).encode())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in READ and "__pycache__" not in path.parts:
                digest.update(f"\n{path.relative_to(ROOT).as_posix()} ".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _parts() -> list[str]:
    """Return the packages that ours is built on, each with its version; those of the extras decide no answers."""
    try:
        named = [_NAME.match(line) for line in requires("utkik") or () if "extra ==" not in line]
    except PackageNotFoundError:  # run from its files, not installed
        return []
    return sorted(f"{found.group()}=={version(found.group())}" for found in named if found)
