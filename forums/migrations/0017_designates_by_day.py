"""For finding the designates who were named on some days."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('forums', '0016_independent_and_named'),
        ('organisations', '0009_kinds_of_succession'),
        ('people', '0010_named'),
        ('records', '0009_as_of_not_before'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(condition=models.Q(('named_date__isnull', False)), fields=['named_precision', 'named_date'], name='membership_by_named'),
        ),
    ]
