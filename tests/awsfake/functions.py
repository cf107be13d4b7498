"""What happens when a Lambda function is invoked: counted, logged, and its table is used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.awsfake.held import moto_dynamodb, moto_lambda, moto_logs

if TYPE_CHECKING:
    from tests.awsfake.world import FakeAws

Outcome = Literal["ran", "throttled", "missing", "failed"]


def function_name(arn: str) -> str:
    """Of a function's ARN, with or without qualifier, and of the URIs of API Gateway that hold one."""
    if "/functions/" in arn:
        arn = arn.split("/functions/", 1)[1].split("/invocations", 1)[0]
    parts = arn.split(":")
    return parts[6] if len(parts) > 6 else arn


@dataclass
class Functions:
    """`tables`: which table a function reads and writes at each invocation, by the function's name."""

    world: FakeAws
    tables: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    """Functions whose role may not write logs."""

    def find(self, account: str, region: str, name: str) -> Any:
        """moto's function; None when there is none."""
        functions = moto_lambda(account, region)._lambdas
        try:
            return functions.get_function_by_name_or_arn_with_qualifier(name)
        except Exception:  # moto's UnknownFunctionException
            return None

    def invoke(self, account: str, region: str, name: str, times: int = 1) -> Outcome:
        """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html: a throttled call is in Throttles
        and not in Invocations; of a function that is not there nothing is counted."""
        function = self.find(account, region, name)
        if function is None:
            return "missing"
        if function.reserved_concurrency == 0:
            self._emit(account, region, name, "Throttles", times)
            return "throttled"
        self._emit(account, region, name, "Invocations", times)
        self._log(account, region, name, times)
        failed = not self._use_table(account, region, name, times)
        self._emit(account, region, name, "Errors", times if failed else 0)
        return "failed" if failed else "ran"

    def _emit(self, account: str, region: str, name: str, metric: str, times: int) -> None:
        value, count = (1, times) if times else (0, 1)
        self.world.metrics.emit(account, region, "AWS/Lambda", metric, {"FunctionName": name}, value, count)

    def _log(self, account: str, region: str, name: str, times: int) -> None:
        """Lambda makes the log group again when it is gone: https://github.com/ekristen/aws-nuke/blob/main/resources/
        cloudwatchlogs-log-group.go deletes functions first for that reason."""
        if name in self.silent:
            return
        self.world.memory.forget("logs")
        logs = moto_logs(account, region)
        group = f"/aws/lambda/{name}"
        if group not in logs.groups:
            logs.create_log_group(group, {})
        stream = f"{self.world.clock.now():%Y/%m/%d}/[$LATEST]fake"
        held = logs.groups[group]
        if stream not in held.streams:
            held.create_log_stream(stream)
        at = int(self.world.clock.now().timestamp() * 1000)
        held.streams[stream].put_log_events([{"timestamp": at, "message": "START"}])
        for metric, value in (("IncomingLogEvents", 3), ("IncomingBytes", 300)):
            self.world.metrics.emit(account, region, "AWS/Logs", metric, {"LogGroupName": group}, value, times)

    def _use_table(self, account: str, region: str, name: str, times: int) -> bool:
        table = self.tables.get(name)
        if table is None:
            return True
        if table not in moto_dynamodb(account, region).tables:
            return False
        for metric in ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"):
            self.world.metrics.emit(account, region, "AWS/DynamoDB", metric, {"TableName": table}, 1, times)
        return True
