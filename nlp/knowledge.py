"""The authored knowledge: areas, their lexicons and codes, and the cues of relevance, read from TOML and checked."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store.errors import ModelMismatch, ModelMissing

LANGUAGES = ("sv", "en")
# Weight per strength: `own` names what a municipality itself runs, `core` what is always of concern to it.
STRENGTHS = {"own": 2.2, "core": 2.0, "terms": 1.0, "weak": 0.35, "not": 0.0}
CUE_FILES = {"relevance": "cue", "flags": "flag"}
SCHEMES = ("eurovoc", "directory", "government", "programme", "committee", "acts")
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Area:
    """A policy area: its key, names and remit."""

    key: str
    sv: str
    en: str
    remit: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase and what it speaks for.

    `group` is area, cue or flag and `key` the area, cue or flag; `strength` is core, terms, weak or not (a `not`
    term takes away the hits of its own key that it covers). A stem may be followed by anything within its word.
    """

    text: str
    is_stem: bool
    group: str
    key: str
    strength: str
    weight: float


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that the day-one assessor knows; `digest` changes when any of its files does."""

    areas: Mapping[str, Area]
    terms: Mapping[str, tuple[Term, ...]]
    codes: Mapping[str, Mapping[str, tuple[tuple[str, float], ...]]]
    labels: Mapping[str, str]  # EuroVoc concept -> Swedish label
    phrases: Mapping[str, str]  # cue -> how a reason tells it
    digest: str
    flags: tuple[str, ...] = field(default=())


def load_knowledge(folder: Path = HERE) -> Knowledge:
    """Return the knowledge under a folder that holds `areas.toml` and `lexicon/`.

    Raises ModelMissing when a file is not there and ModelMismatch, with the file named, when one says what the others
    do not know or says it twice.
    """
    areas = _read_areas(folder / "areas.toml")
    files = sorted((folder / "lexicon").glob("*.toml"))
    _check_files(folder / "lexicon", {path.stem for path in files}, set(areas))
    terms: dict[str, list[Term]] = {language: [] for language in LANGUAGES}
    codes: dict[str, dict[str, list[tuple[str, float]]]] = {scheme: {} for scheme in SCHEMES}
    labels: dict[str, str] = {}
    phrases: dict[str, str] = {}
    flags: list[str] = []
    for path in files:
        content = _read(path)
        if path.stem in areas:
            _add(terms, _area_terms(path, content))
            _add_codes(path, content.get("codes", {}), codes)
            _add(terms, _number_terms(path, content.get("codes", {})))
            labels.update(_add_concepts(path, content.get("eurovoc", {}), codes["eurovoc"]))
        else:
            group = CUE_FILES[path.stem]
            _add(terms, _cue_terms(path, content, group))
            phrases.update({key: table.get("phrase", "") for key, table in content.items()})
            flags.extend(content if group == "flag" else ())
    return Knowledge(
        areas=areas,
        terms={language: tuple(found) for language, found in terms.items()},
        codes={scheme: {code: tuple(rows) for code, rows in table.items()} for scheme, table in codes.items()},
        labels=labels,
        phrases=phrases,
        digest=_digest([folder / "areas.toml", *files]),
        flags=tuple(flags),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelMissing(f"{path}: filen saknas; installera om programmet eller lägg tillbaka filen") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelMismatch(f"{path}: går inte att läsa som TOML: {error}") from error


def _read_areas(path: Path) -> dict[str, Area]:
    tables = _read(path).get("areas", {})
    if not tables:
        raise ModelMismatch(f"{path}: inga verksamhetsområden")
    for key, table in tables.items():
        for name in ("sv", "en", "remit"):
            if not isinstance(table.get(name), str) or not table[name].strip():
                raise ModelMismatch(f"{path}: området {key} saknar {name}")
    return {key: Area(key, table["sv"], table["en"], table["remit"]) for key, table in tables.items()}


def _check_files(folder: Path, found: set[str], areas: set[str]) -> None:
    expected = areas | set(CUE_FILES)
    for name in sorted(expected - found):
        raise ModelMissing(f"{folder / name}.toml: ordlistan saknas")
    for name in sorted(found - expected):
        raise ModelMismatch(f"{folder / name}.toml: inget verksamhetsområde heter {name}")


def _area_terms(path: Path, content: Mapping[str, Any]) -> Iterator[tuple[str, Term]]:
    unknown = set(content) - set(STRENGTHS) - {"codes", "eurovoc"}
    if unknown:
        raise ModelMismatch(f"{path}: okänd tabell {min(unknown)}")
    for language in LANGUAGES:
        seen: set[str] = set()
        for strength in STRENGTHS:
            for text in _texts(path, content.get(strength, {}), language, seen):
                yield language, _term(text, "area", path.stem, strength)


def _number_terms(path: Path, codes: Mapping[str, list[str]]) -> Iterator[tuple[str, Term]]:
    """Yield the numbers under which texts cite the acts and laws of an area, the same in every language."""
    numbers = [number for celex in codes.get("acts", []) for number in _cited_as(path, celex)]
    for number in [*numbers, *codes.get("sfs", [])]:
        for language in LANGUAGES:
            yield language, Term(number, False, "area", path.stem, "core", STRENGTHS["core"])


_CELEX = re.compile(r"3(\d{4})([LRD])(\d{4})")


def _cited_as(path: Path, celex: str) -> list[str]:
    """A directive is cited as 2008/98, a regulation as 2016/679 since 2015 and as 305/2011 before."""
    found = _CELEX.fullmatch(celex)
    if not found:
        raise ModelMismatch(f"{path}: {celex!r} är inget CELEX-nummer på en rättsakt")
    year, letter, number = found[1], found[2], str(int(found[3]))
    if letter == "L":
        return [f"{year if int(year) > 1998 else year[2:]}/{number}"]
    return [f"{year}/{number}"] if int(year) > 2014 else [f"{number}/{year}"]


def _cue_terms(path: Path, content: Mapping[str, Any], group: str) -> Iterator[tuple[str, Term]]:
    for key, table in content.items():
        for language in LANGUAGES:
            seen: set[str] = set()
            for name, strength in ((language, "terms"), (f"not_{language}", "not")):
                for text in _texts(path, table, name, seen):
                    yield language, _term(text, group, key, strength)


def _texts(path: Path, table: Mapping[str, Any], name: str, seen: set[str]) -> list[str]:
    texts: list[str] = table.get(name, [])
    for text in texts:
        if text != text.lower().strip() or len(text.rstrip("*")) < 2:
            raise ModelMismatch(f"{path}: termen {text!r} ska ha små bokstäver och minst två tecken")
        if text in seen:
            raise ModelMismatch(f"{path}: termen {text!r} står två gånger")
        seen.add(text)
    return texts


def _term(text: str, group: str, key: str, strength: str) -> Term:
    return Term(text.rstrip("*"), text.endswith("*"), group, key, strength, STRENGTHS[strength])


def _add(terms: dict[str, list[Term]], found: Iterator[tuple[str, Term]]) -> None:
    for language, term in found:
        terms[language].append(term)


def _add_codes(
    path: Path, table: Mapping[str, list[str]], codes: dict[str, dict[str, list[tuple[str, float]]]]
) -> None:
    for scheme, entries in table.items():
        if scheme == "sfs":  # Swedish laws are found by their number in the text alone
            continue
        if scheme not in codes:
            raise ModelMismatch(f"{path}: okänt kodsystem {scheme}")
        for entry in entries:
            code, _, weight = entry.partition(":")
            rows = codes[scheme].setdefault(code, [])
            if any(area == path.stem for area, _ in rows):
                raise ModelMismatch(f"{path}: koden {code} står två gånger under {scheme}")
            rows.append((path.stem, float(weight) if weight else 1.0))


def _add_concepts(
    path: Path, table: Mapping[str, str], concepts: dict[str, list[tuple[str, float]]]
) -> Mapping[str, str]:
    for code in table:
        if not code.isdigit():
            raise ModelMismatch(f"{path}: EuroVoc-begreppet {code!r} ska vara ett nummer")
        concepts.setdefault(code, []).append((path.stem, 1.0))
    return table


def _digest(paths: list[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:10]
