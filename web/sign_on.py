"""Single sign-on by OpenID Connect: asks the provider, and believes nothing of the answer that is not checked.

Authorisation code flow with PKCE, state and nonce. A person is the provider's issuer and subject, never an address,
which may be given to somebody else.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pipeline.settings import OidcSettings
from store.types import Role

SCOPE = "openid profile email"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 60  # seconds that the provider's clock may be off
TIMEOUT = 10.0  # seconds to wait for the provider
KEPT = timedelta(hours=1)  # how long its description and keys are used
TRIES_AGAIN = timedelta(minutes=1)  # how often a key that we do not know may make us ask for the keys anew
UNFINISHED = timedelta(minutes=10)  # how long a login that was begun may take


class SignOnError(Exception):
    """A sign-on that came to nothing; `reason` is one of our own words, for the log."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ProviderAway(SignOnError):
    """The provider did not answer, or not as it should: trying later may help."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who the provider says it is."""

    issuer: str
    subject: str
    name: str
    role: Role | None  # None when none of the provider's roles is one of ours
    belongs: tuple[str, ...] | None = None  # the municipalities that the provider names; None when it is not asked


class SignOn:
    """A provider; what it says of itself is kept for an hour, by every thread."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._description: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at: datetime | None = None

    def begin(self, back: str, now: datetime) -> tuple[str, dict[str, Any]]:
        """Return the provider's address to send the reader to, and what the reader's session must hold meanwhile."""
        held = {
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "verifier": secrets.token_urlsafe(48),
            "at": int(now.timestamp()),
        }
        endpoint = self._endpoint("authorization_endpoint", now)
        with self._client(back) as client:
            url, _ = client.create_authorization_url(
                endpoint, state=held["state"], nonce=held["nonce"], code_verifier=held["verifier"]
            )
        return url, held

    def finish(self, answer: Mapping[str, str], held: Mapping[str, Any], back: str, now: datetime) -> Person:
        """Return who it is; raises SignOnError when anything of the answer is not as it must be."""
        state = str(held.get("state", ""))
        if not state or not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
            raise SignOnError("state")
        if now.timestamp() - held["at"] > UNFINISHED.total_seconds():
            raise SignOnError("too late")
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:  # RFC 9207: another provider's answer
            raise SignOnError("issuer of the answer")
        if "error" in answer or not answer.get("code"):
            raise SignOnError("the provider refused")
        return self._person(self._id_token(answer["code"], str(held["verifier"]), back, now), str(held["nonce"]), now)

    def _id_token(self, code: str, verifier: str, back: str, now: datetime) -> str:
        endpoint = self._endpoint("token_endpoint", now)
        try:
            with self._client(back) as client:
                token = client.fetch_token(endpoint, code=code, code_verifier=verifier)
        except (AuthlibBaseError, httpx.HTTPError, ValueError) as error:
            raise ProviderAway("the provider gave no token") from error
        found = token.get("id_token") if isinstance(token, Mapping) else None
        if not isinstance(found, str):
            raise SignOnError("no id token")
        return found

    def _person(self, token: str, nonce: str, now: datetime) -> Person:
        claims = self._claims(token, now)
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            registry.validate(claims)
        except JoseError as error:
            raise SignOnError(f"{type(error).__name__} {getattr(error, 'claim', '')}".strip()) from error
        meant_for = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", self._settings.client_id) != self._settings.client_id or len(meant_for) > 1:
            raise SignOnError("made for others too")
        name = str(claims.get("preferred_username") or claims.get("email") or claims["sub"]).strip().lower()[:200]
        role, belongs = role_of(claims, self._settings), municipalities_of(claims, self._settings)
        return Person(self._settings.issuer, claims["sub"], name, role, belongs)

    def _claims(self, token: str, now: datetime) -> dict[str, Any]:
        """Return what the token says, its signature checked; an unknown key makes us ask for the keys once more."""
        for keys in (self._known_keys(now), None):
            try:
                return dict(jwt.decode(token, keys or self._new_keys(now), algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError) as error:
                if keys is None or not _is_about_the_key(error):
                    raise SignOnError(f"token: {type(error).__name__}") from error
        raise SignOnError("token")

    def _client(self, back: str) -> OAuth2Client:
        return OAuth2Client(
            self._settings.client_id,
            self._settings.client_secret.get_secret_value() or None,
            token_endpoint_auth_method="client_secret_basic" if self._settings.client_secret else "none",
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=TIMEOUT,
            follow_redirects=False,
        )

    def _endpoint(self, name: str, now: datetime) -> str:
        self._read(now)
        return self._checked(self._description.get(name))

    def _known_keys(self, now: datetime) -> KeySet:
        self._read(now)
        if self._keys is None:
            raise ProviderAway("no keys")
        return self._keys

    def _new_keys(self, now: datetime) -> KeySet:
        with self._lock:
            if self._read_at is not None and now - self._read_at >= TRIES_AGAIN:
                self._read_at = None
        return self._known_keys(now)

    def _read(self, now: datetime) -> None:
        """Ask the provider for its description and keys, unless they are known."""
        with self._lock:
            if self._read_at is not None and now - self._read_at < KEPT:
                return
            issuer = self._settings.issuer
            description = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if description.get("issuer") != issuer:
                raise ProviderAway("the provider calls itself otherwise")
            keys = _fetched(self._checked(description.get("jwks_uri")))
            try:
                self._keys = KeySet.import_key_set(keys)  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise ProviderAway("keys that cannot be read") from error
            self._description, self._read_at = description, now

    def _checked(self, url: object) -> str:
        """Return the address when it is at least as safe as the issuer's own."""
        scheme = urlsplit(self._settings.issuer).scheme
        if not isinstance(url, str) or urlsplit(url).scheme not in ("https", scheme):
            raise ProviderAway("an address that is missing or unsafe")
        return url


def role_of(claims: Mapping[str, Any], settings: OidcSettings) -> Role | None:
    """Return the highest of our roles that the provider gives, None when it gives none."""
    given = [settings.roles[value] for value in _told(claims, settings.claim) if value in settings.roles]
    return max(given, key=list(Role).index, default=None)


def municipalities_of(claims: Mapping[str, Any], settings: OidcSettings) -> tuple[str, ...] | None:
    """Return the keys of the municipalities that the provider's values stand for, None when no claim tells them."""
    if not settings.municipality_claim:
        return None
    values = _told(claims, settings.municipality_claim)
    return tuple(dict.fromkeys(settings.municipalities[value] for value in values if value in settings.municipalities))


def _told(claims: Mapping[str, Any], name: str) -> list[str]:
    """Return the values of a claim; dots in its name lead into it, unless there is one of just that name."""
    found: Any = claims
    if name in claims:
        found = claims[name]
    else:
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    values = found if isinstance(found, list) else [found]
    return [value for value in values if isinstance(value, str)]


def _is_about_the_key(error: Exception) -> bool:
    return isinstance(error, ValueError) or type(error).__name__ in ("InvalidKeyIdError", "BadSignatureError")


def _fetched(url: str) -> dict[str, Any]:
    try:
        answer = httpx.get(url, timeout=TIMEOUT, follow_redirects=False)
        answer.raise_for_status()
        values = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderAway("the provider does not answer") from error
    if not isinstance(values, dict):
        raise ProviderAway("an answer that is no description")
    return values
