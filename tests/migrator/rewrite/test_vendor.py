"""What of ours goes along."""

import ast

from migrator.rewrite.vendor import vendored


def test_it_imports_nothing_of_ours() -> None:
    files = vendored(loading=True)
    for path, text in files.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(("shim", "migrator", "templates", "checklists")), path
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith(("shim", "migrator")) for alias in node.names), path


def test_every_import_within_it_leads_somewhere() -> None:
    files = vendored(loading=True)
    modules = {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in files}
    wanted = {
        node.module
        for text in files.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sse_service.")
    }
    assert wanted <= modules


def test_the_loader_only_comes_when_it_is_needed() -> None:
    assert "sse_service/loading.py" in vendored(loading=True)
    assert "sse_service/loading.py" not in vendored(loading=False)
    assert "sse_service/streams/response.py" in vendored(loading=False)
