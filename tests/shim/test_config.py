"""What is configured, what is refused and with which sentence, and where each value came from."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shim.backends.lambda_ import LambdaBackend
from shim.config.configuration import HIDDEN, configuration_of, shown
from shim.config.errors import ConfigurationError, FileUnreadable, SecretOnCommandLine, SettingInvalid, SettingUnknown
from shim.config.lambda_options import LambdaOptions
from shim.config.layers import Given, assignments, environment, project_files, shim_toml
from shim.config.options import ShimOptions, options_of
from shim.config.setting import SETTINGS, variable_of
from shim.config.toml_files import lines_of
from shim.gateway.definition import ApiDefinition, DomainMapping
from shim.gateway.limits import Throttle
from shim.gateway.sigv4 import Credential

WITHOUT_A_SETTING = {
    "api.routes",
    "api.authorizer",
    "api.limits",
    "backend.python.region",
    "backend.python.account_id",
    "streams.payload_bytes",
    "console.backend",
}
"""Fields that follow from another setting, or are declared."""

OTHERWISE_NAMED = {
    "backend": "backend.kind",
    "aws": "backend.aws",
    "nodes": "listen.nodes",
    "node_port": "listen.node_port",
}

SECTION_OF_FIELD = {
    "python": "backend.python",
    "lambda_": "backend.lambda",
    "websocket": "backend.websocket",
    "rest": "backend.rest",
}

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "shim.toml"
        path.write_text(text)
        return path

    return write


def options(text: dict[str, str]) -> ShimOptions:
    return options_of(configuration_of([environment(text)]))


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("[limits]\nidel_s = 1", ":2: there is no setting limits.idel_s. Did you mean limits.idle_s?"),
            ("[limit]\nx = 1", ":1: there is no setting limit. Did you mean limits?"),
            ("idle_s = 1", ":1: there is no setting idle_s. Did you mean limits.idle_s?"),
            ("zebra = 1", ":1: there is no setting zebra. --print-config lists all."),
            ("limits = 1", ":1: limits is 1; allowed: a table."),
            ('[limits]\nidle_s = "600"', ':2: limits.idle_s is "600"; allowed: a number of at least 0.'),
            ("[limits]\nidle_s = -1", ":2: limits.idle_s is -1; allowed: a number of at least 0."),
            ("[limits]\nidle_s = nan", ":2: limits.idle_s is NaN; allowed: a number of at least 0."),
            ("[limits]\nidle_s = inf", ":2: limits.idle_s is Infinity; allowed: a number of at least 0."),
            ("[listen]\nport = true", ":2: listen.port is true; allowed: a whole number from 0 to 65535."),
            ("[listen]\nport = 65536", ":2: listen.port is 65536; allowed: a whole number from 0 to 65535."),
            (
                '[redis]\nurl = "redis://a"\npartitions = 0',
                ":3: redis.partitions is 0; allowed: a whole number from 1 to 64.",
            ),
            (
                '[redis]\nurl = "redis://a"\ncheck_s = 21601',
                ":3: redis.check_s is 21601; allowed: a number from 0.1 to 21600.",
            ),
            (
                '[redis]\nurl = "redis://a"\npartitions = 65',
                ":3: redis.partitions is 65; allowed: a whole number from 1 to 64.",
            ),
            ('[api]\nstage = "a/b"', ':2: api.stage is "a/b"; allowed: up to 128 letters, digits, _ and -.'),
            ('[api]\nstage = "-"', ':2: api.stage is "-"; allowed: up to 128 letters, digits, _ and -.'),
            ('[listen]\nhost = ""', ':2: listen.host is ""; allowed: an address or a host name.'),
            ("[api]\nordered = 1", ":2: api.ordered is 1; allowed: true or false."),
            ('[api]\nevent_profile = "old"', ':2: api.event_profile is "old"; allowed: current, legacy-nulls.'),
            ('[faces]\ntrusted_proxies = "::1"', ':2: faces.trusted_proxies is "::1"; allowed: a list of texts.'),
            ("[api]\nname = 2026-01-01", ':2: api.name is "2026-01-01"; allowed: a text.'),
            (
                '[api]\ndomains = [{hots = "a"}]',
                ':2: api.domains is [{"hots": "a"}]; allowed: a list of tables with host, base_path.',
            ),
            (
                '[backend.rest]\nurl = "http://a"\n[backend.rest.routes.say]\npath = "/say"\nmethd = "PUT"',
                ':3: backend.rest.routes is {"say": {"path": "/say", "methd": "PUT"}}; allowed: a table of tables with '
                "path, method, reply, repeatable.",
            ),
        ],
    )
    def test_in_a_file_with_its_line(self, write: Write, text: str, sentence: str) -> None:
        path = write(text)

        with pytest.raises(ConfigurationError) as raised:
            configuration_of([shim_toml(path)])
        assert str(raised.value) == f"{path}{sentence}"

    @pytest.mark.parametrize("text", ["x y", "[limits", "a = 1\na = 2", "\udcff", "a = " + "[" * 5_000])
    def test_what_is_not_toml(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "shim.toml"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))

        with pytest.raises(FileUnreadable, match="it is not TOML"):
            shim_toml(path)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(FileUnreadable, match=r"none\.toml can't be read: No such file or directory\."):
            shim_toml(tmp_path / "none.toml")

    @pytest.mark.parametrize(
        ("name", "close"),
        [("SHIM_LIMITS__IDEL_S", "SHIM_LIMITS__IDLE_S"), ("SHIM_LIMITS_IDLE_S", "SHIM_LIMITS__IDLE_S")],
    )
    def test_variables_that_are_none(self, name: str, close: str) -> None:
        with pytest.raises(SettingUnknown) as raised:
            environment({name: "1", "HOME": "/"})
        assert str(raised.value).startswith(f"the environment: there is no setting {name}. Did you mean {close}")

    @pytest.mark.parametrize(
        ("key", "value", "found"),
        [
            ("limits.idle_s", "ten", '"ten"'),
            ("api.ordered", "perhaps", '"perhaps"'),
            ("listen.port", "", '""'),
            ("listen.port", "1.5", '"1.5"'),
            ("api.stage_variables", "a=b", '"a=b"'),
            ("api.domains", "[1]", '"[1]"'),
            ("faces.allowed_origins", "[", '"["'),
            ("management.credentials_file", "~nobody-of-this-name/keys", '"~nobody-of-this-name/keys"'),
        ],
    )
    def test_values_of_variables(self, key: str, value: str, found: str) -> None:
        with pytest.raises(SettingInvalid) as raised:
            configuration_of([environment({variable_of(key): value})])
        assert (raised.value.where, raised.value.key, raised.value.found) == (variable_of(key), key, found)

    def test_secrets_on_the_command_line(self) -> None:
        with pytest.raises(SecretOnCommandLine, match=r"write it to a file, or set SHIM_METRICS__TOKEN\.") as raised:
            assignments(("metrics.token=hush-hush-hush-hush",), "--set")
        assert "hush" not in str(raised.value)

    def test_a_password_in_an_address_on_the_command_line(self) -> None:
        assert assignments(("redis.url=redis://127.0.0.1:6379/0",), "--set")["redis.url"].value.endswith("/0")
        with pytest.raises(SecretOnCommandLine, match=r"or set SHIM_REDIS__URL\.") as raised:
            assignments(("redis.url=rediss://shim:hush@127.0.0.1",), "--set")
        assert "hush" not in str(raised.value)

    def test_an_assignment_without_a_value(self) -> None:
        with pytest.raises(SettingInvalid, match=r"--set: limits\.idle_s is without a value; allowed: KEY=VALUE\."):
            assignments(("limits.idle_s",), "--set")

    def test_a_secret_is_not_in_the_sentence_about_it(self) -> None:
        with pytest.raises(SettingInvalid) as raised:
            configuration_of([environment({"SHIM_MANAGEMENT__CREDENTIALS": '[{"secret_access_key": "hush"}]'})])
        assert raised.value.found == HIDDEN
        assert "hush" not in str(raised.value)

    def test_a_part_of_an_optional_section_without_what_it_needs(self) -> None:
        with pytest.raises(ConfigurationError) as raised:
            configuration_of([environment({"SHIM_BACKEND__REST__PLAIN": "true"})])
        assert str(raised.value) == "backend.rest.url is missing: [backend.rest] needs it."

    @pytest.mark.parametrize(
        ("variables", "sentence"),
        [
            (
                {"SHIM_FACES__COOKIES": "1", "SHIM_FACES__ALLOWED_ORIGINS": "*"},
                "SHIM_FACES__ALLOWED_ORIGINS: faces.allowed_origins is not usable; allowed: with cookies every origin",
            ),
            ({"SHIM_METRICS__TOKEN": "short"}, "SHIM_METRICS__TOKEN: metrics.token is not usable; allowed: must have"),
            (
                {"SHIM_CUTOVER__JOURNAL": "a.jsonl", "SHIM_CUTOVER__FALL_BACK__ALPHA": "0"},
                "SHIM_CUTOVER__FALL_BACK__ALPHA: cutover.fall_back.alpha is not usable; allowed: must be between 0 and",
            ),
            (
                {"SHIM_CUTOVER__JOURNAL": "a.jsonl", "SHIM_CUTOVER__OPERATORS": '{"ana": "short"}'},
                "SHIM_CUTOVER__OPERATORS: cutover.operators is not usable; allowed: the token of ana must have at least",
            ),
            (
                {"SHIM_REDIS__URL": "memcached://:secret@a"},
                "SHIM_REDIS__URL: redis.url is an address that begins as none of Redis does; allowed: redis://HOST:PORT/DB,",
            ),
            (
                {"SHIM_REDIS__URL": "redis://a", "SHIM_REDIS__LEASE_S": "1"},
                "SHIM_REDIS__LEASE_S: redis.timeout_s is 2 s; allowed: at most 0.666 s while redis.lease_s is 1 s, since",
            ),
            (
                {"SHIM_REDIS__URL": "redis://a", "SHIM_STREAMS__RESUME_WINDOW_S": "86400"},
                "SHIM_STREAMS__RESUME_WINDOW_S: streams.resume_window_s is 86400 s; allowed: at most 64785 s while",
            ),
            ({"SHIM_FACES__TICKET_S": "31"}, "SHIM_FACES__TICKET_S: faces.ticket_s is not usable; allowed: must be"),
        ],
    )
    def test_values_that_contradict_one_another(self, variables: dict[str, str], sentence: str) -> None:
        with pytest.raises(SettingInvalid) as raised:
            options(variables)
        assert str(raised.value).startswith(sentence)


class TestNothingIsForgotten:
    def test_every_field_of_every_option_class_is_a_setting(self) -> None:
        given = {"backend.websocket.url": Given("ws://a", ""), "backend.rest.url": Given("http://a", "")}
        given |= {"management.forwarding.endpoint_url": Given("http://a", "")}
        given |= {"management.forwarding.region": Given("eu-west-1", "")}
        given |= {"cutover.journal": Given("cutover.jsonl", ""), "redis.url": Given("redis://a", "")}

        fields = set(_fields(options_of(configuration_of([given])), ""))

        assert fields - WITHOUT_A_SETTING == set(SETTINGS)

    def test_every_argument_of_the_lambda_back_end_is_an_option(self) -> None:
        arguments = set(inspect.signature(LambdaBackend).parameters) - {"functions", "region", "session"}

        assert arguments == {field.name for field in dataclasses.fields(LambdaOptions)} - {"names"}

    def test_defaults_are_those_of_the_options(self) -> None:
        built = options_of(configuration_of([]))

        for field in (
            "streams",
            "faces",
            "management",
            "metrics",
            "console",
            "logs",
            "tracing",
            "recording",
            "python",
            "lambda_",
        ):
            made = getattr(built, field)
            assert made == type(made)(), field
        assert built.api == ApiDefinition(name="ws2sse", routes={})

    @pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.key)
    def test_every_setting_is_described(self, setting: Any) -> None:
        assert len(setting.description) > 10
        assert not setting.allowed.startswith("<")

    def test_secrets_are_known(self) -> None:
        assert {setting.key for setting in SETTINGS.values() if setting.secret} == {
            "backend.websocket.headers",
            "backend.rest.headers",
            "management.credentials",
            "metrics.token",
            "console.token",
            "cutover.operators",
            "recording.key",
        }


def _fields(value: Any, before: str) -> list[str]:
    found = []
    for field in dataclasses.fields(value):
        if not field.init:
            continue
        inner = getattr(value, field.name)
        if not before:
            path = OTHERWISE_NAMED.get(field.name)
            path = path or SECTION_OF_FIELD.get(field.name, field.name)
        else:
            path = f"{before}.{field.name}"
        if dataclasses.is_dataclass(inner) and path != "api.limits":
            found += _fields(inner, path)
        else:
            found.append(path)
        if path == "api.limits":
            found += _fields(inner, "limits")
    return found


class TestWhatWins:
    def test_the_later_layer(self, write: Write) -> None:
        path = write("[limits]\nidle_s = 1\nduration_s = 1\nintegration_timeout_s = 1")
        layers = [
            shim_toml(path),
            environment({"SHIM_LIMITS__IDLE_S": "2", "SHIM_LIMITS__DURATION_S": "2"}),
            assignments(("limits.idle_s=3",), "--set"),
        ]

        found = configuration_of(layers)

        assert [found.values[f"limits.{name}_s"] for name in ("idle", "duration", "integration_timeout")] == [3, 2, 1]
        assert [found.origins[f"limits.{name}_s"] for name in ("idle", "duration", "integration_timeout")] == [
            "--set limits.idle_s",
            "SHIM_LIMITS__DURATION_S",
            f"{path}:4",
        ]
        assert found.origins["limits.frame_bytes"] == "default"

    def test_one_half_of_a_throttle_leaves_the_other(self) -> None:
        assert options({"SHIM_LIMITS__CONNECTS__RATE_PER_S": "5"}).api.limits.connects == Throttle(5, 500)

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("ws2sse.toml", "[verify]\n[shim.limits]\nidle_s = 7"),
            ("pyproject.toml", "[tool.ws2sse.shim.limits]\nidle_s = 7"),
        ],
    )
    def test_the_projects_own_files(self, tmp_path: Path, name: str, text: str) -> None:
        (tmp_path / name).write_text(text)
        layer = project_files(tmp_path)

        assert layer["limits.idle_s"].value == 7
        assert layer["limits.idle_s"].origin.startswith(f"{tmp_path / name}:")

    def test_a_project_without_a_word_for_the_shim(self, tmp_path: Path) -> None:
        (tmp_path / "ws2sse.toml").write_text("[[verify.identity]]\nname = 'ana'")
        (tmp_path / "pyproject.toml").write_text("[project]\nname = 'a'\n[tool.ws2sse]\nother = 1")

        assert project_files(tmp_path) == {}


class TestValues:
    def test_what_variables_may_say(self) -> None:
        made = options(
            {
                "SHIM_FACES__TRUSTED_PROXIES": "10.0.0.0/8, ::1",
                "SHIM_FACES__WEBSOCKET_ORIGINS": "[]",
                "SHIM_API__STAGE_VARIABLES": '{"tier": "gold"}',
                "SHIM_API__DOMAINS": '[{"host": "a.example.org", "base_path": "chat"}]',
                "SHIM_API__ORDERED": "yes",
                "SHIM_MANAGEMENT__REGION": "",
                "SHIM_MANAGEMENT__CREDENTIALS": '[{"access_key_id": "AKIDEXAMPLE", "secret_access_key": "hush"}]',
                "SHIM_BACKEND__REST__URL": "http://127.0.0.1:1",
                "SHIM_BACKEND__REST__EVENT_NAMES": "message,chat",
            }
        )

        assert made.faces.trusted_proxies == ("10.0.0.0/8", "::1")
        assert made.faces.websocket_origins == ()
        assert made.api.stage_variables == {"tier": "gold"}
        assert made.api.domains == (DomainMapping("a.example.org", "chat"),)
        assert made.api.ordered is True
        assert made.management.region is None
        assert made.management.credentials == (Credential("AKIDEXAMPLE", "hush"),)
        assert made.rest is not None
        assert made.rest.event_names == {"message", "chat"}

    def test_a_path_in_a_file_begins_where_the_file_is(self, write: Write, tmp_path: Path) -> None:
        made = options_of(configuration_of([shim_toml(write('[management]\ncredentials_file = "keys/callers"'))]))

        assert made.management.credentials_file == tmp_path.resolve() / "keys" / "callers"

    def test_the_largest_message_is_said_once(self) -> None:
        made = options({"SHIM_LIMITS__PAYLOAD_BYTES": "1000"})

        assert made.streams.payload_bytes == made.api.limits.payload_bytes == 1000

    def test_functions_have_the_region_of_the_api(self) -> None:
        assert options({"SHIM_API__REGION": "eu-west-1"}).python.region == "eu-west-1"


class TestSecrets:
    def test_they_are_not_shown(self) -> None:
        assert shown(SETTINGS["metrics.token"], "hush-hush-hush-hush") == HIDDEN
        assert shown(SETTINGS["metrics.token"], None) == "none"

    def test_those_within_an_address_are_not_shown_either(self) -> None:
        assert shown(SETTINGS["backend.websocket.url"], "wss://a.example.org/prod?token=hush") == HIDDEN
        assert shown(SETTINGS["backend.websocket.url"], "wss://a.example.org/prod") == "wss://a.example.org/prod"

    def test_a_file_of_them_that_others_can_read_is_warned_of(
        self, write: Write, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = write("[metrics]\ntoken = 'hush-hush-hush-hush'")
        path.chmod(0o600)
        shim_toml(path)
        assert caplog.text == ""
        path.chmod(0o644)
        shim_toml(path)
        assert f"{path} holds secrets and may be read by others than its owner (mode 644)" in caplog.text

    def test_the_configuration_prints_without_them(self) -> None:
        found = configuration_of([environment({"SHIM_CONSOLE__TOKEN": "hush-hush-hush-hush"})])

        assert "hush" not in repr(found.settings)
        assert "hush" not in repr(options_of(found))


class TestLines:
    def test_each_key_has_its_own(self) -> None:
        text = '# first\na = 1\n[b]\nc = """\n[d]\ne = 1\n"""\nf = [\n  1,\n]\n[[g]]\nh = 1\n[[g]]\nh = 2\n[i.j]\nk.l = {m = 1}\n'

        assert lines_of(text) == {
            ("a",): 2,
            ("b",): 3,
            ("b", "c"): 4,
            ("b", "f"): 8,
            ("g",): 11,
            ("g", "h"): 12,
            ("i",): 15,
            ("i", "j"): 15,
            ("i", "j", "k"): 16,
            ("i", "j", "k", "l"): 16,
            ("i", "j", "k", "l", "m"): 16,
        }

    def test_of_what_a_json_document_could_be(self) -> None:
        assert lines_of(f'"a b".c = {json.dumps("[x]")}') == {("a b",): 1, ("a b", "c"): 1}


def test_what_kubernetes_puts_beside_a_service_of_that_name_is_no_setting() -> None:
    variables = {
        "SHIM_SERVICE_HOST": "10.0.0.1",
        "SHIM_SERVICE_PORT": "80",
        "SHIM_SERVICE_PORT_HTTP": "80",
        "SHIM_PORT": "tcp://10.0.0.1:80",
        "SHIM_PORT_80_TCP_ADDR": "10.0.0.1",
    }

    assert environment(variables) == {}
