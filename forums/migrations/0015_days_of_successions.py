"""The day and the kind of each succession, and the document by which a plan was given up.

The columns are added to the history too, so that what was recorded before reads as it did.
"""

import datetime
import django.db.models.deletion
from django.db import migrations, models

from records.reshaping import ChangeModels, ChangeTables


FOUR_DAYS = ('earliest_start', 'latest_start', 'earliest_end', 'latest_end')
START_QUALIFIER = models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is')


class Migration(migrations.Migration):

    dependencies = [
        ('forums', '0014_acting_for'),
        ('records', '0009_as_of_not_before'),
    ]

    operations = [
        ChangeTables([
        migrations.AddField(
            model_name='historicalsuccession',
            name='earliest_end',
            field=models.DateField(default=datetime.date(9999, 12, 31), editable=False),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='earliest_start',
            field=models.DateField(default=datetime.date(1, 1, 1), editable=False),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='end_date',
            field=models.DateField(blank=True, help_text='Last day, included. Leave empty while it is in force.', null=True, verbose_name='end'),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='end_document',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='The paper that says it ended, if that is not the source document.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='records.document', verbose_name='source of the end'),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='end_locator',
            field=models.CharField(blank=True, help_text='The page, slide or section that says so.', max_length=300, verbose_name='place in that source'),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='end_precision',
            field=models.CharField(choices=[('day', 'day'), ('month', 'month'), ('year', 'year')], default='day', max_length=5, verbose_name='end known to the'),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='end_qualifier',
            field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='given_up_document',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Only for a plan that came to nothing: the paper that says so.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='records.document', verbose_name='plan given up, according to'),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='given_up_locator',
            field=models.CharField(blank=True, help_text='The page, slide or section that says so.', max_length=300, verbose_name='place in that paper'),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='kind',
            field=models.CharField(choices=[('succeeded-by', 'succeeded by'), ('replaced-by', 'replaced by'), ('merged-into', 'merged into'), ('split-into', 'split into'), ('in-part-by', 'taken over in part by'), ('renamed', 'renamed')], default='succeeded-by', max_length=15),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='latest_end',
            field=models.DateField(default=datetime.date(9999, 12, 31), editable=False),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='latest_start',
            field=models.DateField(default=datetime.date(9999, 12, 31), editable=False),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='start_date',
            field=models.DateField(blank=True, help_text='The first day on which it had come. If only the month or year is known, any day in it will do. Leave empty for a plan that gives no day.', null=True, verbose_name='day'),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='start_precision',
            field=models.CharField(choices=[('day', 'day'), ('month', 'month'), ('year', 'year')], default='day', max_length=5, verbose_name='start known to the'),
        ),
        migrations.AddField(
            model_name='historicalsuccession',
            name='start_qualifier',
            field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='not-before', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
        ),
        migrations.AddField(
            model_name='succession',
            name='earliest_end',
            field=models.DateField(default=datetime.date(9999, 12, 31), editable=False),
        ),
        migrations.AddField(
            model_name='succession',
            name='earliest_start',
            field=models.DateField(default=datetime.date(1, 1, 1), editable=False),
        ),
        migrations.AddField(
            model_name='succession',
            name='end_date',
            field=models.DateField(blank=True, help_text='Last day, included. Leave empty while it is in force.', null=True, verbose_name='end'),
        ),
        migrations.AddField(
            model_name='succession',
            name='end_document',
            field=models.ForeignKey(blank=True, help_text='The paper that says it ended, if that is not the source document.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.document', verbose_name='source of the end'),
        ),
        migrations.AddField(
            model_name='succession',
            name='end_locator',
            field=models.CharField(blank=True, help_text='The page, slide or section that says so.', max_length=300, verbose_name='place in that source'),
        ),
        migrations.AddField(
            model_name='succession',
            name='end_precision',
            field=models.CharField(choices=[('day', 'day'), ('month', 'month'), ('year', 'year')], default='day', max_length=5, verbose_name='end known to the'),
        ),
        migrations.AddField(
            model_name='succession',
            name='end_qualifier',
            field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
        ),
        migrations.AddField(
            model_name='succession',
            name='given_up_document',
            field=models.ForeignKey(blank=True, help_text='Only for a plan that came to nothing: the paper that says so.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.document', verbose_name='plan given up, according to'),
        ),
        migrations.AddField(
            model_name='succession',
            name='given_up_locator',
            field=models.CharField(blank=True, help_text='The page, slide or section that says so.', max_length=300, verbose_name='place in that paper'),
        ),
        migrations.AddField(
            model_name='succession',
            name='kind',
            field=models.CharField(choices=[('succeeded-by', 'succeeded by'), ('replaced-by', 'replaced by'), ('merged-into', 'merged into'), ('split-into', 'split into'), ('in-part-by', 'taken over in part by'), ('renamed', 'renamed')], default='succeeded-by', max_length=15),
        ),
        migrations.AddField(
            model_name='succession',
            name='latest_end',
            field=models.DateField(default=datetime.date(9999, 12, 31), editable=False),
        ),
        migrations.AddField(
            model_name='succession',
            name='latest_start',
            field=models.DateField(default=datetime.date(9999, 12, 31), editable=False),
        ),
        migrations.AddField(
            model_name='succession',
            name='start_date',
            field=models.DateField(blank=True, help_text='The first day on which it had come. If only the month or year is known, any day in it will do. Leave empty for a plan that gives no day.', null=True, verbose_name='day'),
        ),
        migrations.AddField(
            model_name='succession',
            name='start_precision',
            field=models.CharField(choices=[('day', 'day'), ('month', 'month'), ('year', 'year')], default='day', max_length=5, verbose_name='start known to the'),
        ),
        migrations.AddField(
            model_name='succession',
            name='start_qualifier',
            field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='not-before', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
        ),
        migrations.AlterField(
            model_name='historicalsuccession',
            name='description',
            field=models.CharField(blank=True, help_text='Only where they say something else than the kind: “is eventually to be replaced by”.', max_length=200, verbose_name='plan in the document’s words'),
        ),
        migrations.AlterField(
            model_name='succession',
            name='description',
            field=models.CharField(blank=True, help_text='Only where they say something else than the kind: “is eventually to be replaced by”.', max_length=200, verbose_name='plan in the document’s words'),
        ),
        migrations.AddIndex(
            model_name='succession',
            index=models.Index(fields=['start_precision', 'start_date'], name='succession_by_start'),
        ),
        migrations.AddIndex(
            model_name='succession',
            index=models.Index(fields=['end_precision', 'end_date'], name='succession_by_end'),
        ),
        migrations.AddConstraint(
            model_name='succession',
            constraint=models.CheckConstraint(condition=models.Q(('end_date__isnull', True), ('start_date__isnull', True), ('end_date__gte', models.F('start_date')), _connector='OR'), name='forums_succession_end_not_before_start', violation_error_message='The end cannot be before the start.'),
        ),
        migrations.AddConstraint(
            model_name='succession',
            constraint=models.CheckConstraint(condition=models.Q(('start_precision__in', ['day', 'month', 'year']), ('end_precision__in', ['day', 'month', 'year']), ('start_qualifier__in', ['on', 'by', 'not-before']), ('end_qualifier__in', ['on', 'by', 'not-before'])), name='forums_succession_period_words', violation_error_message='Choose day, month or year, and on, by or not before.'),
        ),
        migrations.AddConstraint(
            model_name='succession',
            constraint=models.CheckConstraint(condition=models.Q(('earliest_end__gte', models.F('earliest_start')), ('earliest_end__lte', models.F('latest_end')), ('earliest_start__lte', models.F('latest_start')), ('latest_start__lte', models.F('latest_end')), models.Q(models.Q(('earliest_start', datetime.date(1, 1, 1)), models.Q(('start_date__isnull', True), ('start_qualifier', 'by'), _connector='OR')), models.Q(('earliest_start', models.F('start_date')), ('start_date__isnull', False), ('start_qualifier__in', ['on', 'not-before'])), _connector='OR'), models.Q(models.Q(('earliest_end', datetime.date(9999, 12, 31)), ('latest_end', datetime.date(9999, 12, 31)), models.Q(('end_date__isnull', True), ('end_qualifier', 'not-before'), _connector='OR')), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by']), ('latest_end', models.F('end_date'))), _connector='OR'), models.Q(('latest_start__lt', datetime.date(9999, 12, 31)), ('start_qualifier', 'not-before'), _connector='OR')), name='forums_succession_four_days', violation_error_message='The earliest and latest start and end follow from the start and the end.'),
        ),
        migrations.AddConstraint(
            model_name='succession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_document__isnull', True), ('end_locator', '')), models.Q(('end_date__isnull', False), ('end_document__isnull', False), models.Q(('end_locator', ''), _negated=True)), _connector='OR'), name='forums_succession_end_has_source', violation_error_message='Say which document gives the end, where in it, and the end: all three, or none of the source of the end.'),
        ),
        migrations.AddConstraint(
            model_name='succession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('given_up_document__isnull', True), ('given_up_locator', '')), models.Q(('given_up_document__isnull', False), models.Q(('given_up_locator', ''), _negated=True)), _connector='OR'), name='forums_succession_given_up_has_source', violation_error_message='Say which document gives the plan up, and where in it: both, or neither.'),
        ),
        migrations.AddConstraint(
            model_name='succession',
            constraint=models.CheckConstraint(condition=models.Q(('given_up_document__isnull', True), ('start_date__isnull', True), ('start_qualifier', 'not-before'), _connector='OR'), name='forums_succession_given_up_never_began', violation_error_message='A plan that was given up never came. Leave the start empty, or say that it is not before it.'),
        ),
        migrations.AddConstraint(
            model_name='succession',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['succeeded-by', 'replaced-by', 'merged-into', 'split-into', 'in-part-by', 'renamed'])), name='forums_succession_kind_known', violation_error_message='Choose the kind from the list.'),
        ),
        ]),
        # What was recorded before is a plan that gives no day. There is no such default afterwards.
        ChangeModels(
            state_operations=[
                migrations.AlterField(name, field, kind)
                for name in ('succession', 'historicalsuccession')
                for field, kind in (
                    *((day, models.DateField(editable=False)) for day in FOUR_DAYS),
                    ('start_qualifier', START_QUALIFIER),
                )
            ],
        ),
    ]
