"""What a search that cannot mean what was typed is told."""

from __future__ import annotations

from store.search import parse_query

LONGEST = 500  # characters that are looked for; a title that is pasted in is shorter


def hints(words: str) -> list[str]:
    """Return, in Swedish, what in the words does not do what it seems to."""
    found = []
    terms = parse_query(words[:LONGEST])
    if len(words) > LONGEST:
        found.append(f"Bara de första {LONGEST} tecknen används.")
    if words.strip() and not terms:
        found.append("Skriv minst ett ord; skiljetecken går inte att söka på.")
    if terms and all(term.is_excluded for term in terms):
        found.append("Sökningen säger bara vad som inte ska finnas med: därför visas allt annat.")
    if words.count('"') % 2:
        found.append("Ett citattecken saknas: det som följer efter det sista söks som en fras.")
    for operator in (" OR ", " ELLER ", " AND ", " OCH ", " NOT ", " INTE "):
        if operator in f" {words} ":
            found.append(f"Ordet {operator.strip()} söks som ett vanligt ord. Alla ord måste finnas; minus utesluter.")
            break
    if any(sign in words for sign in ("(", ")", "^", "~")):
        found.append("Parenteser och andra tecken betyder inget i sökningen.")
    return found
