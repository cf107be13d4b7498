"""Requests to @connections that code signs by itself end in the streams; all other requests stay as they are."""

from __future__ import annotations

import pytest

from tests.migrator.rewrite.applications import assert_left_alone, assert_rewrites, inventory, run

HEAD = "import requests\n\n\ndef push(i, data, base, auth):\n"


def push(*lines: str, head: str = HEAD) -> str:
    return head + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    "source",
    [
        push('requests.post(f"{base}/items/{i}", data=data)'),
        push('requests.post(base + "/items/" + i, data=data)'),
        push('requests.post("https://example.com/@connections", data=data)'),
        push('print(f"{base}/@connections/{i}")'),
        push('url = f"{base}/@connections/{i}"', "print(url)"),
        push('arn = f"arn:aws:execute-api:{base}:*:api/*/POST/@connections/{i}"', "requests.post(arn)"),
        push('"""Posts to base/@connections/{i}."""', "requests.post(base)"),
        push("# see {base}/@connections/{i}", "requests.post(base)"),
        push('url = f"{base}/@connections/{i}"', "requests.put(url, data=data)"),
        push('url = f"{base}/@connections/{i}"', "send_later(url, data)"),
        push('url = f"{base}/@connections/{i}"', "urlopen(url)", head=HEAD.replace("requests", "urllib.request")),
        push('url = f"{base}/@connections/{i}"', "client.post(url)", head=HEAD.replace("requests", "pycurl")),
        "import aiohttp\n\n\nasync def push(i, base, session):\n"
        '    async with session.post(f"{base}/@connections/{i}") as response:\n        return response.status\n',
        "import httpx\n\n\nasync def push(i, base, client):\n"
        '    return await client.post(f"{base}/@connections/{i}", content="x")\n',
        "import requests\n\n\ndef push(i, base, url):\n"
        '    other = f"{base}/@connections/{i}"\n    requests.post(url)\n    return other\n',
        push('url = f"{base}/@connections/{i}"', "requests.post(url)", "urlopen(url)"),
    ],
)
def test_what_is_no_request_to_a_connection_or_is_not_understood_is_left_alone(source: str) -> None:
    assert_left_alone_but_found(source)


def assert_left_alone_but_found(source: str) -> None:
    assert_left_alone(source)
    assert [record for record in run({"app.py": source}, inventory()).settled if record.rule == "signed_request"] == []


@pytest.mark.parametrize(
    "address",
    [
        'f"{base}/@connections/{i}"',
        'base + "/@connections/" + i',
        '"%s/@connections/%s" % (base, i)',
        '"{}/@connections/{}".format(base, i)',
        '"https://" + base + "/prod/@connections/" + i',
        'f"{base}" "/@connections/" f"{i}"',
        'f"{base}/@connections/{quote(i)}"',
        "f'https://{base}.execute-api.eu-west-1.amazonaws.com/prod/@connections/{i}'",
        'rf"{base}/@connections/{i}"',
    ],
)
def test_every_form_of_the_address(address: str) -> None:
    before = push(f"url = {address}", "return requests.post(url, data=data, auth=auth)")
    after = before.replace("import requests\n", "from sse_service.signed import signed_requests\n")
    assert_rewrites(before, after.replace("return requests.post", "return signed_requests.post"))


@pytest.mark.parametrize(
    ("imports", "before", "after"),
    [
        ("requests", 'requests.post(f"{b}/@connections/{i}", d)', 'signed_requests.post(f"{b}/@connections/{i}", d)'),
        ("requests", 'requests.delete(f"{b}/@connections/{i}")', 'signed_requests.delete(f"{b}/@connections/{i}")'),
        ("requests", 'requests.get(f"{b}/@connections/{i}")', 'signed_requests.get(f"{b}/@connections/{i}")'),
        (
            "requests",
            'requests.request("POST", f"{b}/@connections/{i}", data=d)',
            'signed_requests.request("POST", f"{b}/@connections/{i}", data=d)',
        ),
        (
            "requests",
            'requests.request(method="POST", url=f"{b}/@connections/{i}", data=d)',
            'signed_requests.request(method="POST", url=f"{b}/@connections/{i}", data=d)',
        ),
        (
            "httpx",
            'httpx.post(f"{b}/@connections/{i}", content=d)',
            'signed_httpx.post(f"{b}/@connections/{i}", content=d)',
        ),
        (
            "urllib3",
            'urllib3.request("POST", f"{b}/@connections/{i}", body=d)',
            'signed_urllib3.request("POST", f"{b}/@connections/{i}", body=d)',
        ),
    ],
)
def test_every_form_of_the_request(imports: str, before: str, after: str) -> None:
    body = "\n\n\ndef push(i, b, d):\n    return {}\n"
    name = f"signed_{imports}"
    assert_rewrites(
        f"import {imports}{body.format(before)}", f"from sse_service.signed import {name}{body.format(after)}"
    )


def test_a_pool_that_the_class_holds() -> None:
    before = (
        "import urllib3\n\n\nclass Sender:\n"
        "    def __init__(self):\n        self.http = urllib3.PoolManager()\n\n"
        "    def send(self, i, data, base):\n"
        '        url = f"{base}/@connections/{i}"\n'
        '        response = self.http.request("POST", url, body=data, headers=self.sign(url))\n'
        "        if response.status == 410:\n            self.forget(i)\n"
    )
    after = before.replace("import urllib3\n", "import urllib3\n\nfrom sse_service.signed import signed_urllib3\n")
    assert_rewrites(before, after.replace("self.http.request", "signed_urllib3.request"))


def test_a_helper_that_is_given_the_address() -> None:
    before = (
        "import requests\n\n\ndef signed_post(url, body):\n    return requests.post(url, data=body)\n\n\n"
        'def push(i, data, base):\n    signed_post(f"{base}/@connections/{i}", data)\n'
    )
    after = before.replace("import requests\n", "from sse_service.signed import signed_requests\n")
    assert_rewrites(before, after.replace("return requests.post", "return signed_requests.post"))


def test_a_helper_in_another_module() -> None:
    helper = "import requests\n\n\ndef signed_post(body, url):\n    return requests.post(url, data=body)\n"
    caller = (
        'from http_help import signed_post\n\n\ndef push(i, d, b):\n    signed_post(d, url=f"{b}/@connections/{i}")\n'
    )
    result = run({"app.py": caller, "http_help.py": helper}, inventory())
    assert result.texts.keys() == {"http_help.py"}
    assert "signed_requests.post(url, data=body)" in result.texts["http_help.py"]
    assert [(r.path, r.kind, r.safety) for r in result.settled] == [("app.py", "push", "review")]


def test_the_stand_ins_that_are_wanted_are_told() -> None:
    result = run({"app.py": push('requests.post(f"{base}/@connections/{i}", data=data)')}, inventory())
    assert (result.stand_ins, result.drop_in) == (frozenset({"signed_requests"}), True)
