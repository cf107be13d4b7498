"""What is said of the kits is what the kits are."""

from __future__ import annotations

from checklists.capacity.flat import Flat
from checklists.capacity.kits import MOST_TASKS, TASK, beyond_the_kits, with_the_kits
from checklists.capacity.sizing import SHAPES, Shape, Size, size
from migrator.deploy.aws import settings
from migrator.deploy.aws.plan import usual
from tests.checklists.capacity.stand import constants, demand


def of(shape: Shape, **changed: object) -> Size:
    return size(Flat(constants()), demand(**changed), shape)


def test_they_make_their_own_tasks_and_one_shard_as_they_are():
    made = of(TASK)
    assert made.redis.shards == 1
    assert list(beyond_the_kits(made)) == []
    (words,) = with_the_kits(made)
    connections = 2 * made.nodes.connections
    assert words == (
        "The kits for AWS make this as they are. Parameters: MostTasks=10, "
        f"ConnectionsPerTask={connections}, RedisNodeType={made.redis.node}."
    )


def test_other_tasks_and_a_cluster_are_said():
    made = of(SHAPES[0], pushes_s=50_000, received_s=1)
    assert list(beyond_the_kits(made)) == ["tasks", "Cluster"]
    first, tasks, cluster = with_the_kits(made)
    assert first.startswith(
        f"The kits for AWS do not make this as they are. Parameters: MostTasks={made.nodes.nodes}, "
    )
    assert "say 0.25 vCPU and 0.5 GB there, or ask here with --vcpu 1 --memory 2" in tasks
    assert f"a Cluster of {made.redis.shards} shards" in cluster


def test_the_kits_are_as_it_is_said():
    tasks, redis = settings.Tasks(), settings.Redis()
    assert Shape(vcpu=tasks.cpu / 1024, memory_gb=tasks.memory_mb / 1024) == TASK
    assert tasks.most == MOST_TASKS
    assert redis.nodes == 2, "a master and a replica"
    given = usual(settings.AwsSettings("shim", settings.LoadBalancer(), tasks, redis))
    assert {"most_tasks", "connections_per_task", "redis_node_type"} <= given.keys()
