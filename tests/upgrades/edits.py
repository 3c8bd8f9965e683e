"""Three days of edits to a seeded register, made as staff make them. Their content is made up.

Run by `making`, with the code of the day on which a dump is made.
"""

from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client

from forums.models import (
    EscalationStep,
    Forum,
    ForumName,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    Succession,
    TermsOfReference,
)
from organisations.models import (
    Figure,
    Organisation,
    OrganisationName,
    Place,
    Post,
    Rating,
    Relationship,
    Statement,
)
from people.models import Appointment, Distinction, Person, PersonName
from records.models import Document
from tests.organisations.test_ods import FIRST, LATER
from tests.sheets import csv_of
from tests.upgrades.staff import Staff, clock_at

SEEDED_ON, *EDITED_ON = ["2026-03-02", "2026-04-14", "2026-06-09", "2026-09-22"]

MODELS = [
    Document, Place, Organisation, OrganisationName, Relationship, Post, Statement, Rating, Figure,
    Person, PersonName, Distinction, Appointment, Forum, ForumName, MemberOrganisation,
    ReportingLine, Succession, Seat, Membership, TermsOfReference, EscalationStep,
]  # fmt: skip


def make_register() -> None:
    """Seed an empty register, and edit it on three days."""
    with clock_at(SEEDED_ON):
        make_accounts()
        call_command("seed", as_user="registrar", verbosity=0)
    for day, edit in zip(EDITED_ON, [add_and_correct, take_steps, close_and_mend], strict=True):
        with clock_at(day):
            edit()
    with clock_at(EDITED_ON[-1]):
        retire_an_account()


# Accounts


def make_accounts() -> None:
    """Five accounts that nobody can sign in with: their passwords are unusable."""
    User.objects.create_superuser("registrar")
    for name, group in [
        ("manager", "register manager"),
        ("editor", "editor"),
        ("auditor", "auditor"),
        ("former-editor", "editor"),
    ]:
        user = User.objects.create_user(
            name, f"{name}@register.example", is_staff=True, first_name="Made-up", last_name=name
        )
        user.groups.add(Group.objects.get(name=group))
    user.user_permissions.add(Permission.objects.get(codename="change_document"))


def retire_an_account() -> None:
    user = User.objects.get(username="former-editor")
    user.is_active = False
    user.save()
    Client(SERVER_NAME="localhost").post(
        "/admin/login/", {"username": user.username, "password": "not the password"}
    )


def staff(name: str, reason: str) -> Staff:
    paper = Document.objects.filter(slug="made-up-paper").first()
    return Staff(User.objects.get(username=name), paper, "page 7", reason)


# Finding what was made before


def organisation(slug: str) -> Organisation:
    return Organisation.objects.get(slug=slug)


def forum(slug: str) -> Forum:
    return Forum.objects.get(slug=slug)


def person(slug: str) -> Person:
    return Person.objects.get(slug=slug)


def post(title: str) -> Post:
    return Post.objects.get(title=title, organisation__slug__startswith="imaginary")


def seat(title: str) -> Seat:
    return Seat.objects.get(title=title, forum__slug="pretend-board", end_date=None)


# The first day: everything is added once by hand, and some of the seed is corrected.


def add_and_correct() -> None:
    editor = staff("former-editor", "Made up: a paper to rest the others on.")
    paper = editor.add(
        Document, slug="made-up-paper", title="Made-up paper for tests of upgrades",
        short_title="Made-up paper", kind="board-paper", published_date="2022-05-01",
        published_precision="month", publisher="Nobody",
    )  # fmt: skip
    editor = staff("former-editor", "Made up: recorded by hand.")
    editor.correct(paper, note="It was never written.")
    add_organisations(editor)
    add_people(editor)
    add_forums(editor)
    correct_the_seed(staff("editor", "Made up: the seed is corrected."))
    correct_what_was_added(staff("editor", "Made up: what was added by hand is corrected."))


def add_organisations(editor: Staff) -> None:
    place = editor.add(Place, slug="nowhere", name="Nowhere", level="place")
    editor.add(Place, slug="nowhere-north", name="Nowhere North", level="neighbourhood",
               part_of=place)  # fmt: skip
    start = {"start_date": "2019-04-01"}
    for slug, name, kind, more in [
        ("imaginary-trust", "Imaginary Community Trust", "nhs-trust", {"short_name": "ICT"}),
        ("imaginary-council", "Imaginary Borough Council", "lower-tier-council", {}),
        ("imaginary-ccg", "NHS Imaginary CCG", "ccg",
         {"ods_code": "ZZ9", "codes_document": editor.evidence["document"],
          "codes_locator": "line 9"}),
        ("imaginary-pcn", "Imaginary PCN", "pcn", {}),
        ("imaginary-surgery", "Imaginary Surgery", "practice", {}),
        ("imaginary-charity", "Imaginary Charity", "other", {}),
    ]:  # fmt: skip
        editor.add(Organisation, slug=slug, name=name, kind=kind, place=place, **start, **more)
    trust, council = organisation("imaginary-trust"), organisation("imaginary-council")
    editor.add(OrganisationName, organisation=trust, name="Imaginary Trust of Old", kind="former",
               end_date="2019-03-31", end_precision="month")  # fmt: skip
    editor.add(OrganisationName, organisation=council, name="IBC", kind="abbreviation",
               **start)  # fmt: skip
    for part in ("imaginary-surgery", "imaginary-charity"):
        editor.add(Relationship, from_organisation=organisation(part), kind="member-of",
                   to_organisation=organisation("imaginary-pcn"), **start)  # fmt: skip
    for title, kind in [("Chair", "chair"), ("Chief Executive", "chief-executive"),
                        ("Director of Example", "director")]:  # fmt: skip
        editor.add(Post, organisation=trust, title=title, kind=kind, **start)
    editor.add(Post, organisation=council, title="Joint Leaders", kind="leader", max_holders=2,
               **start)  # fmt: skip
    editor.add(Post, organisation=organisation("imaginary-ccg"), title="Accountable Officer",
               kind="accountable-officer", **start)  # fmt: skip
    editor.add(Statement, organisation=trust, kind="vision", text="To be imagined by everyone.")
    editor.add(Rating, organisation=trust, rating="good", question="caring")
    editor.add(Figure, organisation=trust, label="Imaginary beds", value="about 12",
               period="2021/22")  # fmt: skip


def add_people(editor: Staff) -> None:
    for slug, name, honorific in [
        ("avery-example", "Avery Example", "Dr"),
        ("blake-sample", "Blake Sample", ""),
        ("casey-specimen", "Casey Specimen", "Professor"),
        ("drew-placeholder", "Drew Placeholder", ""),
        ("emery-mockup", "Emery Mockup", ""),
        ("e-mockup", "E Mockup", ""),
        ("finley-fictive", "Finley Fictive", ""),
        ("harper-hidden", "Harper Hidden", ""),
    ]:
        editor.add(Person, slug=slug, name=name, honorific=honorific)
    editor.add(PersonName, person=person("avery-example"), name="A. Exampel", kind="spelling",
               start_date="2019-04-01")  # fmt: skip
    editor.add(Distinction, person=person("blake-sample"), other=person("casey-specimen"))
    for who, title, more in [
        ("avery-example", "Chair", {"term_ends": "2024-03-31"}),
        ("blake-sample", "Chief Executive", {"start_precision": "month"}),
        ("drew-placeholder", "Accountable Officer", {"start_qualifier": "by"}),
        ("finley-fictive", "Joint Leaders", {"start_precision": "year"}),
        ("harper-hidden", "Director of Example", {"basis": "interim"}),
    ]:
        editor.add(Appointment, person=person(who), post=post(title), start_date="2019-04-01",
                   **more)  # fmt: skip


def add_forums(editor: Staff) -> None:
    start = {"start_date": "2019-04-01"}
    for slug, name, kind, more in [
        ("pretend-board", "Pretend Partnership Board", "board",
         {"host": organisation("imaginary-trust"), "place": Place.objects.get(slug="nowhere")}),
        ("pretend-group", "Pretend Working Group", "group", {}),
        ("pretend-committee", "Pretend Committee", "committee", {"status": "proposed"}),
        ("pretend-forum", "Pretend Forum", "forum", {"start_precision": "year"}),
    ]:  # fmt: skip
        editor.add(Forum, slug=slug, name=name, kind=kind, **start, **more)
    board, group = forum("pretend-board"), forum("pretend-group")
    editor.add(ForumName, forum=board, name="PPB", kind="abbreviation", **start)
    for slug in ("imaginary-trust", "imaginary-ccg", "imaginary-council"):
        editor.add(MemberOrganisation, forum=board, organisation=organisation(slug), **start)
    editor.add(ReportingLine, from_forum=board, kind="reports-to", to_forum=forum("ics-executive"),
               **start)  # fmt: skip
    for slug in ("pretend-group", "pretend-forum"):
        editor.add(ReportingLine, from_forum=forum(slug), kind="reports-to", to_forum=board,
                   **start)  # fmt: skip
    editor.add(ReportingLine, from_forum=forum("pretend-committee"), kind="overseen-by",
               to_organisation=organisation("imaginary-ccg"), **start)  # fmt: skip
    editor.add(Succession, from_forum=group, to_forum=forum("pretend-committee"),
               description="is to become")  # fmt: skip
    for order, (title, more) in enumerate([
        ("Chair", {"role": "chair", "voting": "true", "counts_to_quoracy": "true"}),
        ("Chief Executive of the trust", {"ex_officio_post": post("Chief Executive"),
                                          "on_behalf_of": organisation("imaginary-trust")}),
        ("Clinical member", {"on_behalf_of": organisation("imaginary-ccg"), "number": 2}),
        ("Lay member", {"number": 3, "holder_stated": None, "may_be_deputised": "false"}),
        ("Observer", {"role": "in-attendance", "voting": "false"}),
    ]):  # fmt: skip
        editor.add(Seat, forum=board, title=title, order=order, **start, **more)
    for who, title in [("avery-example", "Chair"), ("casey-specimen", "Clinical member"),
                       ("e-mockup", "Lay member"), ("harper-hidden", "Observer")]:  # fmt: skip
        editor.add(Membership, person=person(who), seat=seat(title), **start)
    terms = editor.add(TermsOfReference, forum=board, purpose="To pretend.",
                       quoracy_wording="Whoever is there.", decision_rule="majority",
                       review_date="2023-04-01", **start)  # fmt: skip
    at_least = {"asks": "people", "number": 3, "counting": ["remote", "proxy"]}
    chair = {"asks": "people", "number": 1, "whom": "seats", "seats": [seat("Chair").pk]}
    editor.correct(terms, **rule_of(at_least, chair))
    editor.add(EscalationStep, terms=terms, order=1, what_happens="Everyone imagines harder.",
               who_decides="Nobody")  # fmt: skip


def correct_the_seed(editor: Staff) -> None:
    """Add a note to three seeded records of every kind, and change one of the notes."""
    for model in MODELS:
        seeded = model.history.filter(history_nature="seeded").values("id")
        for record in model.objects.filter(pk__in=seeded).order_by("pk")[:3]:
            editor.correct(record, note="Made up: looked at once more.")
        if model is not Distinction:  # of which the seed has none
            editor.correct(record, note="Made up: looked at twice.")


def correct_what_was_added(editor: Staff) -> None:
    """Change a record of every kind, in fields that few other kinds have."""
    for model, fields in [
        (Place, {"name": "Nowhere in the North"}),
        (Organisation, {"website": "https://charity.example/", "short_name": "IC"}),
        (OrganisationName, {"name": "I.B.C."}),
        (Relationship, {"start_precision": "month"}),
        (Post, {"requirement": "somebody who counts"}),
        (Statement, {"heading": "Vision", "order": 2}),
        (Rating, {"rating": "outstanding"}),
        (Figure, {"value": "exactly 12"}),
        (PersonName, {"kind": "other"}),
        (Distinction, {"quotation": "They have met."}),
        (Appointment, {"end_date": "2023-06-30", "end_reason": "moved"}),
        (Forum, {"short_name": "PF"}),
        (
            TermsOfReference,
            {"meeting_frequency": "when the moon is full", "accountable_for": "One\nTwo"},
        ),
        (ForumName, {"name": "P.P.B."}),
        (MemberOrganisation, {"start_qualifier": "by"}),
        (ReportingLine, {"end_date": "2023-12-31", "end_precision": "year"}),
        (Succession, {"description": "may one day become"}),
        (Seat, {"requirement": "anybody", "may_be_deputised": "true"}),
        (Membership, {"locator": "page 8", "confirmed_on": "2022-05-01"}),
        (EscalationStep, {"who_decides": "The imagined chair"}),
        (Person, {"slug": "harper-veiled", "honorific": "Sir"}),
    ]:
        editor.correct(model.objects.latest("pk"), **fields)


# The second day: the steps that staff take week by week, and two lists.


MEMBERS = csv_of(
    ["Person", "Forum", "Seat", "Basis", "Start", "Source document", "Locator"],
    ["Drew Placeholder", "Pretend Partnership Board", "Lay member", "", "2022-05-01",
     "made-up-paper", "row 1"],
    ["Finley Fictive", "Pretend Partnership Board", "Lay member", "", "May 2022",
     "made-up-paper", "row 2"],
)  # fmt: skip


def take_steps() -> None:
    editor = staff("editor", "Made up: it happened in a story.")
    change_holders_of_posts(editor)
    change_members(editor)
    rename_and_reconfirm(editor)
    manager = staff("manager", "Made up: a list came.")
    manager.load(manager.send_spreadsheet(Membership, MEMBERS), "admin:upload_load")
    manager.load(manager.send_ods_lists(*FIRST), "admin:ods_load")


def change_holders_of_posts(editor: Staff) -> None:
    trust = organisation("imaginary-trust")
    editor.take(trust, "create-post", title="Director of Pretence", kind="director",
                max_holders=1, holder_stated="on", new_name="Gale Invented", basis="substantive",
                date="2021-04-01")  # fmt: skip
    chair, chief = post("Chair").appointments.get(), post("Chief Executive").appointments.get()
    editor.take(chair, "reappoint", date="2024-03-31", term_ends="2027-03-31", basis="substantive")
    editor.take(post("Chief Executive"), "cover", new_name="Indigo Unreal", date="2021-06-01",
                until="2021-08-31", until_precision="day", until_qualifier="on")  # fmt: skip
    editor.take(post("Chief Executive"), "replace", leaving=[chief], end_reason="retired",
                person=person("casey-specimen"), basis="interim", date="2022-01-01",
                precision="month")  # fmt: skip
    editor.take(post("Joint Leaders"), "appoint", new_name="Jules Devised",
                new_honorific="Councillor", basis="substantive", date="2022-05-05")  # fmt: skip
    pretence = post("Director of Pretence")
    editor.take(pretence.appointments.get(), "end", date="2024-09-30", end_reason="stepped-down")
    editor.take(pretence, "appoint", person=person("blake-sample"), basis="substantive",
                date="2027-01-01")  # fmt: skip
    announced = Appointment.objects.get(post=pretence, start_date="2027-01-01")
    editor.take(announced, "withdraw", precision=None, qualifier=None)
    editor.take(pretence, "abolish", date="2025-03-31")


def change_members(editor: Staff) -> None:
    board = forum("pretend-board")
    editor.take(board, "create-seat", title="Secretary", role="in-attendance", number=1,
                voting="no", holder_stated="on", basis="substantive", new_name="Kit Conjured",
                date="2021-04-01")  # fmt: skip
    editor.take(board, "create-seat", title="Vice-chair", role="vice-chair", number=1,
                voting="yes", holder_stated="on", basis="substantive",
                date="2021-04-01")  # fmt: skip
    editor.take(seat("Vice-chair"), "appoint", person=person("casey-specimen"),
                basis="substantive", date="2021-06-01", term_ends="2024-05-31")  # fmt: skip
    chair = seat("Chair").memberships.get()
    editor.take(seat("Chair"), "replace", leaving=[chair], person=person("blake-sample"),
                basis="substantive", date="2023-04-01", end_reason="term-ended")  # fmt: skip
    editor.take(seat("Secretary").memberships.get(), "end", date="2022-03-31",
                end_reason="other")  # fmt: skip
    editor.take(seat("Clinical member"), "move", organisation=organisation("imaginary-trust"),
                date="2022-07-01", title="Clinical member of the trust")  # fmt: skip
    gone = Membership.objects.filter(person=person("casey-specimen"), end_date=None)
    editor.take(person("casey-specimen"), "leave", memberships=list(gone), date="2025-12-31",
                end_reason="retired")  # fmt: skip
    editor.take(seat("Secretary"), "abolish", date="2025-06-30")


def rename_and_reconfirm(editor: Staff) -> None:
    editor.take(organisation("imaginary-trust"), "rename", name="Imaginary Health and Care Trust",
                short_name="IHCT", date="2023-04-01")  # fmt: skip
    editor.take(forum("pretend-group"), "rename", name="Pretend Task Group", date="2023-06-15",
                precision="month")  # fmt: skip
    editor.take(person("finley-fictive"), "rename", name="Finley Fabled", honorific="Dr",
                sort_name="", date="2023-09-01")  # fmt: skip
    for slug in ("pretend-board", "hipcs"):
        body = forum(slug)
        editor.take(body, "reconfirm", date="2026-05-01", qualifier=None, itself=[body],
                    seats=list(body.seats.filter(end_date=None)),
                    lines=list(body.lines_from.filter(end_date=None)))  # fmt: skip
    ended = ReportingLine.objects.get(from_forum__slug="pretend-forum")
    editor.take(ended, "end", date="2024-12-31")
    member = MemberOrganisation.objects.get(organisation__slug="imaginary-council")
    editor.take(member, "end", date="2024-12-31", precision="year")


# The third day: bodies end, people are merged and withheld, and mistakes are put right.


def close_and_mend() -> None:
    manager = staff("manager", "Made up: a body ends in a story.")
    manager.take(organisation("imaginary-ccg"), "merge", date="2022-07-01",
                 new_name="NHS Imaginary ICB", new_kind="icb",
                 also=[organisation("imaginary-charity")])  # fmt: skip
    manager.take(organisation("imaginary-pcn"), "close", date="2024-03-31",
                 parts_go_to=organisation("imaginary-trust"))  # fmt: skip
    manager.take(forum("pretend-group"), "stand-down", date="2024-03-31")
    manager.take(forum("pretend-committee"), "stand-down", date="2025-03-31", precision="month")
    manager.take(person("emery-mockup"), "merge", other=person("e-mockup"), keep="this",
                 kind="spelling")  # fmt: skip
    for step in ("withhold", "show-again", "withhold"):
        manager.take(person("harper-veiled"), step)
    undo_and_remove(staff("manager", "Made up: it was a mistake."))
    change_quoracy(staff("registrar", "Made up: the rule was misread."))
    manager = staff("manager", "Made up: a later list came.")
    manager.load(manager.send_ods_lists(*LATER), "admin:ods_load")
    # A spreadsheet that is checked and not loaded.
    manager.send_spreadsheet(Membership, MEMBERS.replace(b"row 1", b"row 3"))


def undo_and_remove(manager: Staff) -> None:
    observer = manager.take(seat("Observer").memberships.get(), "end", date="2026-01-31")
    manager.undo(observer)
    trust = manager.take(organisation("imaginary-trust"), "rename", name="A Slip of the Pen",
                         date="2026-02-01")  # fmt: skip
    manager.undo(trust)
    manager.undo(trust)  # which undoes the undoing
    for model in MODELS:
        remove_one_like(manager, model)
    trust = organisation("imaginary-trust")
    first = trust.history.order_by("history_id")[1]
    manager.restore(Organisation, trust.pk, first.history_id)
    gone = Figure.history.filter(history_type="-").latest()
    manager.restore(Figure, gone.id, gone.history_id)


def remove_one_like(manager: Staff, model) -> None:
    """Record something that should never have been, and remove it."""
    trust, board = organisation("imaginary-trust"), forum("pretend-board")
    who, start = person("blake-sample"), {"start_date": "2020-04-01"}
    other = person("emery-mockup")
    name = {"name": "Mistaken record", "slug": "mistaken-record"}
    fields = {
        Document: {"title": "Mistaken document", "short_title": "Mistaken",
                   "slug": "mistaken-document", "kind": "other"},
        Place: {**name, "level": "place"},
        Organisation: {**name, "kind": "other", **start},
        OrganisationName: {"organisation": trust, "name": "Mistaken name", "kind": "other",
                           **start},
        Relationship: {"from_organisation": trust, "kind": "partner-in",
                       "to_organisation": organisation("imaginary-council"), **start},
        Post: {"organisation": trust, "title": "Mistaken post", "kind": "other", **start},
        Statement: {"organisation": trust, "kind": "about", "text": "A mistake."},
        Rating: {"organisation": trust, "rating": "inadequate", "question": "safe"},
        Figure: {"organisation": trust, "label": "Mistakes", "value": "1"},
        Person: name,
        PersonName: {"person": who, "name": "Mistaken name", "kind": "other", **start},
        Distinction: {"person": who, "other": other},
        Appointment: {"person": other, "post": post("Joint Leaders"), **start,
                      "end_date": "2021-03-31"},
        Forum: {**name, "kind": "group", **start},
        ForumName: {"forum": board, "name": "Mistaken name", "kind": "other", **start},
        MemberOrganisation: {"forum": board, "organisation": organisation("imaginary-surgery"),
                             **start},
        ReportingLine: {"from_forum": board, "kind": "advises",
                        "to_forum": forum("hipcs"), **start},
        Succession: {"from_forum": board, "to_forum": forum("hipcs"), "description": "replaces"},
        Seat: {"forum": board, "title": "Mistaken seat", **start},
        Membership: {"person": other, "seat": seat("Observer"), "basis": "acting", **start},
        TermsOfReference: {"forum": board, "start_date": "2015-04-01",
                           "end_date": "2015-12-31"},
        EscalationStep: {"terms": terms_of_board(), "order": 2, "what_happens": "Nothing.",
                         "who_decides": "Nobody"},
    }[model]  # fmt: skip
    manager.remove(manager.add(model, **fields))


def terms_of_board() -> TermsOfReference:
    return TermsOfReference.objects.filter(forum__slug="pretend-board").latest("start_date")


def rule_of(*rows: dict) -> dict:
    """What the form of terms of reference sends for a rule of which every row has to be met."""
    sent = {"rows": len(rows), "joined": "all"}
    for number, row in enumerate(rows, start=1):
        sent |= {f"{number}-{name}": answer for name, answer in row.items()}
    return {f"quoracy_rule-{name}": answer for name, answer in sent.items()}


def change_quoracy(registrar: Staff) -> None:
    terms = terms_of_board()
    share = {"asks": "share", "share": "60%", "of": "places", "whom": "members"}
    each = {"asks": "organisations", "one_for_several": "on"}
    registrar.correct(terms, **rule_of({"asks": "people", "number": 4}, share, each))
    registrar.correct(terms, quoracy_wording="Three fifths of all, and every organisation.")
    registrar.correct(terms.escalation_steps.get(), what_happens="Everyone stops imagining.")
    registrar.add(EscalationStep, terms=terms, order=2, what_happens="It is put to the vote.",
                  who_decides="The members")  # fmt: skip
