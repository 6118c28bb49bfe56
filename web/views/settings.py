"""What the installation is set to, and where each thing is changed."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, render_template
from pydantic import BaseModel, SecretStr

from pipeline.municipality import Municipality
from pipeline.settings import FILE_NAME, Settings
from pipeline.settings_help import settings_help
from web import context
from web.access import Role, needs

page = Blueprint("settings", __name__)


@page.get("/installningar")
@needs(Role.READER)
def show() -> str:
    """Show every setting with its value and meaning, secrets only as set or not; of a bound account, only its own."""
    settings = context.whole().settings
    if not context.sees_all():
        return render_template("settings/own.html", groups=_own(context.municipality()))
    return render_template(
        "settings/show.html", groups=groups(settings), help=settings_help(), file=settings.home / FILE_NAME
    )


def _own(municipality: Municipality) -> dict[str, list[tuple[str, str]]]:
    """Return what the municipality's own file says of its letters and its page."""
    tables = (("mail", municipality.mail), ("page", municipality.page))
    return {name: [(field, _shown(field, getattr(table, field))) for field in type(table).model_fields]
            for name, table in tables}  # fmt: skip


def groups(settings: Settings) -> dict[str, list[tuple[str, str]]]:
    """Return (name, value) per table of the file, "" for those that stand in none."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, value in _fields(settings):
        if name != "home":  # where the file itself lies
            found.setdefault(name.rpartition(".")[0], []).append((name, value))
    return found


def _fields(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _fields(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", _shown(name, value)


def _shown(name: str, value: object) -> str:
    if isinstance(value, SecretStr):
        return "••••" if value.get_secret_value() else ""
    if name == "database_url":
        return context.store().url if value else ""  # the store's own never shows a password
    if isinstance(value, dict):
        return ", ".join(sorted(value))
    if isinstance(value, bool):
        return str(value).lower()  # as the file writes it
    return "" if value is None else str(value)
