"""Spreadsheets of who sits on forums."""

from editing.spreadsheets.directories import DIRECTORIES, Directory
from editing.spreadsheets.kinds import importable
from forums.models import Forum, ForumName, Membership
from people.spreadsheets import TenureSpreadsheet


class ForumDirectory(Directory):
    model = Forum
    name_fields = ("name", "short_name")
    other_names = (ForumName, "forum")


DIRECTORIES[Forum] = ForumDirectory


@importable
class MembershipSpreadsheet(TenureSpreadsheet):
    model = Membership
    after_held = ("on_behalf_of", "independent")
    explains = "Who fills or filled which seat of a forum, one a row."
