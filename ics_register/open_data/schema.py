"""The SQLite file: its tables, their descriptions, and views of who chairs what."""

from collections.abc import Iterator

from forums.models import SeatRole
from ics_register.open_data.fields import Column, DataTable, Type
from ics_register.open_data.tables import TABLES
from organisations.models import HEAD_KINDS

INTEGERS = (Type.NUMBER, Type.YES_NO)


def _column(column: Column) -> str:
    kind = "INTEGER" if column.type in INTEGERS else "TEXT"
    if column.name == "id":
        return '"id" TEXT PRIMARY KEY'
    refers = f' REFERENCES "{column.refers_to}" ("id")' if column.refers_to else ""
    return f'"{column.name}" {kind}{refers}'


def _table(table: DataTable) -> str:
    columns = ",\n    ".join(_column(column) for column in table.columns)
    found_by = "".join(
        f'CREATE INDEX "{table.name}_{column.name}" ON "{table.name}" ("{column.name}");\n'
        for column in table.columns
        if column.refers_to and column.refers_to != "documents"
    )
    return f'CREATE TABLE "{table.name}" (\n    {columns}\n);\n{found_by}'


def fields() -> Iterator[tuple[str, str, str, str, str]]:
    """The description of each field of each table."""
    for table in TABLES:
        for column in table.columns:
            choices = "; ".join(f"{value}: {words}" for value, words in column.choices)
            yield table.name, column.name, column.label, column.explains, choices


HEADS = ", ".join(f"'{kind.value}'" for kind in HEAD_KINDS)

VIEWS = f"""
CREATE VIEW who_sits_where AS
SELECT forums.name AS forum, seats.role, seats.title AS seat, seats.standing,
    memberships.person_name AS person, speaks_for.name AS on_behalf_of,
    coalesce(memberships.independent, seats.independent) AS independent, memberships.basis,
    memberships.start_date, memberships.start_qualifier, memberships.start_edtf,
    memberships.start_foreseen,
    memberships.end_date, memberships.end_qualifier, memberships.end_edtf, memberships.end_foreseen,
    coalesce(memberships.last_known, seats.last_known) AS last_known,
    documents.title AS document, coalesce(memberships.locator, seats.locator) AS locator,
    forums.id AS forum_id, seats.id AS seat_id, memberships.person_id
FROM seats
JOIN forums ON forums.id = seats.forum_id
LEFT JOIN memberships ON memberships.seat_id = seats.id AND memberships.in_force
LEFT JOIN organisations AS speaks_for
    ON speaks_for.id = coalesce(memberships.on_behalf_of_id, seats.on_behalf_of_id)
LEFT JOIN documents ON documents.id = coalesce(memberships.document_id, seats.document_id)
WHERE seats.in_force;

CREATE VIEW who_holds_what AS
SELECT organisations.name AS organisation, posts.kind, posts.title AS post, posts.standing,
    appointments.person_name AS person, appointments.basis,
    appointments.start_date, appointments.start_qualifier, appointments.start_edtf,
    appointments.start_foreseen,
    appointments.end_date, appointments.end_qualifier, appointments.end_edtf,
    appointments.end_foreseen,
    coalesce(appointments.last_known, posts.last_known) AS last_known,
    documents.title AS document, coalesce(appointments.locator, posts.locator) AS locator,
    organisations.id AS organisation_id, posts.id AS post_id, appointments.person_id
FROM posts
JOIN organisations ON organisations.id = posts.organisation_id
LEFT JOIN appointments ON appointments.post_id = posts.id AND appointments.in_force
LEFT JOIN documents ON documents.id = coalesce(appointments.document_id, posts.document_id)
WHERE posts.in_force;

CREATE VIEW who_chairs_what AS
SELECT forum AS forum_or_organisation, seat AS seat_or_post, standing, person, on_behalf_of, basis,
    start_date, start_qualifier, start_edtf, start_foreseen, last_known, document, locator,
    forum_id AS id, person_id
FROM who_sits_where WHERE role = '{SeatRole.CHAIR.value}'
UNION ALL
SELECT organisation, post, standing, person, NULL, basis,
    start_date, start_qualifier, start_edtf, start_foreseen, last_known, document, locator,
    organisation_id, person_id
FROM who_holds_what WHERE kind IN ({HEADS});
"""

SCHEMA = (
    "CREATE TABLE about (word TEXT PRIMARY KEY, words TEXT);\n"
    "CREATE TABLE fields (table_name TEXT, field TEXT, label TEXT, explains TEXT, choices TEXT);\n"
    + "\n".join(_table(table) for table in TABLES)
    + VIEWS
)
