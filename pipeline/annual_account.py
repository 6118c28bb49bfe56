"""The account of the yearly follow-up: tables, pictures and sentences, section by section."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.annual_calls import GOOD_TIME
from pipeline.annual_figures import ANSWERS, KEPT, OUTCOMES, Figures
from pipeline.annual_items import local_day
from pipeline.annual_rows import REGIONS, Year
from pipeline.annual_words import acts, calls, cited, money, number, posts, share
from pipeline.document import Bar, Block, Grid, Heading, Paragraph, Picture
from pipeline.goals import Judged
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.wording import MONTHS, listed, upper_first


def account_of(year: Year, figures: Figures, municipality: Municipality, judged: Sequence[Judged]) -> list[Block]:
    """Return the sections of the account."""
    return [
        *_whole_year(year, figures),
        *_groups(figures),
        *_calls(figures),
        *_children(figures),
        *_partners(figures, municipality),
        *_world(figures),
        *_days(figures),
        *_work(figures),
        *_goals(judged),
    ]


def _whole_year(year: Year, figures: Figures) -> list[Block]:
    blocks: list[Block] = [Heading("Vad som kom in och skickades vidare", 2)]
    told = (
        f"{posts(figures, 'collected')} kom in. {cited(figures, 'routed')} av dem fördelades till någon enhet och "
        f"{cited(figures, 'sent')} skickades vidare, i {cited(figures, 'letters')} brev och korta meddelanden."
    )
    failed = figures.value("letters.failed")
    told += f" {cited(figures, 'letters.failed')} brev kom inte fram eller är oklara." if failed else ""
    ruled = (
        f"Samordnaren bedömde {posts(figures, 'ruled')}: "
        f"skicka {cited(figures, 'ruled.send')}, nej {cited(figures, 'ruled.drop')}, vänta "
        f"{cited(figures, 'ruled.later')}. "
        "Övriga poster skickades vidare när relevansen var tillräcklig, utan samordnarens bedömning."
    )
    blocks += [Paragraph(told), Paragraph(ruled)]
    if figures.value("sent"):
        blocks.append(_months(year, figures))
    blocks.append(_answers(figures))
    return blocks


def _months(year: Year, figures: Figures) -> Picture:
    months = range(1, 13 if year.is_over else local_day(year.now).month + 1)
    found = [(month, figures.value(f"month.{year.year}-{month:02}")) for month in months]
    most = max(found, key=lambda pair: pair[1])
    says = (
        f"Stapeldiagram över antal skickade poster per månad {year.year}; flest i {MONTHS[most[0] - 1]}, "
        f"{number(most[1])}. Talen står vid staplarna."
    )
    first, last = figures[f"month.{year.year}-01"].number, figures[f"month.{year.year}-{months[-1]:02}"].number
    bars = [Bar(MONTHS[month - 1], value, number(value)) for month, value in found]
    return Picture("manader", f"Skickade poster per månad (siffra {first}–{last})", says, bars, is_standing=True)


def _answers(figures: Figures) -> Block:
    given = {name: figures.value(f"answers.{name}") for name in ANSWERS}
    if not any(given.values()):
        return Paragraph("Inga svar på brevens poster har kommit in.")
    told = [f"{words} {cited(figures, f'answers.{name}')}" for name, words in ANSWERS.items() if given[name]]
    note = " Det sista svaret på varje post i varje brev räknas." if len(told) > 1 else ""
    return Paragraph(f"Svaren fördelar sig så: {listed(told)}.{note}")


def _groups(figures: Figures) -> list[Block]:
    names = ("in", "out", "answered", "acted", "done")
    shown = [
        group
        for group in figures.groups
        if group.units != (COORDINATOR,) or any(figures.value(f"{name}.{group.key}") for name in names)
    ]
    rows = [[group.name, *(cited(figures, f"{name}.{group.key}") for name in names)] for group in shown]
    header = ("Nämnd eller bolag", "Fördelade", "Skickade", "Besvarade", "Åtgärder", "Varav klara")
    blocks: list[Block] = [
        Heading("Nämnder och bolag", 2),
        Paragraph("Vad som rörde varje nämnd och bolag, vad de fick, vad de svarade på och vad de gjorde."),
        Grid("Poster och åtgärder per nämnd och bolag", header, rows, (1, 2, 3, 4, 5), (6, 2, 2, 2, 2, 2)),
        Paragraph("Samma post kan ha gått till flera; raderna ska därför inte läggas ihop.", is_note=True),
    ]
    sent = [(group.name, figures.value(f"out.{group.key}")) for group in shown]
    if any(value for _, value in sent):
        most = max(sent, key=lambda pair: pair[1])
        says = (
            f"Liggande staplar över antal skickade poster per nämnd och bolag; flest till {most[0]}, "
            f"{number(most[1])}. Samma tal som i tabellen."
        )
        bars = [Bar(name, value, number(value)) for name, value in sent]
        blocks.append(Picture("enheter", "Skickade poster per nämnd och bolag", says, bars))
    return blocks


def _calls(figures: Figures) -> list[Block]:
    blocks: list[Block] = [Heading("Utlysningar och medfinansiering", 2)]
    if not figures.value("calls"):
        return [*blocks, Paragraph("Inga utlysningar skickades vidare eller prövades under perioden.")]
    rows = [[upper_first(words), cited(figures, f"calls.{name}")] for name, words in OUTCOMES.items()]
    rows.append(["Alla utlysningar", cited(figures, "calls")])
    sums = [
        f"{words} är {listed([money(figure) for figure in found])}"
        for words, beginning in (("Sökt", "money.sokt."), ("Beviljat", "money.beviljat."))
        if (found := [figure for figure in figures.under(beginning) if figure.value])
    ]
    told = (
        f"I åtgärderna står belopp. {'. '.join(sums)}." if sums else "Inga sökta eller beviljade belopp är antecknade."
    )
    return [
        *blocks,
        Paragraph(
            "En utlysning räknas som prövad när den har en åtgärd eller en anteckning om medfinansiering. Annars kan "
            "den ha prövats ändå; det vet vi inte."
        ),
        Grid(
            "Utlysningar efter vad som är antecknat om dem", ("Utfall", "Antal"), rows, (1,), (5, 1), last_is_sum=True
        ),
        Paragraph(told),
    ]


def _children(figures: Figures) -> list[Block]:
    told = (
        f"{cited(figures, 'barn.sent')} skickade poster handlade om barn och unga "
        f"({share(figures.value('barn.sent'), figures.value('sent'))} av alla). {cited(figures, 'barn.answered')} av "
        f"dem besvarades, {acts(figures, 'barn.acted')} påbörjades och {calls(figures, 'barn.calls')} "
        f"gällde barn och unga."
    )
    return [Heading("Barn och unga", 2), Paragraph(told)]


def _partners(figures: Figures, municipality: Municipality) -> list[Block]:
    towns = [f"{town.name} ({town.country})" if town.country else town.name for town in municipality.twin_towns]
    named = (
        f"Kommunens vänorter är {listed(towns)}." if towns else "Inga vänorter är inskrivna i kommunens fil, så "
        "poster om dem kan inte kännas igen vid namn."
    )  # fmt: skip
    told = (
        f"{cited(figures, 'partner.sent')} skickade poster handlade om vänorter och partnerskap, "
        f"{acts(figures, 'partner.acted')} påbörjades och {calls(figures, 'partner.calls')} "
        "gällde sådant samarbete."
    )
    return [Heading("Vänorter och partnerskap", 2), Paragraph(told), Paragraph(named)]


def _world(figures: Figures) -> list[Block]:
    header = ("Om", "Kom in", "Andel", "Skickade", "Andel")
    rows = [
        [
            region,
            cited(figures, f"collected.{region}"),
            share(figures.value(f"collected.{region}"), figures.value("collected")),
            cited(figures, f"sent.{region}"),
            share(figures.value(f"sent.{region}"), figures.value("sent")),
        ]
        for region in REGIONS
    ]
    return [
        Heading("Bevakningen av världen", 2),
        Paragraph("Var källorna har sitt område, och hur stor del av det som kom in och skickades som var därifrån."),
        Grid("Poster efter källans område", header, rows, (1, 2, 3, 4), (3, 2, 2, 2, 2)),
    ]


def _days(figures: Figures) -> list[Block]:
    blocks: list[Block] = [Heading("Frister", 2)]
    if figures.value("due"):
        blocks.append(
            Paragraph(
                f"Av {cited(figures, 'due')} utlysningar och remisser med känd sista dag stod "
                f"{cited(figures, 'due.early')} i ett brev minst {GOOD_TIME} dagar före och "
                f"{cited(figures, 'due.late')} "
                "senare. Om kommunen svarade vet vi bara när en åtgärd är upplagd."
            )
        )
    else:
        blocks.append(Paragraph("Inga utlysningar eller remisser med känd sista dag skickades vidare."))
    kept = [
        f"{words} {cited(figures, f'kept.{name}')}" for name, words in KEPT.items() if figures.value(f"kept.{name}")
    ]
    if kept:
        blocks.append(Paragraph(f"{acts(figures, 'kept')} hade sin dag under året: {listed(kept)}."))
    else:
        blocks.append(Paragraph("Inga åtgärder hade en sista dag under året."))
    return blocks


def _work(figures: Figures) -> list[Block]:
    analyses = (
        f"{posts(figures, 'analyses')} fick en undertecknad analys av vad de betyder för kommunen. "
        f"{posts(figures, 'residents')} visades på invånarnas sida."
    )
    met = figures.value("meetings")
    meetings = (
        f"Internationella arbetsgruppen fattade {cited(figures, 'meetings.decisions')} beslut vid "
        f"{cited(figures, 'meetings', 'möte', 'möten')}."
        if met
        else "Inga möten i internationella arbetsgruppen är antecknade i systemet; om den har träffats vet vi inte."
    )
    return [Heading("Analyser, möten och invånare", 2), Paragraph(analyses), Paragraph(meetings)]


def _goals(judged: Sequence[Judged]) -> list[Block]:
    rows = [[goal.goal.text, goal.state, goal.because] for goal in judged]
    return [
        Heading("Policyns mål", 2),
        Paragraph("Varje mål för sig, vad siffrorna visar och vad de inte kan visa."),
        Grid("Målen ett för ett", ("Mål", "Nått?", "Vad siffrorna visar"), rows, (), (5, 2, 7)),
    ]
