from django.db import migrations, models

from records.reshaping import ChangeModels


def take_permissions_away(apps, schema_editor):
    """Nobody needs permissions for clauses any more. Logs still name their kind."""
    apps.get_model('auth', 'Permission').objects.filter(
        content_type__app_label='forums',
        content_type__model__in=['quoracyclause', 'historicalquoracyclause'],
    ).delete()


class Migration(migrations.Migration):
    """Clauses of quoracy are rules by now."""

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('forums', '0033_clauses_as_rules'),
    ]

    operations = [
        migrations.RunPython(take_permissions_away),
        ChangeModels(operations := [
        migrations.RemoveConstraint(
            model_name='termsofreference',
            name='forums_termsofreference_quoracy_also_asks',
        ),
        migrations.RenameField(
            model_name='termsofreference',
            old_name='quoracy_clauses_say_all',
            new_name='quoracy_rule_says_all',
        ),
        migrations.RenameField(
            model_name='historicaltermsofreference',
            old_name='quoracy_clauses_say_all',
            new_name='quoracy_rule_says_all',
        ),
        migrations.AlterField(
            model_name='historicaltermsofreference',
            name='quoracy_rule',
            field=models.JSONField(blank=True, help_text='What makes a meeting quorate, as far as it can be worked out.', null=True, verbose_name='rule of quoracy'),
        ),
        migrations.AlterField(
            model_name='termsofreference',
            name='quoracy_rule',
            field=models.JSONField(blank=True, help_text='What makes a meeting quorate, as far as it can be worked out.', null=True, verbose_name='rule of quoracy'),
        ),
        migrations.AddConstraint(
            model_name='termsofreference',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('quoracy_also_asks', ''), _negated=True), ('quoracy_rule_says_all', False), ('quoracy_rule_says_all__isnull', False)), models.Q(models.Q(('quoracy_rule_says_all', True), ('quoracy_rule_says_all__isnull', True), _connector='OR'), ('quoracy_also_asks', '')), _connector='OR'), name='forums_termsofreference_quoracy_also_asks', violation_error_message='Write “What the document also asks of quoracy” if the rule of quoracy does not say all that the document asks, and only then.'),
        ),
        migrations.DeleteModel(
            name='HistoricalQuoracyClause',
        ),
        migrations.DeleteModel(
            name='QuoracyClause',
        ),
        ], operations),
    ]
