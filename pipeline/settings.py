"""Settings of an installation: `utkik.toml` in its home folder, overridden by UTKIK_… in the environment.

This is the one place that reads the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError

from pipeline.municipality_errors import Problem, problems_in
from pipeline.operation_settings import LogSettings, MetricsSettings
from pipeline.source_settings import FeedSettings, ListingSettings, SourceSettings, Table
from pipeline.toml_file import Place, TomlFile, read_toml
from store.errors import ConfigurationError
from store.types import Role

FILE_NAME = "utkik.toml"
ENVIRONMENT_PREFIX = "UTKIK_"


class SettingsFault(ConfigurationError):
    """A setting will not do; `problems` says which, each with its sentence."""

    def __init__(self, message: str, *, path: Path | None, line: int | None, problems: list[Problem]) -> None:
        super().__init__(message, path=path, line=line)
        self.problems = tuple(problems)


class MailSettings(Table):
    """How digests leave: into a folder, or through the municipality's mail server."""

    transport: Literal["folder", "smtp"] = Field(default="folder", description="folder (a file per digest) or smtp")
    host: str = Field(default="", description="the mail server's name")
    port: int = Field(default=587, ge=1, le=65535, description="its port: 587, or 25 for a relay inside the network")
    security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="starttls, tls or none")
    user: str = Field(default="", description="login name; empty for a relay that asks for none")
    password: SecretStr = Field(default=SecretStr(""), description="better given as UTKIK_MAIL__PASSWORD")
    passwords: dict[str, SecretStr] = Field(
        default_factory=dict, description="of municipalities' own servers, by code: UTKIK_MAIL__PASSWORDS__1461"
    )
    sender: str = Field(default="", description="From address; empty means the coordinator's")
    timeout: float = Field(default=30.0, gt=0, description="seconds to wait for the mail server")


class CrawlSettings(Table):
    """How sources are read."""

    contact: str = Field(default="", description="e-mail or page that sources can turn to; part of the User-Agent")
    delay: float = Field(default=1.0, ge=0.5, description="seconds between two requests to the same host")
    timeout: float = Field(default=30.0, gt=0, description="seconds to wait for an answer")


class ScheduleSettings(Table):
    """When `utkik serve` does what."""

    # Not between 02:00 and 03:00, which some days lack and others have twice.
    digest: str = Field(
        default="mon 07:00",
        pattern=r"^(mon|tue|wed|thu|fri|sat|sun) (0[013-9]|1\d|2[0-3]):[0-5]\d$",
        description="weekday and time in Sweden when the digests go out",
    )
    urgent: str = Field(
        default="06:30",
        pattern=r"^((0[013-9]|1\d|2[0-3]):[0-5]\d)?$",
        description="time in Sweden of a short letter on days when something new closes within 14 days; empty: none",
    )


class SecondReaderSettings(Table):
    """A language model of the municipality's own choosing, which reads what is least sure; off without url."""

    url: str = Field(default="", description="address up to and with /v1, such as http://127.0.0.1:11434/v1")
    model: str = Field(default="", description="the model's name at that address")
    key: SecretStr = Field(default=SecretStr(""), description="better given as UTKIK_SECOND_READER__KEY")
    weekly_budget: int = Field(default=100, ge=0, le=10_000, description="questions a week at most, failed ones too")
    timeout: float = Field(default=30.0, gt=0, le=600, description="seconds to wait for an answer")
    longest: float = Field(default=120.0, gt=0, le=3_600, description="seconds that all questions of a run may take")
    language: Literal["sv", "en"] = Field(default="sv", description="of its reasons")

    @property
    def is_on(self) -> bool:
        """Whether the municipality has chosen a second reader."""
        return bool(self.url)


class OidcSettings(Table):
    """Single sign-on through OpenID Connect, such as Entra ID or Keycloak; no issuer means none."""

    issuer: str = Field(
        default="",
        pattern=r"^(https://\S+|http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?)?$",
        description="the provider's address, as its own description states it",
    )
    client_id: str = Field(default="", description="what the provider calls this page")
    client_secret: SecretStr = Field(
        default=SecretStr(""), description="better given as UTKIK_WEB__OIDC__CLIENT_SECRET"
    )
    label: str = Field(default="kommunens inloggning", description="what the button says after “Logga in med”")
    claim: str = Field(default="roles", description="the claim that tells the roles; dots lead into it")
    roles: dict[str, Role] = Field(
        default_factory=dict, description="a value of the claim = reader, analyst, coordinator"
    )
    municipality_claim: str = Field(
        default="", description="the claim that tells a person's municipality, with several; dots lead into it"
    )
    municipalities: dict[str, str] = Field(
        default_factory=dict, description="a value of that claim = a municipality's key, or alla"
    )


class WebSettings(Table):
    """The page: where it listens and who may log in."""

    address: str = Field(
        default="",
        pattern=r"^((https://[a-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:\d+)?(/[A-Za-z0-9._~-]+)*/?)?$",
        description="public https address of the page; letters carry links to answer with only when it is given",
    )
    listen: str = Field(
        default="127.0.0.1:8080", pattern=r"^(.+:\d{1,5})?$", description="host:port of `utkik serve`; empty: no page"
    )
    proxies: int = Field(default=0, ge=0, le=5, description="how many reverse proxies stand before it")
    threads: int = Field(default=4, ge=1, le=64, description="how many requests are answered at once")
    idle_minutes: int = Field(default=60, ge=5, le=1440, description="minutes without a click until one is logged out")
    longest_hours: int = Field(default=12, ge=1, le=168, description="hours until one must log in again")
    public: bool = Field(default=False, description="true opens the residents' page, feed and open data to everybody")
    licence: str = Field(default="CC0 1.0", description="under which the municipality's own texts there may be used")
    oidc: OidcSettings = OidcSettings()


class PrivacySettings(Table):
    """What the page about personal data says of the municipality itself; all of it is public."""

    officer: str = Field(default="", description="how the data protection officer is reached; no person's name")
    basis: str = Field(
        default="uppgift av allmänt intresse (artikel 6.1 e i dataskyddsförordningen)", description="legal basis"
    )
    processors: str = Field(default="", description="who runs the server or mail on the municipality's behalf")
    record: str = Field(default="", description="number of the record in the municipality's own register")


class BackupSettings(Table):
    """Backups that `utkik serve` makes every day."""

    keep: int = Field(default=14, ge=0, le=3650, description="how many daily backups are kept; 0 makes none")
    folder: str = Field(default="", description="where they lie, best another disk; empty means backups in home")


class RetentionSettings(Table):
    """How long what is kept is kept; nothing goes before the municipality's decision is named. 0 keeps for ever."""

    decision: str = Field(default="", description="number of the municipality's decision; empty: nothing is removed")
    feedback_days: int = Field(default=90, ge=0, description="answers are tied to a letter so long, then only counted")
    news_months: int = Field(default=0, ge=0, description="texts of news are kept so long; title and link stay")
    digests_months: int = Field(default=0, ge=0, description="settled digests are kept so long; export them first")
    runs_months: int = Field(default=0, ge=0, description="notes of what was executed are kept so long")
    audit_months: int = Field(default=0, ge=0, description="the log of who did what on the page is kept so long")


class Settings(Table):
    """Everything an installation can decide, with its defaults."""

    home: Path = Field(exclude=True, description="folder of everything the installation writes")
    municipality: str = Field(default="", description="bundled name or file; empty means municipality.toml in home")
    database_url: str = Field(default="", description="sqlite:///… or postgresql://…; empty means utkik.db in home")
    engine: str = Field(
        default="local",
        pattern=r"^(local|(dask|tls)://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5})$",
        description="local, or a Dask scheduler that hands work to other machines: dask://host:port, tls://host:port",
    )
    encoder: str = Field(default="", description="folder of a sentence encoder (model2vec); empty means none")
    replay_url: str = Field(default="", description="send every request to this loopback server instead of the source")
    mail: MailSettings = MailSettings()
    crawl: CrawlSettings = CrawlSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    web: WebSettings = WebSettings()
    privacy: PrivacySettings = PrivacySettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()
    backup: BackupSettings = BackupSettings()
    retention: RetentionSettings = RetentionSettings()
    second_reader: SecondReaderSettings = SecondReaderSettings()
    sources: dict[str, SourceSettings] = Field(default_factory=dict, description="a table per source")
    bundled_feeds: bool = Field(default=True, description="false leaves only the feeds named below")
    feeds: dict[str, FeedSettings] = Field(default_factory=dict, description="a table per feed")
    listings: dict[str, ListingSettings] = Field(default_factory=dict, description="a table per listing page")

    @property
    def store_url(self) -> str:
        """The database's URL, the default filled in."""
        return self.database_url or f"sqlite:///{self.home / 'utkik.db'}"

    @property
    def municipality_place(self) -> str:
        """What `find_municipality` is to look for."""
        return self.municipality or str(self.home / "municipality.toml")

    @property
    def outbox(self) -> Path:
        """The folder that digests are written to."""
        return self.home / "outbox"

    @property
    def backup_folder(self) -> Path:
        """The folder of the daily backups."""
        return Path(self.backup.folder).expanduser() if self.backup.folder else self.home / "backups"

    @property
    def logs(self) -> Path:
        """The folder of each source's log of its latest crawl."""
        return self.home / "logs"

    def user_agent(self, version: str) -> str:
        """Return the honest name that sources see: program, version and whom to turn to."""
        contact = f" (+{self.crawl.contact})" if self.crawl.contact else ""
        return f"Utkik/{version}{contact}"


def home_folder(home: Path | None, environment: Mapping[str, str] | None = None) -> Path:
    """Return the installation's folder: as given, else UTKIK_HOME, else ~/.utkik."""
    values = os.environ if environment is None else environment
    return (home or Path(values.get("UTKIK_HOME") or "~/.utkik")).expanduser().resolve()


def child_environment(home: Path) -> dict[str, str]:
    """Return the environment of a program of ours that is to work on the same installation."""
    return {**os.environ, "UTKIK_HOME": str(home)}


def load_settings(home: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an installation; raises ConfigurationError with file, line and advice."""
    folder = home_folder(home, environment)
    path = folder / FILE_NAME
    file = read_toml(path) if path.exists() else TomlFile(path, {}, {}, "")
    return settings_of(file, folder, environment)


def log_settings(home: Path | None = None) -> LogSettings:
    """Return how the log is written; the default when a setting will not do, which the command itself will tell."""
    try:
        return load_settings(home).log
    except ConfigurationError:
        return LogSettings()


def settings_of(file: TomlFile, folder: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that a file gives, as it stands or is to stand; raises SettingsFault with its line."""
    merged = merge(file.values, from_environment(os.environ if environment is None else environment))
    try:
        return Settings.model_validate({**merged, "home": folder})
    except ValidationError as error:
        problems = problems_in(error, Settings)
        place, message = problems[0]
        line = file.line_of(place)
        raise SettingsFault(message, path=file.path if line else None, line=line, problems=problems) from error


def set_by_environment() -> set[Place]:
    """Return the places of the settings that the environment decides, whatever the file says."""

    def places(values: Mapping[str, Any], way: Place = ()) -> set[Place]:
        found: set[Place] = set()
        for name, value in values.items():
            found |= places(value, (*way, name)) if isinstance(value, Mapping) else {(*way, name)}
        return found

    return places(from_environment(os.environ))


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that UTKIK_NAME and UTKIK_TABLE__NAME give; UTKIK_HOME is no setting of the file."""
    values: dict[str, Any] = {}
    for variable, text in sorted(environment.items()):  # UTKIK_MAIL before UTKIK_MAIL__PORT, whoever set them first
        if not variable.startswith(ENVIRONMENT_PREFIX) or variable == "UTKIK_HOME":
            continue
        *tables, name = variable.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
        if not tables and name not in Settings.model_fields:
            continue  # another program's variable is no fault of this one's configuration
        target = values
        for table in tables:
            target = target.setdefault(table, {})
            if not isinstance(target, dict):
                raise ConfigurationError(f"miljövariabeln {variable} går inte ihop med en kortare med samma början")
        target[name] = text
    return values


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return both tables as one, `above` winning."""
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        merged[name] = merge(under, value) if isinstance(value, Mapping) and isinstance(under, Mapping) else value
    return merged
