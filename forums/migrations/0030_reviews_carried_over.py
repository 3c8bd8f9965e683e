"""Reviews that the step “Reviewed and unchanged” recorded before reviews were records.

The step wrote the day of the review and its document as the confirmation of the terms of reference,
and wrote over their next review. The history has both. A review becomes a record if what follows
from it is what the terms of reference say today; otherwise nothing is changed.
"""

from itertools import groupby

from django.db import migrations

from records.periods import last_day
from records.upgrades import write_history

STEP = 'Reviewed and unchanged'
CONFIRMED = ('confirmed_on', 'confirmed_precision', 'confirmed_document_id', 'confirmed_locator')
OF_HISTORY = (
    'history_date', 'history_change_reason', 'history_user_id', 'history_nature', 'history_step',
    'history_batch',
)  # fmt: skip
REASON = 'The next review that a review gave stands with that review.'


def carry_over(apps, schema_editor):
    terms = apps.get_model('forums', 'TermsOfReference')
    past = apps.get_model('forums', 'HistoricalTermsOfReference').objects
    reviewed = past.filter(history_step=STEP, history_nature='confirmed').values('id')
    changed = []
    for each in terms.objects.filter(pk__in=reviewed).order_by('pk'):
        rows = list(past.filter(id=each.pk).order_by('history_date', 'history_id'))
        first, found = reviews_in(rows)
        if not found or due_after(first, found) != each.review_date:
            continue
        save_reviews(apps, each, found)
        if each.review_date != first:
            each.review_date = first
            each.save()
            changed.append(each)
    write_history(apps, terms, changed, REASON)


def reviews_in(rows):
    """The next review before the first of the reviews, and each review: the fields of the record,
    and the row of history that tells of it. What was undone is no review."""
    first, due, found, before = None, None, [], None
    for (step, _), batch in groupby(rows, key=lambda row: (row.history_step, row.history_batch)):
        last = list(batch)[-1]
        told = {name: getattr(last, name) for name in CONFIRMED}
        if last.history_nature == 'undone':
            found = []
        elif before is not None and step == STEP and told != {
            name: getattr(before, name) for name in CONFIRMED
        }:
            if not found:
                first = due = before.review_date
            found.append((review_by(last), last))
        if found and last.review_date != due:
            due = last.review_date
            found[-1][0]['next_review'] = due
        before = last
    return first, found


def review_by(row):
    is_own = row.confirmed_document_id is None
    return {
        'reviewed_on': row.confirmed_on,
        'reviewed_precision': row.confirmed_precision,
        'latest_day': last_day(row.confirmed_on, row.confirmed_precision),
        'next_review': None,
        'document_id': row.document_id if is_own else row.confirmed_document_id,
        'locator': row.locator if is_own else row.confirmed_locator,
    }


def due_after(due, found):
    for review, _ in found:
        due = review['next_review'] or due
    return None if due and due <= max(each['latest_day'] for each, _ in found) else due


def save_reviews(apps, terms, found):
    model = apps.get_model('forums', 'TermsReview')
    history = apps.get_model('forums', 'HistoricalTermsReview')
    by_day = {(each['reviewed_on'], each['reviewed_precision']): (each, row) for each, row in found}
    for told, row in by_day.values():
        review = model.objects.create(terms_id=terms.pk, **told)
        fields = {each.attname: getattr(review, each.attname) for each in model._meta.concrete_fields}
        history.objects.create(
            history_type='+', **fields, **{name: getattr(row, name) for name in OF_HISTORY}
        )


class Migration(migrations.Migration):
    """Its own, since PostgreSQL changes no table whose rows the same migration has changed."""

    dependencies = [
        ('forums', '0029_reviews_of_terms'),
    ]

    operations = [migrations.RunPython(carry_over)]
