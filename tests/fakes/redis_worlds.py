"""The kinds of Redis that adapters are tested with: the names of fixtures, without `_url`."""

from __future__ import annotations

import pytest

SEVERAL_SERVERS = (
    pytest.param("whole_cluster", marks=pytest.mark.slow),
    pytest.param("sentinel", marks=pytest.mark.slow),
)
REDIS = ("redis", "cluster", *SEVERAL_SERVERS)
