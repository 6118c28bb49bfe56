"""Tests that share what takes long to build stay on one worker, with the versions that are installed."""

from __future__ import annotations

import os

import pytest


@pytest.mark.xdist_group("kept-together")
def test_groups_reach_who_deals_the_tests_out(request: pytest.FixtureRequest) -> None:
    """The group travels in the test's name; where pytest ignores that, each worker builds the year of its own."""
    if "PYTEST_XDIST_WORKER" not in os.environ or not request.config.getoption("loadgroup", default=False):
        pytest.skip("there are groups only with several workers: make test")
    assert request.node.nodeid.endswith("@kept-together")
