"""What a route's integration is: calls it, and says what it answered."""

from __future__ import annotations

from shim.integrations.call import Answer, Backend, Call, FunctionFailed, IntegrationFailed, lambda_answer
from shim.integrations.dispatch import Integrations
from shim.integrations.errors import IntegrationsInvalid
from shim.integrations.options import IntegrationOptions
from shim.integrations.validation import problems_of

__all__ = [
    "Answer",
    "Backend",
    "Call",
    "FunctionFailed",
    "IntegrationFailed",
    "IntegrationOptions",
    "Integrations",
    "IntegrationsInvalid",
    "lambda_answer",
    "problems_of",
]
