"""Whole consultations over a Redis Cluster and over Sentinel, while a master dies in mid-call."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.test_trouble import assert_complete, call_cooperative, running
from tests.fakes.redis_cluster import RealCluster
from tests.fakes.redis_sentinels import WatchedRedis

# Twilio's patience is phone time: the seconds of a failover must not be minutes of it.
PATIENT = 5.0


@pytest.mark.slow
@pytest.mark.parametrize("kind", [RealCluster, WatchedRedis])
async def test_a_master_that_dies_in_mid_call_does_not_end_it(
    kind: type[RealCluster] | type[WatchedRedis], tmp_path: Path
) -> None:
    nodes = tmp_path / "nodes"
    nodes.mkdir()
    with kind(nodes) as redis:
        environment = {"REDIS_URL": redis.url, "REDIS_WAIT_REPLICAS": "1"}
        async with running(tmp_path, PATIENT, **environment) as (world, gateway_url):
            with world.events() as events:
                calling = asyncio.create_task(call_cooperative(world, gateway_url))
                said = 0
                async for event in events:
                    said += event.kind == "callee_said"
                    if said == 1:
                        break
                master = redis.masters[_shard_of_call(redis)] if isinstance(redis, RealCluster) else redis.master
                await asyncio.to_thread(master.kill)
                report = await calling
    assert_complete(report)


def _shard_of_call(cluster: RealCluster) -> int:
    """Returns the number of the master that has the only consultation."""
    found = [any(master.ask.scan_iter("calling:*:record:*")) for master in cluster.masters]
    return found.index(True)
