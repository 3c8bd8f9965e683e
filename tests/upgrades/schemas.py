"""The schema of a database by name: tables, columns, constraints, indexes and triggers.

The order of columns is left out: it differs between an upgraded database and a fresh one.
"""

import re

from tests.upgrades.dumps import Database, Sqlite

# A part of a database, in words, and how it is defined.
Schema = dict[str, str]


def schema_of(database: Database) -> Schema:
    return of_sqlite(database) if isinstance(database, Sqlite) else of_postgresql(database)


def differences(upgraded: Schema, fresh: Schema) -> list[str]:
    """The differences between an upgraded database and a fresh one, in words."""
    found = []
    for part in sorted(upgraded.keys() | fresh.keys()):
        if part not in upgraded:
            found.append(f"The upgraded database lacks the {part}: {fresh[part]}")
        elif part not in fresh:
            found.append(f"Only the upgraded database has the {part}: {upgraded[part]}")
        elif upgraded[part] != fresh[part]:
            found.append(f"The {part} differs. Upgraded: {upgraded[part]}. Fresh: {fresh[part]}.")
    return found


# SQLite


def of_sqlite(database: Database) -> Schema:
    schema = {}
    for row in database.ask("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        if row["sql"] is None or row["name"].startswith("sqlite_"):
            continue  # SQLite made it for a constraint that is in its table's definition.
        if row["type"] == "table":
            schema |= of_sqlite_table(row["name"], row["sql"])
        else:
            schema[f"{row['type']} {row['name']} on {row['tbl_name']}"] = in_one_line(row["sql"])
    return schema


def of_sqlite_table(table: str, sql: str) -> Schema:
    """A table's columns and constraints, as its CREATE TABLE statement words them."""
    schema = {f"table {table}": "a table"}
    body = sql[sql.index("(") + 1 : sql.rindex(")")]
    for definition in map(in_one_line, split_at_commas(body)):
        named = re.match(r'(CONSTRAINT )?"([^"]+)" (.*)', definition)
        assert named, f"{table} has a part without a name: {definition}"
        kind = "constraint" if named[1] else "column"
        schema[f"{kind} {named[2]} of {table}"] = named[3]
    return schema


def split_at_commas(sql: str) -> list[str]:
    """The parts of a list in SQL. Commas in brackets or quotes do not split it."""
    parts, depth = [""], 0
    for token in re.findall(r"'(?:[^']|'')*'|\"[^\"]*\"|.", sql, re.DOTALL):
        depth += {"(": 1, ")": -1}.get(token, 0)
        if token == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += token
    return parts


def in_one_line(sql: str) -> str:
    return " ".join(sql.split())


# PostgreSQL

POSTGRESQL = [
    """
    SELECT 'table ' || relname AS part, 'a table' AS definition
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    """,
    """
    SELECT 'column ' || attname || ' of ' || relname AS part,
        format_type(atttypid, atttypmod)
        || CASE WHEN attnotnull THEN ', not null' ELSE ', null' END
        || CASE attidentity WHEN '' THEN '' ELSE ', identity ' || attidentity::text END
        || CASE WHEN attcollation <> typcollation THEN ', collated' ELSE '' END
        || coalesce(', by default ' || pg_get_expr(adbin, adrelid), '') AS definition
    FROM pg_class
    JOIN pg_attribute ON attrelid = pg_class.oid
    JOIN pg_type ON pg_type.oid = atttypid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND attnum > 0 AND NOT attisdropped
    """,
    """
    SELECT 'constraint ' || conname || ' of ' || conrelid::regclass AS part,
        pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 't'
    """,
    """
    SELECT 'index ' || indexname || ' on ' || tablename AS part, indexdef AS definition
    FROM pg_indexes WHERE schemaname = 'public'
    """,
    """
    SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass AS part,
        pg_get_triggerdef(oid) AS definition
    FROM pg_trigger WHERE NOT tgisinternal
    """,
    """
    SELECT 'sequence ' || sequencename AS part, data_type::text AS definition
    FROM pg_sequences WHERE schemaname = 'public'
    """,
    """
    SELECT 'function ' || proname AS part, pg_get_functiondef(pg_proc.oid) AS definition
    FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e'
    )
    """,
    "SELECT 'extension ' || extname AS part, extversion AS definition FROM pg_extension",
]


def of_postgresql(database: Database) -> Schema:
    return {
        row["part"]: without_casts(in_one_line(row["definition"]))
        for query in POSTGRESQL
        for row in database.ask(query)
    }


def without_casts(definition: str) -> str:
    """The condition without casts: PostgreSQL words them otherwise after a dump and restore."""
    plain = re.sub(r"::(?:character varying|text)(?:\[\])?", "", definition)
    for _ in range(2):  # brackets around one word, one text or one array, which held a cast
        plain = re.sub(r"(?<!\w)\((\w+|'[^']*'|ARRAY\[[^\]]*\])\)", r"\1", plain)
    return plain
