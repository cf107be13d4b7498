from tests.migrator.deploy.aws.stacks import module
from tests.shim.conftest import redis_server

__all__ = ["module", "redis_server"]
