"""Changed code takes effect while clients stay connected. For work on a local machine."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shim.backends import loading
from shim.backends.loading import HandlerUnusable
from shim.backends.worker_process import WorkerFailed

if TYPE_CHECKING:
    from watchfiles import Change

logger = logging.getLogger(__name__)

SUFFIXES: Final = (".py", ".json", ".yaml", ".yml", ".toml")
"""What is read when modules are imported. Databases and logs that handlers write are none of it."""

IGNORED: Final = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", "site-packages", "dist-packages"})


class CodeWatcher:
    """Calls `changed` with a code root below which code was changed; in a thread of its own, one at a time."""

    def __init__(self, roots: Iterable[Path], changed: Callable[[Path], None]) -> None:
        self._roots = sorted({root.resolve() for root in roots})
        self._changed = changed
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="code-watcher", daemon=True)
        self.watching = threading.Event()
        """Set when no later change will be missed."""

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join(2)

    def _watch(self) -> None:
        from watchfiles import watch  # noqa: PLC0415 - only who works on code needs it

        changes = watch(
            *self._roots,
            watch_filter=self._is_code,
            stop_event=self._over,
            raise_interrupt=False,
            debounce=200,
            rust_timeout=100,
            yield_on_timeout=True,
        )
        for found in changes:
            self.watching.set()
            for root in self._roots:
                if any(Path(path).is_relative_to(root) for _, path in found):
                    self._reload(root)

    def _is_code(self, _: Change, path: str) -> bool:
        if not path.endswith(SUFFIXES):
            return False
        return any(
            Path(path).is_relative_to(root) and IGNORED.isdisjoint(Path(path).relative_to(root).parts)
            for root in self._roots
        )

    def _reload(self, root: Path) -> None:
        try:
            self._changed(root)
        except (HandlerUnusable, WorkerFailed) as error:
            logger.warning("%s. The code from before the change goes on serving.", error, exc_info=error.__cause__)
        else:
            logger.warning("%s was changed and is in force.", root)


@contextmanager
def anew(root: Path) -> Iterator[None]:
    """What is imported from this code root inside of the block is imported again; when that fails, the modules from
    before are back."""
    root = root.resolve()
    with loading.lock:
        loading.enter(root)
        before = {name: module for name, module in sys.modules.copy().items() if loading.lives_below(module, root)}
        for name in before:
            del sys.modules[name]
        try:
            yield
        except BaseException:
            loading.enter(root)
            for name in [name for name, module in sys.modules.copy().items() if loading.lives_below(module, root)]:
                del sys.modules[name]
            sys.modules.update(before)
            raise
