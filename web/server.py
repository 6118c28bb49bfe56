"""Serving the page with waitress, in threads beside the schedule."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from waitress.server import create_server

from pipeline.settings import Settings
from store.errors import ConfigurationError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)

LAST_ANSWERS = 3.0  # seconds for what is being answered when the page stops; waiting longer is a client that went away


class UnderPath:
    """Lets the page stand under a path, whether the proxy before it takes the path off or not."""

    def __init__(self, application: WSGIApplication, prefix: str) -> None:
        self._application, self._prefix = application, prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request as one for the address without the path."""
        path = environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = self._prefix
        if path == self._prefix or path.startswith(f"{self._prefix}/"):
            environ["PATH_INFO"] = path[len(self._prefix) :] or "/"
        return self._application(environ, start_response)


class Page:
    """A page that is being served; `port` is where, `stop` ends it."""

    def __init__(self, app: Flask, *, host: str, port: int, threads: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = socket.create_server((host, port), family=family)  # by us: waitress leaks what it cannot bind
        self.port = int(bound.getsockname()[1])
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        # Headers of proxies are read by ProxyFix, as many as `web.proxies` says; waitress would drop them all.
        self._server = create_server(
            app, sockets=[bound], threads=threads, ident=None, clear_untrusted_proxy_headers=False
        )
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._server.run()
        except OSError:  # the loop may be waiting for a socket at the moment when `stop` closes it
            if not self._stopping:
                raise

    def stop(self) -> None:
        """Take no more requests, and let go of every browser; those that are being answered get their answers first."""
        self._server.task_dispatcher.shutdown(timeout=LAST_ANSWERS)
        ends = time.monotonic() + LAST_ANSWERS
        while (channels := list(self._server.active_channels.values())) and time.monotonic() < ends:
            for channel in channels:  # a connection that is kept would go on asking a page that is no more
                channel.close_when_flushed = True
            self._server.pull_trigger()
            time.sleep(0.01)
        self._stopping = True
        self._server.close()
        self._thread.join(5.0)


def serve(app: Flask, settings: Settings) -> Page:
    """Begin to serve at `web.listen`; raises ConfigurationError when the place is taken."""
    host, _, port = settings.web.listen.rpartition(":")
    try:
        page = Page(app, host=host.strip("[]"), port=int(port), threads=settings.web.threads)
    except OSError as error:
        raise ConfigurationError(
            f"sidan kan inte lyssna på {settings.web.listen}: {error.strerror or error}. Ändra web.listen, eller kör "
            "utkik serve --no-page"
        ) from error
    logger.info("page: listens on %s", settings.web.listen)
    return page
