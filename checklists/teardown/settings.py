"""`[teardown]` of ws2sse.toml."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from checklists.teardown.errors import SettingInvalid
from migrator.inventory.record import Record


class TeardownSettings(Record):
    accounts: tuple[str, ...] = Field(
        default=(), description="ids of the accounts in which anything may be changed; empty: in none"
    )
    brownouts_minutes: tuple[float, ...] = Field(
        default=(1, 10, 60, 1440), description="lengths of the planned outages, in order; empty: none are made"
    )
    lever: Literal["auto", "concurrency", "throttle"] = Field(
        default="auto",
        description="how the door is closed in a brownout: the reserved concurrency of the function of $connect set to "
        "0, or the stage throttled to 0; auto: the former when that function is used by nothing else",
    )
    working_hours: str = Field(
        default="09:00-17:00",
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$",
        description="UTC, Monday to Friday; brownouts begin then only. Empty: at any time",
    )
    poll_s: float = Field(default=30, ge=1, le=3600, description="seconds between looks at the metrics in a brownout")
    quiet_days: float = Field(default=14, ge=1, le=455, description="of listening between closing and deleting")
    business_cycle_days: float = Field(
        default=14, ge=1, le=455, description="the longest time between two uses; it stands in [checklist]"
    )
    expires_minutes: float = Field(default=60, ge=1, le=1440, description="how long a plan can be begun")
    log_retention_days: int = Field(default=30, description="of the logs of deleted functions, as CloudWatch allows")
    delete_logs: bool = Field(default=False, description="True: delete their log groups; False: let them expire")
    max_deletions: int = Field(default=50, ge=1, le=1000, description="in one run; the rest waits for the next")
    tolerated_knocks: float = Field(default=0, ge=0, description="in a brownout; more end it")

    @field_validator("log_retention_days")
    @classmethod
    def _as_cloudwatch_has_it(cls, days: int) -> int:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
        allowed = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288)
        if days not in (*allowed, 3653):
            raise ValueError(f"CloudWatch has {', '.join(map(str, allowed))} or 3653 days")
        return days

    @field_validator("brownouts_minutes")
    @classmethod
    def _bounded(cls, minutes: tuple[float, ...]) -> tuple[float, ...]:
        if len(minutes) > 20 or any(not 0 < one <= 10_080 for one in minutes):
            raise ValueError("at most 20 lengths, each above 0 and of a week at most")
        return minutes

    @field_validator("accounts")
    @classmethod
    def _ids(cls, accounts: tuple[str, ...]) -> tuple[str, ...]:
        for account in accounts:
            if not (len(account) == 12 and account.isascii() and account.isdecimal()):
                raise ValueError(f"{account} is not an account's id of 12 digits")
        return accounts

    @property
    def business_cycle(self) -> timedelta:
        return timedelta(days=self.business_cycle_days)

    @property
    def quiet(self) -> timedelta:
        """As long as the quiet period has to be: a business cycle when that is longer."""
        return timedelta(days=max(self.quiet_days, self.business_cycle_days))


def teardown_settings(table: dict[str, Any], business_cycle_days: float = 14) -> TeardownSettings:
    """`business_cycle_days`: of [checklist]. Raises SettingInvalid, also for a key that there is not."""
    if "business_cycle_days" in table:
        raise SettingInvalid("business_cycle_days", "it stands in [checklist]")
    try:
        return TeardownSettings.model_validate({**table, "business_cycle_days": business_cycle_days})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SettingInvalid(".".join(map(str, first["loc"])), _problem(first)) from error


def _problem(error: ErrorDetails) -> str:
    if error["loc"][:1] == ("accounts",) and isinstance(error["input"], int):
        return f'it is a number; an id stands in quotes: "{error["input"]:012}"'
    if error["loc"] == ("working_hours",):
        return f"it is {error['input']}, not hours such as 09:00-17:00"
    return error["msg"].removeprefix("Value error, ")
