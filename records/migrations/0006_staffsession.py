import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def end_sessions_of_the_library(apps, schema_editor):
    """Nobody reads them any more, and nothing would clear them away."""
    sessions = apps.get_model('sessions', 'Session').objects
    sessions.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0005_passwordtochange'),
        ('sessions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StaffSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('began_at', models.DateTimeField()),
                ('address', models.GenericIPAddressField(null=True)),
                ('browser', models.CharField(help_text='In words: “Firefox on Windows”.', max_length=60)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.RunPython(end_sessions_of_the_library, migrations.RunPython.noop),
    ]
