"""Mapping templates: the part of the Velocity Template Language that API Gateway's templates use. No I/O.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
"""

from __future__ import annotations

from shim.gateway.vtl.errors import TemplateFailed, TemplateInvalid, VtlError
from shim.gateway.vtl.objects import Input, Scope
from shim.gateway.vtl.template import Template, compile_template

__all__ = ["Input", "Scope", "Template", "TemplateFailed", "TemplateInvalid", "VtlError", "compile_template"]
