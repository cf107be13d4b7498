"""The rows as one Markdown table, and the sum against the aims."""

from __future__ import annotations

from collections.abc import Sequence

from bench.corpus.repository import Result

HEAD = (
    "repository", "scan", "routes found/declared", "pushes found/sites", "native", "transport", "none", "marked",
    "skipped", "failed", "closes", "leftovers", "again", "starts", "stubs", "verify", "s",
)  # fmt: skip
STARTS_AIM, NATIVE_AIM = 34 / 38, 0.6


def table(results: Sequence[Result]) -> str:
    """Everything, then what didn't go well, word by word."""
    lines = [_row(HEAD), _row(["--"] * len(HEAD)), *(_row(_cells(result)) for result in results)]
    parts = ["\n".join(lines), summary(results)]
    parts += [notes for result in results if (notes := _notes(result))]
    return "\n\n".join(parts) + "\n"


def summary(results: Sequence[Result]) -> str:
    count = len(results)
    native, all_routes = (sum(r.levels.get("native", 0) for r in results), sum(sum(r.levels.values()) for r in results))
    share = native / all_routes if all_routes else 0.0
    starting = [r for r in results if r.starts and all(_starts(said) for said in r.starts.values())]
    scanned = sum("crash" not in r.scan and "too long" not in r.scan for r in results)
    lines = [
        f"- scan without a crash: {scanned} of {count}",
        f"- all declared routes found: {sum(not r.missing for r in results)} of {count}",
        f"- account closes: {sum(r.closes for r in results)} of {count}",
        f"- migrated application starts: {len(starting)} of {count} (aim {STARTS_AIM * count:.0f})",
        f"- native: {native} of {all_routes} routes, {share:.0%} (aim {NATIVE_AIM:.0%})",
        f"- unmarked leftovers: {sum(len(r.findings) for r in results)} (aim 0)",
        f"- second run the same: {sum(r.again == 'same' for r in results)} of {count}",
        f"- verify: {_verdicts(results)}",
        f"- clones left as they were: {sum(not r.changed for r in results)} of {count}",
    ]
    return "\n".join(lines)


def _verdicts(results: Sequence[Result]) -> str:
    words = [said.partition(":")[0] for result in results for said in result.verify.values()]
    return ", ".join(f"{words.count(word)} {word}" for word in sorted(set(words))) or "not run"


def _cells(result: Result) -> list[str]:
    levels, totals = result.levels, result.totals
    return [
        result.repository,
        _first(result.scan),
        f"{len(set(result.routes) & set(result.declared))}/{len(result.declared)}"
        + (f" +{more}" if (more := len(set(result.routes) - set(result.declared))) else ""),
        f"{result.pushes}/{result.push_sites}",
        *(str(levels.get(level, 0)) for level in ("native", "transport", "none")),
        *(str(totals.get(status, 0)) for status in ("marked", "skipped", "failed")),
        "yes" if result.closes else "NO",
        str(len(result.findings)),
        _first(result.again),
        ", ".join(sorted({"yes" if _starts(said) else "NO" for said in result.starts.values()})) or "nothing written",
        ", ".join(result.stubs),
        ", ".join(said.partition(":")[0] for said in result.verify.values()),
        f"{sum(result.seconds.values()):.0f}",
    ]


def _notes(result: Result) -> str:
    lines = []
    if result.missing:
        lines.append(f"- declared, not found: {', '.join(result.missing)}")
    extra = sorted(set(result.routes) - set(result.declared))
    if extra:
        lines.append(f"- found, not declared: {', '.join(extra)}")
    if not result.scan.isdigit() or not result.migrate.isdigit():
        lines.append(f"- scan: {result.scan}; migrate: {result.migrate}")
    lines += [f"- leftover: {finding}" for finding in result.findings[:5]]
    lines += [f"- not native: {reason}" for reason in result.reasons]
    lines += [f"- refused: {reason}" for reason in result.refused]
    lines += [f"- {name} starts: {said}" for name, said in result.starts.items() if said != "yes"]
    lines += [f"- verify {name}: {said}" for name, said in result.verify.items() if not said.startswith("PASS")]
    if result.changed:
        lines.append(f"- THE CLONE CHANGED: {result.changed}")
    return f"### {result.repository}\n\n" + "\n".join(" ".join(line.split()) for line in lines) if lines else ""


def _starts(said: str) -> bool:
    return said.startswith("yes")


def _first(text: str) -> str:
    return text.partition(":")[0]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
