"""Estates to look at and to tear down, built in the fake.

`chat(aws)`: the example application, alone. `shared(aws, chat)`: what else uses its things, added to it.
`big(aws, ...)`: many. `hostile(aws)`: names and texts that do harm where they are not escaped.
"""

from tests.awsfake.estates.big import Big, big
from tests.awsfake.estates.chat import Chat, chat
from tests.awsfake.estates.hostile import HOSTILE, hostile
from tests.awsfake.estates.shared import Shared, shared

__all__ = ["HOSTILE", "Big", "Chat", "Shared", "big", "chat", "hostile", "shared"]
