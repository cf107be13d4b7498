"""Tables: a last backup, protection off, then the table."""

from __future__ import annotations

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.teardown.model import Phase, Step, Undo
from checklists.teardown.situation import Situation
from checklists.teardown.steps.parts import (
    absent,
    backed_up,
    call,
    called,
    equals,
    gate,
    ids,
    no_referrers,
    no_sign_of_life,
    not_kept,
    unchanged,
)


def tables(situation: Situation, before: list[Step]) -> list[Step]:
    waits = ids(before, "stacks", "apis", "triggers", "functions") or ids(before, "quiet", "snapshot")
    return [step for table in situation.deleted(types.TABLE) for step in _of_table(situation, table, waits)]


def of_stacks(situation: Situation, before: list[Step]) -> list[Step]:
    """Backups of what goes with a stack."""
    waits = (*ids(before, "quiet"), *ids(before, "unmap")) or ids(before, "snapshot")
    return [_backup(table, waits, "stacks") for table in situation.owned() if table.type == types.TABLE]


def _backup(table: Thing, waits: tuple[str, ...], phase: Phase) -> Step:
    name = backup_name(table.id)
    return Step(
        id=f"back-up {table.arn}",
        number=0,
        phase=phase,
        kind="backup",
        subject=table.arn,
        type=table.type,
        title=f"Back {called(table)} up as {name}",
        why="It is kept after the table is gone, until somebody deletes it; it costs by its size",
        gates=(unchanged(table), no_sign_of_life(table)),
        depends_on=waits,
        calls=(call(table, "dynamodb.create_backup", TableName=table.id, BackupName=name),),
        undo=Undo(words="A backup takes nothing away. Delete it when nobody needs it any more."),
    )


def _of_table(situation: Situation, table: Thing, waits: tuple[str, ...]) -> list[Step]:
    backup = _backup(table, waits, "tables")
    steps = [backup]
    if table.properties.get("DeletionProtectionEnabled") is True:
        steps.append(
            Step(
                id=f"unprotect {table.arn}",
                number=0,
                phase="tables",
                kind="edit",
                subject=table.arn,
                type=table.type,
                title=f"Turn the deletion protection of {called(table)} off",
                why="AWS refuses to delete it otherwise. Its backup is whole by now",
                gates=(unchanged(table), no_referrers(table), no_sign_of_life(table), backed_up(table)),
                depends_on=(backup.id,),
                calls=(call(table, "dynamodb.update_table", TableName=table.id, DeletionProtectionEnabled=False),),
                checks=(equals(table, "DeletionProtectionEnabled", False),),
                undo=Undo(
                    calls=(call(table, "dynamodb.update_table", TableName=table.id, DeletionProtectionEnabled=True),),
                    words="It is protected again.",
                ),
            )
        )
    steps.append(
        Step(
            id=f"delete-table {table.arn}",
            number=0,
            phase="tables",
            kind="delete",
            subject=table.arn,
            type=table.type,
            title=f"Delete {called(table)}",
            why="Only what is gone by now used it",
            users=situation.users_of(table.arn),
            gates=(
                unchanged(table),
                no_referrers(table),
                no_sign_of_life(table),
                backed_up(table),
                gate("not_protected", table.arn, "an earlier step turns it off", held=None),
                not_kept(table),
            ),
            depends_on=(steps[-1].id,),
            calls=(call(table, "dynamodb.delete_table", TableName=table.id),),
            checks=(absent(table),),
            undo=Undo(
                words=f"It can't be taken back by itself. A person restores it from {backup_name(table.id)}: "
                "aws dynamodb restore-table-from-backup --target-table-name … --backup-arn …, which the journal has. "
                "Its settings are in the snapshot; TTL, streams, tags and alarms are not restored with it."
            ),
            saves_usd_month=situation.savings.get(table.arn),
        )
    )
    return steps


def backup_name(table: str) -> str:
    """3 to 255 characters of a-z, A-Z, 0-9, _, - and .:
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateBackup.html"""
    return f"{table[:230]}-before-teardown"
