"""Public addresses of records, which are their ids in all data: they never change."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from ics_register.addresses import address


@dataclass(frozen=True)
class Addresses:
    """The addresses of one site: "https://register.example.nhs.uk"."""

    site: str

    def page(self, name: str, slug: str | None, anchor: str = "") -> str | None:
        """The address of a record's page, or of a place on it; None if there is no record."""
        if slug is None:
            return None
        return f"{self.site}{address(name, slug)}{'#' if anchor else ''}{anchor}"

    def place(self, slug: str | None) -> str | None:
        """The address of the list of who chairs what in a place, which has no page of its own."""
        if slug is None:
            return None
        return f"{self.site}{reverse('chairs')}?{urlencode({'place': slug})}"

    def of(self, name: str, *args: str) -> str:
        return self.site + reverse(name, args=args)


def membership_anchor(seat: int, holder) -> str:
    """The anchor on a forum's page of somebody who fills a seat.

    Somebody who fills it by holding a post has no membership record. If they return to the post
    they fill the seat again from another day.
    """
    if not holder.ex_officio:
        return f"membership-{holder.id}"
    again = f"-from-{holder.start_date.isoformat()}" if holder.returns else ""
    by = "membership" if holder.by_membership else "appointment"
    return f"seat-{seat}-{by}-{holder.id}{again}"


def ex_officio_by(seat, holder) -> dict:
    """The page of the appointment or membership by which somebody fills a seat ex officio."""
    of_post = seat.post_organisation_slug if holder.ex_officio else None
    if (source := holder.by_source) is None:
        return {"by_appointment_slug": of_post, "by_membership_slug": None}
    return {
        "by_appointment_slug": source.organisation_slug,
        "by_membership_slug": source.forum_slug,
    }
