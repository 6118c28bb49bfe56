"""Who may see what: every view carries the least role that it needs, and one place holds every request to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

from store.types import Account, Role

__all__ = [
    "Role",
    "by_token",
    "check_marks",
    "for_whole",
    "is_allowed",
    "is_for_whole",
    "is_one_click",
    "is_open",
    "is_public",
    "needs",
    "one_click",
    "open_to_all",
    "public",
    "token_role",
]

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "utkik_access"
_ONE_CLICK = "utkik_one_click"
_PUBLIC = "utkik_public"
_WHOLE = "utkik_whole"
_TOKEN = "utkik_token"  # noqa: S105 - the name of a mark
OPEN = "open"
BY_KEY = "by key"


def needs(role: Role) -> Callable[[View], View]:
    """Mark a view: an account with this role or a higher one may call it."""

    def mark(view: View) -> View:
        setattr(view, _MARK, role)
        return view

    return mark


def for_whole(view: View) -> View:
    """Mark a view that changes what all municipalities share: an account that is bound to one may not call it."""
    setattr(view, _WHOLE, True)
    return view


def is_for_whole(view: Callable[..., Any]) -> bool:
    """Tell whether the view is for accounts of the whole installation alone."""
    return getattr(view, _WHOLE, False) is True


def open_to_all(view: View) -> View:
    """Mark a view that anyone may call: public pages, and those whose address holds a signed token."""
    setattr(view, _MARK, OPEN)
    return view


def one_click(view: View) -> View:
    """Mark the one view that takes a POST without CSRF token: a mail program's unsubscribing (RFC 8058)."""
    setattr(view, _ONE_CLICK, True)
    return view


def public(view: View) -> View:
    """Mark a view for residents: open, the same for everybody, and therefore kept by browsers and proxies."""
    setattr(view, _PUBLIC, True)
    return open_to_all(view)


def by_token(role: Role) -> Callable[[View], View]:
    """Mark a view of the HTTP API: a key with this role or a higher one may call it, and no login of the page's."""

    def mark(view: View) -> View:
        setattr(view, _MARK, BY_KEY)
        setattr(view, _TOKEN, role)
        return view

    return mark


def token_role(view: Callable[..., Any]) -> Role | None:
    """Return the least role of a key that may call the view; None for a view of the page."""
    role = getattr(view, _TOKEN, None)
    return role if isinstance(role, Role) else None


def is_public(view: Callable[..., Any] | None) -> bool:
    """Tell whether the view is shown to everybody alike, without a session."""
    return getattr(view, _PUBLIC, False) is True


def is_open(view: Callable[..., Any]) -> bool:
    """Tell whether anyone may call the view."""
    return getattr(view, _MARK, None) == OPEN


def is_one_click(view: Callable[..., Any]) -> bool:
    """Tell whether the view takes a POST without CSRF token."""
    return getattr(view, _ONE_CLICK, False) is True


def role_needed(view: Callable[..., Any]) -> Role | None:
    """Return the least role that may call the view; None for an open one."""
    mark = getattr(view, _MARK, None)
    return mark if isinstance(mark, Role) else None


def is_allowed(view: Callable[..., Any], account: Account | None) -> bool:
    """Tell whether the account may call the view; an unmarked view is nobody's."""
    role = role_needed(view)
    if role is None:
        return is_open(view)
    return account is not None and account.role.covers(role)


def check_marks(app: Flask) -> None:
    """Refuse to start with a view that says nothing of who may call it."""
    unmarked = sorted(name for name, view in app.view_functions.items() if not hasattr(view, _MARK))
    if unmarked:
        raise TypeError(f"views without @needs(Role…) or @open_to_all: {', '.join(unmarked)}")
