"""The word indexes of both databases, which Alembic's autogeneration cannot see."""

from __future__ import annotations

from typing import Any

from alembic import op

# FTS5 over the columns of `items` itself (external content: no second copy of the texts), kept in step by triggers.
# Diacritics stay: å, ä and ö are letters of their own. A prefix index on 3 letters, the shortest prefix we search.
SQLITE = (
    """CREATE VIRTUAL TABLE item_search USING fts5(
        title, publisher, text, content='items', content_rowid='id', prefix='3 4',
        tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER items_search_insert AFTER INSERT ON items BEGIN
        INSERT INTO item_search(rowid, title, publisher, text)
        VALUES (new.id, new.title, new.publisher, new.text); END""",
    """CREATE TRIGGER items_search_delete AFTER DELETE ON items BEGIN
        INSERT INTO item_search(item_search, rowid, title, publisher, text)
        VALUES ('delete', old.id, old.title, old.publisher, old.text); END""",
    """CREATE TRIGGER items_search_update AFTER UPDATE OF title, publisher, text ON items
        WHEN old.title IS NOT new.title OR old.publisher IS NOT new.publisher OR old.text IS NOT new.text BEGIN
        INSERT INTO item_search(item_search, rowid, title, publisher, text)
        VALUES ('delete', old.id, old.title, old.publisher, old.text);
        INSERT INTO item_search(rowid, title, publisher, text)
        VALUES (new.id, new.title, new.publisher, new.text); END""",
)

# The texts fetched of single items have an index of their own: one document is one text, whoever gave it.
SQLITE_DETAILS = (
    """CREATE VIRTUAL TABLE detail_search USING fts5(
        text, content='details', content_rowid='item_id', prefix='3 4', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER details_search_insert AFTER INSERT ON details BEGIN
        INSERT INTO detail_search(rowid, text) VALUES (new.item_id, new.text); END""",
    """CREATE TRIGGER details_search_delete AFTER DELETE ON details BEGIN
        INSERT INTO detail_search(detail_search, rowid, text) VALUES ('delete', old.item_id, old.text); END""",
    """CREATE TRIGGER details_search_update AFTER UPDATE OF text ON details WHEN old.text IS NOT new.text BEGIN
        INSERT INTO detail_search(detail_search, rowid, text) VALUES ('delete', old.item_id, old.text);
        INSERT INTO detail_search(rowid, text) VALUES (new.item_id, new.text); END""",
)

# Lower-cased by hand, because a database made with the C locale does not know that Å is å; and with the signs
# turned to spaces, because PostgreSQL would keep "2026/123" and "a.se" as paths and hosts.


def _words(column: str) -> str:
    return f"translate({column}, 'ÅÄÖÉÈÜØÆ/-_.:@()&,;''\"', 'åäöéèüøæ' || repeat(' ', 13))"


# The words as they stand and their Swedish stems, the title's weighing most.
def _vector(**weights: str) -> str:
    return " || ".join(
        f"setweight(to_tsvector('{language}', {_words(column)}), '{weight}')"
        for language in ("simple", "swedish")
        for column, weight in weights.items()
    )


POSTGRESQL = (
    f"ALTER TABLE items ADD COLUMN search tsvector GENERATED ALWAYS AS"
    f" ({_vector(title='A', publisher='B', text='D')}) STORED",
    "CREATE INDEX ix_items_search ON items USING gin (search)",
)
POSTGRESQL_DETAILS = (
    f"ALTER TABLE details ADD COLUMN search tsvector GENERATED ALWAYS AS ({_vector(text='D')}) STORED",
    "CREATE INDEX ix_details_search ON details USING gin (search)",
)


def create_word_index() -> None:
    """Create the word index of the database that is being migrated."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def create_detail_word_index() -> None:
    """Create the word index over the texts of details."""
    for statement in SQLITE_DETAILS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_DETAILS:
        op.execute(statement)


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Tell whether autogeneration should compare the thing: all but the word indexes."""
    if kind == "table":
        return not (name or "").startswith(("item_search", "detail_search"))
    return not (kind == "column" and name == "search") and name not in {"ix_items_search", "ix_details_search"}
