"""`python -m example_site.demo`: migrate, load the bookshop, say where it is, and serve it.

`PORT=8080` serves on another port; `BIND=0.0.0.0` serves other machines too, with the passwords that are printed here.
"""

from __future__ import annotations

import os
import socket
import sys

import django
from django.core.management import call_command

DEFAULT_PORT = "8000"


def main() -> None:
    """Run the demo until it is stopped."""
    port = _port()
    address = os.environ.get("BIND", "127.0.0.1")
    if not _is_free(address, port):
        sys.exit(
            f"Port {port} is taken. Choose another one, for example: make demo PORT={port + 1}"
        )
    os.environ["PORT"] = str(port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_site.settings")
    django.setup()

    print("Preparing the database…", flush=True)
    call_command("migrate", verbosity=0, interactive=False)
    print("Loading the bookshop…", flush=True)
    call_command("load_bookshop", port=port, lived_in=True, verbosity=0)
    print(_greeting(port), flush=True)
    _serve(address, port)


def _port() -> int:
    value = os.environ.get("PORT") or DEFAULT_PORT
    if not value.isdecimal() or not 0 < int(value) < 65536:
        sys.exit(f"PORT is {value!r}; it must be a number from 1 to 65535.")
    return int(value)


def _is_free(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server itself will ask: a socket that has just been closed does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _greeting(port: int) -> str:
    from example_site.bookshop.loading.people import ACCOUNTS, PASSWORD

    logins = "\n".join(f"    {account.username:<8} {account.role}" for account in ACCOUNTS)
    return f"""
  The bookshop is open.

    The shop, in English and French         http://localhost:{port}/
    The second site, in French and Arabic   http://127.0.0.1:{port}/
    Wagtail's admin                         http://localhost:{port}/admin/

  Logins, all with the password  {PASSWORD}  (a demo: never serve it to strangers)

{logins}

  Try it: log in as ada, open Live chat, then open the shop in a private window and write from there.
  Agree to be seen there, and ada finds you under Visitors, and may ask you first.
  Ctrl+C stops the demo; the next start finds everything as you left it.
"""


def _serve(address: str, port: int) -> None:
    import uvicorn

    uvicorn.run(
        "example_site.asgi:application",
        host=address,
        port=port,
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=65_536,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
