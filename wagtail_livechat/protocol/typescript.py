"""Writes the TypeScript types of the wire: ``python -m wagtail_livechat.protocol.typescript``.

The structs are the one description of the wire. The browser's types are made from them, so
that a field cannot be renamed on one side only; a test compares the file with the structs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import EnumMeta
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import inspect

from . import codec, commands, updates, values

TARGET: Final = Path(__file__).parent.parent / "static_src" / "protocol.ts"

HEADER: Final = """\
/* Made from wagtail_livechat/protocol by `python -m wagtail_livechat.protocol.typescript`.
 * Change the structs there, then run it again. */
"""

CONSTANTS: Final = {
    "VERSION": values.VERSION,
    "MAX_TEXT": values.MAX_TEXT,
    "MAX_FRAME": values.MAX_FRAME,
    "MAX_EXCHANGE": values.MAX_EXCHANGE,
    "MAX_BATCH": values.MAX_BATCH,
    "MAX_COMMANDS": codec.MAX_COMMANDS,
    "POLL_MS": values.POLL_MS,
}

UNIONS: Final = {
    "VisitorCommand": commands.VisitorCommand,
    "AgentCommand": commands.AgentCommand,
    "VisitCommand": commands.VisitCommand,
    "VisitorUpdate": updates.VisitorUpdate,
    "AgentUpdate": updates.AgentUpdate,
    "VisitUpdate": updates.VisitUpdate,
}


def members(union: Any) -> tuple[type[msgspec.Struct], ...]:
    """The structs of a union, in the order in which they are written."""
    return tuple(union.__args__)


def struct_type(cls: type[msgspec.Struct]) -> inspect.StructType:
    """What a struct is made of."""
    shape = inspect.type_info(cls)
    if not isinstance(shape, inspect.StructType):
        raise TypeError(f"{cls!r} is no struct.")
    return shape


def generate() -> str:
    """The whole of ``protocol.ts``."""
    asked = {
        cls
        for union in (commands.VisitorCommand, commands.AgentCommand, commands.VisitCommand)
        for cls in members(union)
    }
    parts = [HEADER]
    parts += [f"export const {name} = {value};" for name, value in CONSTANTS.items()]
    for cls in reachable():
        if isinstance(cls, EnumMeta):
            parts.append(_enum(cls))
        else:
            parts.append(_interface(cls, sent_by_browser=cls in asked))
    for name, union in UNIONS.items():
        cases = "".join(f"\n  | {cls.__name__}" for cls in members(union))
        parts.append(f"export type {name} ={cases};")
    return "\n\n".join(parts).replace("*/\n\n\nexport const", "*/\n\nexport const") + "\n"


def reachable() -> list[Any]:
    """Every enum and struct of the wire, a piece before what carries it."""
    found: dict[Any, None] = {}
    met: set[Any] = set()

    def visit(type_: inspect.Type) -> None:
        match type_:
            case inspect.EnumType(cls=cls):
                found[cls] = None
            case inspect.StructType(cls=cls, fields=fields) if cls not in met:
                met.add(cls)  # one may hold others of its kind
                for field in fields:
                    visit(field.type)
                found[cls] = None
            case inspect.ListType(item_type=item):
                visit(item)
            case inspect.UnionType(types=types):
                for each in types:
                    visit(each)
            case _:
                pass

    for union in UNIONS.values():
        for cls in members(union):
            visit(inspect.type_info(cls))
    return list(found)


def _enum(cls: Any) -> str:
    cases = " | ".join(f'"{member.value}"' for member in cls)
    return f"{_comment(cls.__doc__, '')}export type {cls.__name__} = {cases};"


def _interface(cls: type[msgspec.Struct], *, sent_by_browser: bool) -> str:
    shape = struct_type(cls)
    lines = []
    if shape.tag is not None:
        lines.append(f'  readonly type: "{shape.tag}";')
    for field in shape.fields:
        # What the server sends is always whole; a browser may leave out what has a default.
        optional = "?" if not field.required and (sent_by_browser or cls is values.Cursor) else ""
        lines.append(f"  readonly {field.name}{optional}: {_type(field.type)};")
    body = "\n".join(lines)
    return f"{_comment(cls.__doc__, '')}export interface {cls.__name__} {{\n{body}\n}}"


def _type(type_: inspect.Type) -> str:
    match type_:
        case inspect.Metadata(type=inner):
            return _type(inner)
        case inspect.StrType():
            return "string"
        case inspect.IntType() | inspect.FloatType():
            return "number"
        case inspect.BoolType():
            return "boolean"
        case inspect.NoneType():
            return "null"
        case inspect.EnumType(cls=cls) | inspect.StructType(cls=cls):
            return str(cls.__name__)
        case inspect.ListType(item_type=item):
            entry = _type(item)
            return f"readonly ({entry})[]" if " | " in entry else f"readonly {entry}[]"
        case inspect.UnionType(types=types):
            return " | ".join(_type(each) for each in types)
        case _:
            raise TypeError(f"The wire has no TypeScript for {type_!r}.")


def _comment(text: str | None, indent: str) -> str:
    lines = list(_paragraph(text or ""))
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return "".join(
        [f"{indent}/**\n", *(f"{indent} * {x}".rstrip() + "\n" for x in lines), f"{indent} */\n"]
    )


def _paragraph(text: str) -> Iterator[str]:
    for line in text.strip().splitlines():
        yield line.strip().replace("``", "`").replace("*/", "* /")


def main() -> int:
    TARGET.write_text(generate(), encoding="utf-8")
    sys.stdout.write(f"Wrote {TARGET}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
