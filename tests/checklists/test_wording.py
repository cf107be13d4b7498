"""Numbers in sentences."""

import pytest

from checklists.probes.wording import count


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (1, "site of the server code", "1 site of the server code"),
        (14, "site of the server code", "14 sites of the server code"),
        (0, "site", "0 sites"),
        (2, "WebSocket address", "2 WebSocket addresses"),
        (2, "policy", "2 policies"),
        (2, "day", "2 days"),
        (2, "role or policy", "2 roles or policies"),
        (3, "DNS record, domain or certificate", "3 DNS records, domains or certificates"),
    ],
)
def test_a_number_has_its_noun_in_the_right_form(number, noun, said):
    assert count(number, noun) == said
