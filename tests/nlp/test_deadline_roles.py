"""Which days are last days, and for what, in sentences as calls, consultations, bills, acts and news write them."""

from __future__ import annotations

from datetime import date

import pytest

from nlp.dates import find_deadlines
from store.types import Kind

SENTENCES: list[tuple[Kind, str, str, list[str]]] = [
    (
        Kind.CALL,
        "en",
        "Opening: 15 January 2026. Deadline: 17 September 2026 17:00:00 Brussels time.",
        ["2026-09-17 application"],
    ),
    (
        Kind.CALL,
        "en",
        "Deadline model: two-stage. First stage: 14 April 2026 - 17:00 (Brussels local time). "
        "Second stage: 3 November 2026 17:00.",
        ["2026-04-14 stage_1", "2026-11-03 stage_2"],
    ),
    (
        Kind.CALL,
        "en",
        "Submission of proposals closes on 5 May 2026 at 17.00 Brussels time; evaluation takes "
        "place until September 2026.",
        ["2026-05-05 application"],
    ),
    (
        Kind.CALL,
        "en",
        "Cut-off dates: 4 March 2026, 7 October 2026 and 3 March 2027.",
        ["2026-03-04 cut_off", "2026-10-07 cut_off", "2027-03-03 cut_off"],
    ),
    (Kind.CALL, "en", "Applications must be received by midnight on 31 March 2026.", ["2026-03-31 application"]),
    (Kind.CALL, "en", "The call will be open from 1 February to 30 April 2026.", ["2026-04-30 application"]),
    (
        Kind.CALL,
        "en",
        "The application window runs from 1 February 2026 until 30 April 2026 (23:59 CET).",
        ["2026-04-30 application"],
    ),
    (Kind.CALL, "en", "Info day on 12 January 2026. Grant agreements are signed by 1 December 2026.", []),
    (Kind.CALL, "en", "Projects must start no later than 1 January 2027 and end by 31 December 2029.", []),
    (Kind.CALL, "en", "Register for the webinar by 10 February 2026.", ["2026-02-10 other"]),
    (Kind.CALL, "en", "Results are announced no later than 15 October 2026.", []),
    (Kind.CALL, "en", "The deadline has been extended from 3 March 2026 to 17 March 2026.", ["2026-03-17 application"]),
    (Kind.CALL, "en", "You can submit your full proposal until 12/05/2026, 5 pm CET.", ["2026-05-12 application"]),
    (Kind.CALL, "sv", "Ansök senast den 31 mars 2026 klockan 15.00.", ["2026-03-31 application"]),
    (Kind.CALL, "sv", "Utlysningen är öppen 1 februari–15 april 2026.", ["2026-04-15 application"]),
    (Kind.CALL, "sv", "Sista ansökningsdag: 2026-04-15.", ["2026-04-15 application"]),
    (Kind.CALL, "sv", "Ansökan öppnar den 3 mars och stänger den 28 april 2026 kl 14:00.", ["2026-04-28 application"]),
    (
        Kind.CALL,
        "sv",
        "Projektet kan starta tidigast den 1 september 2026 och ska avslutas senast den 31 augusti 2028.",
        [],
    ),
    (
        Kind.CALL,
        "sv",
        "Steg 1: skiss senast den 10 februari 2026. Steg 2: fullständig ansökan senast den 2 juni 2026.",
        ["2026-02-10 stage_1", "2026-06-02 stage_2"],
    ),
    (Kind.CALL, "sv", "Beslut meddelas senast den 15 juni 2026.", []),
    (Kind.CALL, "sv", "Webbinarium den 14 januari 2026. Anmäl dig senast den 10 januari 2026.", ["2026-01-10 other"]),
    (Kind.CALL, "sv", "Sista dag för ansökan är torsdagen den 12 mars 2026.", ["2026-03-12 application"]),
    (Kind.CALL, "sv", "Kostnader är stödberättigade till och med den 31 december 2027.", []),
    (Kind.CALL, "sv", "Slutrapport lämnas senast den 1 mars 2028.", ["2028-03-01 other"]),
    (
        Kind.CONSULTATION,
        "sv",
        "Remissvaren ska ha kommit in senast den 31 mars 2026. Ange diarienummer Fi2025/01234.",
        ["2026-03-31 answer"],
    ),
    (
        Kind.CONSULTATION,
        "sv",
        "Svarstiden går ut den 15 maj 2026. Lagen föreslås träda i kraft den 1 januari 2027.",
        ["2026-05-15 answer", "2027-01-01 application_date"],
    ),
    (
        Kind.CONSULTATION,
        "sv",
        "Remisstiden har förlängts från den 1 april 2026 till den 30 april 2026.",
        ["2026-04-30 answer"],
    ),
    (Kind.CONSULTATION, "sv", "Samrådet pågår 1 mars–30 april 2026.", ["2026-04-30 answer"]),
    (Kind.CONSULTATION, "sv", "Lämna dina synpunkter före den 8 maj 2026.", ["2026-05-08 answer"]),
    (Kind.CONSULTATION, "sv", "Vi vill ha ert svar senast den 5 juni.", ["2026-06-05 answer"]),
    (
        Kind.CONSULTATION,
        "en",
        "Feedback period: 4 February 2026 - 1 April 2026 (midnight Brussels time).",
        ["2026-04-01 answer"],
    ),
    (Kind.CONSULTATION, "en", "The consultation is open until 12 May 2026.", ["2026-05-12 answer"]),
    (
        Kind.CONSULTATION,
        "en",
        "Please send your comments no later than 30 April 2026. The directive applies from 1 July 2028.",
        ["2026-04-30 answer", "2028-07-01 application_date"],
    ),
    (
        Kind.CONSULTATION,
        "sv",
        "Remissmöte den 3 mars 2026. Anmälan senast den 20 februari 2026. Skriftliga svar senast den 30 april 2026.",
        ["2026-02-20 other", "2026-04-30 answer"],
    ),
    (Kind.GOVERNMENT, "sv", "Lagen föreslås träda i kraft den 1 juli 2026.", ["2026-07-01 application_date"]),
    (
        Kind.GOVERNMENT,
        "sv",
        "Direktivet ska vara genomfört i svensk rätt senast den 12 januari 2027.",
        ["2027-01-12 transposition"],
    ),
    (Kind.GOVERNMENT, "sv", "Riksdagen debatterar ärendet den 12 mars 2026 och beslutar den 18 mars 2026.", []),
    (
        Kind.LEGAL_ACT,
        "en",
        "Member States shall bring into force the laws necessary to comply with this Directive by "
        "31 July 2027. They shall apply those measures from 1 January 2028.",
        ["2027-07-31 transposition", "2028-01-01 application_date"],
    ),
    (
        Kind.LEGAL_ACT,
        "en",
        "This Regulation shall apply from 12 January 2027. However, Article 5 shall apply from 12 July 2026.",
        ["2026-07-12 application_date", "2027-01-12 application_date"],
    ),
    (Kind.NEWS, "sv", "Festivalen pågår till den 15 augusti 2026.", []),
    (
        Kind.NEWS,
        "sv",
        "Kommunen tar emot synpunkter på detaljplanen till och med den 20 april 2026.",
        ["2026-04-20 answer"],
    ),
    (Kind.NEWS, "sv", "Polisen söker vittnen efter rånet den 3 mars 2026.", []),
    (Kind.AGENCY, "sv", "Kommuner kan söka statsbidraget till och med den 15 april 2026.", ["2026-04-15 application"]),
    (
        Kind.AGENCY,
        "sv",
        "Nu kan kommuner ansöka om statsbidrag. Ansökan är öppen till den 2 mars 2026.",
        ["2026-03-02 application"],
    ),
    (Kind.AGENCY, "en", "Member States have until 31 December 2026 to adopt their plans.", []),
    (
        Kind.CALL,
        "en",
        "The deadline for the first-stage proposals is 21 April 2026 and for second-stage proposals 20 October 2026.",
        ["2026-04-21 stage_1", "2026-10-20 stage_2"],
    ),
    (
        Kind.CALL,
        "en",
        "Expressions of interest are due on 2 March 2026; invited applicants submit full applications by 1 June 2026.",
        ["2026-03-02 stage_1", "2026-06-01 stage_2"],
    ),
    (
        Kind.CALL,
        "en",
        "Next cut-off: 10 June 2026 (17:00 CET). The following cut-off is 9 December 2026.",
        ["2026-06-10 cut_off", "2026-12-09 cut_off"],
    ),
    (Kind.CALL, "en", "Call opens 10 March 2026 and closes 10 June 2026.", ["2026-06-10 application"]),
    (Kind.CALL, "en", "Closing date for applications: Friday 29 May 2026, 16:00.", ["2026-05-29 application"]),
    (Kind.CALL, "en", "Proposals submitted after 24 March 2026 will not be considered.", []),
    (Kind.CALL, "en", "The grant covers costs incurred between 1 July 2026 and 30 June 2028.", []),
    (Kind.CALL, "en", "Under Regulation (EU) 2021/695 of 28 April 2021 the programme runs until 31 December 2027.", []),
    (Kind.CALL, "en", "Please apply before Monday 4 May 2026 at noon.", ["2026-05-04 application"]),
    (
        Kind.CALL,
        "en",
        "Questions can be sent until 20 March 2026. Applications are accepted until 3 April 2026.",
        ["2026-04-03 application"],
    ),
    (Kind.CALL, "sv", "Frågor om utlysningen kan ställas till och med den 20 mars 2026.", []),
    (Kind.CALL, "sv", "Ansökningsperioden är 15 januari – 15 februari 2026.", ["2026-02-15 application"]),
    (Kind.CALL, "sv", "Det går att söka från den 2 mars till den 27 mars 2026.", ["2026-03-27 application"]),
    (
        Kind.CALL,
        "sv",
        "Utlysningen stänger 2026-09-15 kl. 14.00. Projektet får pågå till 2029-12-31.",
        ["2026-09-15 application"],
    ),
    (Kind.CALL, "sv", "Ansökningar tas emot löpande, dock senast 30/9 2026.", ["2026-09-30 application"]),
    (
        Kind.CALL,
        "sv",
        "Deadline för projektskisser är den 3 april 2026 och för slutliga ansökningar den 1 oktober 2026.",
        ["2026-04-03 stage_1", "2026-10-01 stage_2"],
    ),
    (Kind.CALL, "sv", "Stödet gäller insatser som genomförs under perioden 1 januari–31 december 2026.", []),
    (Kind.CALL, "sv", "Nästa utlysning öppnar den 1 september 2026.", []),
    (
        Kind.CALL,
        "sv",
        "Er ansökan ska vara inskickad senast fredagen den 6 mars 2026 klockan 12.00.",
        ["2026-03-06 application"],
    ),
    (
        Kind.CONSULTATION,
        "sv",
        "Yttrandet ska ha inkommit till departementet senast den 3 juni 2026.",
        ["2026-06-03 answer"],
    ),
    (
        Kind.CONSULTATION,
        "sv",
        "Utredningen överlämnades den 2 februari 2026 och svar önskas före den 2 juni 2026.",
        ["2026-06-02 answer"],
    ),
    (
        Kind.CONSULTATION,
        "sv",
        "Kommissionen antog förslaget den 10 december 2025. Synpunkter lämnas till och med den 9 februari 2026.",
        ["2026-02-09 answer"],
    ),
    (Kind.CONSULTATION, "sv", "Detaljplanen är utställd för granskning 2 mars–23 mars 2026.", ["2026-03-23 answer"]),
    (
        Kind.CONSULTATION,
        "en",
        "Responses are welcome until midnight (Brussels time) on 7 July 2026.",
        ["2026-07-07 answer"],
    ),
    (
        Kind.CONSULTATION,
        "en",
        "Views should reach the Commission by 1 April 2026 at the latest. A proposal is planned for the third quarter.",
        ["2026-04-01 answer"],
    ),
    (
        Kind.CONSULTATION,
        "en",
        "The evidence was gathered by 30 January 2026; you may comment until 30 April 2026.",
        ["2026-04-30 answer"],
    ),
    (
        Kind.GOVERNMENT,
        "sv",
        "Utredningen ska redovisas senast den 1 december 2026. Direktivet ska vara införlivat senast den 17 juli 2027.",
        ["2026-12-01 other", "2027-07-17 transposition"],
    ),
    (Kind.GOVERNMENT, "sv", "Motionstiden går ut den 25 mars 2026.", ["2026-03-25 other"]),
    (
        Kind.LEGAL_ACT,
        "en",
        "Member States shall adopt and publish, by 22 June 2027, the provisions necessary to "
        "comply with this Directive.",
        ["2027-06-22 transposition"],
    ),
    (
        Kind.LEGAL_ACT,
        "sv",
        "Medlemsstaterna ska senast den 29 maj 2027 sätta i kraft de lagar som är nödvändiga för "
        "att följa detta direktiv.",
        ["2027-05-29 transposition"],
    ),
    (
        Kind.LEGAL_ACT,
        "sv",
        "Denna förordning ska tillämpas från och med den 1 juli 2026.",
        ["2026-07-01 application_date"],
    ),
    (Kind.LEGAL_ACT, "en", "By 31 December 2028, the Commission shall report to the European Parliament.", []),
    (
        Kind.AGENCY,
        "sv",
        "Statsbidraget kan sökas mellan den 15 januari och den 15 februari 2026.",
        ["2026-02-15 application"],
    ),
    (Kind.NEWS, "sv", "Mötet hålls den 4 mars 2026. Anmäl dig senast den 1 mars 2026.", ["2026-03-01 other"]),
    (Kind.NEWS, "sv", "Utställningen är öppen till den 30 augusti 2026.", []),
    (Kind.NEWS, "en", "Voters have until 10 February 2026 to register.", ["2026-02-10 other"]),
]


@pytest.mark.parametrize(("kind", "language", "text", "expected"), SENTENCES)
def test_last_days_are_found_and_other_days_are_not(kind: Kind, language: str, text: str, expected: list[str]) -> None:
    found = find_deadlines(text, language, kind=kind, published=date(2026, 1, 5))
    assert [f"{deadline.on} {deadline.role}" for deadline in found.deadlines] == expected


def test_hour_in_brussels_is_noted() -> None:
    text = "Deadline: 17 September 2026 17:00:00 Brussels time."
    found = find_deadlines(text, "en", kind=Kind.CALL, published=date(2026, 1, 5))
    assert [deadline.note for deadline in found.deadlines] == ["kl. 17.00 Brysseltid"]
