"""The yearly follow-up as a document for the executive board: an official letter with its findings and proposals."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.annual_account import account_of
from pipeline.annual_annex import annex_of
from pipeline.annual_figures import Figures
from pipeline.annual_items import local_day
from pipeline.annual_rows import Year
from pipeline.annual_words import acts, calls, cited, money, posts, share
from pipeline.document import Block, Bullets, Document, Facts, Heading, Paragraph, strong
from pipeline.goals import NO, PARTLY, UNKNOWN, Judged, goals_of, judge
from pipeline.municipality import Municipality
from pipeline.wording import MONTHS, counted, listed, lower_first, upper_first


def annual_report(year: Year, figures: Figures, municipality: Municipality) -> Document:
    """Return the whole report of a year, the annex that every figure leads to included."""
    judged = [judge(goal, figures, municipality) for goal in goals_of(municipality)]
    blocks: list[Block] = [
        _head(year, municipality),
        Heading("Ärendet"),
        Paragraph(_matter(year, municipality)),
        Heading("Sammanfattning"),
        *_summary(figures, judged),
        Heading("Bakgrund"),
        *_background(),
        Heading("Redovisning"),
        *account_of(year, figures, municipality, judged),
        Heading("Bedömning"),
        *_assessment(figures, judged),
        Heading("Förslag till beslut"),
        *_proposals(year, figures, municipality),
        *annex_of(year, figures, municipality),
    ]
    title = f"Uppföljning av omvärldsbevakning och internationellt arbete {year.year}"
    return Document(title=title, kind="Tjänsteskrivelse", sender=municipality.name, blocks=blocks)


def _head(year: Year, municipality: Municipality) -> Facts:
    day = local_day(year.now)
    return Facts(
        [
            ("Datum", f"{day.day} {_month(day.month)} {day.year}"),
            ("Till", "Kommunstyrelsen"),
            ("Handläggare", upper_first(municipality.coordinator.role)),
            ("Diarienummer", "–"),
        ]
    )


_LONG = {1: "januari", 2: "februari", 8: "augusti", 9: "september", 10: "oktober", 11: "november", 12: "december"}


def _month(number_of: int) -> str:
    return _LONG.get(number_of, MONTHS[number_of - 1])


def until_when(year: Year) -> str:
    """Return "hela 2026" or "2026 till och med den 24 november"."""
    if year.is_over:
        return f"hela {year.year}"
    day = local_day(year.now)
    return f"{year.year} till och med den {day.day} {_month(day.month)}"


def _matter(year: Year, municipality: Municipality) -> str:
    return (
        "Kommunstyrelsen får här den årliga uppföljningen av omvärldsbevakningen och det internationella arbetet i "
        f"{municipality.name}. Den avser {until_when(year)}. Varje siffra har ett nummer som leder till bilagan, där "
        "det står vad den räknar och vilka rader den bygger på."
    )


def _summary(figures: Figures, judged: Sequence[Judged]) -> list[Block]:
    if not figures.value("sent"):
        return [
            Paragraph(
                f"{posts(figures, 'collected')} kom in från källorna. Inget brev med poster skickades till "
                "någon enhet under perioden, så det finns inget underlag för att säga vad arbetet har lett till."
            )
        ]
    weak = [goal for goal in judged if goal.state in (PARTLY, NO)]
    unknown = [goal for goal in judged if goal.state == UNKNOWN]
    met = len(judged) - len(weak) - len(unknown)
    lines = [
        f"{posts(figures, 'collected')} kom in från källorna. {cited(figures, 'sent')} skickades vidare till "
        f"nämnder och bolag, i {cited(figures, 'letters')} brev.",
        f"{cited(figures, 'answered')} av dem har fått ett svar "
        f"({share(figures.value('answered'), figures.value('sent'))}). "
        f"{acts(figures, 'acted')} påbörjades, varav {cited(figures, 'acted.done')} är klara.",
        f"{calls(figures, 'calls')} skickades vidare eller prövades. {_granted(figures)}",
        f"Av policyns {counted(len(judged), 'mål', 'mål')} är enligt siffrorna {met} nådda, {len(weak)} delvis eller "
        f"inte nådda, och {len(unknown)} okända.",
    ]
    return [Bullets(lines)]


def _granted(figures: Figures) -> str:
    won = figures.under("money.beviljat.")
    if not any(figure.value for figure in won):
        return "Inga beviljade medel är antecknade."
    return f"Beviljade medel: {listed([money(figure) for figure in won if figure.value])}."


def _background() -> list[Block]:
    return [
        Paragraph(
            "Omvärldsbevakningen läser varje vecka vad EU, regeringen, myndigheter, finansiärer och nyhetskällor "
            "publicerar. Det som rör kommunen fördelas till den nämnd eller det bolag som svarar för området, och "
            "går ut i ett brev till dess kontaktperson. Kontaktpersonen kan svara, och det som leder till något läggs "
            "upp som en åtgärd med enhet, ansvarig och dag."
        ),
        Paragraph(
            f"En post är ett dokument, en utlysning eller en nyhet. {strong('Fördelad')} betyder att posten rörde ett "
            f"område som enheten svarar för. {strong('Skickad')} betyder att den stod i ett brev som lämnats till "
            f"mottagarens e-post. {strong('Besvarad')} betyder att någon klickat på ett svar i brevet. En post som "
            "gått till flera räknas en gång i kommunens summa och en gång hos var och en. Åtgärdernas läge är det som "
            "gällde när rapporten skrevs."
        ),
    ]


def _assessment(figures: Figures, judged: Sequence[Judged]) -> list[Block]:
    if not figures.value("sent"):
        return [Paragraph("Underlaget räcker inte för en bedömning av vad bevakningen har lett till.")]
    lines = [_answering(figures), *_silent(figures), *_untried(figures), *_late(figures)]
    lines += [
        f"Målet ”{goal.goal.text}” är {'delvis' if goal.state == PARTLY else 'inte'} nått enligt siffrorna."
        for goal in judged
        if goal.state in (PARTLY, NO)
    ]
    unknown = [goal.goal.text for goal in judged if goal.state == UNKNOWN]
    if unknown:
        lines.append(f"Systemet vet inte hur det gått med: {' '.join(unknown)}")
    return [
        Paragraph("Bedömningen nedan är läst ur siffrorna. Den säger inget om nyttan av det som har gjorts."),
        Bullets(lines),
    ]


def _answering(figures: Figures) -> str:
    part = share(figures.value("answered"), figures.value("sent"))
    return f"{part} av de skickade posterna har fått ett svar. Att svar saknas betyder inte att posten varit oviktig."


def silent_groups(figures: Figures) -> list[str]:
    """Return the committees and companies that were sent something and have answered nothing."""
    return [
        group.name
        for group in figures.groups
        if figures.value(f"out.{group.key}") and not figures.value(f"answered.{group.key}")
    ]


def _silent(figures: Figures) -> list[str]:
    names = silent_groups(figures)
    return [f"Inget svar har kommit från {listed(names)}."] if names else []


def _untried(figures: Figures) -> list[str]:
    untried = figures.value("calls.ingen_atgard")
    if not untried:
        return []
    return [f"För {calls(figures, 'calls.ingen_atgard')} är det inte antecknat om medfinansiering har prövats."]


def _late(figures: Figures) -> list[str]:
    late = figures.value("kept.ej_klar")
    return [f"{acts(figures, 'kept.ej_klar')} är inte klara fast deras dag har gått."] if late else []


def _proposals(year: Year, figures: Figures, municipality: Municipality) -> list[Block]:
    items = [f"Uppföljningen för {year.year} läggs till handlingarna."]
    lacking = [unit.name for unit in municipality.units.values() if unit.contact is None]
    if lacking:
        items.append(f"{listed(lacking)} uppdras att utse en kontaktperson.")
    if figures.value("calls.ingen_atgard"):
        items.append("Nämnder och bolag uppdras att anteckna för varje utlysning om medfinansiering har prövats.")
    if figures.value("kept.ej_klar"):
        items.append(
            f"{acts(figures, 'kept.ej_klar')} vars dag har gått ska ha fått ny dag eller avslutats till "
            "nästa möte i internationella arbetsgruppen."
        )
    role = lower_first(municipality.coordinator.role)
    return [
        Paragraph("Kommunstyrelsen föreslås besluta följande."),
        Bullets(items, is_numbered=True),
        Paragraph(f"{municipality.name}, {role}"),
    ]
