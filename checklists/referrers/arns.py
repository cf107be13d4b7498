"""What ARNs and addresses of AWS say.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FUNCTION = re.compile(r"arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[A-Za-z0-9_-]+")
_FUNCTION_TEMPLATE = re.compile(r"arn:[\w-]+:lambda:[^:/]*:[^:/]*:function:[^/]+")
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_HOST = re.compile(r"\b([a-z0-9]{8,12})\.execute-api\.([a-z0-9-]+)\.amazonaws\.com")
ANY_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:[^\s\"'<>|,)\]]+")


@dataclass(frozen=True)
class Arn:
    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def parse(arn: str) -> Arn | None:
    parts = arn.split(":", 5)
    return Arn(*parts[1:]) if len(parts) == 6 and parts[0] == "arn" else None


def function_in(value: str) -> str | None:
    """The ARN of the function that an integration's address or a qualified ARN names; None without one, and for one
    whose name holds a variable. The alias may."""
    found = _FUNCTION.search(value)
    if found is None or "${" in value[: found.end()] or value.startswith("${", found.end()):
        return None
    return found.group()


def function_pattern_in(value: str) -> str | None:
    """The pattern of ARNs that an address with variables may lead to; None when it leads to no function."""
    if "${" not in value:
        return None
    found = _FUNCTION_TEMPLATE.search(_VARIABLE.sub("*", value))
    if found is None:
        return "arn:*:lambda:*:*:function:*" if "lambda" in value or value.startswith("${") else None
    arn = parse(found.group())
    assert arn is not None
    return ":".join(["arn", arn.partition, "lambda", arn.region, arn.account, *arn.resource.split(":")[:2]])


def execute_api_hosts(value: str) -> list[tuple[str, str]]:
    """(API id, region) of each execute-api host in a text."""
    return _HOST.findall(value)


def execute_api(value: str) -> tuple[str, str, str] | None:
    """(region, account, API id) of arn:…:execute-api:REGION:ACCOUNT:API/STAGE/…; any of them may be a pattern."""
    arn = parse(value)
    if arn is None or arn.service != "execute-api":
        return None
    return arn.region, arn.account, arn.resource.split("/", 1)[0]
