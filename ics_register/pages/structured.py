"""Structured data (schema.org) for search engines and other machines.

The vocabulary has no word for what perhaps holds: only those who certainly do are in it.
"""

import datetime
from collections.abc import Iterable

from django.http import HttpRequest

from ics_register import addresses
from ics_register.pages.formats import site
from ics_register.pages.held import HeldThen

ROLE = "OrganizationRole"


def _address(request: HttpRequest, name: str, slug: str) -> str:
    return f"{site(request)}{addresses.address(name, slug)}"


def _members(whole, holdings, day: datetime.date, request: HttpRequest) -> list[dict]:
    """The holders of `whole` as schema.org roles, with dates only where they are exact to the day.

    Withheld people are left out: a role without its holder says nothing to a program.
    """
    members = []
    for holding in holdings if whole.certainly(day) else ():
        for holder in holding.holders:
            if holder.withheld or not holding.is_held_by(holder):
                continue
            role = {
                "@type": ROLE,
                "roleName": holding.title,
                "member": {
                    "@type": "Person",
                    "@id": _address(request, "person", holder.person_slug),
                    "name": holder.person,
                },
            }
            if holder.start_precision == "day" and holder.start_qualifier == "on":
                role["startDate"] = holder.start_date.isoformat()
            members.append(role)
    return members


def forum_as_data(forum, purpose: str, seats, day: datetime.date, request: HttpRequest) -> dict:
    """A forum and who fills its seats."""
    address = _address(request, "forum", forum.slug)
    data = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": address,
        "url": address,
        "name": forum.name,
        "member": _members(forum, seats, day, request),
    }
    if purpose:
        data["description"] = purpose
    if forum.short_name:
        data["alternateName"] = forum.short_name
    return data


def organisation_as_data(organisation, posts, day: datetime.date, request: HttpRequest) -> dict:
    """An organisation and who holds its posts."""
    address = _address(request, "organisation", organisation.slug)
    data = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": address,
        "url": address,
        "name": organisation.name,
        "member": _members(organisation, posts, day, request),
    }
    if organisation.website:
        data["sameAs"] = organisation.website
    if organisation.ods_code:
        data["identifier"] = {
            "@type": "PropertyValue",
            "propertyID": "ODS code",
            "value": organisation.ods_code,
        }
    return data


def person_as_data(
    person, held: Iterable[HeldThen], day: datetime.date, request: HttpRequest
) -> dict:
    """A person and what they hold on the day by an appointment or membership of their own."""
    address = _address(request, "person", person.slug)
    roles = []
    for each in held:
        if each.seat is not None or not each.period.certainly(day):
            continue
        post_or_seat = each.tenure.held
        whole = getattr(post_or_seat, post_or_seat.owner_field)
        roles.append(
            {
                "@type": ROLE,
                "roleName": post_or_seat.title,
                "memberOf": {
                    "@type": "Organization",
                    "@id": request.build_absolute_uri(whole.get_absolute_url()),
                    "name": whole.name,
                },
            }
        )
    data = {
        "@context": "https://schema.org",
        "@type": "Person",
        "@id": address,
        "url": address,
        "name": person.name,
        "memberOf": roles,
    }
    if person.honorific:
        data["honorificPrefix"] = person.honorific
    return data
