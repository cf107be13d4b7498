"""`docs/reference/configuration.md`, made from the settings themselves."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from shim.config.configuration import HIDDEN, shown
from shim.config.setting import SETTINGS, Setting, variable_of

_INTRODUCTION: Final = f"""\
# Configuration

<!-- Made by scripts/reference.py from the code; edit that, not this. -->

Every setting of `ws2sse shim`. None has to be given: an application is served from what its infrastructure files
declare. `ws2sse shim APP --print-config` shows what is in force, and where each value came from.

Settings come from these places, and later ones win:

1. the defaults below;
2. the inventory: name, stage, route selection expression, region, stage variables and domains, as APP declares them;
3. `shim.toml` in APP, unless `--config` names another file;
4. `[shim]` of `ws2sse.toml` in APP, or else `[tool.ws2sse.shim]` of its `pyproject.toml`;
5. the file that `--config` names;
6. variables of the environment: `SHIM_`, then the setting with two underscores for a dot, such as
   `{variable_of("limits.idle_s")}=0`;
7. options of the command line: `--set limits.idle_s=0`, or one of those that `ws2sse shim --help` lists.

```toml
# shim.toml
[limits]
idle_s = 0                                      # as limits.idle_s below

[management]
credentials_file = "/run/secrets/callers"       # a relative path begins where this file is
```

- What is unknown, or not of the right kind, is an error with the file and line, and the shim does not start.
- In variables and `--set`, lists have commas (`10.0.0.0/8,::1`) or are JSON, and tables are JSON. What may be none is
  none when it is empty.
- Secrets, marked so below, come from files or the environment. The command line does not take them, since other users
  of a machine can see it, and they are shown as `{HIDDEN}`.
- `--print-config --format toml` prints a file that can be used as `shim.toml`. Secrets and what is none are comments in
  it.
- Back ends other than the one of `backend.kind` may be configured, and are not used, but for that of `[cutover]`.
"""

_ABOUT: Final = {
    "": "Of the service as a whole",
    "listen": "Where clients come",
    "api": "The API as handlers and clients see it",
    "backend": "Who stands behind the shim",
    "backend.python": "Handlers that run here",
    "backend.lambda": "Functions that are deployed",
    "backend.websocket": "A WebSocket server behind the shim",
    "backend.rest": "An SSE + REST application behind the shim",
    "limits": "What one client, message or call may take",
    "limits.connects": "Throttle of new connections",
    "limits.requests": "Throttle of messages",
    "limits.pushes": "Throttle of pushes",
    "streams": "Event streams, and what is kept for them",
    "redis": "Several nodes, one service",
    "faces": "How clients may come",
    "management": "@connections: who may push",
    "management.forwarding": "An API Gateway that has other connections",
    "metrics": "Prometheus",
    "console": "The page that shows what the shim does",
    "logs": "What is logged",
    "tracing": "OpenTelemetry",
    "recording": "A recording of traffic",
    "cutover": "From the old service to the new one",
    "cutover.fall_back": "When it goes back by itself",
}


def reference() -> str:
    parts = [_INTRODUCTION]
    for table, settings in groupby(SETTINGS.values(), key=_table):
        parts.append(_section(table, list(settings)))
    return "\n".join(parts)


def _table(setting: Setting) -> str:
    return setting.key.rpartition(".")[0]


def _section(table: str, settings: list[Setting]) -> str:
    title = f"## {_ABOUT[table]}" + (f": `[{table}]`" if table else "")
    return "\n".join([title, "", "| setting | allowed | default | |", "|--|--|--|--|", *map(_row, settings), ""])


def _row(setting: Setting) -> str:
    return f"| `{setting.key}` | {_cell(_allowed(setting))} | {_default(setting)} | {_cell(_meaning(setting))} |"


def _allowed(setting: Setting) -> str:
    unit = f" ({setting.unit})" if setting.unit else ""
    return f"{setting.allowed}{unit}{', or none' if setting.may_be_none else ''}"


def _default(setting: Setting) -> str:
    if setting.default is ...:
        return "has to be given"
    text = shown(setting, setting.default)
    return "none" if text == "none" else f"`{text}`"


def _meaning(setting: Setting) -> str:
    return f"**Secret.** {setting.description}" if setting.secret else setting.description


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
