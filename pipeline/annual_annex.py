"""The annex of the yearly follow-up: what each figure counts, the rows it counts, and those rows as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.annual_figures import OUTCOMES, Figure, Figures
from pipeline.annual_items import Row, local_day
from pipeline.annual_rows import Year, bounds
from pipeline.annual_words import number
from pipeline.archive import table
from pipeline.document import Block, Grid, Heading, NewPage, Paragraph
from pipeline.ledger import unit_values
from pipeline.municipality import Municipality
from pipeline.terminal import KIND_WORDS
from pipeline.wording import shortened
from store.db import Session
from store.follow_up import iter_collected

FOLDER = "underlag"
MOST_ROWS = 150  # of one list in the annex; what is longer stands in the files, which a spreadsheet opens
STATES = {"open": "öppen", "ongoing": "pågår", "done": "klar", "dropped": "nedlagd"}


def annex_of(year: Year, figures: Figures, municipality: Municipality) -> list[Block]:
    """Return the annex: a line per figure, and the rows of what was done and what was sent."""
    return [
        NewPage(),
        Heading("Bilaga 1. Siffrorna och vad de räknar"),
        Paragraph(
            f"Varje siffra räknas ur rader i en fil i mappen {FOLDER}-{year.year}, som hör till rapporten. ”Rader” "
            "är hur många rader som uppfyller villkoret. En siffra som räknar olika poster är mindre än antalet "
            "rader när samma post står i flera brev. Procenttal är räknade ur de siffror som står intill dem."
        ),
        _figure_table(figures),
        NewPage(),
        Heading("Bilaga 2. Raderna"),
        *_rows_of_actions(year, municipality),
        *_rows_of_calls(year),
        *_rows_of_sent(year, municipality),
    ]


def _figure_table(figures: Figures) -> Grid:
    rows = [
        [str(figure.number), figure.words, number(figure.value), number(figure.rows), rule_in_words(figure)]
        for figure in figures.all
    ]
    header = ("Nr", "Siffra", "Värde", "Rader", "Fil och villkor")
    return Grid("Alla siffror", header, rows, (2, 3), (1, 6, 2, 2, 6), anchor="siffra-{}")


def rule_in_words(figure: Figure) -> str:
    """Return "skickat.csv: enhet = vatten; olika kalla + nyckel": how anybody can count the figure again."""
    parts = [f"{column} = {' eller '.join(values)}" for column, values in figure.where.items()]
    if figure.sums:
        parts.append(f"summan av {figure.sums}")
    if figure.distinct:
        parts.append(f"olika {' + '.join(figure.distinct)}")
    return f"{figure.table}.csv: {'; '.join(parts) or 'alla rader'}"


def _rows_of_actions(year: Year, municipality: Municipality) -> Iterator[Block]:
    rows = year.tables["atgarder"]
    yield Heading("Åtgärder", 2)
    if not rows:
        yield Paragraph("Inga åtgärder.")
        return
    header = ("Åtgärd", "Enhet", "Gäller", "Läge", "Senast", "Sökt", "Beviljat")
    lines = [
        [
            row["vad"],
            unit_values(municipality, row["enhet"])["name"],
            shortened(row["rubrik"], 80),
            STATES.get(row["lage"], row["lage"]),
            row["senast"] or "–",
            _amount(row, "sokt"),
            _amount(row, "beviljat"),
        ]
        for row in rows[:MOST_ROWS]
    ]
    yield Grid(_title("Åtgärder", rows, "atgarder"), header, lines, (5, 6), (4, 4, 5, 2, 3, 3, 3))


def _rows_of_calls(year: Year) -> Iterator[Block]:
    rows = year.tables["utlysningar"]
    yield Heading("Utlysningar", 2)
    if not rows:
        yield Paragraph("Inga utlysningar.")
        return
    lines = [
        [shortened(row["rubrik"], 120), row["frist"] or "okänd", OUTCOMES[row["utfall"]]] for row in rows[:MOST_ROWS]
    ]
    header = ("Utlysning", "Sista dag", "Vad som är antecknat")
    yield Grid(_title("Utlysningar", rows, "utlysningar"), header, lines, (), (8, 3, 5))


def _rows_of_sent(year: Year, municipality: Municipality) -> Iterator[Block]:
    rows = year.tables["skickat"]
    yield Heading("Skickade poster", 2)
    if not rows:
        yield Paragraph("Inga poster skickades.")
        return
    lines = [
        [
            row["skrivet"],
            unit_values(municipality, row["enhet"])["name"],
            shortened(row["rubrik"], 110),
            KIND_WORDS.get(row["slag"], row["slag"]),
        ]
        for row in rows[:MOST_ROWS]
    ]
    header = ("Dag", "Enhet", "Post", "Slag")
    yield Grid(
        _title("Poster i brev, en rad per brev, post och enhet", rows, "skickat"), header, lines, (), (3, 4, 8, 3)
    )


def _title(words: str, rows: Sequence[Row], name: str) -> str:
    if len(rows) <= MOST_ROWS:
        return f"{words}, {number(len(rows))} rader"
    return f"{words}, de första {MOST_ROWS} av {number(len(rows))} rader; alla står i {name}.csv"


def _amount(row: Row, name: str) -> str:
    return f"{number(row[name])} {row['valuta']}" if row[name] is not None else "–"


def files_of(session: Session, year: Year, figures: Figures, regions: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield the files that the figures are counted from as (name, CSV), and a list of the figures themselves."""
    for name, rows in year.tables.items():
        columns = COLUMNS[name]
        yield f"{name}.csv", table(columns, ([row[column] for column in columns] for row in rows))
    since, until = bounds(year.year)
    collected = (
        (item.source, item.key, item.region or regions.get(item.source, ""), item.kind, local_day(item.first_seen))
        for item in iter_collected(session, since, until)
    )
    yield "insamlat-rader.csv", table(("kalla", "nyckel", "region", "slag", "sedd"), collected)
    listed_figures = ([f.number, f.words, _plain(f.value), f.rows, rule_in_words(f)] for f in figures.all)
    yield "siffror.csv", table(("nr", "siffra", "varde", "rader", "regel"), listed_figures)


def _plain(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"


_NAMED = ("kalla", "nyckel", "rubrik", "lank")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "insamlat": ("kalla", "region", "slag", "antal"),
    "fordelat": ("vecka", "enhet", "kalla", "nyckel"),
    "brev": ("brev", "vecka", "skrivet", "lage", "enheter", "poster"),
    "skickat": (
        *("brev", "vecka", "skrivet", "manad", "enhet", *_NAMED, "slag", "region", "barn", "partner", "eu_ratt"),
        *("frist", "dagar_fore_frist", "svar", "har_svar"),
    ),
    "bedomt": ("kalla", "nyckel", "utslag", "dag"),
    "atgarder": (
        *("atgard", "enhet", "vad", "upplagd", "upplagd_i_ar", "senast", "senast_i_ar", "lage", "klar"),
        *("utfall_frist", "sokt", "beviljat", "valuta", "resultat", *_NAMED, "slag", "barn", "partner", "frist"),
    ),
    "analyser": ("kalla", "nyckel", "version", "undertecknad_av"),
    "moten": ("mote", "beslut", "text", "atgard"),
    "invanare": ("kalla", "nyckel", "publicerad"),
    "utlysningar": (*_NAMED, "frist", "barn", "partner", "atgarder", "provning", "utfall"),
    "frister": (*_NAMED, "slag", "frist", "brev", "skrivet", "i_god_tid"),
}
