"""Where the code of a function lies: assets, entries, images.
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.Code.html
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from migrator.scan.cdk.values import External, Made, Unknown, as_string, construct
from migrator.scan.files import Files
from migrator.scan.paths import join_folder

_ASSETS: Final = frozenset({"fromAsset", "asset", "AssetCode", "fromCustomCommand"})
_IMAGES: Final = frozenset({"fromAssetImage", "fromImageAsset", "fromDockerBuild", "AssetImageCode"})


@dataclass(frozen=True)
class Found:
    """`handler` is Lambda's form, relative to the folder `root`."""

    root: str
    handler: str
    runtime: str
    problem: str | None = None
    image: bool = False
    inline: str | None = None
    """The code itself, where the program holds it."""


class NoCode(Exception):
    """Raised when the code of a function is not found; says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class CodeFinder:
    """`here`: the folder in which the CDK command runs, relative to the application."""

    def __init__(self, files: Files, here: str) -> None:
        self.files, self.here = files, here
        self.folders = {"."}
        for path in files.paths:
            folder = path.rpartition("/")[0]
            while folder and folder not in self.folders:
                self.folders.add(folder)
                folder = folder.rpartition("/")[0]

    def find(self, made: Made) -> Found:
        try:
            if made.short == "PythonFunction":
                return self.python(made)
            if made.short == "NodejsFunction":
                return self.node(made)
            if made.short == "DockerImageFunction" or _is_image(made.properties.get("code")):
                return self.image(made)
            return self.function(made)
        except NoCode as missing:
            return Found(self.here, "", "python", missing.reason)

    def function(self, made: Made) -> Found:
        runtime = runtime_of(made.properties.get("runtime")) or "python"
        if not made.name.startswith("aws_lambda") and "code" not in made.properties:
            raise NoCode(f"its code is built by {made.name}, which is not read")
        if not runtime.startswith(("python", "node")):
            raise NoCode(f"its runtime is {runtime}; only Python and Node.js are read")
        handler = _text(made.properties.get("handler"), "its handler")
        code = construct(made.properties.get("code"))
        if code is not None and code.short in {"fromInline", "InlineCode", "inline"}:
            # Each has a folder of its own, so that functions with the same handler stay apart.
            root = join_folder(self.here, made.id or "inline")
            problem = "its code stands inside the program, not in a file"
            return Found(root, handler, runtime, problem, inline=as_string(code.given(0, "code")))
        return Found(self.asset(made), handler, runtime)

    def asset(self, made: Made) -> str:
        """The folder of the code; one that only a build makes is named all the same."""
        code = made.properties.get("code")
        bundle = construct(code)
        if bundle is None:
            raise NoCode(f"where its code lies is not known: {_reason(code)}")
        if bundle.short not in _ASSETS:
            raise NoCode(f"its code comes from {bundle.name}, not from the application")
        folder = self.folder(_text(bundle.given(0, "path"), "the folder of its code"), made.folder)
        pure = PurePosixPath(folder)
        return pure.parent.as_posix() if pure.suffix in {".zip", ".jar"} else folder

    def folder(self, text: str, beside: str) -> str:
        """Relative to the application. A relative path counts from where the command runs, else from the file."""
        if text.startswith("/"):
            return join_folder(".", text)
        candidates = [join_folder(base, text) for base in (self.here, beside, ".")]
        return next((folder for folder in candidates if folder in self.folders), candidates[0])

    def python(self, made: Made) -> Found:
        """https://docs.aws.amazon.com/cdk/api/v2/docs/@aws-cdk_aws-lambda-python-alpha.PythonFunction.html"""
        entry = _text(made.properties.get("entry"), "its entry")
        runtime = runtime_of(made.properties.get("runtime")) or "python"
        index = as_string(made.properties.get("index")) or "index.py"
        handler = f"{index.removesuffix('.py')}.{as_string(made.properties.get('handler')) or 'handler'}"
        return Found(self.folder(entry, made.folder), handler, runtime)

    def node(self, made: Made) -> Found:
        """https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda_nodejs.NodejsFunction.html"""
        # Without an entry it is the file beside the program that is called '<program>.<construct id>'.
        beside = f"/{PurePosixPath(made.location.path).with_suffix('').as_posix()}.{made.id}.ts"
        given = made.properties.get("entry")
        pure = PurePosixPath(_text(given, "its entry") if given is not None else beside)
        name = as_string(made.properties.get("handler")) or "handler"
        return Found(
            self.folder(pure.parent.as_posix(), made.folder), f"{pure.stem}.{name.rpartition('.')[2]}", "nodejs"
        )

    def image(self, made: Made) -> Found:
        code = construct(made.properties.get("code"))
        if code is None or code.short not in _IMAGES:
            raise NoCode("it is a container image that no folder of the application makes")
        context = self.folder(_text(code.given(0, "directory"), "the folder of its image"), made.folder)
        command = code.properties.get("cmd")
        handler = as_string(command[0]) if isinstance(command, list) and command else None
        return Found(context, handler or "", "python", image=True)


def _text(value: object, what: str) -> str:
    """Raises NoCode when it is not plain text."""
    text = as_string(value)
    if text is None:
        raise NoCode(f"{what} is not known: {_reason(value)}")
    return text


def _reason(value: object) -> str:
    return value.reason if isinstance(value, Unknown) else "none is given" if value is None else "it is not plain text"


def runtime_of(value: object) -> str | None:
    """'python3.11' of Runtime.PYTHON_3_11, 'nodejs20.x' of Runtime.NODEJS_20_X; None when it is not known."""
    if isinstance(value, External):
        word, _, version = value.name.rpartition(".")[2].lower().partition("_")
        return f"{word}{version.replace('_', '.')}"
    made = construct(value)
    return as_string(made.arguments[0]) if made is not None and made.arguments else None


def _is_image(code: object) -> bool:
    made = construct(code)
    return made is not None and made.short in _IMAGES
