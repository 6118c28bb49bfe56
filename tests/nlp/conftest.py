"""What the tests of nlp share."""

from __future__ import annotations

import pytest

from nlp.assessor import Assessor


@pytest.fixture(scope="session")
def assessor() -> Assessor:
    """The assessor with the knowledge that comes with the program."""
    return Assessor.load()
