"""Options that contradict one another are refused before anything is served."""

import pytest

from shim.faces.options import FaceOptions, InvalidFaceOptions


def test_nothing_is_trusted_without_being_named() -> None:
    options = FaceOptions()

    assert (options.allowed_origins, options.cookies, options.proxy_networks) == ((), False, ())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"cookies": True, "allowed_origins": ("*",)},
            "allowed_origins: with cookies every origin must be named; * is not one",
        ),
        (
            {"allowed_origins": ("app.example.org",)},
            "allowed_origins: 'app.example.org' is not an origin such as https://app.example.org",
        ),
        (
            {"websocket_origins": ("https://*.example.org",)},
            "websocket_origins: 'https://*.example.org' is not an origin such as https://app.example.org",
        ),
        ({"trusted_proxies": ("10.0.0.0/99",)}, "trusted_proxies: '10.0.0.0/99' does not appear to be"),
        ({"ticket_s": 31}, "ticket_s: must be more than 0 and at most 30 seconds"),
    ],
)
def test_a_contradiction_is_named(options: dict, sentence: str) -> None:
    with pytest.raises(InvalidFaceOptions) as refused:
        FaceOptions(**options)

    assert str(refused.value).startswith(sentence)


def test_origins_are_compared_in_their_normal_form() -> None:
    assert FaceOptions(allowed_origins=("HTTPS://App.Example.org:443",)).allowed_origins == ("https://app.example.org",)
