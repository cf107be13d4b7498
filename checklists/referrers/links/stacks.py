"""Exports of a stack that other stacks import.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.json_values import mapping, texts
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use


def find(index: Index) -> Iterator[Use]:
    for stack in index.of_type(types.STACK):
        for export, importers in mapping(stack.properties.get("ImportedBy")).items():
            for importer in texts(importers):
                by = index.named(types.STACK, stack.account, stack.region, importer)
                yield use(by or f"stack:{importer}", stack, "stack_export", f"imports {export}")
