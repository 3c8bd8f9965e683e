"""Spreadsheets of organisations."""

from editing.spreadsheets.cells import CellProblem
from editing.spreadsheets.directories import DIRECTORIES, Directory
from editing.spreadsheets.kinds import NamedSpreadsheet, importable
from organisations.models import Organisation, OrganisationName, Place
from organisations.ods import ods_pages  # noqa: F401  (puts them on the admin’s site)
from records.names import fold


class PlaceDirectory(Directory):
    model = Place
    name_fields = ("name",)


class OrganisationDirectory(Directory):
    model = Organisation
    name_fields = ("name", "short_name", "ods_code", "ons_code")
    other_names = (OrganisationName, "organisation")
    remedy = "Import it under organisations first, or correct the spelling."

    def in_full(self, record):
        period = f"{record.start_in_words()} to {record.end_in_words() or 'now'}"
        return f"{record} ({record.slug}), {record.get_kind_display()}, {period}"


DIRECTORIES |= {Place: PlaceDirectory, Organisation: OrganisationDirectory}


@importable
class OrganisationSpreadsheet(NamedSpreadsheet):
    model = Organisation
    explains = "Trusts, councils, networks, practices and others, one a row."
    required = ("name", "kind", "document", "locator")
    somebody_new = "None of these: another, which is new to the register"

    def candidates(self, row):
        heading, name, by_name = super().candidates(row)
        code = row.values["ods_code"]
        by_code = [o for o in self.directory.by_name.get(fold(code), {}).values() if code]
        if not by_code:
            return heading, name, by_name
        both = [organisation for organisation in by_code if organisation in by_name]
        if by_name and not both:
            raise CellProblem(
                f"The code {code} is that of {by_code[0]}, and the name that of {by_name[0]}. "
                "Correct one of the two."
            )
        return self.heading_of("ods_code"), code, both or by_code
