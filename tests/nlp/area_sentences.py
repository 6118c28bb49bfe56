"""Sentences of our own with the area that should come first, per language."""

from __future__ import annotations

SWEDISH: dict[str, tuple[str, ...]] = {
    "governance": (
        "Kommunfullmäktige får nya regler i kommunallagen",
        "Så ändras utjämningen av statsbidrag mellan kommunerna",
        "Förtroendevalda ska skyddas bättre mot hot, och allmänna handlingar lämnas ut snabbare",
    ),
    "procurement": (
        "Nya tröskelvärden för offentlig upphandling från nyår",
        "Upphandlande myndigheter får ställa hårdare sociala krav på leverantören",
        "Vägledning om koncessioner och direktupphandling",
    ),
    "digital": (
        "Cybersäkerhetslagen gäller nu även kommunernas informationssäkerhet",
        "Fler e-tjänster och öppna data i den digitala förvaltningen",
        "AI-förordningen påverkar chattbotar i offentlig sektor",
    ),
    "employment": (
        "Arbetsgivare ska redovisa lönegap enligt lönetransparensdirektivet",
        "Ny arbetstid och bättre arbetsmiljö för anställda på golvet",
        "Pengar från Europeiska socialfonden till arbetslösa unga",
    ),
    "business": (
        "Stöd till turism och besöksnäring i glesbygd",
        "Leaderområden får medel för landsbygdsutveckling",
        "Småföretagare möts i ny satsning på regional utveckling",
    ),
    "integration": (
        "Nyanlända får snabbare svenska för invandrare",
        "Mottagandet av asylsökande görs om och anvisningarna ändras",
        "Plan mot rasism och antisemitism i hela landet",
    ),
    "school": (
        "Rektorer får större ansvar för elevhälsan i grundskolan",
        "Förskolan får en ny läroplan med fokus på språk",
        "Läromedel på papper ska finnas i varje klassrum, säger skolministern",
    ),
    "adult_education": (
        "Komvux byggs ut med fler yrkesvuxplatser",
        "Validering av yrkeskunskaper ger genväg i vuxenutbildningen",
        "Omställningsstudiestöd till den som vill läsa på yrkeshögskolan",
    ),
    "culture": (
        "Biblioteken får pengar för att främja läsning",
        "Kulturskolan når fler när museerna öppnar sina samlingar",
        "Minoritetsspråken och kulturarvet stärks i ny kulturpolitik",
    ),
    "youth_leisure": (
        "Fritidskortet ger barn möjlighet att idrotta i förening",
        "Fritidsgårdar och ungdomsråd får nya riktlinjer",
        "Simhallar, friluftsliv och föreningsliv i ny utredning",
    ),
    "elderly_disability": (
        "Hemtjänst och särskilt boende får fast omsorgskontakt",
        "Rätten till personlig assistans enligt LSS stärks",
        "Undersköterskor i äldreomsorgen ska tala god svenska",
    ),
    "social": (
        "Socialnämnden får fler verktyg när barn far illa",
        "Ekonomiskt bistånd begränsas med ett tak för hushåll",
        "Familjehem och HVB ska granskas oftare av socialtjänsten",
    ),
    "environment": (
        "Miljötillsynen skärps och strandskyddet prövas om",
        "Luftkvaliteten i tätorter och buller ska mätas på nytt sätt",
        "Biologisk mångfald och naturreservat i fokus för ny förordning om naturrestaurering",
    ),
    "planning": (
        "Detaljplaner ska gå fortare och bygglov slopas för altaner",
        "Allmännyttan bygger hyresrätter i stadens utkant",
        "Översiktsplan och bostadsförsörjning hänger samman, visar Boverket",
    ),
    "transport": (
        "Kollektivtrafiken får elbussar och fler laddplatser",
        "Cykelvägar och säkrare gator vid korsningar",
        "Hamnen byggs ut och järnvägen dras närmare kajen",
    ),
    "water": (
        "Dricksvattnet ska provtas oftare och avloppsreningen förbättras",
        "Dagvattenutredning efter skyfallet visar brister i ledningsnätet",
        "Badvatten och slam från reningsverk regleras hårdare",
    ),
    "waste": (
        "Förpackningar ska samlas in fastighetsnära",
        "Textilavfall sorteras för sig och återvinningen ökar",
        "Producentansvaret utvidgas i en mer cirkulär ekonomi",
    ),
    "energy_climate": (
        "Fjärrvärme och energieffektivisering i nytt direktiv",
        "Vindkraft och solceller ska ge billigare el",
        "Klimatanpassning och utsläppsmål i den nya klimatplanen",
    ),
    "preparedness": (
        "Räddningstjänsten övar skogsbrand tillsammans med grannarna",
        "Skyddsrum rustas upp när det civila försvaret växer",
        "Höjd beredskap: samhällsviktig verksamhet ska klara en kris",
    ),
    "international": (
        "Vänorten i Ukraina får besök av en delegation",
        "Interreg öppnar för gränsöverskridande samarbete i Öresund",
        "Nätverk av städer bjuder in till kommunalt partnerskap",
    ),
}

ENGLISH: dict[str, tuple[str, ...]] = {
    "governance": (
        "Local self-government charter: municipal councils and local democracy reviewed",
        "State aid and personal data rules for the municipal council",
        "Whistleblowing, corruption and access to documents in public administration",
    ),
    "procurement": (
        "Public procurement directives to be revised next year",
        "Guidance for contracting authorities on green tenders",
        "Public buyers invited to join an innovation procurement scheme",
    ),
    "digital": (
        "Cybersecurity duties under NIS2 for public sector bodies",
        "Open data and interoperability for digital public services",
        "Web accessibility and e-government indicators published",
    ),
    "employment": (
        "Pay transparency: equal pay rules enter into force",
        "Working time and health and safety at work",
        "European Social Fund helps the long-term unemployed",
    ),
    "business": (
        "Tourism and rural development in remote villages",
        "Cohesion policy: regional development fund after 2027",
        "Community-led local development and short food supply chains",
    ),
    "integration": (
        "Integration of migrants and reception of asylum seekers",
        "Temporary protection for refugees is prolonged",
        "Roma inclusion and the fight against racism and antisemitism",
    ),
    "school": (
        "Early childhood education: preschool places for all",
        "Teachers and pupils in primary schools go abroad",
        "School meals and basic skills in secondary schools",
    ),
    "adult_education": (
        "Adult education: upskilling pathways reach more learners",
        "Vocational education and training with apprenticeships",
        "Lifelong learning and recognition of prior learning",
    ),
    "culture": (
        "Libraries and museums open up cultural heritage",
        "Creative Europe supports performing arts and literature",
        "European Capital of Culture named, with minority language festival",
    ),
    "youth_leisure": (
        "European Solidarity Corps: volunteering for youth organisations",
        "Grassroots sport and outdoor recreation",
        "Youth exchanges and youth work strategy adopted",
    ),
    "elderly_disability": (
        "Long-term care and nursing homes for older people",
        "European strategy for persons with disabilities and independent living",
        "Mental health and dementia care at home",
    ),
    "social": (
        "Child protection and social services for children at risk",
        "Homelessness: the housing first approach and minimum income",
        "Violence against women and domestic violence shelters",
    ),
    "environment": (
        "Nature restoration and biodiversity in every region",
        "Air quality standards and environmental noise maps",
        "Invasive alien species and contaminated sites",
    ),
    "planning": (
        "Energy performance of buildings and social housing",
        "Spatial planning, land use and urban regeneration",
        "New European Bauhaus: affordable housing and public spaces",
    ),
    "transport": (
        "Public transport and cycling in urban mobility plans",
        "Charging infrastructure for zero-emission vehicles",
        "Road safety and sustainable mobility around ports",
    ),
    "water": (
        "Urban wastewater treatment and drinking water",
        "Stormwater and bathing water after the floods",
        "Water reuse and sludge from sewage works",
    ),
    "waste": (
        "Packaging waste: recycling targets for plastics",
        "Circular economy, food waste and textile collection",
        "Landfill ban and extended producer responsibility",
    ),
    "energy_climate": (
        "District heating and energy efficiency",
        "Climate adaptation and the Covenant of Mayors",
        "Renewable energy communities and emissions trading",
    ),
    "preparedness": (
        "Civil protection and rescue services train together",
        "Resilience of critical entities and crisis preparedness",
        "Wildfire season: firefighters and first responders",
    ),
    "international": (
        "Town twinning and networks of towns",
        "Interreg and cross-border cooperation between municipalities",
        "City diplomacy: twin towns and European citizenship",
    ),
}
