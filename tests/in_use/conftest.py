import pytest

from tests.in_use.stage import Stage


@pytest.fixture(params=["post", "seat"])
def stage(request):
    return Stage(request.param)
