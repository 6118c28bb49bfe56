"""The commands of the deployment files, run as they stand there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dask
import distributed  # noqa: F401 - its defaults, which are else undone with what is set here
import pytest
import yaml

from pipeline.engine_dask import DaskEngine
from store.errors import EngineError
from tests.pipeline.test_engine import Doubling

pytestmark = pytest.mark.xdist_group("cluster")
ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "pipeline" / "deployment"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def certificate_command() -> list[str]:
    """Return the command of the README that makes the certificate."""
    found = re.search(r"openssl req[^`]*?cluster\.pem", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert found
    return shlex.split(found.group().replace("\\\n", " "))


def test_scheduler_and_worker_of_the_compose_file_talk_over_tls_and_let_nobody_else_in(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl, which the description uses, is not here")
    (tmp_path / "certificates").mkdir()
    subprocess.run(certificate_command(), cwd=tmp_path, check=True, capture_output=True)  # noqa: S603 - our own
    services: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))["services"]
    port = str(free_port())
    with ExitStack() as running:
        for name in ("scheduler", "worker"):
            running.enter_context(started(services[name], tmp_path, port))
        address = services["serve"]["environment"]["UTKIK_ENGINE"].replace("scheduler:8786", f"127.0.0.1:{port}")
        paths = {"ca-file": "cluster.pem", "client.cert": "cluster.pem", "client.key": "cluster.key"}
        # As our own process is given them, but for the environment: that is read once, when Dask is imported.
        known = {f"distributed.comm.tls.{name}": str(tmp_path / "certificates" / path) for name, path in paths.items()}
        with dask.config.set(known), DaskEngine(address, connect=30.0) as engine:
            assert list(engine.map(Doubling(), range(4))) == [0, 2, 4, 6]
        for refused in (address, address.replace("tls://", "dask://")):  # without a certificate, and in plain words
            with DaskEngine(refused, connect=2.0) as engine, pytest.raises(EngineError, match="certifikaten"):
                list(engine.map(Doubling(), [1]))


class Started:
    """A service's process, ended at the end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def __enter__(self) -> Started:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def started(service: dict[str, Any], folder: Path, port: str) -> Started:
    """Start what the service would, on this machine: its host is ours, and its certificates are in the folder."""
    program, *words = [*service["entrypoint"], *service["command"]]
    words = [word.replace("scheduler:8786", f"127.0.0.1:{port}").replace("8786", port) for word in words]
    words = [word.replace("=/tmp", f"={folder}") for word in words]
    values = {
        name: value.replace("/certificates", f"{folder}/certificates") for name, value in service["environment"].items()
    }
    with (folder / f"{words[0]}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own
            [Path(sys.executable).with_name(program), *words],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **values},  # the work that the test hands out is of the tests
            stdout=log,
            stderr=log,
        )
    return Started(process)
