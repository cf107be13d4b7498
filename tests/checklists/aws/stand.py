"""One WebSocket API with its function, as AWS answers it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from checklists.aws.estate import Estate
from checklists.aws.survey import survey
from tests.checklists.aws.answers import ACCOUNT, REGION, Answer, Answers

NOW = datetime(2026, 9, 1, 12, 30, tzinfo=UTC)
MONTH = timedelta(days=30)
CHAT = f"arn:aws:apigateway:{REGION}::/apis/chat123456"
HANDLER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:chat-send"


def uri(function_arn: str) -> str:
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations"


def function(name: str, **more: Any) -> dict[str, Any]:
    return {"FunctionName": name, "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}", **more}


def websocket(**more: Answer) -> dict[str, Answer]:
    """Answers about the API `chat` that are changed by `more`, whose keys have '__' for ':'."""
    table: dict[str, Answer] = {
        "apigatewayv2:GetApis": {
            "Items": [{"ApiId": "chat123456", "Name": "chat", "ProtocolType": "WEBSOCKET", "CreatedDate": NOW}]
        },
        "apigatewayv2:GetIntegrations": {
            "Items": [{"IntegrationId": "int1", "IntegrationType": "AWS_PROXY", "IntegrationUri": uri(HANDLER)}]
        },
        "apigatewayv2:GetRoutes": {
            "Items": [{"RouteId": "route1", "RouteKey": "$connect", "Target": "integrations/int1"}]
        },
        "apigatewayv2:GetStages": {"Items": [{"StageName": "prod", "CreatedDate": NOW}]},
        "lambda:ListFunctions": {"Functions": [function("chat-send"), function("payroll")]},
    }
    return table | {key.replace("__", ":"): value for key, value in more.items()}


def look(answers: Answers | dict[str, Answer], regions: tuple[str, ...] = (REGION,), **options: Any) -> Estate:
    answers = answers if isinstance(answers, Answers) else Answers(answers)
    return survey([answers.access()], regions, **({"window": MONTH, "now": NOW, "clock": lambda: 0.0} | options))
