"""Made-up items in feeds, for measuring: Swedish and English, of the length that news and calls have."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

SUBJECTS = (
    "avloppsvatten", "förskola", "hemtjänst", "bibliotek", "detaljplan", "kollektivtrafik", "fjärrvärme", "integration",
    "wastewater treatment", "early childhood education", "social housing", "public procurement", "cycling", "libraries",
    "ishockey", "aktiekurs", "trade marks", "fisheries quotas", "anti-dumping duties", "kändisbröllop",
)  # fmt: skip
WORDS = (  # joined by hand to lines, since a list of one word a line reads badly
    *("kommunen", "regionen", "beslutade", "föreslår", "projektet", "stödet", "reglerna", "medborgarna", "förslaget"),
    *(
        "ansökan",
        "senast",
        "nämnden",
        "arbetet",
        "under",
        "efter",
        "genom",
        "mellan",
        "enligt",
        "flera",
        "nya",
        "stora",
    ),
    *("the", "municipality", "region", "proposed", "funding", "project", "rules", "citizens", "report", "deadline"),
    *("local", "authorities", "partners", "support", "many", "and", "for", "with", "from", "between", "several", "new"),
)


def any_subject(chance: random.Random) -> str:
    """Return one of all subjects."""
    return chance.choice(SUBJECTS)


def hour_by_hour(number: int) -> datetime:
    """Return when the entry was published: one an hour, back from a Friday."""
    return datetime(2026, 11, 20, tzinfo=UTC) - timedelta(hours=number)


def feed(
    entries: int,
    seed: int,
    *,
    subject_of: Callable[[random.Random], str] = any_subject,
    moment_of: Callable[[int], datetime] = hour_by_hour,
) -> bytes:
    """Return an RSS feed with so many entries of some fifty words, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    rows = []
    for number in range(entries):
        subject = subject_of(chance)
        title = f"{subject.capitalize()} {' '.join(chance.choices(WORDS, k=7))} {seed}-{number}"
        text = " ".join(chance.choices((*WORDS, subject), k=45))
        moment = moment_of(number)
        rows.append(
            f"<item><guid>urn:bench:{seed}:{number}</guid><link>https://bench.example.org/{seed}/{number}</link>"
            f"<title>{escape(title)}</title><description>{escape(f'<p>{text}</p>')}</description>"
            f"<pubDate>{format_datetime(moment)}</pubDate></item>"
        )
    body = "".join(rows)
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{body}</channel></rss>'.encode()


def lines(count: int, seed: int) -> list[dict[str, str]]:
    """Return so many lines for `utkik classify`, of 45 words each, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    made = []
    for number in range(count):
        subject = chance.choice(SUBJECTS)
        title = f"{subject.capitalize()} {' '.join(chance.choices(WORDS, k=6 - subject.count(' ')))}"
        text = " ".join(chance.choices((*WORDS, *(word for word in SUBJECTS if " " not in word)), k=37))
        made.append({"id": f"{number}", "kind": "news", "title": title, "text": f"{text} {seed}-{number}"})
    return made


TODAY = date(2026, 11, 20)
