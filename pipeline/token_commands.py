"""The commands `utkik token …`: keys with which other systems read through the HTTP API."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
from rich.markup import escape

from pipeline.account_commands import ROLE_WORDS, For
from pipeline.api_tokens import LONGEST_NAME, new_token
from pipeline.belonging import ALL, belonging_of
from pipeline.installation import open_installation
from pipeline.opened import known_keys
from pipeline.options import AsJson
from pipeline.terminal import plain_table, write_json
from store.api_tokens import add_token, list_tokens, revoke_token
from store.audit import note
from store.db import Session
from store.errors import ConfigurationError
from store.types import ApiToken, AuditEntry, Role

token_app = typer.Typer(help="Visa och ändra nycklar till HTTP-gränssnittet, för andra system.", add_completion=False)


@token_app.callback()
def tokens() -> None:
    """Visa och ändra nycklar till HTTP-gränssnittet, för andra system."""


@token_app.command(name="list")
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """Visa nycklarna: vilket system, vilken roll, när de senast användes."""
    with open_installation(context.obj.home) as installation, installation.store.reading() as session:
        found, several = list_tokens(session), len(known_keys(installation)) > 1
    if as_json:
        write_json(
            [
                {
                    "id": one.id,
                    "name": one.name,
                    "role": one.role.value,
                    "last_used": one.last_used.isoformat() if one.last_used else None,
                    "revoked": one.revoked_at.isoformat() if one.revoked_at else None,
                    **({"municipality": one.municipality or None} if several else {}),
                }
                for one in found
            ]
        )
        return
    rows = [
        [
            one.id,
            escape(one.name),
            ROLE_WORDS[one.role],
            one.last_used.isoformat() if one.last_used else "aldrig",
            "ja" if one.revoked_at else "",
            *([one.municipality or ALL] if several else []),
        ]
        for one in found
    ]
    head = ("Nummer", "System", "Roll", "Senast använd", "Återkallad", *(["Kommun"] if several else []))
    context.obj.console.print(plain_table("Nycklar", head, rows))


@token_app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SYSTEM", help="Vilket system som ska läsa, t.ex. diariet.")],
    role: Annotated[Role, typer.Option("--role", help="reader och analyst läser, coordinator får också bedöma.")] = (
        Role.READER
    ),
    municipality: For = "",
) -> None:
    """Gör en nyckel. Den visas bara en gång."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise ConfigurationError(f"namnet ska ha 1 till {LONGEST_NAME} tecken")
    token, key = new_token(name, role, context.obj.moment(""))
    with open_installation(context.obj.home) as installation, installation.store.session(durable=True) as session:
        token = replace(token, municipality=belonging_of(installation, municipality or context.obj.municipality))
        add_token(session, token)
        _note(session, context, "token.add", token, role.value)
    context.obj.console.print(f"Nyckel {token.id}: {key}", highlight=False, soft_wrap=True)
    context.obj.console.print("Den visas bara nu. Lämna den på ett säkert sätt.", highlight=False)


@token_app.command()
def remove(context: typer.Context, number: Annotated[str, typer.Argument(metavar="NUMMER")]) -> None:
    """Återkalla en nyckel. Den öppnar inget från och med nu."""
    now = context.obj.moment("")
    with open_installation(context.obj.home) as installation, installation.store.session(durable=True) as session:
        known = next((one for one in list_tokens(session) if one.id == number), None)
        if known is None or not revoke_token(session, number, now):
            raise ConfigurationError(f"nyckeln {number} finns inte. Se alla med: utkik token list")
        _note(session, context, "token.remove", known)
    context.obj.console.print(f"Nyckel {escape(number)} är återkallad.", highlight=False)


def _note(session: Session, context: typer.Context, action: str, token: ApiToken, detail: str = "") -> None:
    at = context.obj.moment("")
    entry = AuditEntry(at=at, account_id="", role="", action=action, subject=token.id, detail=detail)
    note(session, replace(entry, municipality=token.municipality))
