"""What stands between the quotes of a text of HCL.
https://developer.hashicorp.com/terraform/language/expressions/strings
"""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(r"\\(n|r|t|\"|\\|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|\$\$\{|%%\{")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def plain_text(text: str) -> str:
    return text.replace("$${", "${").replace("%%{", "%{")


def unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        escape = match.group(1)
        if escape is None:
            return match.group(0)[1:]
        if escape[0] not in "uU":
            return _ESCAPES[escape]
        code = int(escape[1:], 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"

    return _ESCAPE.sub(one, text)


def dedented(value: object, text: str) -> object:
    """`<<-` takes away the indentation that all of the lines have."""
    indents = [len(line) - len(line.lstrip()) for line in text.split("\n") if line.strip()]
    margin = re.compile(rf"(?m)^[ \t]{{0,{min(indents, default=0)}}}")
    if isinstance(value, str):
        return margin.sub("", value)
    return value
