"""The meeting pack of the international working group as a document: agenda, a page per contact person, minutes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from pipeline.action_wording import STATE_WORDS
from pipeline.analyses import answers_in_words, status_in_words
from pipeline.document import Block, Bullets, Document, Facts, Grid, Heading, Lines, NewPage, Paragraph, strong
from pipeline.ledger import ANSWER_WORDS
from pipeline.meeting import MOST_DEADLINES, MOST_UNDECIDED, Meeting, Told, is_answered
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.readers import Contact
from pipeline.wording import clean, counted, day_in_words, listed, shortened, upper_first
from store.types import Action, Analysis

MOST_UNANSWERED = 12  # of one contact person: what fits on its page
EMPTY_LINES = 3


def meeting_pack(meeting: Meeting, municipality: Municipality) -> Document:
    """Return the whole pack."""
    blocks: list[Block] = [
        _head(meeting, municipality),
        Heading("Dagordning"),
        Bullets(_agenda(meeting), is_numbered=True),
        *_decided(meeting, municipality),
        *_undecided(meeting, municipality),
        *_deadlines(meeting, municipality),
        *_analyses(meeting, municipality),
        *_actions(meeting, municipality),
        *_told(meeting, municipality),
        *(block for contact in meeting.contacts for block in _contact(contact, meeting, municipality)),
        *_minutes(meeting),
    ]
    title = f"Internationella arbetsgruppen {day_in_words(meeting.on, meeting.on, weekday=False)} {meeting.on.year}"
    return Document(title=title, kind="Mötesunderlag", sender=municipality.name, blocks=blocks)


def _head(meeting: Meeting, municipality: Municipality) -> Facts:
    since = day_in_words(meeting.since, meeting.on)
    told = since if meeting.is_since_meeting else f"{since} (inget tidigare möte är antecknat)"
    after = day_in_words(meeting.next, meeting.on)
    return Facts(
        [
            ("Dag", f"{day_in_words(meeting.on, meeting.on)} {meeting.on.year}"),
            ("Kallar", municipality.coordinator.role),
            ("Kallas", listed([contact.role for contact in meeting.contacts if not contact.coordinates]) or "–"),
            ("Sedan", told),
            ("Nästa möte", after if meeting.is_next_known else f"inte bestämt; frister visas till {after}"),
        ]
    )


def _agenda(meeting: Meeting) -> list[str]:
    return [
        "Öppnande, närvarande, val av justerare",
        f"Förra mötets beslut: {counted(len(meeting.decided), 'beslut', 'beslut')}",
        f"Att ta ställning till: {counted(len(meeting.undecided), 'post', 'poster')}",
        f"Frister före nästa möte: {_number(meeting)}",
        f"Analyser: {counted(len(meeting.analyses), 'undertecknad', 'undertecknade')}",
        f"Åtgärder: {counted(len(meeting.overdue()), 'försenad', 'försenade')} av "
        f"{counted(len(meeting.actions), 'öppen', 'öppna')}",
        "Skickat och besvarat sedan förra mötet",
        "Rundan: var och en",
        "Övrigt och nästa möte",
    ]


def _number(meeting: Meeting) -> str:
    return f"fler än {MOST_DEADLINES}" if meeting.more_deadlines else str(len(meeting.deadlines))


def _name(municipality: Municipality, unit: str) -> str:
    return municipality.unit_name(unit) if unit in (*municipality.units, COORDINATOR) else unit


def _names(municipality: Municipality, units: Collection[str]) -> str:
    return ", ".join(_name(municipality, unit) for unit in units)


def _section(heading: str, empty: str, grid: Grid | None) -> list[Block]:
    return [Heading(heading), grid if grid and grid.rows else Paragraph(empty)]


def _decided(meeting: Meeting, municipality: Municipality) -> list[Block]:
    rows = [
        [
            clean(decision.text),
            shortened(meeting.titles.get((action.source, action.key), "(borttagen post)"), 100) if action else "–",
            _state(action, municipality),
            _day(action.due if action else None, meeting),
        ]
        for decision, action in meeting.decided
    ]
    grid = Grid("Beslut och vad som blivit av dem", ("Beslut", "Gäller", "Åtgärd", "Senast"), rows, (), (5, 4, 6, 2))
    return _section("Förra mötets beslut", "Inga beslut är antecknade.", grid)


def _state(action: Action | None, municipality: Municipality) -> str:
    if action is None:
        return "ingen åtgärd"
    return f"{STATE_WORDS.get(action.state, action.state)}, {_name(municipality, action.unit)}"


def _day(day: date | None, meeting: Meeting) -> str:
    return day_in_words(day, meeting.on) if day else "ingen dag"


def _undecided(meeting: Meeting, municipality: Municipality) -> list[Block]:
    rows = [
        [
            f"{row.title} ({row.kind_word.lower()}, {row.publisher})",
            upper_first(row.because) or "–",
            _names(municipality, row.units),
            _day(row.deadline, meeting),
        ]
        for row in meeting.undecided
    ]
    header = ("Post", "Därför", "Skulle gå till", "Frist")
    grid = Grid("Väntar eller obedömda, närmaste frist först", header, rows, (), (5, 4, 6, 2))
    blocks = _section("Att ta ställning till", "Inget väntar på ställningstagande.", grid)
    if len(rows) == MOST_UNDECIDED:
        blocks.append(Paragraph(f"De {MOST_UNDECIDED} första visas; fler kan finnas på sidan Veckan.", is_note=True))
    return blocks


def _deadlines(meeting: Meeting, municipality: Municipality) -> list[Block]:
    rows = [
        [
            day_in_words(line.day, meeting.on),
            f"{shortened(line.title, 140)} ({line.kind.lower()})",
            upper_first(line.role),
            _names(municipality, line.units),
        ]
        for line in meeting.deadlines
    ]
    grid = Grid("Dagar att hålla", ("Dag", "Post", "Vad", "Enhet"), rows, (), (2, 6, 3, 5))
    blocks = _section("Frister före nästa möte", "Inga kända frister före nästa möte.", grid)
    if meeting.more_deadlines:
        blocks.append(Paragraph(f"De {MOST_DEADLINES} första visas; resten står på sidan Frister.", is_note=True))
    return blocks


def _analyses(meeting: Meeting, municipality: Municipality) -> list[Block]:
    blocks: list[Block] = [Heading("Analyser")]
    if not meeting.analyses:
        return [*blocks, Paragraph("Ingen analys har undertecknats sedan förra mötet.")]
    for analysis in meeting.analyses:
        title = meeting.titles[analysis.source, analysis.key]
        blocks += [Heading(title, 2), Facts(_answered(analysis, municipality))]
    return blocks


def _answered(analysis: Analysis, municipality: Municipality) -> list[tuple[str, str]]:
    told = [(name, value.replace("\n", " ")) for name, value in answers_in_words(analysis, municipality)]
    return [*told, ("Status", status_in_words(analysis))]


def _actions(meeting: Meeting, municipality: Municipality) -> list[Block]:
    overdue = meeting.overdue()
    rows = [
        [action.title, _name(municipality, action.unit), action.owner or "–", _day(action.due, meeting)]
        for action in [*overdue, *(action for action in meeting.actions if action not in overdue)]
    ]
    marked = [[f"{strong('Försenad:')} {row[0]}", *row[1:]] if i < len(overdue) else row for i, row in enumerate(rows)]
    grid = Grid(
        "Öppna åtgärder, de försenade först", ("Åtgärd", "Enhet", "Ansvarig", "Senast"), marked, (), (6, 5, 4, 2)
    )
    return _section("Åtgärder", "Inga åtgärder är öppna.", grid)


def _told(meeting: Meeting, municipality: Municipality) -> list[Block]:
    units = [*municipality.units, COORDINATOR]
    by_unit = {unit: [told for told in meeting.told if told.unit == unit] for unit in units}
    rows = [
        [_name(municipality, unit), str(len(_items(told))), str(len(_items([one for one in told if is_answered(one)])))]
        for unit, told in by_unit.items()
        if told
    ]
    grid = Grid("Poster i brev sedan förra mötet", ("Enhet", "Skickade", "Besvarade"), rows, (1, 2), (8, 2, 2))
    return _section("Skickat och besvarat", "Inget brev med poster har skickats sedan förra mötet.", grid)


def _items(told: Sequence[Told]) -> set[tuple[str, str]]:
    return {(one.entry.source, one.entry.key) for one in told}


def _contact(contact: Contact, meeting: Meeting, municipality: Municipality) -> list[Block]:
    if contact.coordinates and not any(unit in municipality.units for unit in contact.units):
        return []
    mine = [told for told in meeting.told if told.unit in contact.units]
    waiting = {(one.entry.source, one.entry.key): one for one in mine if not is_answered(one)}
    answers = [ANSWER_WORDS[one.entry.answer] for one in mine if one.entry.answer]
    given = listed([f"{word} {answers.count(word)}" for word in dict.fromkeys(answers)])
    actions = [action for action in meeting.actions if action.unit in contact.units]
    days = [line for line in meeting.deadlines if set(line.units) & set(contact.units)]
    facts = Facts(
        [
            ("Enheter", _names(municipality, [unit for unit in contact.units if unit != COORDINATOR])),
            ("Fick", counted(len(_items(mine)), "post", "poster")),
            ("Svarade", given or "inget svar än"),
        ]
    )
    return [
        NewPage(),
        Heading(upper_first(contact.role)),
        facts,
        *_waiting(list(waiting.values()), meeting),
        *_own("Egna åtgärder", [f"{a.title} (senast {_day(a.due, meeting)})" for a in actions], "Inga öppna åtgärder."),
        *_own(
            "Egna frister före nästa möte",
            [f"{day_in_words(line.day, meeting.on)}: {shortened(line.title, 120)}" for line in days],
            "Inga kända frister.",
        ),
        Lines(["Anteckningar"] + [""] * EMPTY_LINES),
    ]


def _waiting(waiting: Sequence[Told], meeting: Meeting) -> list[Block]:
    shown = [
        f"{day_in_words(one.on, meeting.on)}: {shortened(clean(one.entry.title) or '(borttagen post)', 140)}"
        for one in waiting[:MOST_UNANSWERED]
    ]
    more = len(waiting) - len(shown)
    return _own("Utan svar", [*shown, *([f"och {more} till"] if more else [])], "Allt som skickats är besvarat.")


def _own(heading: str, lines: Sequence[str], empty: str) -> list[Block]:
    return [Heading(heading, 2), Bullets(lines) if lines else Paragraph(empty)]


def _minutes(meeting: Meeting) -> list[Block]:
    day = meeting.on.isoformat()
    return [
        NewPage(),
        Heading("Minnesanteckningar"),
        Facts([("Dag", day), ("Närvarande", ""), ("Vid protokollet", ""), ("Justeras av", "")]),
        Grid(
            "Beslut",
            ("Nr", "Beslut", "Gäller post", "Enhet", "Senast"),
            [[str(number), "", "", "", ""] for number in range(1, 9)],
            (),
            (1, 8, 4, 3, 3),
        ),
        Paragraph(
            "Skriv in besluten efteråt, ett i taget: utkik report decide ”Beslutet” "
            f"--date {day} --post KÄLLA/NYCKEL --unit ENHET --due DAG. Ett beslut om en post blir en åtgärd.",
            is_note=True,
        ),
        Lines(["Underskrift", ""]),
    ]
