"""A port that nobody uses."""

import socket


def free_port() -> int:
    """A TCP port of the loopback that is free now.

    Between the answer and its use somebody else may take it; the kernel hands out other
    ports first, so that has to be unlucky, and the server that loses says so in its log.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections on this port of the loopback."""
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex(("127.0.0.1", port)) == 0
