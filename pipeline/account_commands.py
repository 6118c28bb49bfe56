"""The commands `utkik account …`: who may log in on the page, and as what."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Annotated

import typer
from rich.markup import escape

from pipeline.belonging import ALL, belonging_of
from pipeline.installation import open_installation
from pipeline.opened import known_keys
from pipeline.options import AsJson
from pipeline.passwords import new_password, password_digest, password_fault
from pipeline.terminal import plain_table, write_json
from store.accounts import (
    account_named,
    add_account,
    list_accounts,
    remove_account,
    set_account_municipality,
    set_password,
    set_role,
)
from store.audit import note
from store.db import Session
from store.errors import ConfigurationError
from store.types import Account, AuditEntry, Role

account_app = typer.Typer(help="Visa och ändra vilka som får logga in på sidan.", add_completion=False)

ROLE_WORDS = {Role.READER: "läsare", Role.ANALYST: "analytiker", Role.COORDINATOR: "samordnare"}

Name = Annotated[str, typer.Argument(metavar="NAMN", help="Det som skrivs vid inloggning, t.ex. en arbetsadress.")]
For = Annotated[
    str, typer.Option("--for", metavar="KOMMUN", help=f"Kommunen det gäller, när här finns flera; {ALL} för alla.")
]
Typed = Annotated[bool, typer.Option("--type", help="Skriv lösenordet själv i stället för att få ett.")]


@account_app.callback()
def accounts() -> None:
    """Visa och ändra vilka som får logga in på sidan."""


@account_app.command(name="list")
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """Visa kontona."""
    with open_installation(context.obj.home) as installation, installation.store.reading() as session:
        found, several = list_accounts(session), len(known_keys(installation)) > 1
    if as_json:
        more = [{"municipality": a.municipality or None} if several else {} for a in found]
        plain = ({"name": a.name, "role": a.role.value, "login": _login(a)} for a in found)
        write_json([one | added for one, added in zip(plain, more, strict=True)])
        return
    head = ("Namn", "Roll", "Loggar in med", *(["Kommun"] if several else []))
    rows = [[escape(a.name), ROLE_WORDS[a.role], _login(a), a.municipality or ALL][: len(head)] for a in found]
    context.obj.console.print(plain_table("Konton", head, rows))


@account_app.command()
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Option("--role", help="reader läser, analyst sköter åtgärder, coordinator bedömer.")],
    typed: Typed = False,
    municipality: For = "",
) -> None:
    """Lägg upp ett konto med lösenord. Konton för gemensam inloggning läggs upp av sig själva."""
    name = name.strip().lower()
    if not name or len(name) > 200:
        raise ConfigurationError("namnet ska ha 1 till 200 tecken")
    with open_installation(context.obj.home) as installation:
        whose = belonging_of(installation, municipality or context.obj.municipality)
        password, now = _password(name, typed), context.obj.moment("")
        with installation.store.session(durable=True) as session:
            if account_named(session, name):
                raise ConfigurationError(f"kontot {name} finns redan. Byt lösenord med: utkik account password {name}")
            account = Account(
                id=uuid.uuid4().hex,
                name=name,
                role=role,
                created_at=now,
                password=password_digest(password),
                municipality=whose,
            )
            add_account(session, account)
            _note(session, context, "account.add", account, role.value)
    place = f" i {whose}" if whose else ""
    _tell(context, f"Kontot {name} finns nu, som {ROLE_WORDS[role]}{place}.", "" if typed else password)


@account_app.command()
def remove(context: typer.Context, name: Name) -> None:
    """Ta bort ett konto. Den som är inloggad med det loggas ut genast; det som har gjorts är kvar."""
    with open_installation(context.obj.home) as installation, installation.store.session(durable=True) as session:
        account = _known(session, name)
        remove_account(session, account.id)
        _note(session, context, "account.remove", account)
    _tell(context, f"Kontot {account.name} är borttaget.")


@account_app.command()
def password(context: typer.Context, name: Name, typed: Typed = False) -> None:
    """Byt ett kontos lösenord. Den som är inloggad med det loggas ut genast."""
    with open_installation(context.obj.home) as installation:
        with installation.store.reading() as session:
            account = _known(session, name)
        new = _password(account.name, typed)  # asked for before the database is held
        with installation.store.session(durable=True) as session:
            account = _known(session, name)
            set_password(session, account.id, password_digest(new))
            _note(session, context, "account.password", account)
    _tell(context, f"Kontot {account.name} har ett nytt lösenord.", "" if typed else new)


@account_app.command()
def role(context: typer.Context, name: Name, role: Annotated[Role, typer.Argument(metavar="ROLL")]) -> None:
    """Ge ett konto en annan roll. Den som är inloggad med det loggas ut genast."""
    with open_installation(context.obj.home) as installation, installation.store.session(durable=True) as session:
        account = _known(session, name)
        set_role(session, account.id, role)
        _note(session, context, "account.role", account, role.value)
    _tell(context, f"Kontot {account.name} är nu {ROLE_WORDS[role]}.")
    if account.subject:
        _tell(
            context, "Kontot hör till den gemensamma inloggningen, som bestämmer rollen på nytt vid nästa inloggning."
        )


@account_app.command()
def municipality(
    context: typer.Context,
    name: Name,
    municipality: Annotated[str, typer.Argument(metavar="KOMMUN", help=f"Kommunens nyckel, eller {ALL} för alla.")],
) -> None:
    """Knyt ett konto till en kommun, eller låt det se alla. Den som är inloggad med det loggas ut genast."""
    with open_installation(context.obj.home) as installation, installation.store.session(durable=True) as session:
        account, whose = _known(session, name), belonging_of(installation, municipality)
        set_account_municipality(session, account.id, whose)
        _note(session, context, "account.municipality", replace(account, municipality=whose), whose or ALL)
    _tell(context, f"Kontot {account.name} ser nu {whose or 'alla kommuner'}.")


def _password(name: str, typed: bool) -> str:
    if not typed:
        return new_password()
    password: str = typer.prompt("Lösenord", hide_input=True, confirmation_prompt="En gång till")
    if fault := password_fault(password, name):
        raise ConfigurationError(fault)
    return password


def _known(session: Session, name: str) -> Account:
    account = account_named(session, name.strip().lower())
    if account is None:
        raise ConfigurationError(f"kontot {name} finns inte. Se alla med: utkik account list")
    return account


def _note(session: Session, context: typer.Context, action: str, account: Account, detail: str = "") -> None:
    at = context.obj.moment("")
    entry = AuditEntry(at=at, account_id="", role="", action=action, subject=account.id, detail=detail)
    note(session, replace(entry, municipality=account.municipality))


def _login(account: Account) -> str:
    ways = (("lösenord", account.password), ("gemensam inloggning", account.subject))
    return " och ".join(way for way, there in ways if there)


def _tell(context: typer.Context, text: str, password: str = "") -> None:
    context.obj.console.print(escape(text), highlight=False, soft_wrap=True)
    if password:
        context.obj.console.print(f"Lösenord: {password}", highlight=False, soft_wrap=True)
        context.obj.console.print("Det visas bara nu. Lämna det på ett säkert sätt.", highlight=False)
