"""Change history: what the register said when, and who wrote it."""

import datetime

import pytest
from django.apps import apps
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from forums.models import Membership, Seat
from organisations.models import Organisation, Place
from people.models import Appointment, Person
from records.history import WritesNoHistory
from records.models import Document, Record
from tests.builders import (
    day,
    make_appointment,
    make_distinction,
    make_document,
    make_escalation_step,
    make_ex_officio_source,
    make_figure,
    make_forum,
    make_forum_name,
    make_forum_state,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_organisation_name,
    make_person,
    make_person_name,
    make_place,
    make_post,
    make_post_terms,
    make_post_vacancy,
    make_rating,
    make_relationship,
    make_reporting_line,
    make_seat,
    make_seat_terms,
    make_seat_vacancy,
    make_statement,
    make_succession,
    make_terms,
    make_terms_review,
)

pytestmark = pytest.mark.django_db

MONDAY = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
TUESDAY = MONDAY + datetime.timedelta(days=1)
WEDNESDAY = MONDAY + datetime.timedelta(days=2)


def at(moment, record):
    """Give back `record`, which will be saved or deleted as if at `moment`."""
    record._history_date = moment
    return record


def kinds(records):
    return [row.history_type for row in records.order_by("history_id")]


# Rows of history


def test_making_changing_ending_and_deleting_are_all_kept():
    appointment = make_appointment(note="As listed.")
    appointment.note = "As listed on page 4."
    appointment.save()
    appointment.end_date = day("2021-06-30")
    appointment.save()
    key = appointment.pk
    appointment.delete()

    rows = Appointment.history.filter(id=key)
    assert kinds(rows) == ["+", "~", "~", "-"]
    assert [row.note for row in rows.order_by("history_id")] == [
        "As listed.",
        "As listed on page 4.",
        "As listed on page 4.",
        "As listed on page 4.",
    ]
    assert [row.end_date for row in rows.order_by("history_id")] == [
        None,
        None,
        day("2021-06-30"),
        day("2021-06-30"),
    ]


def test_a_record_that_is_ended_is_still_there():
    appointment = make_appointment(end_date="2021-06-30")

    assert Appointment.objects.get() == appointment


def test_deleting_through_a_queryset_is_kept_too():
    place = make_place()

    Place.objects.filter(pk=place.pk).delete()

    assert kinds(Place.history.filter(id=place.pk)) == ["+", "-"]


def test_a_document_that_facts_rest_on_cannot_be_deleted():
    place = make_place()

    with pytest.raises(ProtectedError):
        place.document.delete()

    assert kinds(Document.history) == ["+"]


def test_a_save_that_changes_nothing_leaves_no_row():
    person = make_person(name="Siân O’Brien")
    person.save()
    Person.objects.get().save()

    assert kinds(person.history) == ["+"]


def test_a_form_that_changes_nothing_leaves_no_row_though_its_dates_are_written_otherwise():
    make_appointment(start_date="2019-04-01", start_precision="month")
    again = Appointment.objects.get()
    again.start_date = "2019-04-20"
    again.full_clean()
    again.save()

    assert kinds(again.history) == ["+"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Simon Trickett"),
        ("honorific", "Dr"),
        ("note", "Read from the table's layout."),
        ("confirmed_on", day("2021-06-30")),
    ],
)
def test_a_change_to_any_one_field_is_kept(field, value):
    person = make_person()
    setattr(person, field, value)
    person.save()

    assert kinds(person.history) == ["+", "~"]
    assert getattr(person.history.first(), field) == value


def test_a_change_of_the_source_alone_is_kept():
    person = make_person()
    person.document = make_document()
    person.save()

    assert kinds(person.history) == ["+", "~"]


def test_a_long_change_reason_is_kept_in_full():
    reason = "The board's minutes of 4 June correct what the pack says of the chair. " * 40
    person = make_person()
    person.note = "Corrected."
    person._change_reason = reason
    person.save()

    assert person.history.first().history_change_reason == reason


def test_a_change_without_a_reason_is_kept_with_none():
    assert make_person().history.get().history_change_reason == ""


def test_who_made_a_change_is_kept(django_user_model):
    secretary = django_user_model.objects.create_user("secretary")
    person = make_person()
    person.note = "Corrected."
    person._history_user = secretary
    person.save()

    assert person.history.first().history_user == secretary


# A save and its history row are one


@pytest.mark.django_db(transaction=True)
class TestWhenTheHistoryCannotBeWritten:
    @pytest.fixture(autouse=True)
    def full_disk(self, monkeypatch):
        self.place = make_place(name="Herefordshire")

        def refuse(*args, **kwargs):
            raise IntegrityError("no room for history")

        monkeypatch.setattr(Place.history.model, "save", refuse)

    def test_a_new_record_is_not_saved(self):
        with pytest.raises(IntegrityError, match="no room"):
            make_place()

        assert Place.objects.count() == 1

    def test_a_change_is_not_saved(self):
        self.place.name = "Worcestershire"
        with pytest.raises(IntegrityError, match="no room"):
            self.place.save()

        assert Place.objects.get().name == "Herefordshire"

    def test_a_record_is_not_deleted(self):
        with pytest.raises(IntegrityError, match="no room"):
            self.place.delete()

        assert Place.objects.count() == 1

    def test_a_queryset_is_not_deleted(self):
        with pytest.raises(IntegrityError, match="no room"):
            Place.objects.all().delete()

        assert Place.objects.count() == 1


def test_a_save_that_the_database_refuses_leaves_no_row():
    place = make_place()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_place(slug=place.slug, save=False).save()

    assert Place.history.count() == 1


# Writes that would leave no history


@pytest.mark.parametrize(
    "write",
    [
        lambda: Person.objects.update(name="x"),
        lambda: Person.objects.filter(name="x").update(name="y"),
        lambda: Person.objects.bulk_create([make_person(save=False)]),
        lambda: Person.objects.bulk_update([make_person()], ["name"]),
        lambda: Document.objects.update(title="x"),
        lambda: Appointment.objects.update(note="x"),
        lambda: make_post().appointments.update(note="x"),
        lambda: make_forum().seats.bulk_create([]),
        # Django writes this without `objects`.
        lambda: make_forum().seats.add(make_seat()),
        lambda: make_place().parts.add(make_place()),
        lambda: make_place(part_of=make_place()).part_of.parts.clear(),
        lambda: make_place(part_of=make_place()).part_of.parts.set([]),
        lambda: Person._base_manager.update(name="x"),
        lambda: Person._default_manager.update(name="x"),
    ],
)
def test_writes_that_leave_no_history_are_refused(write):
    with pytest.raises(WritesNoHistory, match="would write no history"):
        write()


def test_a_write_that_is_refused_changes_nothing():
    seat, elsewhere = make_seat(), make_forum()

    with pytest.raises(WritesNoHistory):
        elsewhere.seats.add(seat)

    assert Seat.objects.exclude(forum=elsewhere).get() == seat


def test_a_fixture_is_not_loaded_as_it_stands(tmp_path):
    fixture = tmp_path / "places.json"
    fixture.write_text(serializers.serialize("json", [make_place(name="Herefordshire")]))
    Place.objects.all().delete()

    with pytest.raises(WritesNoHistory, match=r"Places saved .* Load .* with “manage.py seed”"):
        call_command("loaddata", fixture, verbosity=0)

    assert Place.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_fixture_that_is_loaded_outside_a_transaction_leaves_nothing_either():
    fixture = serializers.serialize("json", [make_place(save=False)])
    (place,) = serializers.deserialize("json", fixture)

    with pytest.raises(WritesNoHistory):
        place.save()

    assert Place.objects.count() == 0


def test_records_made_many_at_once_have_history():
    people = [make_person(name="Ann Lee", save=False, document=make_document()) for _ in range(3)]

    made = Person.objects.bulk_create_with_history(people, reason="Loaded from the extract.")

    assert Person.objects.filter(folded="ann lee").count() == 3
    for person in made:
        row = person.history.get()
        assert (row.history_type, row.name) == ("+", "Ann Lee")
        assert row.history_change_reason == "Loaded from the extract."


def test_records_made_many_at_once_need_no_reason():
    Person.objects.bulk_create_with_history([make_person(save=False)])

    assert Person.history.get().history_change_reason == ""


def test_records_made_many_at_once_are_settled_and_held_to_the_rules():
    seat = make_seat()
    first, second = (make_membership(seat=seat, save=False) for _ in range(2))

    with pytest.raises(IntegrityError, match="forums_membership_one_holder"), transaction.atomic():
        Membership.objects.bulk_create_with_history([first, second])

    assert Membership.objects.count() == Membership.history.count() == 0


def test_changing_or_making_keeps_the_whole_record():
    appointment = make_appointment(start_date="2019-04-01")

    Appointment.objects.update_or_create(
        pk=appointment.pk, defaults={"start_date": day("2020-01-01")}
    )

    stored = Appointment.objects.get()
    assert (stored.start_date, stored.latest_start) == (day("2020-01-01"), day("2020-01-01"))
    assert stored.history.first().start_date == day("2020-01-01")


def test_history_says_nothing_that_was_not_saved():
    person = make_person(name="Simon Tricket")
    person.name, person.note = "Simon Trickett", "Spelling corrected."
    person.save(update_fields=["name"])

    row, stored = person.history.first(), Person.objects.get()
    assert (row.name, row.note) == (stored.name, stored.note)


def test_there_is_no_save_without_history():
    assert not hasattr(make_person(), "save_without_historical_record")


def test_asking_to_skip_history_is_ignored():
    person = make_person()
    person.skip_history_when_saving = True
    person.note = "Corrected."
    person.save()
    person.note = "Corrected again."
    person.save()

    assert kinds(person.history) == ["+", "~", "~"]


# As of a moment


def changed(record, moment, **values):
    for name, value in values.items():
        setattr(record, name, value)
    at(moment, record).save()


def test_the_register_is_told_as_it_was():
    place = at(MONDAY, make_place(name="Hereford", save=False))
    place.save()
    changed(place, TUESDAY, name="Herefordshire")
    at(WEDNESDAY, place).delete()

    before_monday = MONDAY - datetime.timedelta(seconds=1)
    assert list(Place.history.as_of(before_monday)) == []
    assert [p.name for p in Place.history.as_of(MONDAY)] == ["Hereford"]
    assert [p.name for p in Place.history.as_of(TUESDAY)] == ["Herefordshire"]
    assert list(Place.history.as_of(WEDNESDAY)) == []


def test_the_second_of_two_changes_in_one_instant_counts():
    place = at(MONDAY, make_place(name="Hereford", save=False))
    place.save()
    changed(place, MONDAY, name="Herefordshire")

    assert [p.name for p in Place.history.as_of(MONDAY)] == ["Herefordshire"]
    assert [row.name for row in Place.history.latest_of_each()] == ["Herefordshire"]


def test_a_record_made_and_deleted_in_one_instant_does_not_come_back():
    place = at(MONDAY, make_place(save=False))
    place.save()
    at(MONDAY, place).delete()

    assert list(Place.history.as_of(MONDAY)) == []
    assert list(Place.history.as_of(TUESDAY)) == []
    assert kinds(Place.history.latest_of_each()) == ["-"]


def test_a_record_put_in_twice_in_one_instant_is_told_once():
    for name in ("Hereford", "Worcester"):
        place = at(MONDAY, make_place(name=name, save=False))
        place.save()
        changed(place, MONDAY, note="Corrected.")

    assert sorted(p.name for p in Place.history.as_of(MONDAY)) == ["Hereford", "Worcester"]


def test_a_record_that_has_moved_is_not_told_by_where_it_was():
    system, county = make_place(name="System"), make_place(name="County")
    network = make_place(part_of=system)
    network.part_of = county
    network.save()

    assert list(Place.history.filter(part_of=system).latest_of_each()) == []
    assert [row.id for row in Place.history.filter(part_of=county).latest_of_each()] == [network.pk]


def test_filtering_the_past_finds_a_record_where_it_was_then():
    system, county = make_place(), make_place()
    network = at(MONDAY, make_place(part_of=system, save=False))
    network.save()
    changed(network, TUESDAY, part_of=county)

    assert [p.pk for p in Place.history.as_of(MONDAY).filter(part_of=system)] == [network.pk]
    assert [p.pk for p in Place.history.as_of(TUESDAY).filter(part_of=system)] == []


def test_what_changes_later_does_not_change_what_was():
    place = at(MONDAY, make_place(name="Hereford", save=False))
    place.save()
    changed(place, WEDNESDAY, name="Herefordshire")

    assert [p.name for p in Place.history.as_of(TUESDAY)] == ["Hereford"]
    assert place.history.as_of(TUESDAY).name == "Hereford"


# Fixed fields


def make_line_to_organisation():
    return make_reporting_line(to_organisation=make_organisation())


def make_source_by_seat():
    return make_ex_officio_source(other_seat=make_seat())


@pytest.mark.parametrize(
    ("make", "field", "another"),
    [
        (make_appointment, "person", make_person),
        (make_appointment, "post", make_post),
        (make_membership, "person", make_person),
        (make_membership, "seat", make_seat),
        (make_seat, "forum", make_forum),
        (make_member_organisation, "forum", make_forum),
        (make_member_organisation, "organisation", make_organisation),
        (make_post, "organisation", make_organisation),
        (make_organisation_name, "organisation", make_organisation),
        (make_person_name, "person", make_person),
        (make_forum_name, "forum", make_forum),
        (make_distinction, "person", make_person),
        (make_distinction, "other", make_person),
        (make_post_vacancy, "post", make_post),
        (make_seat_vacancy, "seat", make_seat),
        (make_forum_state, "forum", make_forum),
        (make_seat_terms, "seat", make_seat),
        (make_post_terms, "post", make_post),
        (make_statement, "organisation", make_organisation),
        (make_rating, "organisation", make_organisation),
        (make_figure, "organisation", make_organisation),
        (make_relationship, "from_organisation", make_organisation),
        (make_relationship, "to_organisation", make_organisation),
        (make_reporting_line, "from_forum", make_forum),
        (make_reporting_line, "to_forum", make_forum),
        (make_line_to_organisation, "to_organisation", make_organisation),
        (make_succession, "from_forum", make_forum),
        (make_succession, "to_forum", make_forum),
        (make_terms, "forum", make_forum),
        (make_escalation_step, "terms", make_terms),
        (make_terms_review, "terms", make_terms),
        (make_ex_officio_source, "seat", make_seat),
        (make_ex_officio_source, "post", make_post),
        (make_source_by_seat, "other_seat", make_seat),
    ],
)
class TestAFixedField:
    def test_a_save_cannot_change_a_fixed_field(self, make, field, another):
        record = make()
        before = getattr(record, field)
        setattr(record, field, another())

        with pytest.raises(ValidationError) as refusal:
            record.save()

        assert list(refusal.value.message_dict) == [field]
        assert getattr(type(record).objects.get(pk=record.pk), field) == before
        assert kinds(record.history) == ["+"]

    def test_a_form_refuses_a_changed_fixed_field_on_that_field(self, make, field, another):
        record = make()
        setattr(record, field, another())

        with pytest.raises(ValidationError) as refusal:
            record.full_clean()

        assert "cannot be changed once saved." in refusal.value.message_dict[field][0]


def test_every_fixed_field_is_tried():
    (cases,) = TestAFixedField.pytestmark

    assert len(cases.args[1]) == sum(
        len(model.fixed_fields) for model in apps.get_models() if issubclass(model, Record)
    )


def test_what_has_a_period_is_to_be_ended_and_what_has_none_to_be_deleted():
    post, rating = make_post(), make_rating()
    post.organisation = rating.organisation = make_organisation()

    with pytest.raises(ValidationError, match=r"The organisation of this post .* End this record"):
        post.save()
    with pytest.raises(ValidationError, match=r"of this rating .* Delete this record"):
        rating.save()


# White space


def test_white_space_around_text_is_not_kept():
    person = make_person(name="  Ann Lee\n", note="\tAs listed.\n\nOn page 4. ", save=False)
    person.save()

    stored = Person.objects.get()
    assert (stored.name, stored.note) == ("Ann Lee", "As listed.\n\nOn page 4.")
    assert person.history.get().name == "Ann Lee"


def test_white_space_alone_is_no_change():
    person = make_person(name="Ann Lee")
    person.name = " Ann Lee "
    person.save()

    assert kinds(person.history) == ["+"]


@pytest.mark.parametrize("blank", [" ", "\t\r\n", "\u00a0\u2003"])
def test_blanks_alone_are_no_text(blank):
    with pytest.raises(ValidationError) as refusal:
        make_person(name=blank, locator=blank)

    assert set(refusal.value.message_dict) == {"name", "locator"}


def test_what_nobody_sees_is_no_part_of_a_name():
    person = make_person(name="\ufeffAnn\u200b \u202eLee\u2069")
    assert (person.name, person.sort_name) == ("Ann Lee", "Lee, Ann")


def test_a_locator_of_blanks_alone_is_refused_past_every_form():
    with pytest.raises(IntegrityError, match="people_person_has_locator"), transaction.atomic():
        make_person(locator="  ", save=False).save()


def test_a_blank_in_a_slug_is_told_and_not_mended():
    with pytest.raises(ValidationError) as refusal:
        make_person(slug="ann-lee ")

    assert set(refusal.value.message_dict) == {"slug"}


# How history is stored


def test_history_has_the_index_that_as_of_needs():
    with connection.cursor() as cursor:
        indexes = connection.introspection.get_constraints(cursor, "forums_historicalmembership")

    assert ["id", "history_date", "history_id"] in [i["columns"] for i in indexes.values()]


def test_a_reason_has_no_length_to_run_out_of():
    field = Organisation.history.model._meta.get_field("history_change_reason")

    assert isinstance(field, models.TextField)


def test_history_is_dated_by_the_clock_of_recording():
    before = timezone.now()
    row = make_appointment(start_date="2001-01-01").history.get()

    assert before <= row.history_date <= timezone.now()
