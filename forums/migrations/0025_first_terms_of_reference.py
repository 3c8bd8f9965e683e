"""The first version of the terms of reference of each forum, from the texts that stood on it.

A version has the key of its forum, since there is one of each, and its period and its source. The
past is written anew too: a row of history for each day on which the forum's texts, or what it had
of clauses and steps, were recorded, changed or removed.
"""

from collections import defaultdict

from django.db import migrations, models

TEXTS = (
    'purpose', 'responsibilities', 'accountable_for', 'authority', 'decision_basis',
    'decision_rule', 'decision_wording', 'quoracy_wording', 'quoracy_clauses_say_all',
    'quoracy_also_asks', 'membership_wording', 'meeting_frequency', 'review_frequency',
    'review_date',
)  # fmt: skip
TAKEN = (
    *TEXTS,
    'start_date', 'start_precision', 'start_qualifier', 'end_date', 'end_precision',
    'end_qualifier', 'earliest_start', 'latest_start', 'earliest_end', 'latest_end',
    'document_id', 'locator', 'as_of', 'as_of_precision', 'as_of_qualifier', 'quotation', 'note',
    'confirmed_on', 'confirmed_precision', 'confirmed_document_id', 'confirmed_locator',
    'end_document_id', 'end_locator',
)  # fmt: skip
OF_HISTORY = (
    'history_date', 'history_change_reason', 'history_user_id', 'history_nature', 'history_step',
    'history_batch',
)  # fmt: skip
PARTS = ('QuoracyClause', 'EscalationStep')
AT_ONCE = 500


def say_something(row):
    """Whether a forum had any text of terms of reference."""
    return any(row[name] not in ('', None) for name in TEXTS)


def write_terms(apps, schema_editor):
    forums, past = apps.get_model('forums', 'Forum'), apps.get_model('forums', 'HistoricalForum')
    terms = apps.get_model('forums', 'TermsOfReference')
    with_parts = {
        key
        for part in PARTS
        for key in apps.get_model('forums', part).objects.values_list('forum_id', flat=True)
    }
    now = forums.objects.order_by('pk').values('id', *TAKEN)
    terms.objects.bulk_create(
        (
            terms(**{name: row[name] for name in TAKEN}, id=row['id'], forum_id=row['id'])
            for row in now.iterator()
            if say_something(row) or row['id'] in with_parts
        ),
        batch_size=AT_ONCE,
    )
    write_past(apps, past)
    for part in PARTS:
        for model in (part, f'Historical{part}'):
            apps.get_model('forums', model).objects.update(terms_id=models.F('forum_id'))
    go_on_after_keys(schema_editor, terms, past.objects.aggregate(last=models.Max('id'))['last'])


def write_past(apps, past):
    """The history of the versions, of what was recorded of each forum and its parts in order."""
    told = defaultdict(list)
    for part in PARTS:
        rows = apps.get_model('forums', f'Historical{part}').objects
        for row in rows.order_by().values('id', 'forum_id', 'history_type', 'history_id', *OF_HISTORY):
            told[row['forum_id']].append((row['history_date'], 1, row['history_id'], part, row))
    for row in past.objects.order_by().values('history_type', 'history_id', 'id', *TAKEN, *OF_HISTORY):
        told[row['id']].append((row['history_date'], 0, row['history_id'], '', row))
    history = apps.get_model('forums', 'HistoricalTermsOfReference')
    history.objects.bulk_create(
        (
            history(id=key, forum_id=key, history_type=kind, **said,
                    **{name: row[name] for name in OF_HISTORY})
            for key in sorted(told)
            for kind, said, row in versions_of(sorted(told[key], key=lambda each: each[:3]))
        ),
        batch_size=AT_ONCE,
    )  # fmt: skip


def versions_of(events):
    """Each change of a forum's terms of reference, by the changes of it and its parts: its kind,
    what the terms then said and the row of history by which it is known."""
    forum, parts, was = None, set(), None
    for _, _, _, part, row in events:
        if part:
            (parts.discard if row['history_type'] == '-' else parts.add)((part, row['id']))
        else:
            forum = None if row['history_type'] == '-' else row
        said = None
        if forum is not None and (parts or say_something(forum)):
            said = {name: forum[name] for name in TAKEN}
        if said != was:
            yield ('+' if was is None else '-' if said is None else '~'), said or was, row
        was = said


def go_on_after_keys(schema_editor, terms, last):
    """Give new versions keys that no forum ever had."""
    table, connection = terms._meta.db_table, schema_editor.connection
    if not last:
        return
    with connection.cursor() as cursor:
        if connection.vendor == 'postgresql':
            cursor.execute('SELECT setval(pg_get_serial_sequence(%s, %s), %s)', [table, 'id', last])
            return
        cursor.execute('DELETE FROM sqlite_sequence WHERE name = %s', [table])
        cursor.execute('INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)', [table, last])


class Migration(migrations.Migration):
    """Its own, since PostgreSQL changes no table whose rows the same migration has changed."""

    dependencies = [
        ('forums', '0024_terms_of_reference'),
    ]

    operations = [migrations.RunPython(write_terms)]
