"""What each thing that goes saves a month, so that an item can say what it is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from checklists.aws.estate import Estate
from checklists.cost.bill import Bill
from checklists.cost.path import websocket_path
from checklists.cost.prices import Prices, load_prices
from checklists.cost.target import Target
from checklists.cost.usage import estimate
from checklists.referrers.model import Fate


def savings(
    estate: Estate,
    fates: Collection[Fate],
    *,
    prices: Prices | None = None,
    known: Target | None = None,
    bills: Sequence[Bill] = (),
) -> dict[str, float]:
    """Dollars a month of 730 hours by ARN, of all that is deleted; 0 for what costs nothing by standing.

    What is edited or kept saves nothing and is not in it. Backups of a table that goes stand under ARNs of their own:
    they outlive it. Measured by the window of the survey: an API that is idle
    already saves nothing by going, since it costs nothing any more.
    """
    going = [fate.subject for fate in fates if fate.verdict == "delete"]
    apis = [api for api in estate.websocket_apis() if api.arn in set(going)]
    path = websocket_path(estate, fates, apis, known=known or Target(), period=None, bills=bills)
    found: defaultdict[str, float] = defaultdict(float, dict.fromkeys(going, 0.0))
    for line in estimate(path.usage, prices or load_prices()).lines:
        found[line.subject] += line.usd
    return dict(found)
