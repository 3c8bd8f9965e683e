from functools import partial

import datetime
from django.db import migrations, models

from records.four_days import reshape, work_out
from records.reshaping import ChangeModels


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0006_facts_as_of'),
        ('records', '0009_as_of_not_before'),
    ]

    operations = [
        ChangeModels(
            database_operations=[
                migrations.RunPython(partial(work_out, label='organisations')),
            ],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name='organisation',
                    name='organisations_organisation_start_or_end',
                ),
                migrations.RemoveConstraint(
                    model_name='organisation',
                    name='organisations_organisation_period_words',
                ),
                migrations.RemoveConstraint(
                    model_name='organisation',
                    name='organisations_organisation_certain_days',
                ),
                migrations.RemoveConstraint(
                    model_name='organisationname',
                    name='organisations_organisationname_start_or_end',
                ),
                migrations.RemoveConstraint(
                    model_name='organisationname',
                    name='organisations_organisationname_period_words',
                ),
                migrations.RemoveConstraint(
                    model_name='organisationname',
                    name='organisations_organisationname_certain_days',
                ),
                migrations.RemoveConstraint(
                    model_name='post',
                    name='organisations_post_start_or_end',
                ),
                migrations.RemoveConstraint(
                    model_name='post',
                    name='organisations_post_period_words',
                ),
                migrations.RemoveConstraint(
                    model_name='post',
                    name='organisations_post_certain_days',
                ),
                migrations.RemoveConstraint(
                    model_name='relationship',
                    name='organisations_relationship_start_or_end',
                ),
                migrations.RemoveConstraint(
                    model_name='relationship',
                    name='organisations_relationship_period_words',
                ),
                migrations.RemoveConstraint(
                    model_name='relationship',
                    name='organisations_relationship_certain_days',
                ),
                migrations.RemoveIndex(
                    model_name='organisation',
                    name='organisations_org_by_name',
                ),
                migrations.RemoveIndex(
                    model_name='post',
                    name='organisations_post_by_kind',
                ),
                migrations.RemoveField(
                    model_name='historicalorganisation',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='historicalorganisation',
                    name='certain_to',
                ),
                migrations.RemoveField(
                    model_name='historicalorganisationname',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='historicalorganisationname',
                    name='certain_to',
                ),
                migrations.RemoveField(
                    model_name='historicalpost',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='historicalpost',
                    name='certain_to',
                ),
                migrations.RemoveField(
                    model_name='historicalrelationship',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='historicalrelationship',
                    name='certain_to',
                ),
                migrations.RemoveField(
                    model_name='organisation',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='organisation',
                    name='certain_to',
                ),
                migrations.RemoveField(
                    model_name='organisationname',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='organisationname',
                    name='certain_to',
                ),
                migrations.RemoveField(
                    model_name='post',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='post',
                    name='certain_to',
                ),
                migrations.RemoveField(
                    model_name='relationship',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='relationship',
                    name='certain_to',
                ),
                migrations.AddField(
                    model_name='historicalorganisation',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalorganisation',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalorganisation',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalorganisation',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalorganisationname',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalorganisationname',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalorganisationname',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalorganisationname',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalpost',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalpost',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalpost',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalpost',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalrelationship',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalrelationship',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalrelationship',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalrelationship',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='organisation',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='organisation',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='organisation',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='organisation',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='organisationname',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='organisationname',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='organisationname',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='organisationname',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='post',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='post',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='post',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='post',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='relationship',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='relationship',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='relationship',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='relationship',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AlterField(
                    model_name='historicalorganisation',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='historicalorganisation',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AlterField(
                    model_name='historicalorganisationname',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='historicalorganisationname',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AlterField(
                    model_name='historicalpost',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='historicalpost',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AlterField(
                    model_name='historicalrelationship',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='historicalrelationship',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AlterField(
                    model_name='organisation',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='organisation',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AlterField(
                    model_name='organisationname',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='organisationname',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AlterField(
                    model_name='post',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='post',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AlterField(
                    model_name='relationship',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='relationship',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AddIndex(
                    model_name='organisation',
                    index=models.Index(fields=['folded', 'id', 'start_date', 'earliest_start', 'latest_start', 'earliest_end', 'latest_end'], name='organisations_org_by_name'),
                ),
                migrations.AddIndex(
                    model_name='post',
                    index=models.Index(fields=['kind', 'organisation', 'start_date', 'earliest_start', 'latest_start', 'earliest_end', 'latest_end'], name='organisations_post_by_kind'),
                ),
                migrations.AddConstraint(
                    model_name='organisation',
                    constraint=models.CheckConstraint(condition=models.Q(('start_date__isnull', False), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by'])), _connector='OR'), name='organisations_organisation_start_or_end', violation_error_message='Give a start date. It may be left empty only for something that is over.'),
                ),
                migrations.AddConstraint(
                    model_name='organisation',
                    constraint=models.CheckConstraint(condition=models.Q(('start_precision__in', ['day', 'month', 'year']), ('end_precision__in', ['day', 'month', 'year']), ('start_qualifier__in', ['on', 'by', 'not-before']), ('end_qualifier__in', ['on', 'by', 'not-before'])), name='organisations_organisation_period_words', violation_error_message='Choose day, month or year, and on, by or not before.'),
                ),
                migrations.AddConstraint(
                    model_name='organisation',
                    constraint=models.CheckConstraint(condition=models.Q(('earliest_end__gte', models.F('earliest_start')), ('earliest_end__lte', models.F('latest_end')), ('earliest_start__lte', models.F('latest_start')), ('latest_start__lte', models.F('latest_end')), models.Q(models.Q(('earliest_start', datetime.date(1, 1, 1)), models.Q(('start_date__isnull', True), ('start_qualifier', 'by'), _connector='OR')), models.Q(('earliest_start', models.F('start_date')), ('start_date__isnull', False), ('start_qualifier__in', ['on', 'not-before'])), _connector='OR'), models.Q(models.Q(('earliest_end', datetime.date(9999, 12, 31)), ('latest_end', datetime.date(9999, 12, 31)), models.Q(('end_date__isnull', True), ('end_qualifier', 'not-before'), _connector='OR')), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by']), ('latest_end', models.F('end_date'))), _connector='OR'), models.Q(('latest_start__lt', datetime.date(9999, 12, 31)), ('start_qualifier', 'not-before'), _connector='OR')), name='organisations_organisation_four_days', violation_error_message='The earliest and latest start and end follow from the start and the end.'),
                ),
                migrations.AddConstraint(
                    model_name='organisationname',
                    constraint=models.CheckConstraint(condition=models.Q(('start_date__isnull', False), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by'])), _connector='OR'), name='organisations_organisationname_start_or_end', violation_error_message='Give a start date. It may be left empty only for something that is over.'),
                ),
                migrations.AddConstraint(
                    model_name='organisationname',
                    constraint=models.CheckConstraint(condition=models.Q(('start_precision__in', ['day', 'month', 'year']), ('end_precision__in', ['day', 'month', 'year']), ('start_qualifier__in', ['on', 'by', 'not-before']), ('end_qualifier__in', ['on', 'by', 'not-before'])), name='organisations_organisationname_period_words', violation_error_message='Choose day, month or year, and on, by or not before.'),
                ),
                migrations.AddConstraint(
                    model_name='organisationname',
                    constraint=models.CheckConstraint(condition=models.Q(('earliest_end__gte', models.F('earliest_start')), ('earliest_end__lte', models.F('latest_end')), ('earliest_start__lte', models.F('latest_start')), ('latest_start__lte', models.F('latest_end')), models.Q(models.Q(('earliest_start', datetime.date(1, 1, 1)), models.Q(('start_date__isnull', True), ('start_qualifier', 'by'), _connector='OR')), models.Q(('earliest_start', models.F('start_date')), ('start_date__isnull', False), ('start_qualifier__in', ['on', 'not-before'])), _connector='OR'), models.Q(models.Q(('earliest_end', datetime.date(9999, 12, 31)), ('latest_end', datetime.date(9999, 12, 31)), models.Q(('end_date__isnull', True), ('end_qualifier', 'not-before'), _connector='OR')), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by']), ('latest_end', models.F('end_date'))), _connector='OR'), models.Q(('latest_start__lt', datetime.date(9999, 12, 31)), ('start_qualifier', 'not-before'), _connector='OR')), name='organisations_organisationname_four_days', violation_error_message='The earliest and latest start and end follow from the start and the end.'),
                ),
                migrations.AddConstraint(
                    model_name='post',
                    constraint=models.CheckConstraint(condition=models.Q(('start_date__isnull', False), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by'])), _connector='OR'), name='organisations_post_start_or_end', violation_error_message='Give a start date. It may be left empty only for something that is over.'),
                ),
                migrations.AddConstraint(
                    model_name='post',
                    constraint=models.CheckConstraint(condition=models.Q(('start_precision__in', ['day', 'month', 'year']), ('end_precision__in', ['day', 'month', 'year']), ('start_qualifier__in', ['on', 'by', 'not-before']), ('end_qualifier__in', ['on', 'by', 'not-before'])), name='organisations_post_period_words', violation_error_message='Choose day, month or year, and on, by or not before.'),
                ),
                migrations.AddConstraint(
                    model_name='post',
                    constraint=models.CheckConstraint(condition=models.Q(('earliest_end__gte', models.F('earliest_start')), ('earliest_end__lte', models.F('latest_end')), ('earliest_start__lte', models.F('latest_start')), ('latest_start__lte', models.F('latest_end')), models.Q(models.Q(('earliest_start', datetime.date(1, 1, 1)), models.Q(('start_date__isnull', True), ('start_qualifier', 'by'), _connector='OR')), models.Q(('earliest_start', models.F('start_date')), ('start_date__isnull', False), ('start_qualifier__in', ['on', 'not-before'])), _connector='OR'), models.Q(models.Q(('earliest_end', datetime.date(9999, 12, 31)), ('latest_end', datetime.date(9999, 12, 31)), models.Q(('end_date__isnull', True), ('end_qualifier', 'not-before'), _connector='OR')), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by']), ('latest_end', models.F('end_date'))), _connector='OR'), models.Q(('latest_start__lt', datetime.date(9999, 12, 31)), ('start_qualifier', 'not-before'), _connector='OR')), name='organisations_post_four_days', violation_error_message='The earliest and latest start and end follow from the start and the end.'),
                ),
                migrations.AddConstraint(
                    model_name='relationship',
                    constraint=models.CheckConstraint(condition=models.Q(('start_date__isnull', False), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by'])), _connector='OR'), name='organisations_relationship_start_or_end', violation_error_message='Give a start date. It may be left empty only for something that is over.'),
                ),
                migrations.AddConstraint(
                    model_name='relationship',
                    constraint=models.CheckConstraint(condition=models.Q(('start_precision__in', ['day', 'month', 'year']), ('end_precision__in', ['day', 'month', 'year']), ('start_qualifier__in', ['on', 'by', 'not-before']), ('end_qualifier__in', ['on', 'by', 'not-before'])), name='organisations_relationship_period_words', violation_error_message='Choose day, month or year, and on, by or not before.'),
                ),
                migrations.AddConstraint(
                    model_name='relationship',
                    constraint=models.CheckConstraint(condition=models.Q(('earliest_end__gte', models.F('earliest_start')), ('earliest_end__lte', models.F('latest_end')), ('earliest_start__lte', models.F('latest_start')), ('latest_start__lte', models.F('latest_end')), models.Q(models.Q(('earliest_start', datetime.date(1, 1, 1)), models.Q(('start_date__isnull', True), ('start_qualifier', 'by'), _connector='OR')), models.Q(('earliest_start', models.F('start_date')), ('start_date__isnull', False), ('start_qualifier__in', ['on', 'not-before'])), _connector='OR'), models.Q(models.Q(('earliest_end', datetime.date(9999, 12, 31)), ('latest_end', datetime.date(9999, 12, 31)), models.Q(('end_date__isnull', True), ('end_qualifier', 'not-before'), _connector='OR')), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by']), ('latest_end', models.F('end_date'))), _connector='OR'), models.Q(('latest_start__lt', datetime.date(9999, 12, 31)), ('start_qualifier', 'not-before'), _connector='OR')), name='organisations_relationship_four_days', violation_error_message='The earliest and latest start and end follow from the start and the end.'),
                ),
            ],
        ),
        migrations.RunPython(partial(reshape, label='organisations')),
    ]
