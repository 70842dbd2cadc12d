"""A whole consultation over a Redis Cluster, one of whose masters dies in mid-call."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.test_trouble import assert_complete, call_cooperative, running
from tests.fakes.redis_cluster import RealCluster
from tests.fakes.redis_nodes import RedisNode

# Twilio's patience is phone time: the seconds of a failover must not be minutes of it.
PATIENT = 5.0


@pytest.mark.slow
@pytest.mark.timeout(150)
async def test_a_master_that_dies_in_mid_call_does_not_end_it(tmp_path: Path) -> None:
    nodes = tmp_path / "nodes"
    nodes.mkdir()
    with RealCluster(nodes) as redis:
        environment = {"REDIS_URL": redis.url, "REDIS_WAIT_REPLICAS": "1"}
        async with running(tmp_path, PATIENT, **environment) as (world, gateway_url):
            with world.events() as events:
                calling = asyncio.create_task(call_cooperative(world, gateway_url, real_timeout_s=120))
                said = 0
                async for event in events:
                    said += event.kind == "callee_said"
                    if said == 1:
                        break
                await asyncio.to_thread(_master_of_the_call(redis).kill)
                report = await calling
    assert_complete(report)


def _master_of_the_call(cluster: RealCluster) -> RedisNode:
    """Returns the master that has the only consultation."""
    (found,) = (master for master in cluster.masters if any(master.ask.scan_iter("calling:*:record:*")))
    return found
