"""Who did what: the audit log, newest first."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from pipeline.api_tokens import audited
from store.api_tokens import list_tokens
from store.audit import list_audit
from web import context
from web.access import Role, needs
from web.language import N_
from web.showing import ROLE_WORDS

page = Blueprint("audit", __name__)

ON_A_PAGE = 100
ACTIONS = {
    "login": N_("loggade in"),
    "logout": N_("loggade ut"),
    "account.add": N_("lade upp ett konto"),
    "account.remove": N_("tog bort ett konto"),
    "account.password": N_("bytte ett lösenord"),
    "account.role": N_("ändrade en roll"),
    "letters.end": N_("avslutade sina brev"),
    "letters.begin": N_("tog tillbaka avslutet av sina brev"),
    "verdict.send": N_("bedömde: skicka"),
    "verdict.drop": N_("bedömde: nej"),
    "verdict.later": N_("bedömde: vänta"),
    "verdict.undo": N_("ångrade en bedömning"),
    "action.add": N_("lade upp en åtgärd"),
    "action.change": N_("ändrade en åtgärd"),
    "cofinancing.considered": N_("överväger medfinansiering"),
    "cofinancing.applied": N_("söker medfinansiering"),
    "cofinancing.declined": N_("avstår från medfinansiering"),
    "meeting.decide": N_("antecknade ett beslut från ett möte"),
    "ledger.export": N_("hämtade liggaren som fil"),
    "model.rollback": N_("gick tillbaka till en tidigare modell"),
    "model.refit": N_("lärde om modellen"),
    "source.read": N_("läste en källa"),
    "source.on": N_("slog på en källa"),
    "source.off": N_("slog av en källa"),
    "source.add": N_("lade till ett flöde"),
    "digests.send": N_("skickade veckans brev"),
    "digests.release": N_("släppte brev som hölls kvar"),
    "digests.trial": N_("skickade ett prov till sig"),
    "digests.again": N_("skickade ett brev igen"),
    "digests.arrived": N_("räknade ett brev som skickat"),
    "analysis.write": N_("skrev en analys"),
    "analysis.draft": N_("bad andra läsaren om ett utkast"),
    "analysis.sign": N_("undertecknade en analys"),
    "token.add": N_("gjorde en API-nyckel"),
    "token.remove": N_("återkallade en API-nyckel"),
    "publication.publish": N_("publicerade för invånare"),
    "publication.withdraw": N_("tog tillbaka från invånarsidan"),
    "organisation.change": N_("ändrade organisationen"),
    "organisation.restore": N_("lade tillbaka en äldre organisation"),
    "contact.reach": N_("slog på breven till en kontaktperson"),
    "contact.try": N_("skickade ett provbrev"),
    "settings.change": N_("ändrade inställningar"),
    "setup.finish": N_("avslutade den första inställningen"),
    "account.municipality": N_("knöt ett konto till en kommun"),
    "municipality.add": N_("lade till en kommun"),
    "municipality.remove": N_("tog bort en kommun"),
    "search.save": N_("sparade en sökning"),
    "search.remove": N_("tog bort en sparad sökning"),
}
DETAILS = {
    "password": N_("med lösenord"),
    "single sign-on": N_("med gemensam inloggning"),
    **{role.value: words for role, words in ROLE_WORDS.items()},
}


@page.get("/handelser")
@needs(Role.COORDINATOR)
def show() -> str:
    """Show a hundred entries from the one asked for."""
    first = max(0, request.args.get("fran", 0, type=int))
    with context.store().reading() as database:
        whose = "" if context.sees_all() else context.municipality_key()
        entries = list_audit(database, limit=ON_A_PAGE + 1, offset=first, municipality=whose)
        names = context.names(database, [name for entry in entries for name in (entry.account_id, entry.subject)])
        for token in list_tokens(database, whose):
            names |= {audited(token): token.name, token.id: token.name}
    return render_template(
        "audit/show.html",
        entries=entries[:ON_A_PAGE],
        names=names,
        actions=ACTIONS,
        details=DETAILS,
        first=first,
        short={one.key: one.short for one in context.whole().municipalities} if context.chooses() else {},
        older=first + ON_A_PAGE if len(entries) > ON_A_PAGE else None,
    )
