"""Where the code of a Lambda function lies, as Terraform packs it.
https://registry.terraform.io/providers/hashicorp/archive/latest/docs/data-sources/file
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from migrator.scan.intrinsics import references
from migrator.scan.paths import join_folder
from migrator.scan.terraform.workspace import Workspace
from migrator.scan.yamlfile import Map, as_text

_PACKED: Final = ("filename", "s3_key", "s3_object_version", "source_code_hash", "s3_bucket")
_OBJECTS: Final = re.compile(r"(?:^|\.)aws_s3_(?:bucket_)?object\.")
_ARCHIVES: Final = re.compile(r"(?:^|\.)(?:data\.)?archive_file\.")


def code_root(workspace: Workspace, arguments: Map) -> str | None:
    """The folder that is packed, relative to the application; None when the files don't tell."""
    for name in _PACKED:
        for address in references(arguments.get(name)):
            found = _packed(workspace, address)
            if found is not None:
                return found
    path = as_text(workspace.resolver.resolve(arguments.get("filename")))
    return _same_output(workspace, path) if path else None


def _packed(workspace: Workspace, address: str) -> str | None:
    """What an archive packs, also when it goes through an object of S3."""
    if _OBJECTS.search(address):
        source = workspace.arguments_of(address).get("source")
        return next((found for name in references(source) if (found := _packed(workspace, name)) is not None), None)
    return _archived(workspace, workspace.arguments_of(address)) if _ARCHIVES.search(address) else None


def _archived(workspace: Workspace, archive: Map) -> str | None:
    for name in ("source_dir", "source_file"):
        path = as_text(workspace.resolver.resolve(archive.get(name)))
        if path is not None:
            joined = join_folder(workspace.folder, path)
            is_file = name == "source_file" or PurePosixPath(joined).suffix in {".py", ".js", ".mjs", ".ts"}
            return PurePosixPath(joined).parent.as_posix() if is_file else joined
    return None


def _same_output(workspace: Workspace, path: str) -> str | None:
    """The archive that is written to the path from which the function takes its code."""
    wanted = join_folder(workspace.folder, path)
    for module in workspace.modules:
        for block in module.blocks.values():
            if block.labels[0] != "archive_file":
                continue
            for key, _ in module.instances(block):
                archive = workspace.arguments_of(module.address(block, key))
                output = as_text(workspace.resolver.resolve(archive.get("output_path")))
                if output is not None and join_folder(workspace.folder, output) == wanted:
                    return _archived(workspace, archive)
    return None
