"""The seeded register, for tests that read it."""

import pytest
from django.conf import settings

from ics_register.seeding import load_seed
from tests.standing import changes_undone, standing


@pytest.fixture(scope="package")
def standing_seed(django_db_setup, django_db_blocker):
    with standing(django_db_blocker):
        load_seed(settings.BASE_DIR / "fixtures")
        yield


@pytest.fixture
def seeded(standing_seed):
    """A register with the seed and nothing else."""
    with changes_undone():
        yield
