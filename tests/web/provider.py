"""A small OpenID Connect provider on a loopback port, which keeps to the rules or breaks the one a test names."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from waitress.server import create_server

CLIENT, SECRET = "utkik", "hemlighet-mellan-dem"


class Provider:
    """What the provider says; every field may be changed by a test."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.issuer = ""
        self.key = new_key("1")
        self.shown_keys = [self.key]
        self.person: dict[str, Any] = {
            "sub": "8a1f",
            "preferred_username": "Anna@example.org",
            "realm_access": {"roles": ["offline", "utkik-bedomare"]},
        }
        self.change: Callable[[dict[str, Any]], None] = lambda _: None
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.description: dict[str, Any] = {}
        self.answer: dict[str, str] = {}  # what the way back holds besides or instead
        self.codes: dict[str, dict[str, str]] = {}
        self.asked = 0  # how often for the keys

    def signed(self, claims: dict[str, Any]) -> str:
        """Return the claims as a token signed with the provider's key."""
        return jwt.encode({"alg": "RS256", "kid": str(self.key.kid)}, claims, self.key)

    def token(self, nonce: str) -> str:
        """Return an id token for the person."""
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce} | self.person
        self.change(claims)
        return self.sign(claims)


@cache
def new_key(name: str, which: str = "own") -> RSAKey:
    """Return the key of the name, another one for each `which`; made once, since it takes a while."""
    return RSAKey.generate_key(2048, parameters={"kid": name, "use": "sig"})


def provider_app(provider: Provider) -> Flask:
    app = Flask("provider")

    @app.get("/.well-known/openid-configuration")
    def describe() -> Response:
        own = {
            "issuer": provider.issuer,
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{provider.issuer}/token",
            "jwks_uri": f"{provider.issuer}/keys",
        }
        return jsonify(own | provider.description)

    @app.get("/keys")
    def keys() -> Response:
        provider.asked += 1
        return jsonify(keys=[key.as_dict(private=False) for key in provider.shown_keys])

    @app.get("/authorize")
    def authorize() -> Any:
        asked = request.args
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT, "code", "S256")
        code = secrets.token_urlsafe(16)
        provider.codes[code] = dict(asked)
        answer = {"code": code, "state": asked["state"]} | provider.answer
        return redirect(f"{asked['redirect_uri']}?{'&'.join(f'{name}={value}' for name, value in answer.items())}")

    @app.post("/token")
    def token() -> Any:
        asked = provider.codes.pop(request.form.get("code", ""), None)
        login = request.authorization
        verifier = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if (
            asked is None
            or login is None
            or (login.username, login.password) != (CLIENT, SECRET)
            or challenge != asked["code_challenge"]
            or request.form["redirect_uri"] != asked["redirect_uri"]
        ):
            return jsonify(error="invalid_grant"), 400
        id_token = provider.token(asked["nonce"])
        return jsonify(access_token="x", token_type="Bearer", expires_in=60, id_token=id_token)  # noqa: S106

    return app


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    """Give the provider once it can be reached."""
    server = create_server(provider_app(provider), host="127.0.0.1", port=0, threads=2)
    provider.issuer = f"http://127.0.0.1:{server.effective_port}"
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield provider
    server.task_dispatcher.shutdown()
    server.close()
    thread.join(5)
