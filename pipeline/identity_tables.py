"""What a municipality's file may say of how its letters leave and where its page is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, EmailStr, Field

from pipeline.source_settings import Table

# Addresses are compared and stored in lower case: no mail system in use tells them apart by case.
Email = Annotated[EmailStr, AfterValidator(str.lower)]
MaybeEmail = Annotated[Email | None, BeforeValidator(lambda value: value or None)]


class MailIdentity(Table):
    """Who the letters are from, and by which mail server; what is left out is as for the installation.

    The password of an own server is none of the file's: it stands in the settings or the environment.
    """

    sender: MaybeEmail = None
    name: str = ""  # beside the sender's address
    reply_to: MaybeEmail = None  # where answers and requests to end the letters go; left out, to the coordinator
    host: str = ""  # of a mail server of its own
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""


class PageIdentity(Table):
    """Where the municipality's people find the page."""

    address: str = Field(
        default="",
        pattern=r"^((https://[a-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:\d+)?(/[A-Za-z0-9._~-]+)*/?)?$",
    )
