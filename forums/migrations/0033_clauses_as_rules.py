"""Rules of quoracy in the place of clauses: one rule of each version, which asks for the same.

The past is written anew too. A version's history has the rule that its clauses made at each time,
and a row of its own for each change of clauses alone. A rule that a version has already is kept.

What clauses said of their sources goes beside the rule: the source of the first, if it is not that
of the version, and in the note whatever else differs. Nothing is left out: what no rule can ask for
goes to what the document also asks.
"""

import datetime
import math
from collections import defaultdict
from itertools import groupby

from django.db import migrations

CLAUSE = (
    'id', 'terms_id', 'kind', 'number', 'seat_id', 'satisfied_by_proxy', 'satisfied_by_substitute',
    'one_for_several', 'order', 'document_id', 'locator', 'as_of', 'as_of_precision',
    'as_of_qualifier', 'quotation', 'note', 'confirmed_on', 'confirmed_precision',
    'confirmed_document_id', 'confirmed_locator',
)  # fmt: skip
OF_HISTORY = (
    'history_date', 'history_change_reason', 'history_user_id', 'history_nature', 'history_step',
    'history_batch',
)  # fmt: skip
# What a version takes over from its clauses.
TAKEN = (
    'quoracy_rule', 'quoracy_note', 'quoracy_document_id', 'quoracy_locator',
    'quoracy_clauses_say_all', 'quoracy_also_asks',
)  # fmt: skip
AS_OF = ('as_of', 'as_of_precision', 'as_of_qualifier')
CONFIRMED = ('confirmed_on', 'confirmed_precision', 'confirmed_document_id', 'confirmed_locator')
# A rule asks for 999 people at most, and has 200 branches at most, itself among them.
MOST_PEOPLE, MOST_BRANCHES = 999, 200
AT_ONCE = 500


def carry_over(apps, schema_editor):
    terms, clauses = (apps.get_model('forums', name) for name in ('TermsOfReference', 'QuoracyClause'))
    names = Names(apps)
    now = defaultdict(list)
    for clause in clauses.objects.order_by('order', 'id').values(*CLAUSE):
        now[clause['terms_id']].append(clause)
    for keys in some_at_once(sorted(now)):
        found = list(terms.objects.filter(pk__in=keys))
        for each in found:
            for name, value in carried(vars(each), now[each.pk], names).items():
                setattr(each, name, value)
        terms.objects.bulk_update(found, [name.removesuffix('_id') for name in TAKEN])
    write_past(apps, names)


class Names:
    """The names of documents and seats."""

    def __init__(self, apps):
        self.documents = dict(apps.get_model('records', 'Document').objects.values_list('id', 'short_title'))
        self.seats = {}
        named = apps.get_model('forums', 'HistoricalQuoracyClause').objects.values('seat_id')
        for model in ('HistoricalSeat', 'Seat'):
            seats = apps.get_model('forums', model).objects.filter(id__in=named)
            self.seats |= dict(seats.order_by().values_list('id', 'title'))


def some_at_once(keys):
    return (keys[first : first + AT_ONCE] for first in range(0, len(keys), AT_ONCE))


# What a version takes over


def carried(version, clauses, names):
    """What a version says with the rule of its clauses, which are in their order."""
    if not clauses:
        return {}
    source = version['document_id'], version['locator']
    if version['quoracy_rule'] is not None:
        earlier = '; '.join(in_words(clause, names) for clause in clauses)
        notes = [f'The rule takes the place of earlier clauses: {earlier}.']
        return {'quoracy_note': note_of(version, clauses, source, names, notes)}
    branches, left = {}, []
    for clause in clauses:
        branch = branch_of(clause)
        if branch is None or len(branches) == MOST_BRANCHES - 1:
            left.append(in_words(clause, names))
        else:
            branches[repr(branch)] = branch
    said = {}
    if branches:
        first, *more = branches.values()
        said['quoracy_rule'] = {'all': [first, *more]} if more else first
    if left:
        also = [version['quoracy_also_asks'], *left]
        said |= {'quoracy_clauses_say_all': False, 'quoracy_also_asks': '\n'.join(filter(None, also))}
    where = clauses[0]['document_id'], clauses[0]['locator']
    if where != source:
        said |= {'quoracy_document_id': where[0], 'quoracy_locator': where[1]}
    return said | {'quoracy_note': note_of(version, clauses, where, names, [])}


def branch_of(clause):
    """The branch that asks for what a clause asks for; None if no branch can.

    A clause never asked whether people attend remotely, so all who do count. It took a deputy
    wherever it took a substitute.
    """
    number, kind = clause['number'], clause['kind']
    counting = [
        'remote',
        *(['substitute', 'deputy'] if clause['satisfied_by_substitute'] else []),
        *(['proxy'] if clause['satisfied_by_proxy'] else []),
    ]
    if kind == 'every-organisation':
        several = {'one_for_several': True} if clause['one_for_several'] else {}
        return {'organisations': 'each', **several, 'counting': counting}
    if kind == 'must-include' and clause['seat_id'] is not None:
        return {'people': 1, 'in': {'seats': [clause['seat_id']]}, 'counting': counting}
    if kind == 'at-least' and number is not None and 1 <= number <= MOST_PEOPLE:
        return {'people': number, 'in': 'members', 'counting': counting}
    if kind == 'at-least-share' and number is not None and 1 <= number <= 100:
        common = math.gcd(number, 100)
        share = [number // common, 100 // common]
        return {'share': share, 'in': 'members', 'of': 'places', 'counting': counting}
    return None


def in_words(clause, names):
    number, several = clause['number'], True
    match clause['kind']:
        case 'every-organisation':
            words = 'every member organisation attends'
        case 'at-least':
            several = number != 1
            words = f'at least {number} {"members attend" if several else "member attends"}'
        case 'at-least-share':
            words = f'at least {number} per cent of the members attend'
        case _:
            several = False
            words = f'{names.seats.get(clause["seat_id"], "a seat that was removed")} attends'
    if clause['satisfied_by_proxy']:
        words += f', or {"send" if several else "sends"} a proxy vote'
    if clause['satisfied_by_substitute']:
        words += f', or {"nominate" if several else "nominates"} somebody else to attend'
    return words


def note_of(version, clauses, source, names, notes):
    """What clauses say beside a rule that rests on `source`."""
    wording = ' '.join(version['quoracy_wording'].split())
    for clause in clauses:
        said = [clause['note']]
        if clause['one_for_several'] and clause['kind'] != 'every-organisation':
            said.append('One person may attend for several organisations.')
        quoted = ' '.join(clause['quotation'].split())
        if quoted and quoted not in wording:
            said.append(f'The document says: “{quoted}”.')
        if (clause['document_id'], clause['locator']) != source:
            said.append(f'It is said in {names.documents[clause["document_id"]]}, {clause["locator"]}.')
        if clause['as_of'] and any(clause[name] != version[name] for name in AS_OF):
            when = day_in_words(clause['as_of'], clause['as_of_precision'])
            at = {'by': 'by ', 'not-before': 'not before '}.get(clause['as_of_qualifier'], '')
            said.append(f'The source speaks of this as of {at}{when}.')
        if confirms_more(clause, version):
            when = day_in_words(clause['confirmed_on'], clause['confirmed_precision'])
            against = names.documents.get(clause['confirmed_document_id'])
            where = f' by {against}, {clause["confirmed_locator"]}' if against else ''
            said.append(f'Confirmed as of {when}{where}.')
        notes.append(' '.join(filter(None, said)))
    return '\n'.join(dict.fromkeys(filter(None, [version['quoracy_note'], *notes])))


def confirms_more(clause, version):
    """Whether a clause was confirmed by a document that does not confirm its version, or later."""
    if not clause['confirmed_on']:
        return False
    if clause['confirmed_document_id'] is None:
        return clause['confirmed_on'] > (version['confirmed_on'] or datetime.date.min)
    return any(clause[name] != version[name] for name in CONFIRMED)


def day_in_words(day: datetime.date, precision):
    if precision == 'year':
        return f'{day:%Y}'
    return f'{day:%B %Y}' if precision == 'month' else f'{day.day} {day:%B %Y}'


# The past


def write_past(apps, names):
    history = apps.get_model('forums', 'HistoricalTermsOfReference')
    changes = defaultdict(list)
    past = apps.get_model('forums', 'HistoricalQuoracyClause').objects.order_by()
    for row in past.values(*CLAUSE, 'history_type', 'history_id', *OF_HISTORY).iterator():
        changes[row['terms_id']].append((row['history_date'], 1, row['history_id'], row))
    columns = [field.attname for field in history._meta.concrete_fields]
    for keys in some_at_once(sorted(changes)):
        for row in history.objects.order_by().filter(id__in=keys).values(*columns):
            changes[row['id']].append((row['history_date'], 0, row['history_id'], row))
        changed, gone, written = [], [], []
        for key in keys:
            rows = rows_with_rules(sorted(changes.pop(key), key=lambda each: each[:3]), names)
            new = [place for place, row in enumerate(rows) if row['history_id'] is None]
            # Later rows of one version have later keys.
            kept = new[0] if new else len(rows)
            changed += rows[:kept]
            gone += [row['history_id'] for row in rows[kept:] if row['history_id'] is not None]
            written += rows[kept:]
        history.objects.bulk_update(
            (history(**row) for row in changed), [name.removesuffix('_id') for name in TAKEN],
            batch_size=AT_ONCE,
        )
        for some in some_at_once(gone):
            history.objects.filter(history_id__in=some).delete()
        history.objects.bulk_create(
            (history(**{**row, 'history_id': None}) for row in written), batch_size=AT_ONCE
        )  # fmt: skip


def together(event):
    """What changes that were made in one go share. All that was seeded was."""
    _, is_clause, key, row = event
    if row['history_nature'] == 'seeded':
        return 'seeded'
    return row['history_batch'] or (is_clause, key)


def rows_with_rules(events, names):
    """The history of one version, of the changes of it and its clauses in order. A row that was not
    there has no key."""
    rows, clauses, version = [], {}, None

    def now(version):
        in_order = sorted(clauses.values(), key=lambda clause: (clause['order'], clause['id']))
        return version | carried(version, in_order, names)

    for _, some in groupby(events, key=together):
        some = list(some)
        before = now(version) if version else None
        for _, is_clause, _, row in some:
            if not is_clause and row['history_type'] == '-':
                # Its clauses were removed before it.
                rows.append(row | {name: before[name] for name in TAKEN} if before else row)
                version = None
        for _, is_clause, _, row in some:
            if is_clause and row['history_type'] == '-':
                clauses.pop(row['id'], None)
            elif is_clause:
                clauses[row['id']] = row
        own = [row for _, is_clause, _, row in some if not is_clause and row['history_type'] != '-']
        rows += map(now, own)
        if own:
            version = own[-1]
        elif version and (after := now(version)) != before:
            last = some[-1][-1]
            rows.append(after | {name: last[name] for name in OF_HISTORY})
            rows[-1] |= {'history_id': None, 'history_type': '~'}
    return rows


class Migration(migrations.Migration):
    """Its own, since PostgreSQL changes no table whose rows the same migration has changed."""

    dependencies = [
        ('forums', '0032_source_of_quoracy'),
    ]

    operations = [migrations.RunPython(carry_over)]
