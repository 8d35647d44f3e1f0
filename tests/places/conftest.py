from __future__ import annotations

import pytest

from bot.places.guide import Guide, project_guide
from bot.places.places import Places


@pytest.fixture(scope="session")
def guide() -> Guide:
    return project_guide()


@pytest.fixture(scope="session")
def places(guide: Guide) -> Places:
    return guide.places
