"""Where the global services of a partition are called."""

from __future__ import annotations

from typing import Final

HOME: Final = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1"}
"""Partition -> the region in which its global services are called:
https://docs.aws.amazon.com/general/latest/gr/rande.html#global-endpoints"""


def home_of(partition: str) -> str:
    """A region; of a partition that is not known that of `aws`."""
    return HOME.get(partition, HOME["aws"])
