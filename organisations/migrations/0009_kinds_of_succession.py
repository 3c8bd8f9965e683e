import django.db.models.deletion
from django.db import migrations, models

from records.reshaping import ChangeTables


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0008_not_before'),
        ('records', '0009_as_of_not_before'),
    ]

    operations = [ChangeTables([
        migrations.RemoveConstraint(
            model_name='relationship',
            name='organisations_relationship_kind_known',
        ),
        migrations.AddField(
            model_name='historicalrelationship',
            name='given_up_document',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Only for a plan that came to nothing: the paper that says so.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='records.document', verbose_name='plan given up, according to'),
        ),
        migrations.AddField(
            model_name='historicalrelationship',
            name='given_up_locator',
            field=models.CharField(blank=True, help_text='The page, slide or section that says so.', max_length=300, verbose_name='place in that paper'),
        ),
        migrations.AddField(
            model_name='relationship',
            name='given_up_document',
            field=models.ForeignKey(blank=True, help_text='Only for a plan that came to nothing: the paper that says so.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.document', verbose_name='plan given up, according to'),
        ),
        migrations.AddField(
            model_name='relationship',
            name='given_up_locator',
            field=models.CharField(blank=True, help_text='The page, slide or section that says so.', max_length=300, verbose_name='place in that paper'),
        ),
        migrations.AlterField(
            model_name='historicalrelationship',
            name='kind',
            field=models.CharField(choices=[('succeeded-by', 'succeeded by'), ('replaced-by', 'replaced by'), ('merged-into', 'merged into'), ('split-into', 'split into'), ('in-part-by', 'taken over in part by'), ('renamed', 'renamed'), ('member-of', 'member of'), ('part-of', 'part of'), ('partner-in', 'partner in')], max_length=15),
        ),
        migrations.AlterField(
            model_name='relationship',
            name='kind',
            field=models.CharField(choices=[('succeeded-by', 'succeeded by'), ('replaced-by', 'replaced by'), ('merged-into', 'merged into'), ('split-into', 'split into'), ('in-part-by', 'taken over in part by'), ('renamed', 'renamed'), ('member-of', 'member of'), ('part-of', 'part of'), ('partner-in', 'partner in')], max_length=15),
        ),
        migrations.AddConstraint(
            model_name='relationship',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('given_up_document__isnull', True), ('given_up_locator', '')), models.Q(('given_up_document__isnull', False), models.Q(('given_up_locator', ''), _negated=True)), _connector='OR'), name='organisations_relationship_given_up_has_source', violation_error_message='Say which document gives the plan up, and where in it: both, or neither.'),
        ),
        migrations.AddConstraint(
            model_name='relationship',
            constraint=models.CheckConstraint(condition=models.Q(('given_up_document__isnull', True), ('start_date__isnull', True), ('start_qualifier', 'not-before'), _connector='OR'), name='organisations_relationship_given_up_never_began', violation_error_message='A plan that was given up never came. Leave the start empty, or say that it is not before it.'),
        ),
        migrations.AddConstraint(
            model_name='relationship',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['succeeded-by', 'replaced-by', 'merged-into', 'split-into', 'in-part-by', 'renamed', 'member-of', 'part-of', 'partner-in'])), name='organisations_relationship_kind_known', violation_error_message='Choose the kind from the list.'),
        ),
    ])]
