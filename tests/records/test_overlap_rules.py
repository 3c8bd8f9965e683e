"""Rules, held by the database, that certain records may not overlap in time."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.state import ProjectState

from forums.models import Membership, Seat
from people.models import Appointment, Basis
from records.after_migrate import put_in_place, take_triggers_away
from records.dated import Dated
from records.overlap_rules import NoOverlap
from records.periods import Precision, Qualifier
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_relationship,
    make_reporting_line,
    make_seat,
)


def triggers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}


def exclusion_constraints():
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'x'")
        return {name for (name,) in cursor.fetchall()}


def copy_in_sql(record, **changes):
    """Insert a copy of `record` with plain SQL, with `changes`."""
    columns = [f.column for f in record._meta.concrete_fields if not f.primary_key]
    values = [changes.get(column, getattr(record, column)) for column in columns]
    table = connection.ops.quote_name(record._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})", values
        )


# The rules


def test_the_rules_are_those_we_know():
    assert {rule.name for model in all_dated() for rule in model.no_overlaps} == {
        "organisations_organisation_one_ods_code",
        "organisations_relationship_once",
        "organisations_post_title_once",
        "people_appointment_one_holder",
        "people_appointment_once_each",
        "forums_membership_one_holder",
        "forums_membership_once_each",
        "forums_seat_one_chair",
        "forums_seat_title_once",
        "forums_memberorganisation_once",
        "forums_reportingline_once_to_forum",
        "forums_reportingline_once_to_organisation",
        "forums_forumstate_once",
        "forums_seatterms_once",
        "forums_termsofreference_one_in_force",
        "organisations_postterms_once",
        "forums_exofficiosource_once_post",
        "forums_exofficiosource_once_other_seat",
    }


def all_dated(base=Dated):
    for model in base.__subclasses__():
        if model._meta.abstract:
            yield from all_dated(model)
        else:
            yield model


def rule_names():
    return {rule.name for model in all_dated() for rule in model.no_overlaps}


@pytest.mark.django_db
def test_every_rule_is_in_the_database():
    if connection.vendor == "sqlite":
        expected = {f"{name}_{event}" for name in rule_names() for event in ("insert", "update")}
        assert triggers() >= expected
    else:
        assert exclusion_constraints() == rule_names()


@pytest.mark.django_db(transaction=True)
def test_migrate_puts_back_a_rule_that_was_lost():
    drop_a_rule()
    chair = make_membership(seat=make_chair_seat())
    copy_in_sql(chair, person_id=make_person().pk)
    Membership.objects.exclude(pk=chair.pk).delete()

    call_command("migrate", verbosity=0)

    with pytest.raises(IntegrityError, match="forums_membership_one_holder"):
        copy_in_sql(chair, person_id=make_person().pk)


def drop_a_rule():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER forums_membership_one_holder_insert")
            cursor.execute("DROP TRIGGER forums_membership_one_holder_update")
        else:
            cursor.execute(
                "ALTER TABLE forums_membership DROP CONSTRAINT forums_membership_one_holder"
            )


@pytest.mark.django_db(transaction=True)
def test_the_rules_outlast_a_migration_that_alters_the_table():
    rebuild_table_of_memberships()
    if connection.vendor == "sqlite":  # which drops triggers with the old table
        assert "forums_membership_one_holder_insert" not in triggers()

    call_command("migrate", verbosity=0)

    chair = make_membership(seat=make_chair_seat())
    with pytest.raises(IntegrityError, match="forums_membership_one_holder"):
        copy_in_sql(chair, person_id=make_person().pk)


def rebuild_table_of_memberships():
    """Alter a field there and back again, as two migrations would."""
    take_triggers_away(apps.get_app_config("records"), using="default", plan=["a migration"])
    model = ProjectState.from_apps(apps).apps.get_model("forums", "Membership")
    narrow, wide = (models.CharField(max_length=n, blank=True) for n in (15, 99))
    for field in (narrow, wide):
        field.set_attributes_from_name("end_reason")
        field.model = model
    for before, after in ((narrow, wide), (wide, narrow)):
        with connection.schema_editor() as editor:
            editor.alter_field(model, before, after)


@pytest.mark.django_db(transaction=True)
def test_migrate_takes_away_a_rule_that_is_no_longer_declared(monkeypatch):
    former = NoOverlap(name="forums_membership_former_rule", columns=("person",), message="Once.")
    monkeypatch.setattr(Membership, "no_overlaps", (*Membership.no_overlaps, former))
    call_command("migrate", verbosity=0)
    one = make_membership(person=make_person())
    with pytest.raises(IntegrityError, match="forums_membership_former_rule"):
        copy_in_sql(one, seat_id=make_seat().pk)
    monkeypatch.undo()

    call_command("migrate", verbosity=0)

    copy_in_sql(one, seat_id=make_seat().pk)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite refuses a change of a table")
def test_triggers_are_taken_away_before_tables_change_and_put_back_after():
    records, before = apps.get_app_config("records"), triggers()

    take_triggers_away(records, using="default", plan=[])
    assert triggers() == before  # nothing is to be migrated

    take_triggers_away(records, using="default", plan=["a migration"])
    assert triggers() == set()

    for app in apps.get_app_configs():
        put_in_place(app, using="default", plan=[])
    assert triggers() == before


@pytest.mark.django_db(transaction=True)
def test_migrate_twice_changes_nothing():
    before = triggers() if connection.vendor == "sqlite" else exclusion_constraints()

    call_command("migrate", verbosity=0)

    assert before == (triggers() if connection.vendor == "sqlite" else exclusion_constraints())


# Plain SQL


@pytest.mark.django_db
def test_a_second_chair_put_in_with_plain_sql_is_refused():
    chair = make_membership(seat=make_chair_seat())

    with pytest.raises(IntegrityError, match="forums_membership_one_holder"):
        copy_in_sql(chair, person_id=make_person().pk)

    assert Membership.objects.count() == 1


@pytest.mark.django_db
def test_a_chair_moved_onto_another_with_plain_sql_is_refused():
    seat = make_chair_seat()
    make_membership(seat=seat, start_date="2018-01-01", end_date="2019-03-31")
    second = make_membership(seat=seat, start_date="2019-04-01")

    with (
        pytest.raises(IntegrityError, match="forums_membership_one_holder"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE forums_membership SET start_date = %s, earliest_start = %s, latest_start = %s "
            "WHERE id = %s",
            ["2019-03-31", "2019-03-31", "2019-03-31", second.pk],
        )


@pytest.mark.django_db
def test_a_seat_made_the_chairs_with_plain_sql_is_refused_where_there_is_a_chair():
    chair = make_chair_seat()
    member = make_seat(forum=chair.forum)

    with (
        pytest.raises(IntegrityError, match="forums_seat_one_chair"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE forums_seat SET role = 'chair' WHERE id = %s", [member.pk])


@pytest.mark.django_db
def test_acting_made_substantive_with_plain_sql_is_refused_beside_the_holder():
    seat = make_chair_seat()
    make_membership(seat=seat)
    acting = make_membership(seat=seat, basis=Basis.ACTING)

    with (
        pytest.raises(IntegrityError, match="forums_membership_one_holder"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE forums_membership SET basis = 'interim' WHERE id = %s", [acting.pk])


@pytest.mark.django_db
def test_a_save_that_no_form_checked_is_refused():
    post = make_post()
    make_appointment(post=post)

    with pytest.raises(IntegrityError, match="people_appointment_one_holder"), transaction.atomic():
        make_appointment(post=post, save=False).save()

    assert Appointment.objects.count() == Appointment.history.count() == 1


@pytest.mark.django_db
def test_a_record_may_be_saved_again_though_it_overlaps_itself():
    appointment = make_appointment()
    appointment.note = "Read from the table's layout."

    appointment.full_clean()
    appointment.save()

    assert Appointment.objects.get().note == "Read from the table's layout."


@pytest.mark.django_db
def test_two_open_periods_overlap_however_late_the_second_begins():
    seat = make_chair_seat()
    chair = make_membership(seat=seat, start_date="2019-04-01")

    with pytest.raises(IntegrityError, match="forums_membership_one_holder"):
        copy_in_sql(
            chair,
            person_id=make_person().pk,
            start_date="2090-01-01",
            earliest_start="2090-01-01",
            latest_start="2090-01-01",
        )


@pytest.mark.django_db
def test_two_forums_have_a_chair_each():
    make_membership(seat=make_chair_seat())
    make_membership(seat=make_chair_seat())

    assert Membership.objects.count() == 2


@pytest.mark.django_db
def test_an_announced_holder_whose_start_nobody_knows_overlaps_no_holder():
    seat = make_chair_seat()
    make_membership(seat=seat)

    announced = make_membership(
        seat=seat, start_date="2027-01-01", start_qualifier=Qualifier.NOT_BEFORE
    )

    assert announced.certain_days() is None


@pytest.mark.django_db
def test_a_holder_who_is_to_leave_on_no_given_day_keeps_the_next_one_out():
    seat = make_chair_seat()
    make_membership(seat=seat, end_date="2027-01-01", end_qualifier=Qualifier.NOT_BEFORE)

    assert list(refusal_of(make_membership, seat=seat, start_date="2028-01-01")) == ["start_date"]


@pytest.mark.django_db
def test_the_first_day_out_of_office_given_for_the_last_is_accepted_where_no_start_is_known():
    seat = make_chair_seat()
    make_membership(seat=seat, start_date=None, end_date="2019-04-01")

    make_membership(seat=seat, start_date="2019-04-01")


# Forms


def refusal_of(make, **fields):
    record = make(save=False, **fields)
    with pytest.raises(ValidationError) as refusal:
        record.full_clean()
    return refusal.value.message_dict


@pytest.mark.django_db
def test_the_refusal_of_a_second_chair_names_the_first_on_the_start():
    seat = make_chair_seat(forum=make_forum(name="ICS Executive"))
    make_membership(seat=seat, person=make_person(name="David Nicholson"))

    message = (
        "This seat would be held twice: David Nicholson, Chair, ICS Executive is recorded for "
        "it in the same period. End that record first, or correct “Number of holders” of the seat "
        "if it has room for more. If this person acts for a holder who is away, use "
        "Record who acts."
    )
    assert refusal_of(make_membership, seat=seat) == {"start_date": [message]}


@pytest.mark.django_db
def test_the_refusal_of_a_second_holder_of_a_post_names_the_first_on_the_start():
    post = make_post()
    first = make_appointment(post=post)

    messages = refusal_of(make_appointment, post=post)

    assert list(messages) == ["start_date"]
    assert str(first) in messages["start_date"][0]


@pytest.mark.django_db
def test_somebody_recorded_twice_for_a_seat_is_refused_on_the_start():
    seat = make_seat(number=None)
    simon = make_person(name="Simon Trickett")
    make_membership(seat=seat, person=simon)

    messages = refusal_of(make_membership, seat=seat, person=simon)

    assert list(messages) == ["start_date"]
    assert messages["start_date"][0].startswith("This person is already recorded for this seat")


@pytest.mark.django_db
def test_the_refusal_of_a_second_chairs_seat_names_the_first_on_the_start():
    forum = make_forum(name="ICS Executive")
    make_chair_seat(forum=forum)

    messages = refusal_of(make_chair_seat, forum=forum, title="Convenor")

    assert list(messages) == ["start_date"]
    assert (
        "already has a chair's seat in that period: Chair, ICS Executive"
        in (messages["start_date"][0])
    )


@pytest.mark.django_db
def test_an_organisation_that_is_a_member_twice_is_refused_on_the_start():
    first = make_member_organisation()

    messages = refusal_of(
        make_member_organisation, forum=first.forum, organisation=first.organisation
    )

    assert messages == {
        "start_date": ["This organisation is already recorded as a member in that period."]
    }


@pytest.mark.django_db
def test_the_refusal_of_a_code_in_use_names_its_organisation_on_the_code():
    make_organisation(name="Wye Valley NHS Trust", ods_code="RLQ")

    assert refusal_of(make_organisation, ods_code="RLQ") == {
        "ods_code": ["This code is already recorded for Wye Valley NHS Trust in the same period."]
    }


@pytest.mark.django_db
def test_a_code_may_outlive_the_organisation_it_was_given_to():
    make_organisation(ods_code="18C", start_date="2013-04-01", end_date="2020-03-31")

    make_organisation(ods_code="18C", start_date="2020-04-01")


@pytest.mark.django_db
def test_any_number_of_organisations_have_no_code():
    make_organisation()

    make_organisation()


@pytest.mark.django_db
def test_an_organisation_whose_code_is_nothing_at_all_is_refused_by_the_database():
    nameless = make_organisation(save=False)
    nameless.ods_code = None
    nameless.full_clean()

    with pytest.raises(IntegrityError), transaction.atomic():
        nameless.save()


@pytest.mark.django_db
def test_a_line_to_a_forum_and_one_to_an_organisation_are_two():
    forum = make_forum()

    make_reporting_line(from_forum=forum, to_forum=make_forum())
    for _ in range(2):
        make_reporting_line(from_forum=forum, to_organisation=make_organisation())

    assert forum.lines_from.count() == 3


@pytest.mark.django_db
def test_a_line_or_a_relationship_recorded_twice_is_refused_on_the_start():
    line, relationship = make_reporting_line(), make_relationship()

    assert refusal_of(make_reporting_line, from_forum=line.from_forum, to_forum=line.to_forum) == {
        "start_date": ["This line is already recorded in that period."]
    }
    assert refusal_of(
        make_relationship,
        from_organisation=relationship.from_organisation,
        to_organisation=relationship.to_organisation,
    ) == {"start_date": ["This relationship is already recorded in that period."]}


@pytest.mark.django_db
def test_an_overlap_is_told_at_the_top_of_a_form_that_does_not_show_the_start():
    seat = make_chair_seat()
    make_membership(seat=seat)
    second = make_membership(seat=seat, save=False)
    second.clean()

    with pytest.raises(ValidationError) as refusal:
        second.validate_constraints(exclude={"start_date"})

    assert not hasattr(refusal.value, "error_dict")


@pytest.mark.django_db
def test_a_form_that_has_not_named_the_seat_says_nothing_of_overlaps():
    make_membership(seat=make_chair_seat())

    assert list(refusal_of(make_membership, seat=None)) == ["seat"]


@pytest.mark.django_db
def test_handing_over_within_a_month_known_to_the_month_is_accepted_by_the_database_too():
    seat = make_chair_seat()
    first = make_membership(
        seat=seat,
        start_date="2018-01-01",
        end_date="2019-04-01",
        end_precision=Precision.MONTH,
    )

    make_membership(seat=seat, start_date="2019-04-01", start_precision=Precision.MONTH)

    assert Seat.objects.get(pk=first.seat_id).memberships.count() == 2
