"""Whether an IAM policy document lets a client invoke the API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from typing import Any, Literal

INVOKE = "execute-api:invoke"
"""The action, in lower case: actions are compared without regard to it."""

RESOURCE_CHARACTERS = 512
"""The longest ARN in a policy that an authorizer returns. Source: the quotas page of API Gateway."""


class PolicyMalformed(ValueError):
    """Raised for what is no policy document. `at` says where: `Statement[1].Effect`."""

    def __init__(self, at: str, reason: str) -> None:
        self.at, self.reason = at, reason
        super().__init__(at, reason)

    def __str__(self) -> str:
        return f"{self.at} {self.reason}"


def allows(document: object, method_arn: str) -> bool:
    """Whether a policy allows `execute-api:Invoke` on the ARN. An explicit Deny wins over any Allow.

    Conditions are not evaluated: an Allow with one allows nothing, a Deny with one denies. Raises PolicyMalformed.
    """
    if not isinstance(document, dict):
        raise PolicyMalformed("policyDocument", "is not an object")
    effects = {
        effect
        for at, statement in enumerate(_list(document.get("Statement")))
        if (effect := _effect(statement, f"Statement[{at}]", method_arn)) is not None
    }
    return effects == {"Allow"}


def _effect(statement: object, at: str, method_arn: str) -> Literal["Allow", "Deny"] | None:
    """What a statement says of the ARN; None when it does not apply."""
    if not isinstance(statement, dict):
        raise PolicyMalformed(at, "is not an object")
    effect = statement.get("Effect")
    if effect not in {"Allow", "Deny"} if isinstance(effect, str) else True:
        raise PolicyMalformed(f"{at}.Effect", "is neither Allow nor Deny")
    action = _covers(statement, "Action", at, INVOKE)
    resource = _covers(statement, "Resource", at, method_arn)
    if not action or not resource or (effect == "Allow" and statement.get("Condition")):
        return None
    return "Allow" if effect == "Allow" else "Deny"


def _covers(statement: dict[str, Any], element: str, at: str, value: str) -> bool:
    """`Action` or `Resource`, or its opposite `NotAction` or `NotResource`; exactly one of the two is there."""
    opposite = f"Not{element}"
    if (element in statement) == (opposite in statement):
        raise PolicyMalformed(f"{at}.{element}", f"is needed, or {opposite}, and not both")
    name = element if element in statement else opposite
    patterns = _list(statement[name])
    for pattern in patterns:
        if not isinstance(pattern, str) or len(pattern) > RESOURCE_CHARACTERS:
            raise PolicyMalformed(f"{at}.{name}", f"is not text of at most {RESOURCE_CHARACTERS} characters")
    if not patterns:
        raise PolicyMalformed(f"{at}.{name}", "is empty")
    matched = any(_matches(pattern.lower() if element == "Action" else pattern, value) for pattern in patterns)
    return matched == (name == element)


def _matches(pattern: str, value: str) -> bool:
    """IAM wildcards: `*` any characters, `?` one. In time that grows with the product of the lengths, whatever the
    pattern: no regular expression, which could be made to take for ever."""
    at = in_value = 0
    star, resume = -1, 0
    while in_value < len(value):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, in_value
            at += 1
        elif at < len(pattern) and pattern[at] in {"?", value[in_value]}:
            at += 1
            in_value += 1
        elif star >= 0:
            resume += 1
            at, in_value = star + 1, resume
        else:
            return False
    return pattern[at:].strip("*") == ""


def _list(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
