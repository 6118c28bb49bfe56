"""What is shown when something goes wrong: what happened, what is safe, what to do; never a trace of the program."""

from __future__ import annotations

import logging

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from crawlers.log_lines import kind_and_place
from store.errors import StoreError
from web.language import N_, _
from web.problems import is_for_programs, problem
from web.request_log import request_number

logger = logging.getLogger(__name__)

# Code: what happened, what is safe, what to do.
TEXTS = {
    400: (
        N_("Det gick inte att ta emot det du skickade"),
        N_("Inget är ändrat."),
        N_("Gå tillbaka, ladda om sidan och försök igen. Har sidan stått öppen länge behöver den laddas om först."),
    ),
    401: (
        N_("Du är inte inloggad längre"),
        N_("Det som redan var sparat är kvar. Det du just skickade är inte sparat."),
        N_("Logga in, gå tillbaka till sidan och skicka en gång till."),
    ),
    403: (
        N_("Du har inte behörighet till sidan"),
        N_("Inget är ändrat."),
        N_("Be samordnaren om en annan roll om du behöver den här sidan i ditt arbete."),
    ),
    404: (
        N_("Sidan finns inte"),
        N_("Inget är borta: det som har hämtats går att söka fram."),
        N_("Kontrollera adressen, eller börja om från startsidan."),
    ),
    405: (
        N_("Så går sidan inte att använda"),
        N_("Inget är ändrat."),
        N_("Gå tillbaka och använd knapparna på sidan."),
    ),
    409: (
        N_("Någon annan hann före"),
        N_("Det som redan var sparat gäller. Ditt är inte sparat."),
        N_("Ladda om sidan, se vad som har ändrats och gör om om det behövs."),
    ),
    410: (
        N_("Länken gäller inte längre"),
        N_("Det du redan har svarat är kvar."),
        N_("Använd länkarna i ett nyare brev, eller skriv till samordnaren."),
    ),
    413: (
        N_("Det du skickade är för stort"),
        N_("Inget är ändrat."),
        N_("Korta texten, eller dela upp den, och försök igen."),
    ),
    429: (
        N_("För många försök på kort tid"),
        N_("Inget är ändrat."),
        N_("Vänta en stund och försök igen."),
    ),
    500: (
        N_("Något gick fel hos oss"),
        N_("Det som redan var sparat är kvar. Det du just gjorde är inte sparat."),
        N_("Försök igen. Händer det på nytt, skriv till samordnaren och ange felets nummer."),
    ),
    503: (
        N_("Databasen är upptagen eller går inte att nå"),
        N_("Det som redan var sparat är kvar. Det du just gjorde är inte sparat."),
        N_("Vänta en minut och försök igen. Händer det på nytt, skriv till samordnaren och ange felets nummer."),
    ),
}


def install(app: Flask) -> None:
    """Answer every error with a page of our own."""
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(StoreError, _store_fault)
    app.register_error_handler(Exception, _unknown)


def _known(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:  # a redirect is raised as one too
        return make_response(error.get_response())
    if isinstance(error, SecurityError):
        return _foreign_host()
    kept = {key: value for key, value in error.get_headers() if key in ("Allow", "Retry-After")}
    return error_page(code, kept, told=error)


def _foreign_host() -> Response:
    """Answer without a link: the request was for a host that is not ours, so no address of it is either."""
    number = request_number()
    _log(400, number, None)
    text = _("Utkik svarar inte på den här adressen. Inget är ändrat. Skriv adressen så som den står i breven.")
    plain = {"Content-Type": "text/plain; charset=utf-8"}
    return make_response(f"{text} ({number})\n", 400, plain)


def _store_fault(error: StoreError) -> Response:
    return error_page(503, cause=error)


def _unknown(error: Exception) -> Response:
    return error_page(500, cause=error)


def error_page(
    code: int,
    headers: dict[str, str] | None = None,
    cause: Exception | None = None,
    *,
    told: HTTPException | None = None,
) -> Response:
    """Return the page for the code, and write one line about it with the number that the page shows.

    `cause` is told to the log alone; `told` is an error that says in its own words what a program did wrong.
    """
    number = request_number()
    _log(code, number, cause)
    if is_for_programs():
        response = problem(code, number, told)
        response.headers.update(headers or {})
        return response
    shown = code if code in TEXTS else (500 if code >= 500 else 400)
    what, safe, todo = TEXTS[shown]
    body = render_template("errors/error.html", code=code, what=what, safe=safe, todo=todo, number=number)
    response = make_response(body, code)
    response.headers.update(headers or {})
    return response


def _log(code: int, number: str, cause: Exception | None) -> None:
    """Write one line: the route, never the address, which may hold a token or what somebody searched for."""
    route = request.url_rule.rule if request.url_rule else "(no such page)"
    level = logging.ERROR if code >= 500 else logging.WARNING
    logger.log(level, "%s %s: %d [%s]%s", _method(), route, code, number, f" {kind_and_place(cause)}" if cause else "")


def _method() -> str:
    """Return the method when it is one; it is the sender's own word and could hold anything."""
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return request.method if request.method in known else "(other method)"
