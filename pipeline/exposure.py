"""Files of the installation that others than their owner may read although they hold a secret."""

from __future__ import annotations

import os
import stat

from pipeline.settings import FILE_NAME, Settings


def exposed_files(settings: Settings) -> list[str]:
    """Return a Swedish sentence when others may read a settings file in which a secret stands; never the secret."""
    path = settings.home / FILE_NAME
    if os.name == "nt" or not path.exists() or not stat.S_IMODE(path.stat().st_mode) & 0o077:
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    if not any(secret in text for secret in secrets_of(settings)):
        return []
    return [f"{path} innehåller en hemlighet och kan läsas av andra. Stäng den med: chmod 600 {path}"]


def secrets_of(settings: Settings) -> list[str]:
    """Return the secrets that the settings hold: passwords, the keys of sources, and that of the database address."""
    own = [settings.mail.password.get_secret_value(), settings.web.oidc.client_secret.get_secret_value()]
    own += [settings.metrics.token.get_secret_value()]
    own += [password.get_secret_value() for password in settings.mail.passwords.values()]
    own += [str(value) for source in settings.sources.values() for value in source.options.values()]
    address = settings.database_url.partition("://")[2].rpartition("@")[0]
    return [secret for secret in [*own, address.partition(":")[2]] if len(secret) > 3]
