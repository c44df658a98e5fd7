"""JSON becomes a command or a refusal; an update becomes JSON.

One strict decoder serves sockets and HTTP alike: it refuses what is too long, too deep,
not a number that all browsers keep, unknown or misspelt, and never lets an exception of
its own out.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec

from . import commands, updates
from .values import MAX_EXCHANGE, MAX_FRAME, VERSION, Ref

_AnyHello = commands.Hello | commands.StaffHello | commands.VisitHello
H = TypeVar("H", bound=_AnyHello)


class BadFrame(ValueError):
    """What arrived is not a command. ``code`` is stable; the text is for developers.

    ``ref`` is what it was asked under, where that can be read: who asked need not ask again.
    """

    def __init__(self, code: str, detail: str, ref: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.ref = ref


class _Tag(msgspec.Struct):
    type: str
    ref: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))


_ref: Final = msgspec.json.Decoder(Ref)


MAX_COMMANDS: Final = 20
"""How many commands one request of the fallback carries at most."""


class Exchange(msgspec.Struct, Generic[H], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of one request of the HTTP fallback, its commands still undecoded."""

    hello: H
    commands: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MAX_COMMANDS)] = msgspec.field(
        default_factory=list
    )


class CommandDecoder:
    """Reads the commands of one role."""

    def __init__(self, union: Any) -> None:
        self._decoder = msgspec.json.Decoder(union)
        self._tag = msgspec.json.Decoder(_Tag)
        self.tags = frozenset(str(member.__struct_config__.tag) for member in union.__args__)

    def decode(self, frame: str | bytes | msgspec.Raw | None) -> Any:
        """The command that ``frame`` asks for.

        Raises :class:`BadFrame` with ``too_big``, ``unknown_type`` or ``bad_frame``.
        """
        if frame is None:
            raise BadFrame("bad_frame", "Not a text frame.")
        if isinstance(frame, str):
            # A frame of this many characters cannot be shorter in bytes.
            if len(frame) > MAX_EXCHANGE:
                raise self._too_big(b"")
            try:
                frame = frame.encode()
            except UnicodeEncodeError as error:
                raise BadFrame("bad_frame", "Not well-formed Unicode.") from error
        if len(memoryview(frame)) > MAX_FRAME:
            raise self._too_big(bytes(frame))
        try:
            return self._decoder.decode(frame)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise self._refusal(bytes(frame), error) from error

    def _refusal(self, frame: bytes, error: Exception) -> BadFrame:
        """Tell a command that this role does not have from one that is malformed."""
        tag, ref = self._read_tag(frame)
        if tag is not None and tag not in self.tags:
            return BadFrame("unknown_type", "This command does not exist here.", ref)
        return BadFrame("bad_frame", str(error), ref)

    def _too_big(self, frame: bytes) -> BadFrame:
        _, ref = self._read_tag(frame) if len(frame) <= MAX_EXCHANGE else (None, None)
        return BadFrame("too_big", f"Longer than {MAX_FRAME} bytes.", ref)

    def _read_tag(self, frame: bytes) -> tuple[str | None, str | None]:
        """What a frame calls itself, and what it was asked under, as far as that can be read."""
        try:
            tag = self._tag.decode(frame)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None, None
        try:
            return tag.type, _ref.decode(tag.ref)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return tag.type, None


class ExchangeDecoder(Generic[H]):
    """Reads the bodies that one role sends over HTTP."""

    def __init__(self, hello: type[H], most: int = MAX_EXCHANGE) -> None:
        self._most = most
        self._decoder = msgspec.json.Decoder(Exchange[hello])  # type: ignore[valid-type]

    def decode(self, body: bytes) -> Exchange[H]:
        """The body of a fallback request. Raises :class:`BadFrame` with ``too_big``,
        ``bad_frame`` or ``unsupported_version``."""
        if len(body) > self._most:
            raise BadFrame("too_big", f"Longer than {self._most} bytes.")
        try:
            exchange: Exchange[H] = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise BadFrame("bad_frame", str(error)) from error
        if exchange.hello.v != VERSION:
            raise BadFrame("unsupported_version", f"Spoken here: {VERSION}.")
        return exchange


visitor_commands: Final = CommandDecoder(commands.VisitorCommand)
agent_commands: Final = CommandDecoder(commands.AgentCommand)
visit_commands: Final = CommandDecoder(commands.VisitCommand)

visitor_exchanges: Final = ExchangeDecoder(commands.Hello)
agent_exchanges: Final = ExchangeDecoder(commands.StaffHello)
visit_exchanges: Final = ExchangeDecoder(commands.VisitHello, MAX_FRAME)

_encoder = msgspec.json.Encoder()


def encode(update: updates.Update) -> str:
    """The JSON text of one update."""
    return _encoder.encode(update).decode()


def encode_many(many: list[updates.Update]) -> bytes:
    """The JSON body that answers one fallback request."""
    return _encoder.encode({"updates": many})
