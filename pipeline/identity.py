"""Who a municipality's letters are from, how they leave and where its page is: its own, else the installation's."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.municipality import Municipality
from pipeline.settings import MailSettings, Settings


def mail_sender(settings: Settings, municipality: Municipality) -> str:
    """Return the address that letters are from."""
    return municipality.mail.sender or settings.mail.sender or municipality.coordinator.email


def reply_address(municipality: Municipality) -> str:
    """Return the address that answers, and requests to end the letters, go to."""
    return municipality.mail.reply_to or municipality.coordinator.email


def page_address(settings: Settings, municipality: Municipality) -> str:
    """Return the address of the page in the municipality's letters, "" when there is none."""
    return municipality.page.address or settings.web.address


def mail_of(settings: Settings, municipality: Municipality) -> MailSettings:
    """Return how the municipality's letters leave: by its own mail server when it has one."""
    own = municipality.mail
    if not own.host or settings.mail.transport == "folder":
        return settings.mail
    password = mail_password(settings, municipality)
    server = {"host": own.host, "port": own.port, "security": own.security, "user": own.user}
    return settings.mail.model_copy(update={**server, "password": type(settings.mail.password)(password)})


def mail_password(settings: Settings, municipality: Municipality) -> str:
    """Return the password of the municipality's own mail server, by its key or its code; "" when none is given."""
    known = {name.lower(): secret.get_secret_value() for name, secret in settings.mail.passwords.items()}
    return known.get(municipality.key) or known.get(municipality.code) or ""


def check_identity(settings: Settings, municipality: Municipality) -> list[str]:
    """Return what is wrong with how the municipality's letters leave, or worth knowing, as Swedish sentences."""
    own, told = municipality.mail, []
    if own.user and not own.host:
        told.append("[mail] har user men ingen host: utan egen e-postserver används installationens.")
    if own.host and settings.mail.transport == "folder":
        told.append(f"[mail] nämner {own.host}, men breven skrivs i en mapp så länge mail.transport är folder.")
    elif own.host and own.user and not mail_password(settings, municipality):
        name = f"UTKIK_MAIL__PASSWORDS__{municipality.code}"
        told.append(f"[mail] har användaren {own.user} men inget lösenord. Ange det i miljövariabeln {name}.")
    if municipality.coordinator.email.endswith("example.org") and settings.mail.transport == "smtp":
        told.append(f"Samordnarens adress {municipality.coordinator.email} är ett exempel och når ingen.")
    return told


def shared_addresses(municipalities: Sequence[Municipality]) -> list[str]:
    """Return a Swedish sentence for each address of a page that several municipalities say is their own."""
    told = []
    for address in dict.fromkeys(one.page.address.rstrip("/") for one in municipalities if one.page.address):
        names = [one.name for one in municipalities if one.page.address.rstrip("/") == address]
        if len(names) > 1:
            told.append(f"{' och '.join(names)} har samma adress i [page], {address}: ge var och en sin egen.")
    return told
