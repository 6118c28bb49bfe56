"""A PostgreSQL server for the tests: one that is named, or one that lives as long as they do."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Give the address of a server on which databases may be made and dropped; skips when there is none."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    # Not under pytest's own folder: another pytest that starts takes away the right to enter it, which the server, run
    # as another user when we are root, then dies of.
    with tempfile.TemporaryDirectory(prefix="utkik-postgresql-", ignore_cleanup_errors=True) as folder:
        runtime, data = Path(folder, "runtime"), Path(folder, "data")
        for place in (runtime, data):
            place.mkdir(mode=0o700)
        Path(folder).chmod(0o755)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", str(runtime))  # asked for when pgserver is imported; absent in containers
            pgserver = pytest.importorskip("pgserver", reason="neither pgserver nor TEST_DATABASE_URL is here")
        server = pgserver.get_server(data, cleanup_mode="stop")
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")  # nobody pulls the plug of a test; ten times as fast
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()
