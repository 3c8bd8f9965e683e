"""A board and a trust whose chairs come and go as staff record it, and what each page says then.

What happens is recorded on the forms and by the guided steps of the admin, each from a document
that speaks as of a day. `told` reads one day everywhere; a test says what is right there.
"""

import re
from dataclasses import dataclass

from django.db.models import Model

from forums.models import Membership
from organisations.models import PostKind
from people.models import Appointment, Person
from records.models import Document
from tests import stepping
from tests.admin_pages import address, errors_of, send
from tests.builders import (
    make_chair_seat,
    make_document,
    make_forum,
    make_organisation,
    make_person,
    make_post,
)
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read
from tests.pages.test_recorded_and_feeds import entries

CERTAINLY, PERHAPS = True, None
IN_A_CELL = {"true": True, "": None, "false": False}
ALWAYS = {"from": "2018-01-01", "to": "2027-12-31"}


def paper(as_of: str, precision: str = "day") -> Document:
    """A paper that speaks as of a day."""
    return make_document(short_title=f"Paper of {as_of}", as_of=as_of, as_of_precision=precision)


def take(record: Model, step: str, **answers) -> None:
    """Take a guided step: look at the preview and confirm it."""
    record.refresh_from_db()
    done = stepping.take(record, step, **answers)
    assert done.status_code == 302, stepping.errors_of(done)


def correct(record: Model, **typed) -> None:
    """Type something else in the form of a record."""
    done = send(stepping.signed_in(), address(type(record), "change", record.pk), **_sent(typed))
    assert done.status_code == 302, errors_of(done)
    record.refresh_from_db()


def joint_in_the_middle_years(kind: str, change, number: str) -> "Stage":
    """One leader, two joint leaders from 16 May 2023, and one again from 1 June 2025. `change`
    records from a day that another `number` may hold a post or seat."""
    stage = Stage(kind)
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    change(stage.held, "2023-05-16", "2023-05-20", **{number: 2})
    bea = stage.add(stage.bea, "2023-05-16", paper("2023-05-20"))
    take(bea, "end", date="2025-05-31", document=paper("2025-06-10"))
    change(stage.held, "2025-06-01", "2025-06-10", **{number: 1})
    return stage


def _sent(typed: dict) -> dict:
    return {name: getattr(value, "pk", value) for name, value in typed.items()}


class Stage:
    """The chair of The Board, a seat, or of Wye Trust, a post, since April 2019."""

    def __init__(self, kind: str):
        self.kind = kind
        ann, bea, cal = [
            make_person(slug=name.partition(" ")[0].lower(), name=name)
            for name in ("Ann Lee", "Bea Moss", "Cal Nye")
        ]
        self.ann, self.bea, self.cal = ann, bea, cal
        if kind == "post":
            self.model, self.page = Appointment, "/organisations/trust"
            self.owner = make_organisation(slug="trust", name="Wye Trust")
            self.held = make_post(organisation=self.owner, title="Chair", kind=PostKind.CHAIR)
        else:
            self.model, self.page = Membership, "/forums/board"
            self.owner = make_forum(slug="board", name="The Board")
            self.held = make_chair_seat(forum=self.owner)

    def add(self, person: Person, start: str, document: Document, **typed):
        """Record somebody on the form of an appointment or a membership."""
        page = f"{address(self.model, 'add')}?{self.model.held_field}={self.held.pk}"
        evidence = {"document": document.pk, "locator": "page 2", "start_date": start}
        done = send(stepping.signed_in(), f"{page}&person={person.pk}", **evidence, **_sent(typed))
        assert done.status_code == 302, errors_of(done)
        return self.of(person)

    def take(self, step: str, **answers) -> None:
        take(self.held, step, **answers)

    def replace(self, leaving, person: Person, start: str, document: Document, **answers) -> None:
        came = {"person": person, "date": start, "document": document, "basis": "substantive"}
        self.take("replace", leaving=[leaving], **came, **answers)

    def of(self, person: Person):
        """The latest record of a person here."""
        return self.model.objects.filter(person=person).latest("pk")

    def says(self, day: str, *there: tuple) -> None:
        """Check on every page that these are there on a day, and nobody else.

        Each is a person, the basis, and whether they certainly or perhaps are.
        """
        right = sorted((person.name, basis, holds) for person, basis, holds in there)
        told = Told(self, day)
        assert told.on_its_page == right, day
        assert told.in_its_csv == right, day
        assert told.among_chairs == right, day
        assert told.in_chairs_csv == right, day
        assert told.exported == right, day
        names = {name for name, _, _ in right}
        row, people = told.row_of_chairs, [self.ann, self.bea, self.cal]
        assert {each.name for each in people if is_named_as_holder(each, row)} == names, day
        for person in people:
            if not self.model.objects.filter(person=person).exists():
                continue
            on_own_page = [basis for basis, _ in told.of_person(person)]
            expected = [basis for name, basis, _ in right if name == person.name]
            assert sorted(on_own_page) == sorted(expected), (day, person)
        doubted = any(holds is PERHAPS for _, _, holds in right)
        assert ("perhaps" in told.words or "some time" in told.words) == doubted, (day, told.words)


@dataclass
class Told:
    """The facts of a day, in the shape that `Stage.says` compares."""

    stage: Stage
    day: str

    @property
    def asked(self) -> dict:
        return {"as_at": self.day}

    @property
    def on_its_page(self) -> list[tuple]:
        said = read_data(f"{self.stage.page}.json", self.asked).said
        [held] = said["posts" if self.stage.kind == "post" else "seats"]
        return _holders(held)

    @property
    def in_its_csv(self) -> list[tuple]:
        return _rows(read_data(f"{self.stage.page}.csv", self.asked).rows)

    @property
    def among_chairs(self) -> list[tuple]:
        [row] = read_data("/chairs.json", self.asked).said["results"]
        return _holders(row["post" if self.stage.kind == "post" else "seat"])

    @property
    def in_chairs_csv(self) -> list[tuple]:
        return _rows(read_data("/chairs.csv", self.asked).rows)

    @property
    def exported(self) -> list[tuple]:
        """The people whom a reader of the database finds who leaves out what is not in force."""
        table = "appointments" if self.stage.kind == "post" else "memberships"
        database = opened.sqlite(**self.asked)
        rows = database.execute(
            f"SELECT person_name, basis, in_force FROM {table}"
            " WHERE in_force IS NULL OR in_force <> 0"
        )
        holds = {1: True, None: None}
        return sorted((row[0], row[1], holds[row[2]]) for row in rows)

    @property
    def words(self) -> str:
        page = read(f"{self.stage.page}/", self.asked)
        return page.section("posts") if self.stage.kind == "post" else page.fact("Chair")

    @property
    def row_of_chairs(self) -> str:
        return read("/chairs/", self.asked).row(self.stage.owner.name)

    def of_person(self, person: Person) -> list[tuple]:
        said = read_data(f"/people/{person.slug}.json", self.asked).said["now"]
        return [(each["basis"], each.get("in_force")) for each in said]


def is_named_as_holder(person: Person, row: str) -> bool:
    """Whether a row names somebody, and not only as the last or as to come."""
    row = re.sub(r" \((interim|acting)[^)]*\)", "", row)
    later = (" from", " not before", ", Chair designate")
    others = [f"last: {person.name}", *(f"{person.name}{words}" for words in later)]
    return row.count(person.name) > sum(row.count(words) for words in others)


def _holders(held: dict) -> list[tuple]:
    return sorted(
        (each["person"]["name"], each["basis"], each["in_force"]) for each in held["holders"]
    )


def _rows(rows: list[dict]) -> list[tuple]:
    return sorted(
        (row["person_name"], row["basis"], IN_A_CELL[row["in_force"]])
        for row in rows
        if row["person_name"] and row["when"] == "now"
    )


def changes(**about) -> list[str]:
    """The sentences of all changes since the board and the trust began, the same in each format."""
    asked = {**ALWAYS, **about}
    said = [each["sentence"] for each in read_data("/changes.json", asked).said["results"]]
    assert [row["sentence"] for row in read_data("/changes.csv", asked).rows] == said
    page = read("/changes/", asked).text
    assert all(sentence in page for sentence in said)
    return [sentence for sentence in said if " began, with " not in sentence]


def feed_tells(stage: Stage, sentences: list[str]) -> None:
    """Check that the feeds of all and of the board or trust tell these, and each once."""
    for feed in ("/changes.atom", f"{stage.page}/changes.atom"):
        told = list(entries(feed).values())
        assert [told.count(sentence) for sentence in sentences] == [1] * len(sentences), told
