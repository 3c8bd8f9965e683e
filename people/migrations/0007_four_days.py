from functools import partial

import datetime
from django.db import migrations, models

from records.four_days import reshape, work_out
from records.reshaping import ChangeModels


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0007_four_days'),
        ('people', '0006_facts_as_of'),
        ('records', '0009_as_of_not_before'),
    ]

    operations = [
        ChangeModels(
            database_operations=[
                migrations.RunPython(partial(work_out, label='people')),
            ],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name='appointment',
                    name='people_appointment_start_or_end',
                ),
                migrations.RemoveConstraint(
                    model_name='appointment',
                    name='people_appointment_period_words',
                ),
                migrations.RemoveConstraint(
                    model_name='appointment',
                    name='people_appointment_certain_days',
                ),
                migrations.RemoveConstraint(
                    model_name='personname',
                    name='people_personname_start_or_end',
                ),
                migrations.RemoveConstraint(
                    model_name='personname',
                    name='people_personname_period_words',
                ),
                migrations.RemoveConstraint(
                    model_name='personname',
                    name='people_personname_certain_days',
                ),
                migrations.RemoveIndex(
                    model_name='appointment',
                    name='people_appointment_by_post',
                ),
                migrations.RemoveIndex(
                    model_name='appointment',
                    name='people_appointment_by_term',
                ),
                migrations.RemoveField(
                    model_name='appointment',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='appointment',
                    name='certain_to',
                ),
                migrations.RemoveField(
                    model_name='historicalappointment',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='historicalappointment',
                    name='certain_to',
                ),
                migrations.RemoveField(
                    model_name='historicalpersonname',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='historicalpersonname',
                    name='certain_to',
                ),
                migrations.RemoveField(
                    model_name='personname',
                    name='certain_from',
                ),
                migrations.RemoveField(
                    model_name='personname',
                    name='certain_to',
                ),
                migrations.AddField(
                    model_name='appointment',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='appointment',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='appointment',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='appointment',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalappointment',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalappointment',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalappointment',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalappointment',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalpersonname',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalpersonname',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalpersonname',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='historicalpersonname',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='personname',
                    name='earliest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='personname',
                    name='earliest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='personname',
                    name='latest_end',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name='personname',
                    name='latest_start',
                    field=models.DateField(editable=False),
                    preserve_default=False,
                ),
                migrations.AlterField(
                    model_name='appointment',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='appointment',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AlterField(
                    model_name='historicalappointment',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='historicalappointment',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AlterField(
                    model_name='historicalpersonname',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='historicalpersonname',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AlterField(
                    model_name='personname',
                    name='end_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', max_length=10, verbose_name='end is'),
                ),
                migrations.AlterField(
                    model_name='personname',
                    name='start_qualifier',
                    field=models.CharField(choices=[('on', 'on this date'), ('by', 'by this date, true date not recorded'), ('not-before', 'not before this date, true date not recorded')], default='on', help_text='Choose “by” when a source shows it was so by then, but not since when. Choose “not before” when it is to start later and no source says when.', max_length=10, verbose_name='start is'),
                ),
                migrations.AddIndex(
                    model_name='appointment',
                    index=models.Index(fields=['post', 'start_date', 'earliest_start', 'latest_start', 'earliest_end', 'latest_end'], name='people_appointment_by_post'),
                ),
                migrations.AddIndex(
                    model_name='appointment',
                    index=models.Index(condition=models.Q(('latest_end', datetime.date(9999, 12, 31)), ('term_ends__isnull', False)), fields=['term_ends', 'post'], name='people_appointment_by_term'),
                ),
                migrations.AddConstraint(
                    model_name='appointment',
                    constraint=models.CheckConstraint(condition=models.Q(('start_date__isnull', False), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by'])), _connector='OR'), name='people_appointment_start_or_end', violation_error_message='Give a start date. It may be left empty only for something that is over.'),
                ),
                migrations.AddConstraint(
                    model_name='appointment',
                    constraint=models.CheckConstraint(condition=models.Q(('start_precision__in', ['day', 'month', 'year']), ('end_precision__in', ['day', 'month', 'year']), ('start_qualifier__in', ['on', 'by', 'not-before']), ('end_qualifier__in', ['on', 'by', 'not-before'])), name='people_appointment_period_words', violation_error_message='Choose day, month or year, and on, by or not before.'),
                ),
                migrations.AddConstraint(
                    model_name='appointment',
                    constraint=models.CheckConstraint(condition=models.Q(('earliest_end__gte', models.F('earliest_start')), ('earliest_end__lte', models.F('latest_end')), ('earliest_start__lte', models.F('latest_start')), ('latest_start__lte', models.F('latest_end')), models.Q(models.Q(('earliest_start', datetime.date(1, 1, 1)), models.Q(('start_date__isnull', True), ('start_qualifier', 'by'), _connector='OR')), models.Q(('earliest_start', models.F('start_date')), ('start_date__isnull', False), ('start_qualifier__in', ['on', 'not-before'])), _connector='OR'), models.Q(models.Q(('earliest_end', datetime.date(9999, 12, 31)), ('latest_end', datetime.date(9999, 12, 31)), models.Q(('end_date__isnull', True), ('end_qualifier', 'not-before'), _connector='OR')), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by']), ('latest_end', models.F('end_date'))), _connector='OR'), models.Q(('latest_start__lt', datetime.date(9999, 12, 31)), ('start_qualifier', 'not-before'), _connector='OR')), name='people_appointment_four_days', violation_error_message='The earliest and latest start and end follow from the start and the end.'),
                ),
                migrations.AddConstraint(
                    model_name='personname',
                    constraint=models.CheckConstraint(condition=models.Q(('start_date__isnull', False), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by'])), _connector='OR'), name='people_personname_start_or_end', violation_error_message='Give a start date. It may be left empty only for something that is over.'),
                ),
                migrations.AddConstraint(
                    model_name='personname',
                    constraint=models.CheckConstraint(condition=models.Q(('start_precision__in', ['day', 'month', 'year']), ('end_precision__in', ['day', 'month', 'year']), ('start_qualifier__in', ['on', 'by', 'not-before']), ('end_qualifier__in', ['on', 'by', 'not-before'])), name='people_personname_period_words', violation_error_message='Choose day, month or year, and on, by or not before.'),
                ),
                migrations.AddConstraint(
                    model_name='personname',
                    constraint=models.CheckConstraint(condition=models.Q(('earliest_end__gte', models.F('earliest_start')), ('earliest_end__lte', models.F('latest_end')), ('earliest_start__lte', models.F('latest_start')), ('latest_start__lte', models.F('latest_end')), models.Q(models.Q(('earliest_start', datetime.date(1, 1, 1)), models.Q(('start_date__isnull', True), ('start_qualifier', 'by'), _connector='OR')), models.Q(('earliest_start', models.F('start_date')), ('start_date__isnull', False), ('start_qualifier__in', ['on', 'not-before'])), _connector='OR'), models.Q(models.Q(('earliest_end', datetime.date(9999, 12, 31)), ('latest_end', datetime.date(9999, 12, 31)), models.Q(('end_date__isnull', True), ('end_qualifier', 'not-before'), _connector='OR')), models.Q(('end_date__isnull', False), ('end_qualifier__in', ['on', 'by']), ('latest_end', models.F('end_date'))), _connector='OR'), models.Q(('latest_start__lt', datetime.date(9999, 12, 31)), ('start_qualifier', 'not-before'), _connector='OR')), name='people_personname_four_days', violation_error_message='The earliest and latest start and end follow from the start and the end.'),
                ),
                migrations.AddConstraint(
                    model_name='appointment',
                    constraint=models.UniqueConstraint(condition=models.Q(('basis__in', ['substantive', 'interim']), ('latest_start', datetime.date(9999, 12, 31)), ('sole', True)), fields=('post',), name='people_appointment_one_announced', violation_error_message='Somebody is already to come to this post on a day that no source gives. Withdraw that record first, or give its start.'),
                ),
            ],
        ),
        migrations.RunPython(partial(reshape, label='people')),
    ]
