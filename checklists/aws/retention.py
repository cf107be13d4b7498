"""How long CloudWatch keeps datapoints, and how many it gives at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

KEPT: Final = ((60, timedelta(days=15)), (300, timedelta(days=63)), (3_600, timedelta(days=455)))
"""Periods in seconds, the finest first, and how long datapoints of them are kept:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html"""
LONGEST: Final = KEPT[-1][1]

MOST_POINTS: Final = 100_800
"""Of one request: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html"""
