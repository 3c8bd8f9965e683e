"""Spreadsheets of who sits on forums."""

from forums.models import Forum, ForumName, Membership
from people.spreadsheets import TenureResource
from records.spreadsheets.directories import Directory, directory_of
from records.spreadsheets.importing import spreadsheet_of


class ForumDirectory(Directory):
    model = Forum
    called = ("name", "short_name")
    other_names = (ForumName, "forum")


directory_of(Forum, ForumDirectory)


@spreadsheet_of
class MembershipResource(TenureResource):
    model = Membership
    explains = "Who fills or filled which seat of a forum, one a row."
