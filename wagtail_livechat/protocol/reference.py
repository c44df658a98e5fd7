"""Writes the reference of the wire: ``python -m wagtail_livechat.protocol.reference``.

The page ``docs/reference/protocol.md`` is made from the structs, their docstrings and
bounds, and from one sample of each frame, which the tests read too.
"""

from __future__ import annotations

import json
import sys
from enum import EnumMeta
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import inspect

from . import codec, commands, updates, values
from .typescript import members, reachable, struct_type

ROOT: Final = Path(__file__).parent.parent.parent
TARGET: Final = ROOT / "docs" / "reference" / "protocol.md"
SAMPLES: Final = ROOT / "tests" / "protocol" / "samples"

INTRODUCTION: Final = f"""\
# The protocol

What a browser may ask (commands) and what it may be told (updates), version {values.VERSION}.
This page is made from `wagtail_livechat/protocol/` by
`python -m wagtail_livechat.protocol.reference`; change it there.

Each frame is one JSON object in one text frame of a WebSocket, with its kind in `type`. A field
that a command does not have, or a value outside its bounds, is refused; of an update, a browser
passes over fields that it does not know. A command with a `ref` is done once, however often it is
sent, and answered each time by `ack`, by `refused`, or by the update that it asks for.
A copy that comes over the same socket while the first is being written shares its answer.

| Bound | |
|---|---|
| longest message or note | {values.MAX_TEXT:,} code points |
| longest frame or command | {values.MAX_FRAME:,} bytes |
| longest body of one HTTP request | {values.MAX_EXCHANGE:,} bytes |
| messages in one update | {values.MAX_BATCH} |
| commands in one HTTP request | {codec.MAX_COMMANDS} |

Over HTTP the same frames travel in one request: the body is
`{{"hello": …, "commands": […]}}`, with `hello` or `staff.hello` as the first; the answer is
`{{"updates": […]}}`.

To a visit that asks with `Prefer: return=minimal`, an empty answer (204) says that nobody
watches, that no invitation stands, and that there is nothing else to tell. Its header
`Livechat-Visit: poll=2000, recorded` says when to ask again, in milliseconds, and that somebody
is there who may watch. Either part may be missing, and the header with both: then it is
{values.POLL_MS:,} milliseconds, and nobody is there.
"""

GROUPS: Final = (
    ("What a visitor asks", commands.VisitorCommand, "commands"),
    ("What a visitor is told", updates.VisitorUpdate, "updates"),
    ("What an agent asks", commands.AgentCommand, "commands"),
    ("What an agent is told", updates.AgentUpdate, "updates"),
    ("What a visit tells, once the visitor has agreed", commands.VisitCommand, "commands"),
    ("What a visit is told", updates.VisitUpdate, "updates"),
)


def generate(samples: Path = SAMPLES) -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    told: set[type[msgspec.Struct]] = set()
    for title, union, folder in GROUPS:
        parts.append(f"## {title}")
        shared = [cls for cls in members(union) if cls in told]
        if shared:
            tags = ", ".join(f"[`{_tag(cls)}`](#{_anchor(_tag(cls))})" for cls in shared)
            parts.append(f"As above: {tags}.")
        for cls in members(union):
            if cls in told:
                continue
            told.add(cls)
            parts.append(_frame(cls, samples / folder / f"{_tag(cls)}.json"))
    parts.append("## Pieces")
    parts += [_piece(cls) for cls in reachable() if cls not in told]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _frame(cls: type[msgspec.Struct], sample: Path) -> str:
    body = json.dumps(json.loads(sample.read_text("utf-8")), ensure_ascii=False, indent=2)
    return "\n\n".join(
        part
        for part in (f"### `{_tag(cls)}`", _text(cls), _fields(cls), f"```json\n{body}\n```")
        if part
    )


def _piece(cls: Any) -> str:
    if isinstance(cls, EnumMeta):
        values_: list[Any] = list(cls)
        choices = ", ".join(f"`{member.value}`" for member in values_)
        return f"### {cls.__name__}\n\n{_text(cls)}\n\nOne of {choices}."
    return f"### {cls.__name__}\n\n{_text(cls)}\n\n{_fields(cls)}"


def _fields(cls: type[msgspec.Struct]) -> str:
    shape = struct_type(cls)
    if not shape.fields:
        return ""
    rows = ["| Field | Is | May be left out |", "|---|---|---|"]
    for field in shape.fields:
        default = "" if field.required else _default(field)
        words = ". ".join(filter(None, (_words(field.type), _meaning(field.type))))
        rows.append(f"| `{field.name}` | {words} | {default} |")
    return "\n".join(rows)


def _default(field: inspect.Field) -> str:
    if field.default is not msgspec.NODEFAULT:
        return f"then `{json.dumps(field.default)}`"
    return "then empty"


def _words(type_: inspect.Type) -> str:
    match type_:
        case inspect.Metadata(type=inner):
            return _words(inner)
        case inspect.StrType(min_length=least, max_length=most, pattern=pattern):
            return (
                "text"
                + _bounds(least, most, "characters")
                + (f", matching `{pattern}`" if pattern else "")
            )
        case inspect.IntType(ge=least, le=most):
            return "whole number" + _bounds(least, most, "")
        case inspect.BoolType():
            return "true or false"
        case inspect.NoneType():
            return "`null`"
        case inspect.EnumType(cls=cls) | inspect.StructType(cls=cls):
            return f"[{cls.__name__}](#{_anchor(cls.__name__)})"
        case inspect.ListType(item_type=item, max_length=most):
            return f"list of {_words(item)}" + _bounds(None, most, "entries")
        case inspect.UnionType(types=types):
            return " or ".join(_words(each) for each in types)
        case _:
            raise TypeError(f"The reference has no words for {type_!r}.")


def _meaning(type_: inspect.Type) -> str:
    """What the field's type says of itself."""
    match type_:
        case inspect.Metadata(extra_json_schema=schema):
            return str((schema or {}).get("description", "")).rstrip(".")
        case inspect.UnionType(types=types):
            return next(filter(None, map(_meaning, types)), "")
        case _:
            return ""


def _bounds(least: int | None, most: int | None, unit: str) -> str:
    unit = f" {unit}" if unit else ""
    if least is not None and least == most:
        return f", {most:,}{unit}"
    if least is not None and most is not None:
        return f", {least:,} to {most:,}{unit}"
    if most is not None:
        return f", at most {most:,}{unit}"
    return f", at least {least:,}{unit}" if least is not None else ""


def _tag(cls: type[msgspec.Struct]) -> str:
    return str(cls.__struct_config__.tag)


def _anchor(heading: str) -> str:
    return heading.lower().replace(".", "")


def _text(cls: Any) -> str:
    lines = (line.strip() for line in (cls.__doc__ or "").strip().splitlines())
    return "\n".join(lines).replace("``", "`")


def main() -> int:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(generate(), encoding="utf-8")
    sys.stdout.write(f"Wrote {TARGET}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
