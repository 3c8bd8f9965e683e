import pytest

from tests.builders import make_document
from tests.people.stage import KINDS, Stage


@pytest.fixture(params=KINDS)
def stage(request):
    return Stage(request.param)


@pytest.fixture
def letter():
    return make_document(slug="letter", short_title="Letter")
