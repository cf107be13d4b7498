"""docs/reference/referrers.md, made from the links, the needs and the edits themselves."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Final

from checklists.aws import types
from checklists.referrers.edits import EDITS
from checklists.referrers.life import METRICS_OF_LIFE
from checklists.referrers.links import LINKS, code, fronts
from checklists.referrers.operations import NEEDS
from checklists.referrers.reach import DEPENDENT
from checklists.referrers.reasons import KEEP, KEEP_UNTIL

GOES_WHEN: Final[dict[str, str]] = {
    types.API: "it was chosen, and no function, state machine or other API outside of what goes names it. Its routes, "
    "integrations, authorizers, stages, models and deployments go with it",
    types.MAPPING: "the API that it leads to goes",
    types.DOMAIN: "all its mappings go",
    types.CERTIFICATE: "all that uses it goes, and AWS knows of nothing else",
    types.RECORD: "all that it leads to goes",
    types.FUNCTION: "nothing outside calls it, may call it by name, or has its address",
    types.FUNCTION_ALIAS: "its function goes",
    types.EVENT_SOURCE: "its function goes",
    types.TABLE: "the scan says that it holds connections and nothing else, it is matched with what is declared, and "
    "nothing outside names it, reads its stream, or may use its items by name",
    types.LOG_GROUP: "only functions and stages that go write to it",
    types.ALARM: "every metric of it is of things that go",
    types.COMPOSITE_ALARM: "every alarm of its rule goes",
    types.DASHBOARD: "every widget that is about anything is about things that go",
    types.ROLE: "only functions that go run as it, and it trusts nobody but Lambda",
    types.POLICY: "every role, user and group that has it goes, and there are no others",
}
_EDITED: Final[dict[str, str]] = {
    types.ROLE: "inline policies lose resources that name only what goes, and statements that have none left",
    types.USER: "as a role",
    types.GROUP: "as a role",
    types.POLICY: "a new version, likewise; the old one stays to go back to",
    types.FUNCTION: "permissions for APIs that go are removed from its policy",
    types.ALARM: "metric math without what goes, where it is a sum or a largest value; else a person",
    types.COMPOSITE_ALARM: "the rule without alarms that go, where it is alarms joined by OR; else a person",
    types.DASHBOARD: "widgets, metrics, alarms and log groups that go are taken out; texts, explorers and expressions "
    "over both by a person",
    types.PARAMETER: "by a person: no value is kept, and nothing tells who reads it",
    types.DISTRIBUTION: "by a person: origins and their behaviours",
    types.RECORD: "by a person: values of one that leads elsewhere too",
}
_NOT_SEEN: Final = (
    (
        "Who calls a function, or uses a table, by a statement on everything (`Resource: *`) and a name that "
        "stands in code alone. It shows in the metrics, if it happens in the window and while the APIs are "
        "silent."
    ),
    (
        "Regions and accounts that were not surveyed. A permission for another account is a user; a role that was "
        "last used in another region is not decided."
    ),
    (
        "Use of a table by its own resource policy, from another account: what reads or writes items shows in the "
        "metrics. Backup plans, exports and Kinesis destinations do not."
    ),
    (
        "EventBridge Pipes, AppSync, Firehose and others that call a function through a role: only where a "
        "statement names the function."
    ),
    "Destinations of asynchronous calls: a function that is called with the result of another.",
    ("Metrics that code makes itself (the embedded format): an alarm on one is not known to be about the function."),
    "Alarms that deployments, health checks or synthetics look at.",
    "Who reads an SSM parameter or a secret. Secrets are not looked at at all.",
    ("Other applications' code, and documents. Of the application's own code, places that name the address are."),
    (
        "Certificates that API Gateway has on load balancers of its own: AWS says that something which is not the "
        "account's uses them, so the certificate stays. It costs nothing."
    ),
    ("Reads and writes within a day after the APIs were last used: they count as the end of the last connections."),
)


def referrers_page() -> str:
    return (
        "\n".join([_introduction(), _links(), _fates(), _needs(), _life(), _edits(), _MATCHING, _ORPHANS, _missed()])
        + "\n"
    )


def _introduction() -> str:
    dependent = ", ".join(sorted(one.rpartition(":")[2] for one in DEPENDENT))
    return f"""# Who uses what, and what may go

A teardown deletes a thing only when nobody else needs it. Each thing of a survey is asked who uses it, and what becomes
of it is one of four:

| verdict | when |
|--|--|
| delete | everybody who needs it goes too, all was asked that could have told of another, and nothing shows other use |
| edit | it stays, and names something that goes. Each change has its parameters, and those that take it back |
| keep | somebody else needs it, it holds other data, or it is not of a kind that is ever deleted |
| unknown | it would go, but something could not be asked. It stays, and says what is missing |

The chosen APIs come first. What they lead to joins them, and what that leads to. Then whatever somebody outside needs
is taken out again, with all that it needs, until nothing changes. Functions that call each other go or stay together;
so do a table and the function that its stream wakes. What is shared is never deleted. Another user from outside can
only keep things, and so can an error: both are tested over random graphs.

A user is somebody who would miss it: an integration, a trigger, a role. Who only mentions it would not: a widget, a
statement, an alarm. Things that mean nothing without what they are about go when all of that goes:
{dependent}.

Tags keep a thing, whoever uses it: `{KEEP}` with any value, and `{KEEP_UNTIL}` with a date (`2027-01-31`) until that
day is over. A date that can't be read keeps it too.
"""


_MATCHING: Final = """## Declared and live

A live thing is matched with what the scan read, by the first of these that finds any:

1. a stack that has at least half of what is declared, by logical ids (with the hash that CDK adds). One declaration is
   live once for each such stack: one a stage;
2. its name;
3. a function's name as the Serverless Framework makes it (`SERVICE-STAGE-FUNCTION`, the declared stage first), or as
   CloudFormation does (`STACK-ID-RANDOM`);
4. tags: `aws:cloudformation:logical-id`, `Name`;
5. an API by all its routes, where one has a name of its own.

Several that may be it are told as ambiguous, and none is taken. What is live and declared nowhere is told for WebSocket
APIs, their functions, and the tables that these name.
"""
_ORPHANS: Final = """## What is left of things that are gone

Log groups of functions and APIs, alarms all of whose metrics are of them, mappings to APIs, event source mappings to
functions, permissions of functions and statements of IAM that name APIs, and things of stacks that were deleted and
left them: where what they belonged to was listed whole, and was not in it.
"""


def _links() -> str:
    modules = [*(sys.modules[find.__module__] for find in LINKS), fronts, code]
    rows = [f"| {name.rpartition('.')[2].replace('_', ' ')} | {_told(doc)} |" for name, doc in map(_named, modules)]
    return "\n".join(["## What is looked at", "", "| links | |", "|--|--|", *rows, ""])


def _named(module: object) -> tuple[str, str]:
    return str(getattr(module, "__name__", "")), inspect.getdoc(module) or ""


def _told(doc: str) -> str:
    """A docstring as one line, its address as a link."""
    words = " ".join(line for line in doc.splitlines() if line and not line.startswith("https://"))
    page = re.search(r"^https://\S+$", doc, re.MULTILINE)
    return words + (f" ([AWS]({page.group()}))" if page else "")


def _fates() -> str:
    rows = [f"| {_name(type_)} | {GOES_WHEN[type_]} |" for type_ in NEEDS]
    return "\n".join(
        [
            "## What may go",
            "",
            "| type | goes when |",
            "|--|--|",
            *rows,
            "",
            "Nothing of any other type is deleted.",
            "",
        ]
    )


def _needs() -> str:
    rows = []
    for type_, needs in NEEDS.items():
        said = [
            f"{where}: {', '.join(f'`{one}`' for one in operations)}"
            for where, operations in (
                ("of it", needs.own),
                ("in its region", needs.here),
                ("in all regions", needs.everywhere),
                ("once", needs.account),
            )
            if operations
        ]
        rows.append(f"| {_name(type_)} | {'; '.join(said)} |")
    return "\n".join(
        [
            "## What must have been asked",
            "",
            "Each of these, with all pages of its answer. One that was denied, throttled or never called leaves the",
            "thing `unknown`. So does the policy of a function that was not looked at: a survey looks at those of",
            "functions that have to do with a WebSocket API.",
            "",
            "| type | operations |",
            "|--|--|",
            *rows,
            "",
        ]
    )


def _life() -> str:
    rows = [f"| {_name(type_)} | {', '.join(metrics)} |" for type_, metrics in METRICS_OF_LIFE.items()]
    return "\n".join(
        [
            "## Signs of life",
            "",
            "Days on which these were above 0, when on that day and the day before no chosen API had a connection or",
            "a message. One such day keeps the thing. What was not measured leaves it `unknown`. A log group that is",
            "not a function's own has to be measured too.",
            "",
            "| type | metrics |",
            "|--|--|",
            *rows,
            "",
        ]
    )


def _edits() -> str:
    rows = [f"| {_name(type_)} | {_EDITED[type_]} |" for type_ in EDITS]
    return "\n".join(["## What is edited", "", "| type | change |", "|--|--|", *rows, ""])


def _missed() -> str:
    return "\n".join(["## What is not seen", "", *(f"- {one}" for one in _NOT_SEEN)])


def _name(type_: str) -> str:
    return f"`{type_}`"
