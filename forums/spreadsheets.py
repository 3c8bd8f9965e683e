"""Spreadsheets of who sits on forums."""

from editing.spreadsheets.directories import Directory, directory_of
from editing.spreadsheets.importing import spreadsheet_of
from forums.models import Forum, ForumName, Membership
from people.spreadsheets import TenureResource


class ForumDirectory(Directory):
    model = Forum
    called = ("name", "short_name")
    other_names = (ForumName, "forum")


directory_of(Forum, ForumDirectory)


@spreadsheet_of
class MembershipResource(TenureResource):
    model = Membership
    after_held = ("on_behalf_of",)
    explains = "Who fills or filled which seat of a forum, one a row."
