"""Bounds of templates and of their evaluation. Messages of clients meet templates, so every evaluation ends."""

from __future__ import annotations

from typing import Final

TEMPLATE_BYTES: Final = 307_200
"""Largest template: 300 KB, API Gateway's quota.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""

LOOP_TURNS: Final = 1_000
"""Turns of one `#foreach`; it ends quietly after so many, as at API Gateway.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""

STEPS: Final = 100_000
"""Nodes, and elements of printed or compared values, that one evaluation may visit."""

OUTPUT_CHARACTERS: Final = 1_048_576
"""Largest output, and largest text that an evaluation may make on its way."""

MADE_CHARACTERS: Final = 16 * OUTPUT_CHARACTERS
"""All texts that one evaluation may make together."""

NESTING: Final = 32
"""Depth of directives, parentheses and interpolated strings inside of each other."""

RANGE_SIZE: Final = 10_000
"""Numbers in one range such as `[1..9]`."""

INTEGER_MAX: Final = 2**63 - 1
"""Largest magnitude of a whole number that arithmetic may give."""

PATTERN_CHARACTERS: Final = 8_192
"""Longest text that a regular expression with a repetition is tried on, because it may take the square of the time."""
