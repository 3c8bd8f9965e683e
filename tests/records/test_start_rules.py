"""Rules, held by the database, that nothing begins before what it belongs to."""

import io
import threading

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, models, transaction

from editing.refusals import refusal_in_words
from forums.models import Forum, Membership, Seat
from organisations.models import Post
from records.periods import Precision, Qualifier
from records.start_rules import NotBefore, broken_rules, put_in_place, triggers_of
from tests import slow
from tests.admin_pages import address, errors_of, send
from tests.builders import (
    day,
    make_appointment,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_reporting_line,
    make_seat,
)
from tests.records.test_overlap_rules import all_dated, copy_in_sql, rebuild_table_of_memberships


def begun(first: str) -> dict:
    """The fields of a start on a day, as the database has them."""
    return dict.fromkeys(["start_date", "earliest_start", "latest_start"], day(first))


def begin_in_sql(record, first: str) -> None:
    """Give a record another start, past its save."""
    with transaction.atomic():
        assert models.QuerySet(type(record)).filter(pk=record.pk).update(**begun(first)) == 1


def begin_as_before_the_rules(owner, first: str) -> None:
    """Give a record that others belong to a later start, as a register of before may have it, while
    no trigger holds the rules on its table."""
    table = owner._meta.db_table
    triggers = {
        trigger.name
        for model in all_dated()
        for trigger in triggers_of(model)
        if trigger.table == table
    }
    connection.check_constraints()  # PostgreSQL drops no trigger before these are checked.
    with connection.cursor() as cursor:
        for name in triggers:
            of = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{of}")
    begin_in_sql(owner, first)
    for app_config in apps.get_app_configs():
        put_in_place(app_config, connection)
    owner.refresh_from_db()


def rule_triggers() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        return {name for (name,) in cursor.fetchall() if "_not_before_" in name}


# The rules


def test_the_rules_are_those_we_know():
    assert {rule.name for model in all_dated() for rule in model.not_before} == {
        "organisations_post_not_before_organisation",
        "people_appointment_not_before_post",
        "people_appointment_not_before_organisation",
        "people_postvacancy_not_before_post",
        "people_postvacancy_not_before_organisation",
        "forums_seatvacancy_not_before_seat",
        "forums_seatvacancy_not_before_forum",
        "forums_seat_not_before_forum",
        "forums_membership_not_before_seat",
        "forums_membership_not_before_forum",
        "forums_memberorganisation_not_before_forum",
        "forums_termsofreference_not_before_forum",
        "forums_memberorganisation_not_before_organisation",
        "forums_reportingline_not_before_from_forum",
        "forums_reportingline_not_before_to_forum",
        "forums_reportingline_not_before_to_organisation",
        "forums_exofficiosource_not_before_seat",
        "forums_exofficiosource_not_before_post",
        "forums_exofficiosource_not_before_other_seat",
    }


@pytest.mark.django_db
def test_every_rule_is_in_the_database_on_each_table_that_it_concerns():
    declared = {t.name for model in all_dated() for t in triggers_of(model)}

    assert rule_triggers() == declared
    # PostgreSQL cuts longer names short.
    assert max(map(len, declared)) <= 63


@pytest.mark.django_db(transaction=True)
def test_the_rules_outlast_a_migration_that_alters_the_table():
    before = rule_triggers()
    rebuild_table_of_memberships()

    call_command("migrate", verbosity=0)

    assert rule_triggers() == before


@pytest.mark.django_db(transaction=True)
def test_migrate_takes_away_a_rule_that_is_no_longer_declared(monkeypatch):
    before = rule_triggers()
    former = NotBefore(name="forums_membership_not_before_speaker", path="on_behalf_of")
    monkeypatch.setattr(Membership, "not_before", (*Membership.not_before, former))
    call_command("migrate", verbosity=0)
    assert rule_triggers() > before
    monkeypatch.undo()

    call_command("migrate", verbosity=0)

    assert rule_triggers() == before


# Past every form


def a_seat():
    forum = make_forum(start_date="2019-04-01")
    return make_seat(forum=forum, number=2, start_date="2019-06-01")


@pytest.mark.django_db
def test_a_member_from_before_the_seat_is_refused_by_the_database():
    member = make_membership(seat=a_seat(), start_date="2019-06-01")

    with pytest.raises(IntegrityError, match="forums_membership_not_before_seat"):
        copy_in_sql(member, person_id=make_person().pk, **begun("2019-05-31"))
    with pytest.raises(IntegrityError, match="forums_membership_not_before_seat"):
        begin_in_sql(member, "2019-05-31")

    assert Membership.objects.get().start_date == day("2019-06-01")


@pytest.mark.django_db
def test_a_member_moved_to_a_later_seat_is_refused_by_the_database():
    member = make_membership(seat=a_seat(), start_date="2019-06-01")
    later = make_seat(forum=member.seat.forum, start_date="2019-06-02")

    with (
        pytest.raises(IntegrityError, match="forums_membership_not_before_seat"),
        transaction.atomic(),
    ):
        models.QuerySet(Membership).filter(pk=member.pk).update(seat=later)


@pytest.mark.django_db
def test_a_seat_that_moves_behind_its_member_is_refused_by_the_database():
    member = make_membership(seat=a_seat(), start_date="2019-06-01")

    with pytest.raises(IntegrityError, match="forums_membership_not_before_seat"):
        begin_in_sql(member.seat, "2019-06-02")
    begin_in_sql(member.seat, "2019-05-01")


@pytest.mark.django_db
def test_a_member_from_before_the_forum_is_refused_though_the_seat_is_known_only_by_a_day():
    forum = make_forum(start_date="2019-04-01")
    seat = make_seat(forum=forum, start_date="2021-06-30", start_qualifier=Qualifier.BY)
    member = make_membership(seat=seat, start_date="2019-04-01")

    with pytest.raises(IntegrityError, match="forums_membership_not_before_forum"):
        begin_in_sql(member, "2019-03-31")
    with pytest.raises(IntegrityError, match="forums_membership_not_before_forum"):
        begin_in_sql(forum, "2019-04-02")


def put_in_after(first, second) -> None:
    """Take two rows out, and put them in again in one transaction: the second after the first."""
    with transaction.atomic():
        for record in (first, second):
            models.QuerySet(type(record)).filter(pk=record.pk)._raw_delete(DEFAULT_DB_ALIAS)
        for record in (first, second):
            models.QuerySet(type(record)).bulk_create([record])


@pytest.mark.django_db
@pytest.mark.parametrize("owner", ["seat", "forum"])
def test_a_record_that_is_put_in_before_its_owner_is_refused_when_the_owner_comes(owner):
    member = make_membership(seat=a_seat(), start_date="2019-06-01")
    seat = member.seat if owner == "seat" else member.seat.forum
    put_in_after(member, seat)
    for name, value in begun("2019-06-02").items():
        setattr(seat, name, value)

    with pytest.raises(IntegrityError, match=f"not_before_{owner}"):
        put_in_after(member, seat)


@pytest.mark.django_db
def test_a_post_moved_to_an_organisation_later_than_its_holders_is_refused_by_the_database():
    post = make_post(start_date="2021-06-30", start_qualifier=Qualifier.BY)
    make_appointment(post=post, start_date="2019-04-01")
    later = make_organisation(start_date="2020-04-01")

    with (
        pytest.raises(IntegrityError, match="people_appointment_not_before_organisation"),
        transaction.atomic(),
    ):
        models.QuerySet(Post).filter(pk=post.pk).update(organisation=later)


@pytest.mark.django_db
def test_an_earlier_start_is_allowed_where_the_post_is_known_only_by_a_day():
    organisation = make_organisation(start_date="2021-06-30", start_qualifier=Qualifier.BY)
    post = make_post(
        organisation=organisation, start_date="2021-06-30", start_qualifier=Qualifier.BY
    )

    make_appointment(post=post, start_date="2010-01-01")


@pytest.mark.django_db
def test_a_start_known_to_the_year_is_allowed_in_the_year_in_which_the_post_began():
    post = make_post(start_date="2019-06-01")
    year = {"start_date": "2019-01-01", "start_precision": Precision.YEAR}

    make_appointment(post=post, **year)

    assert refusal_of(make_appointment, post=make_post(start_date="2020-01-01"), **year)


# Rows that broke a rule before there was one


def a_member_of_before_the_rules():
    seat = make_seat(start_date="2010-01-01")
    member = make_membership(
        seat=seat, start_date="2010-01-01", person=make_person(name="David Nicholson")
    )
    begin_as_before_the_rules(seat, "2019-04-01")
    return Membership.objects.get(pk=member.pk)


@pytest.mark.django_db
def test_a_row_that_breaks_a_rule_can_be_changed_in_everything_else():
    member = a_member_of_before_the_rules()
    member.note = "Read from the minutes."
    member.end_date = day("2020-03-31")

    member.full_clean()
    member.save()
    seat = Seat.objects.get()
    seat.title = "Convenor"
    seat.full_clean()
    seat.save()

    assert Membership.objects.get().end_date == day("2020-03-31")
    assert len(list(broken_rules())) == 1


@pytest.mark.django_db
def test_a_row_that_breaks_a_rule_is_mended_from_either_side_and_made_no_worse():
    member = a_member_of_before_the_rules()

    with pytest.raises(IntegrityError):
        begin_in_sql(member, "2009-01-01")
    with pytest.raises(IntegrityError):
        begin_in_sql(member.seat, "2020-01-01")
    begin_in_sql(member.seat, "2012-01-01")
    begin_in_sql(member, "2012-01-01")

    assert list(broken_rules()) == []


@pytest.mark.django_db
def test_a_command_lists_the_rows_that_break_a_rule():
    member = a_member_of_before_the_rules()
    out = io.StringIO()

    call_command("list_upgraded", stdout=out)

    assert (
        "Records that begin before what they belong to:\n"
        f"  membership {member.pk}, {member}: 1 January 2010 to now; the seat {member.seat} began "
        "1 April 2019\n"
    ) in out.getvalue()


@pytest.mark.django_db
def test_the_command_says_nothing_of_starts_where_none_breaks_a_rule():
    make_membership(seat=a_seat(), start_date="2019-06-01")
    out = io.StringIO()

    call_command("list_upgraded", stdout=out)

    assert "before what they belong to" not in out.getvalue()


# Forms


def refusal_of(make, **fields) -> dict[str, list[str]]:
    record = make(save=False, **fields)
    with pytest.raises(ValidationError) as refusal:
        record.full_clean()
    return refusal.value.message_dict


@pytest.mark.django_db
def test_a_start_of_2010_in_a_seat_of_2019_is_refused_with_the_remedy():
    seat = make_seat(start_date="2019-04-01", start_precision=Precision.MONTH)

    refusal = refusal_of(
        make_membership, seat=seat, start_date="2010-01-01", start_precision=Precision.YEAR
    )

    words = (
        "The start, 2010, is before this seat began, April 2019. Correct the start, or the seat's "
        "own start first."
    )
    assert refusal == {"start_date": [words]}


@pytest.mark.django_db
def test_an_end_before_the_post_began_is_refused_on_the_end_where_no_start_is_known():
    post = make_post(start_date="2019-04-01")

    refusal = refusal_of(make_appointment, post=post, start_date=None, end_date="2019-03-31")

    words = (
        "The end, 31 March 2019, is before this post began, 1 April 2019. Correct the end, or the "
        "post's own start first."
    )
    assert refusal == {"end_date": [words]}


@pytest.mark.django_db
def test_a_line_from_before_one_of_its_two_forums_says_which():
    forum = make_forum(start_date="2018-01-01")
    later = make_forum(start_date="2027-01-01", start_qualifier=Qualifier.NOT_BEFORE)

    refusal = refusal_of(
        make_reporting_line, from_forum=forum, to_forum=later, start_date="2019-04-01"
    )

    words = (
        "The start, 1 April 2019, is before the forum it leads to begins, not before 1 January "
        "2027. Correct the start, or the forum's own start first."
    )
    assert refusal == {"start_date": [words]}


@pytest.mark.django_db
def test_an_organisation_is_no_member_before_the_forum_or_itself():
    late, early = {"start_date": "2019-04-01"}, {"start_date": "2019-03-31"}

    for owners in ({"forum": make_forum(**late)}, {"organisation": make_organisation(**late)}):
        assert list(refusal_of(make_member_organisation, **owners, **early)) == ["start_date"]


@pytest.mark.django_db
def test_a_start_moved_behind_a_holder_names_the_first_of_them():
    post = make_post(title="Chair", organisation=make_organisation(name="The Trust"))
    for name, start in (("Ann Lee", "2019-06-01"), ("Cy Yeo", "2020-04-01")):
        make_appointment(
            post=post,
            person=make_person(name=name),
            start_date=start,
            end_date="2020-03-31" if name == "Ann Lee" else None,
        )
    post.start_date = day("2021-01-01")

    with pytest.raises(ValidationError) as refusal:
        post.full_clean()

    words = (
        "The start, 1 January 2021, is after that of Ann Lee, Chair, The Trust, 1 June 2019, "
        "which belongs to it. Correct this start, or that record first."
    )
    assert refusal.value.message_dict == {"start_date": [words]}


@pytest.mark.django_db
def test_a_form_that_has_not_named_the_seat_says_nothing_of_its_start():
    assert list(refusal_of(make_membership, seat=None)) == ["seat"]


@pytest.mark.django_db
def test_the_form_of_a_seat_moved_behind_its_member_says_so_and_saves_nothing(admin_client):
    member = make_membership(seat=a_seat(), start_date="2019-06-01")

    page = send(admin_client, address(Seat, "change", member.seat_id), start_date="2020-01-01")

    assert "1 January 2020, is after that of" in errors_of(page)["start_date"][0]
    assert Seat.objects.get().start_date == day("2019-06-01")


@pytest.mark.parametrize("model", [Membership, Forum])
def test_where_somebody_else_was_quicker_the_form_says_what_cannot_stand(model):
    error = IntegrityError("forums_membership_not_before_forum")

    assert NotBefore.message in refusal_in_words(error, model)


# Two at once


def outcome_of_the_second(first, second) -> str:
    """Do `second` while a transaction that did `first` is open, which then ends."""
    outcomes = []

    def do_the_second() -> None:
        try:
            with transaction.atomic():
                second()
            outcomes.append("kept")
        except IntegrityError as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=do_the_second)
    with transaction.atomic():
        first()
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "The second did not wait for the first."
    thread.join(30)
    assert not thread.is_alive()
    return outcomes[0]


@slow.RACE
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moved", ["seat", "forum"])
@pytest.mark.parametrize("order", ["the owner is first", "the member is first"])
def test_of_two_at_once_the_second_is_refused_and_the_rule_is_kept(moved, order):
    """Somebody joins from 2019 while somebody else moves the start of the seat, or of a forum
    whose seat is known only by a day, to 2020."""
    forum = make_forum(start_date="2019-01-01")
    by_2021 = {"start_date": "2021-06-30", "start_qualifier": Qualifier.BY}
    starts = {"seat": {"start_date": "2019-01-01"}, "forum": by_2021}[moved]
    seat = make_seat(forum=forum, number=2, **starts)
    there = make_membership(seat=seat, start_date="2020-01-01")
    somebody = make_person()
    owner = {"seat": seat, "forum": forum}[moved]

    def join():
        copy_in_sql(there, person_id=somebody.pk, **begun("2019-06-01"))

    def move():
        begin_in_sql(owner, "2020-01-01")

    both = (move, join) if order == "the owner is first" else (join, move)
    assert f"forums_membership_not_before_{moved}" in outcome_of_the_second(*both)
    assert list(broken_rules()) == []


@slow.RACE
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_nobody_waits_for_another_who_changes_something_else_of_the_forum():
    member = make_membership(seat=a_seat(), start_date="2019-06-01")
    other = make_membership(seat=make_seat(forum=member.seat.forum, number=2))
    done = []

    def join():
        copy_in_sql(other, person_id=make_person().pk, **begun("2019-07-01"))
        done.append(True)
        connection.close()

    with transaction.atomic():
        models.QuerySet(type(member.seat.forum)).filter(pk=member.seat.forum_id).update(note="x")
        thread = threading.Thread(target=join)
        thread.start()
        thread.join(10)
        assert done == [True]
    thread.join(10)
