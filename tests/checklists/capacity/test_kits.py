"""What is said of the kits is what the kits are."""

from __future__ import annotations

import pytest

from checklists.capacity.demand import Demand
from checklists.capacity.flat import Flat
from checklists.capacity.kits import MOST_CONNECTIONS, MOST_TASKS, UNITS, beyond_the_kits, parameters, with_the_kits
from checklists.capacity.sizing import MEMORY_GB, SHAPES, Shape, Size, shape_of, size
from migrator.deploy.aws import settings
from migrator.deploy.aws.fargate import MEMORY_MB
from tests.checklists.capacity.stand import constants, demand
from tests.migrator.deploy.aws.stacks import stack

EVERY_SHAPE = [shape_of(vcpu, memory) for vcpu, some in MEMORY_GB.items() for memory in some]


def of(shape: Shape, **changed: object) -> tuple[Demand, Size]:
    load = demand(**changed)
    return load, size(Flat(constants()), load, shape)


def test_what_they_make_is_said_with_the_parameters_that_it_takes() -> None:
    load, made = of(Shape(vcpu=1, memory_gb=2))
    assert made.redis.shards == 1
    assert list(beyond_the_kits(made)) == []
    (words,) = with_the_kits(load, made)
    connections = 2 * made.nodes.connections
    assert words == (
        "The kits for AWS make this. Parameters: TaskCpu=1024, TaskMemory=2048, MostTasks=10, "
        f"ConnectionsPerTask={connections}, MostConnections=100000, RedisNodeType={made.redis.node}."
    )


@pytest.mark.parametrize("shape", EVERY_SHAPE, ids=str)
def test_the_size_of_a_task_is_one_that_fargate_has(shape: Shape) -> None:
    given = parameters(*of(shape))
    assert int(given["TaskMemory"]) in MEMORY_MB[int(given["TaskCpu"])]
    assert (int(given["TaskCpu"]), int(given["TaskMemory"])) == (shape.vcpu * UNITS, shape.memory_gb * UNITS)


def test_more_than_they_have_where_nothing_is_said_is_asked_for() -> None:
    load, made = of(SHAPES[0], connections=400_000)
    given = parameters(load, made)
    assert int(given["MostConnections"]) == 400_000
    assert int(given["MostTasks"]) == made.nodes.nodes > MOST_TASKS


def test_a_cluster_is_said_to_be_ones_own_to_make() -> None:
    load, made = of(SHAPES[0], pushes_s=50_000, received_s=1)
    assert list(beyond_the_kits(made)) == ["Cluster"]
    first, cluster = with_the_kits(load, made)
    assert first.startswith(
        "The kits for AWS make all but the Redis of this. Parameters: TaskCpu=256, TaskMemory=512, "
    )
    assert f"a Cluster of {made.redis.shards} shards" in cluster


def test_the_kits_are_as_it_is_said() -> None:
    tasks, redis = settings.Tasks(), settings.Redis()
    assert (tasks.most, tasks.streams) == (MOST_TASKS, MOST_CONNECTIONS)
    assert redis.nodes == 2, "a master and a replica"
    made = stack()["Parameters"]
    assert parameters(*of(SHAPES[0])).keys() <= made.keys()
    assert made["MostConnections"]["Default"] == MOST_CONNECTIONS
    assert {float(one) / UNITS for one in made["TaskCpu"]["AllowedValues"]} >= MEMORY_GB.keys()
