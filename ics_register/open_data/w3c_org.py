"""The register as JSON-LD in the W3C's Organization Ontology (www.w3.org/TR/vocab-org).

The file includes its context, so that a reader need fetch nothing.
"""

import json
import sqlite3
from collections.abc import Iterator
from typing import BinaryIO

from forums.models import LineKind
from ics_register.open_data.rows import Gathered
from ics_register.open_data.tables import BY_NAME
from organisations.models import RelationshipKind
from organisations.successions import SuccessionKind
from records.periods import Qualifier

CONTEXT = {
    "org": "http://www.w3.org/ns/org#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "prov": "http://www.w3.org/ns/prov#",
    "time": "http://www.w3.org/2006/time#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# By the length of a date as it is known: its datatype, and the property that takes it.
DATES = {
    4: ("xsd:gYear", "time:inXSDgYear"),
    7: ("xsd:gYearMonth", "time:inXSDgYearMonth"),
    10: ("xsd:date", "time:inXSDDate"),
}
# A relationship for which the ontology has no word is a plain link. It has words for members,
# parts, successors and reporting.
RELATIONS = {
    RelationshipKind.MEMBER_OF: "org:memberOf",
    RelationshipKind.PART_OF: "org:subOrganizationOf",
    RelationshipKind.PARTNER_IN: "org:linkedTo",
}
LINES = {
    LineKind.REPORTS_TO: "org:reportsTo",
    LineKind.SUB_GROUP_OF: "org:subOrganizationOf",
}

TENURES = ("appointments", "memberships")
# Plain links in this format.
LINKS = ("relationships", "reporting_lines", "member_organisations")


def write(gathered: Gathered, file: BinaryIO) -> None:
    """Write the file node by node, so that few are in memory."""
    file.write(f'{{"@context": {json.dumps(CONTEXT)},\n"@graph": ['.encode())
    for number, node in enumerate(_nodes(gathered)):
        file.write(b",\n" if number else b"\n")
        file.write(json.dumps(node, ensure_ascii=False).encode())
    file.write(b"]}\n")


def _nodes(gathered: Gathered) -> Iterator[dict]:
    yield _data_set(gathered)
    for kind in (_kinds, _documents, _places, _people, _organisations, _forums, _successors):
        yield from kind(gathered)
    yield from _held(gathered, "posts", "organisation_id", "kind", "appointments", "post_id")
    yield from _held(gathered, "seats", "forum_id", "role", "memberships", "seat_id")


def _text(words: str | None):
    return {"@value": words, "@language": "en"} if words else None


def _ref(address: str | None):
    return {"@id": address} if address else None


def _node(address: str, kind: str | list[str], **properties) -> dict:
    """A node without its empty values; "org_postIn" stands for "org:postIn"."""
    said = {
        name.replace("_", ":", 1): value
        for name, value in properties.items()
        if value not in (None, "", [])
    }
    return {"@id": address, "@type": kind, **said}


def _date(text: str | None):
    return {"@value": text, "@type": DATES[len(text)][0]} if text else None


def _instant(text: str) -> dict:
    datatype, name = DATES[len(text)]
    return {"@type": "time:Instant", name: {"@value": text, "@type": datatype}}


def _interval(row: sqlite3.Row) -> dict | None:
    """The interval of a record.

    A start that is only a limit is left out. An end that is only known *by* a day is given, because
    without one the record would seem to go on.
    """
    said = {"@type": "time:Interval"}
    if row["start_date"] and row["start_qualifier"] == Qualifier.ON:
        said["time:hasBeginning"] = _instant(row["start_date"])
    if row["end_date"] and row["end_qualifier"] != Qualifier.NOT_BEFORE:
        said["time:hasEnd"] = _instant(row["end_date"])
    return said if len(said) > 1 else None


def _planned(row: sqlite3.Row):
    """A comment on what a source only foresaw: the ontology has no word for it."""
    which = [which for which in ("start", "end") if row[f"{which}_foreseen"]]
    edges = " and the ".join(which)
    return _text(f"As foreseen, the {edges}: no later source says so.") if which else None


def _sources(gathered: Gathered, row: sqlite3.Row) -> dict:
    found = gathered.sources(row)
    return {
        "dcterms_source": [_ref(address) for address in dict.fromkeys(a for a, _ in found)],
        "prov_qualifiedPrimarySource": [
            {"@type": "prov:PrimarySource", "prov:entity": _ref(address), "rdfs:label": where}
            for address, where in found
        ],
    }


def _concept(gathered: Gathered, table: str, column: str, value: str) -> str:
    """The id of a choice: its place on the page of fields."""
    return f"{gathered.about['fields']}#{table}-{column}-{value}"


def _data_set(gathered: Gathered) -> dict:
    about = gathered.about
    return _node(
        about["address"],
        "dcat:Dataset",
        dcterms_title=_text(about["title"]),
        dcterms_license=_ref(about["licence_address"]),
        dcterms_rights=_text(about["terms"]),
        dcterms_description=_text(
            f"Left out are {gathered.perhaps_held} memberships that perhaps held on the day. "
            f"A source only foresaw the start or the end of {gathered.foreseen(*TENURES)} that are "
            "here, and no later one says that it happened: each says so in rdfs:comment, as posts "
            f"and organisations do. So it is with {gathered.foreseen(*LINKS)} links, which have no "
            "room for a comment."
        ),
        dcterms_temporal={"@value": about["as_at"], "@type": "xsd:date"},
    )


def _kinds(gathered: Gathered) -> Iterator[dict]:
    for table, column, kind in (
        ("organisations", "kind", "skos:Concept"),
        ("forums", "kind", "skos:Concept"),
        ("posts", "kind", ["org:Role", "skos:Concept"]),
        ("seats", "role", ["org:Role", "skos:Concept"]),
    ):
        [choices] = [c.choices for c in BY_NAME[table].columns if c.name == column]
        for value, label in choices:
            address = _concept(gathered, table, column, value)
            yield _node(address, kind, skos_prefLabel=_text(str(label)))


def _documents(gathered: Gathered) -> Iterator[dict]:
    for row in gathered.rows("documents"):
        yield _node(
            row["id"],
            "foaf:Document",
            dcterms_title=_text(row["title"]),
            dc_publisher=row["publisher"],
            dcterms_issued=_date(row["published_date"]),
            foaf_page=_ref(row["url"]),
            dcterms_description=_text(row["note"]),
        )


def _places(gathered: Gathered) -> Iterator[dict]:
    for row in gathered.rows("places"):
        yield _node(
            row["id"],
            "dcterms:Location",
            skos_prefLabel=_text(row["name"]),
            dcterms_isPartOf=_ref(row["part_of_id"]),
            **_sources(gathered, row),
        )


def _other_names(gathered: Gathered, table: str, owner: str, row: sqlite3.Row) -> list:
    names = [each["name"] for each in gathered.rows(table, f"{owner} = ?", row["id"])]
    short = row["short_name"] if table != "person_names" else None
    return [_text(name) for name in dict.fromkeys([short, *names]) if name]


def _people(gathered: Gathered) -> Iterator[dict]:
    for row in gathered.rows("people"):
        yield _node(
            row["id"],
            "foaf:Person",
            foaf_name=row["name"],
            foaf_title=row["honorific"],
            skos_prefLabel=_text(f"{row['honorific'] or ''} {row['name']}".strip()),
            skos_altLabel=_other_names(gathered, "person_names", "person_id", row),
            **_sources(gathered, row),
        )


def _links(gathered: Gathered, table: str, below: str, to: tuple, words: dict, row) -> dict:
    """The relationships of an organisation or forum on the day, by the property that says so."""
    said: dict[str, list] = {}
    for line in gathered.rows(table, f"{below} = ? AND in_force", row["id"]):
        name = words.get(line["kind"], "org:linkedTo")
        target = next(line[column] for column in to if line[column])
        said.setdefault(name.replace(":", "_", 1), []).append(_ref(target))
    return said


def _organisations(gathered: Gathered) -> Iterator[dict]:
    codes = {"ods_code": "ODS", "ons_code": "ONS"}
    for row in gathered.rows("organisations"):
        identifiers = [
            {"@value": row[column], "@type": f"{gathered.about['fields']}#organisations-{column}"}
            for column in codes
            if row[column]
        ]
        links = _links(
            gathered, "relationships", "from_organisation_id", ("to_organisation_id",),
            {**RELATIONS, **dict.fromkeys(SuccessionKind.values, "successor")}, row,
        )  # fmt: skip
        links.pop("successor", None)  # given as an event
        member_of = [
            _ref(each["forum_id"])
            for each in gathered.rows(
                "member_organisations", "organisation_id = ? AND in_force", row["id"]
            )
        ]
        links["org_memberOf"] = links.get("org_memberOf", []) + member_of
        yield _node(
            row["id"],
            "org:FormalOrganization",
            skos_prefLabel=_text(row["name"]),
            skos_altLabel=_other_names(gathered, "organisation_names", "organisation_id", row),
            org_classification=_ref(_concept(gathered, "organisations", "kind", row["kind"])),
            org_identifier=identifiers,
            foaf_homepage=_ref(row["website"]),
            dcterms_spatial=_ref(row["place_id"]),
            dcterms_temporal=_interval(row),
            rdfs_comment=_planned(row),
            **links,
            **_sources(gathered, row),
        )


def _forums(gathered: Gathered) -> Iterator[dict]:
    in_force = gathered.rows("terms_of_reference", "in_force")
    purposes = {row["forum_id"]: row["purpose"] for row in in_force}
    for row in gathered.rows("forums"):
        links = _links(
            gathered, "reporting_lines", "from_forum_id", ("to_forum_id", "to_organisation_id"),
            LINES, row,
        )  # fmt: skip
        if row["host_id"]:
            links["org_linkedTo"] = [*links.get("org_linkedTo", []), _ref(row["host_id"])]
        yield _node(
            row["id"],
            "org:Organization",
            skos_prefLabel=_text(row["name"]),
            skos_altLabel=_other_names(gathered, "forum_names", "forum_id", row),
            org_classification=_ref(_concept(gathered, "forums", "kind", row["kind"])),
            org_purpose=_text(purposes.get(row["id"])),
            dcterms_spatial=_ref(row["place_id"]),
            dcterms_temporal=_interval(row),
            rdfs_comment=_planned(row),
            **links,
            **_sources(gathered, row),
        )


def _successors(gathered: Gathered) -> Iterator[dict]:
    """The successions of organisations and forums that had surely come, in words by their kind."""
    kinds = ", ".join(f"'{kind}'" for kind in SuccessionKind.values)
    for table, of in (("relationships", "organisation"), ("successions", "forum")):
        for row in gathered.rows(table, f"kind IN ({kinds}) AND in_force AND NOT start_foreseen"):
            yield _node(
                row["id"],
                "org:ChangeEvent",
                dcterms_description=_text(SuccessionKind(row["kind"]).label),
                org_originalOrganization=_ref(row[f"from_{of}_id"]),
                org_resultingOrganization=_ref(row[f"to_{of}_id"]),
                dcterms_date=_date(row["start_date"])
                if row["start_qualifier"] == Qualifier.ON
                else None,
                **_sources(gathered, row),
            )


def _held(gathered, table, owner, role, tenures, key) -> Iterator[dict]:
    """Posts or seats, and their holders."""
    for row in gathered.rows(table):
        holders = list(gathered.rows(tenures, f"{key} = ? AND {gathered.told}", row["id"]))
        yield _node(
            row["id"],
            "org:Post",
            skos_prefLabel=_text(row["title"]),
            org_postIn=_ref(row[owner]),
            org_role=_ref(_concept(gathered, table, role, row[role])),
            org_heldBy=[
                _ref(each["person_id"])
                for each in holders
                if each["in_force"] and each["person_id"]
            ],
            dcterms_temporal=_interval(row),
            rdfs_comment=_planned(row),
            **_sources(gathered, row),
        )
        for each in holders:
            # A withheld person has no id, so that two of their records cannot be put together.
            nobody = {"@type": "foaf:Person", "skos:prefLabel": _text(each["person_name"])}
            yield _node(
                each["id"],
                "org:Membership",
                org_member=_ref(each["person_id"]) or nobody,
                org_organization=_ref(row[owner]),
                org_role=_ref(_concept(gathered, table, role, row[role])),
                org_memberDuring=_interval(each),
                rdfs_comment=_planned(each),
                dcterms_relation=_ref(row["id"]),
                **_sources(gathered, each),
            )
