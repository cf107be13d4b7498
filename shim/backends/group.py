"""Functions that can share one process: those with one code root, one environment and one working directory."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shim.backends.function import PythonFunction

OWN_PREFIX = "SHIM_"
"""Variables of the shim itself, among them its secrets: no function sees them."""


@dataclass(frozen=True, slots=True)
class Group:
    """`functions`: by the id under which integrations name them."""

    root: Path
    working_directory: Path
    environment: Mapping[str, str]
    functions: Mapping[str, PythonFunction]

    def process_environment(self, region: str) -> dict[str, str]:
        """This process's variables, those of the functions, and those that Lambda's runtime sets.

        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
        What belongs to a single function is set when the group has no other.
        """
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OWN_PREFIX)}
        merged = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region} | inherited | dict(self.environment)
        merged |= {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "LAMBDA_TASK_ROOT": str(self.root),
            # Not sampled: an X-Ray SDK in a handler finds a trace, and sends nothing.
            "_X_AMZN_TRACE_ID": f"Root=1-00000000-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0",
        }
        if len(self.functions) == 1:
            (function,) = self.functions.values()
            merged |= {
                "AWS_LAMBDA_FUNCTION_NAME": function.deployed_name,
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
                "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.deployed_name}",
                "_HANDLER": f"{function.module}.{function.function}",
            }
        return merged


def grouped(functions: Mapping[str, PythonFunction]) -> list[Group]:
    """Each function is in exactly one."""
    found: dict[tuple[Path, Path, frozenset[tuple[str, str]]], dict[str, PythonFunction]] = {}
    for function_id, function in functions.items():
        root = function.root.resolve()
        folder = (function.working_directory or root).resolve()
        found.setdefault((root, folder, frozenset(function.environment.items())), {})[function_id] = function
    return [Group(root, folder, dict(own), members) for (root, folder, own), members in found.items()]
