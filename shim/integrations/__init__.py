"""What a route's integration is: calls it, and says what it answered."""

from __future__ import annotations

from shim.integrations.call import Answer, Backend, Call, FunctionFailed, IntegrationFailed, lambda_answer
from shim.integrations.dispatch import Integrations

__all__ = ["Answer", "Backend", "Call", "FunctionFailed", "IntegrationFailed", "Integrations", "lambda_answer"]
