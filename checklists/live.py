"""Live things that have to go, to be edited, or to be decided on: as of a survey, or as of one that was recorded."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from checklists.aws.estate import Manager
from checklists.aws.nouns import noun
from migrator.inventory.record import Record

Lot = Literal["delete", "edit", "unknown"]


class Seen(Record):
    """One thing as a survey saw it. Recorded, it is the control for its absence later."""

    arn: str
    type: str = Field(description="CloudFormation's name of it")
    name: str
    account: str
    region: str
    lot: Lot = Field(description="what was to become of it")
    manager: Manager | None = None

    @property
    def kind(self) -> str:
        """In a word or two: 'function', 'log group'."""
        return noun(self.type) or "thing"


PARTS = frozenset(
    {
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::Stage",
        "AWS::ApiGatewayV2::Model",
        "AWS::ApiGatewayV2::Deployment",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Url",
    }
)
"""What goes with the thing that it is a part of, and gets no item of its own."""
