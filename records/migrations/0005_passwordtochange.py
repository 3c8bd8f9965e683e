import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def ask_those_who_never_signed_in(apps, schema_editor):
    """Their password is still the one that they were told. Superusers chose theirs."""
    database = schema_editor.connection.alias
    users = apps.get_model('auth', 'User').objects.using(database)
    rows = apps.get_model('records', 'PasswordToChange').objects.using(database)
    waiting = users.filter(last_login=None, is_superuser=False)
    rows.bulk_create(rows.model(user=user) for user in waiting)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('records', '0004_names_folded_anew'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PasswordToChange',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='password_to_change', serialize=False, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.RunPython(ask_those_who_never_signed_in, migrations.RunPython.noop),
    ]
