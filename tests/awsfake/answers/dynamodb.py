"""Tables and backups take their time, where moto is done at once.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html (DELETING) and
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupDetails.html (CREATING)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.awsfake.errors import AwsError
from tests.awsfake.held import moto_dynamodb
from tests.awsfake.request import Answer, Request, amends, answers

if TYPE_CHECKING:
    from tests.awsfake.world import FakeAws

DELETING = timedelta(seconds=10)
CREATING = timedelta(seconds=20)


class Busy:
    """Names of tables that are being deleted, and ARNs of backups that are not whole yet, with when they will be."""

    def __init__(self, world: FakeAws, account: str, region: str) -> None:
        self.deleting: set[str] = set()
        self.creating: dict[str, datetime] = {}


def _room(request: Request) -> Busy:
    return request.world.room(Busy, request.account, request.region)


def _table_name(request: Request) -> str:
    return str(request.parameters["TableName"]).rsplit("table/", 1)[-1]


@answers("dynamodb:DeleteTable")
def delete_table(request: Request) -> Answer:
    name, clock = _table_name(request), request.world.clock
    backend, deleting = moto_dynamodb(request.account, request.region), _room(request).deleting
    if name not in backend.tables:
        raise AwsError("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
    if name in deleting:
        raise AwsError(
            "ResourceInUseException",
            f"Attempt to change a resource which is still in use: Table is being deleted: {name}",
        )
    if backend.tables[name].deletion_protection_enabled:
        raise AwsError(
            "ValidationException",
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        )
    deleting.add(name)
    request.world.memory.forget("dynamodb")

    def gone() -> None:
        deleting.discard(name)
        request.world.memory.forget("dynamodb")
        backend.tables.pop(name, None)

    clock.at(clock.now() + DELETING, gone)
    return {"TableDescription": {"TableName": name, "TableStatus": "DELETING"}}


@amends("dynamodb:DescribeTable")
def table_being_deleted(request: Request, answer: Answer) -> None:
    if _table_name(request) in _room(request).deleting:
        answer["Table"]["TableStatus"] = "DELETING"


@amends("dynamodb:CreateBackup")
def backup_begun(request: Request, answer: Answer) -> None:
    details = answer["BackupDetails"]
    _room(request).creating[details["BackupArn"]] = request.world.clock.now() + CREATING
    details["BackupStatus"] = "CREATING"


def _unfinished(request: Request, shown: dict[str, Any]) -> None:
    if request.world.clock.now() < _room(request).creating.get(shown["BackupArn"], request.world.clock.now()):
        shown["BackupStatus"] = "CREATING"


@amends("dynamodb:DescribeBackup")
def backup_not_whole(request: Request, answer: Answer) -> None:
    _unfinished(request, answer["BackupDescription"]["BackupDetails"])


@amends("dynamodb:ListBackups")
def backups_not_whole(request: Request, answer: Answer) -> None:
    for one in answer["BackupSummaries"]:
        _unfinished(request, one)
