"""What scripts do when a connection is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrator.scan.node.applications import handler, only_push, scan_node


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("await post('a');", "none"),
        ("try { await db.send(1); } catch (e) { } await post('a');", "none"),
        ("try { await db.send(1); } catch (e) { await post('a'); }", "none"),
        ("try { await post('a'); } catch (e) { if (e instanceof GoneException) return; throw e; }", "exception"),
        ("try { await post('a'); } catch (e) { if (e.name === 'GoneException') return; throw e; }", "exception"),
        ("try { await post('a'); } catch (e) { if (e.statusCode === 410) return; throw e; }", "code"),
        ("try { await post('a'); } catch (e) { if (e.$metadata?.httpStatusCode === 410) return; }", "code"),
        ("try { await post('a'); } catch (e) { if (e.code == 'GoneException') return; }", "code"),
        ("try { await post('a'); } catch (e) { if (e.message.includes('410')) return; }", "string"),
        ("try { await post('a'); } catch (e) { console.error(e); }", "broad"),
        ("await post('a').catch((e) => console.error(e));", "broad"),
        ("await post('a').catch((e) => { if (e.statusCode === 410) forget(); });", "code"),
        ("await Promise.allSettled([post('a')]);", "broad"),
    ],
)
def test_gone_handling_is_told(tmp_path: Path, body: str, kind: str) -> None:
    assert only_push(scan_node(tmp_path, handler(body))).gone == kind
