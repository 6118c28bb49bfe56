"""Settings of single sources: those that are built in, feeds and listing pages."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Table(BaseModel):
    """A table of the settings file: no other fields than these."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class SourceSettings(Table):
    """What is said of one source."""

    enabled: bool | None = Field(default=None, description="true or false; left out, the source itself decides")
    options: dict[str, Any] = Field(default_factory=dict, description="what the source itself asks for, such as a key")


class FeedSettings(Table):
    """One feed of the source `feeds`: a new one, or changes to a bundled one."""

    url: str | None = Field(default=None, description="the feed's address")
    title: str | None = Field(default=None, description="its name for a reader")
    publisher: str | None = Field(default=None, description="who stands behind it")
    region: Literal["Sverige", "EU", "Norden", "Världen"] | None = Field(default=None, description="what it is about")
    language: str | None = Field(default=None, description="sv or en, when the feed does not say")
    kind: Literal["news", "agency", "call", "consultation"] | None = Field(default=None, description="of its items")
    fewest: int | None = Field(default=None, ge=0, description="fewer entries than this is a fault")
    longest_silence_days: int | None = Field(default=None, ge=1, description="longer without a new entry is a fault")
    enabled: bool | None = Field(default=None, description="false switches the feed off")
    note: str | None = Field(default=None, description="for people")


class ListingSettings(Table):
    """One page of the source `listings`: a new one, or changes to a bundled one."""

    url: str | None = Field(default=None, description="the page's address")
    title: str | None = Field(default=None, description="its name for a reader")
    publisher: str | None = Field(default=None, description="who stands behind it")
    region: Literal["Sverige", "EU", "Norden", "Världen"] | None = Field(default=None, description="what it is about")
    language: str | None = Field(default=None, description="sv or en")
    kind: Literal["call", "consultation", "agency", "news"] | None = Field(default=None, description="of its items")
    within: str | None = Field(default=None, description="selector of the part of the page that holds the list")
    item: str | None = Field(default=None, description="selector of one item; left out, any link deep enough")
    heading: str | None = Field(default=None, description="selector of an item's title")
    date: str | None = Field(default=None, description="selector of its day of publication")
    deadline: str | None = Field(default=None, description="selector of its last day")
    summary: str | None = Field(default=None, description="selector of its ingress")
    link: str | None = Field(default=None, description="regular expression that the links of items match")
    fewest: int | None = Field(default=None, ge=0, description="fewer items than this is a fault")
    enabled: bool | None = Field(default=None, description="true switches the page on")
    note: str | None = Field(default=None, description="for people")
