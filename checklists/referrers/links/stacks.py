"""Exports of a stack that other stacks import.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.json_values import rows, text, texts
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use


def find(index: Index) -> Iterator[Use]:
    for stack in index.of_type(types.STACK):
        for output in rows(stack.properties.get("Outputs")):
            for importer in texts(output.get("ImportedBy")):
                by = index.named(types.STACK, stack.account, stack.region, importer)
                detail = f"imports {text(output.get('ExportName'))}"
                yield use(by or f"stack:{importer}", stack, "stack_export", detail)
