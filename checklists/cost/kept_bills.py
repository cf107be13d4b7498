"""The file of bills that were asked for: what was paid for once is not asked again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from checklists.cost.bill import Bill
from checklists.cost.errors import BillNotRead
from migrator.validation import first_problem
from migrator.writing import write_file
from shim.bounded_files import FileTooLarge, read_at_most

MAX_BYTES: Final = 32 * 1024 * 1024

_BILLS: Final = TypeAdapter(tuple[Bill, ...])


def kept_bills(path: Path) -> tuple[Bill, ...]:
    """None when there is no file yet. Raises BillNotRead for one that is damaged."""
    try:
        return _BILLS.validate_json(read_at_most(path, MAX_BYTES))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise BillNotRead(path, f"not readable ({error.strerror})") from None
    except FileTooLarge as error:
        raise BillNotRead(path, str(error)) from None
    except ValidationError as error:
        raise BillNotRead(path, first_problem(error, "JSON")) from None


def keep_bill(path: Path, bill: Bill) -> None:
    """In the place of an older one of the same account, region and days. Raises BillNotRead and NotWritable."""
    of = (bill.account, bill.region, bill.period)
    others = [one for one in kept_bills(path) if (one.account, one.region, one.period) != of]
    write_file(path, _BILLS.dump_json((*others, bill), indent=1).decode() + "\n")
