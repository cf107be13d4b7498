"""The words of a teardown. A plan is data: what is called, why, under which conditions, and how it is undone.

Times are UTC. Money is US dollars a month.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from pydantic import Field, JsonValue

from checklists.referrers.model import Use
from migrator.inventory.record import Record

SCHEMA_VERSION: Final = 1

Phase = Literal[
    "snapshot",
    "silence_alarms",
    "brownout",
    "close",
    "quiet",
    "unmap",
    "stacks",
    "apis",
    "triggers",
    "functions",
    "logs",
    "tables",
    "permissions",
    "domains",
    "watching",
    "files",
    "confirm",
]
"""In the order in which they come. All up to `unmap` can be taken back."""

PHASES: Final[dict[Phase, str]] = {
    "snapshot": "Keep what is there",
    "silence_alarms": "Silence the alarms, so that brownouts wake nobody",
    "brownout": "Brownouts of growing length: does anybody notice?",
    "close": "Close the door, behind which knocks are still counted",
    "quiet": "Wait, and listen for knocks",
    "unmap": "Take the addresses away",
    "stacks": "What stacks and their tools own, through them",
    "apis": "Stages, then APIs",
    "triggers": "What calls the functions",
    "functions": "Functions",
    "logs": "Logs, after the functions that write them",
    "tables": "Tables, after their last backup",
    "permissions": "Permissions, roles last",
    "domains": "Domains and certificates",
    "watching": "Alarms and dashboards",
    "files": "Infrastructure files and values that name the old address",
    "confirm": "Look again later",
}

StepKind = Literal["backup", "edit", "brownout", "wait", "delete", "person"]
Owner = Literal["none", "stack", "terraform"]

GateName = Literal[
    "unchanged",
    "no_referrers",
    "idle",
    "no_knocks",
    "no_sign_of_life",
    "no_mappings",
    "backup_available",
    "not_protected",
    "no_imports",
    "not_kept",
]
GATES: Final[dict[GateName, str]] = {
    "unchanged": "it is as it was when the plan was made, but for what earlier steps changed",
    "no_referrers": "nobody uses it but what goes too",
    "idle": "measurements show that its stages are idle",
    "no_knocks": "nobody has knocked since it was closed",
    "no_sign_of_life": "nothing has used it since the plan was made",
    "no_mappings": "no custom domain leads to it, since AWS refuses to delete it then",
    "backup_available": "its last backup is whole",
    "not_protected": "its protection against deletion is off",
    "no_imports": "no other stack imports what it exports",
    "not_kept": "no tag says that it is to be kept",
}


class Call(Record):
    """One operation of AWS, as boto3 spells it."""

    service: str = Field(description="'apigatewayv2'")
    operation: str = Field(description="'delete_api'")
    region: str = Field(description="'global' for IAM, Route 53 and CloudFront")
    parameters: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.service}.{self.operation}"


class Check(Record):
    """What has to be seen after a step. It also tells whether a call that failed had its effect all the same."""

    subject: str = Field(description="ARN")
    type: str = Field(description="as checklists.aws.types names it")
    state: Literal["absent", "equals"]
    property: str = Field(default="", description="of `equals`: key of Thing.properties")
    value: JsonValue = Field(default=None, description="of `equals`")


class Gate(Record):
    """What must hold right before a step. It is looked at afresh then, whatever was seen when the plan was made."""

    name: GateName
    subject: str = Field(description="ARN")
    held: bool | None = Field(description="when the plan was made; None: it could not be told, or lies ahead")
    evidence: str = Field(description="what was seen then")


class Brownout(Record):
    """A planned outage. The door opens again whatever happens."""

    api: str = Field(description="ARN")
    stages: tuple[str, ...]
    minutes: float = Field(gt=0)
    lever: Literal["concurrency", "throttle"]
    function: str = Field(default="", description="ARN of the one whose concurrency it is")
    pull: tuple[Call, ...]
    restore: tuple[Call, ...]


class Undo(Record):
    """How a step is taken back. Without calls it can't be, or only by a person, and `words` says so."""

    calls: tuple[Call, ...] = ()
    words: str


class Step(Record):
    id: str = Field(description="stable between plans: 'delete-api arn:…'")
    number: int = Field(description="from 1")
    phase: Phase
    kind: StepKind
    subject: str = Field(description="ARN; empty: of the whole plan")
    type: str = Field(default="", description="of the subject")
    title: str = Field(description="'Delete the function chat-connect'")
    why: str
    users: tuple[Use, ...] = Field(default=(), description="who names it; of an edit also who uses it and stays")
    covers: tuple[str, ...] = Field(default=(), description="ARNs of what goes with it")
    gates: tuple[Gate, ...] = ()
    depends_on: tuple[str, ...] = Field(default=(), description="ids of steps")
    calls: tuple[Call, ...] = ()
    checks: tuple[Check, ...] = ()
    undo: Undo
    brownout: Brownout | None = None
    wait_s: float = Field(default=0, description="of a wait: seconds since the steps that it depends on")
    command: str = Field(default="", description="of a person: what to type; empty: there is nothing to type")
    files: tuple[str, ...] = Field(default=(), description="of a person: files of the application to edit, with lines")
    owner: Owner = "none"
    saves_usd_month: float | None = Field(default=None, description="None: nobody knows")

    @property
    def made(self) -> tuple[Call, ...]:
        """Calls of carrying it out; of a brownout also those that open the door again."""
        doors = () if self.brownout is None else (*self.brownout.pull, *self.brownout.restore)
        return (*self.calls, *doors)

    @property
    def changes(self) -> frozenset[str]:
        """ARNs of what the calls of the step change."""
        if self.brownout is not None:
            stages = (f"{self.brownout.api}/stages/{stage}" for stage in self.brownout.stages)
            return frozenset({self.brownout.function} if self.brownout.function else stages)
        checked = frozenset(check.subject for check in self.checks)
        return checked if self.phase == "close" else checked | ({self.subject} if self.subject else frozenset())


class Kept(Record):
    """What stays, and why."""

    subject: str
    type: str
    name: str
    verdict: Literal["keep", "unknown"]
    why: str
    users: tuple[Use, ...] = ()
    missing: tuple[str, ...] = Field(default=(), description="operations whose answers would tell")


class TeardownPlan(Record):
    schema_version: Literal[1] = 1
    application: str
    account: str = Field(pattern=r"^[0-9]{12}$", description="12 digits")
    alias: str = Field(default="", description="empty: the account has none")
    partition: str = "aws"
    regions: tuple[str, ...] = Field(description="in which something is changed")
    surveyed: tuple[str, ...] = Field(description="regions that were read; users are looked for in all of them")
    apis: tuple[str, ...] = Field(description="ARNs of the WebSocket APIs that go")
    made_at: datetime
    expires_at: datetime = Field(description="when it can be begun no more; what was begun can be gone on with")
    estate_digest: str
    digests: dict[str, str] = Field(description="ARN -> digest of every thing that a step is about")
    types: dict[str, str] = Field(description="ARN -> type, of the same things")
    steps: tuple[Step, ...]
    kept: tuple[Kept, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="what whoever reads the plan must know")
    saves_usd_month: float | None = None
    costs: str = Field(default="", description="one sentence, honestly")
    digest: str = Field(default="", description="SHA-256 of the canonical JSON of all else")

    @property
    def going(self) -> frozenset[str]:
        """ARNs of what this plan deletes, by itself or through who owns it."""
        deleted = [step for step in self.steps if step.kind == "delete" or step.phase == "stacks"]
        return frozenset(arn for step in deleted for arn in (step.subject, *step.covers) if arn)

    def step(self, id_: str) -> Step:
        return next(step for step in self.steps if step.id == id_)
