"""Where desks listen and are found: a Unix socket, or a port that only this machine can reach."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

from desk.errors import DeskError

ANSWER_S = 1.0
OWNER_ALONE = 0o177


def is_here(host: str) -> bool:
    """Whether the name or number `host` is this machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """The host of `HOST` or `HOST:PORT`, without brackets; empty where there is none."""
    try:
        return urlsplit(f"//{address}").hostname or ""
    except ValueError:
        return ""


def loopback(listen: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`, where the host is this machine itself.

    Raises:
        DeskError: no port, or a host that others can reach: there are no users and roles yet.
    """
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65_535:
        raise DeskError(f"can't listen on '{listen}': write unix:PATH or 127.0.0.1:PORT")
    if not is_here(host.strip("[]")):
        raise DeskError(
            f"can't listen on '{listen}': this desk knows no users, so only this machine may"
            " attach; write unix:PATH or 127.0.0.1:PORT, and tunnel to it"
        )
    return host.strip("[]"), int(port)


def desk_url(url: str) -> str:
    """`url` of a desk as `serve` prints it: `unix:PATH`, or `http://HOST:PORT` without a path.

    Raises:
        DeskError: it is neither.
    """
    if url.startswith("unix:") and len(url) > len("unix:"):
        return url
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        address = parts.hostname and parts.port and parts.path in ("", "/")
        if parts.scheme == "http" and address and not (parts.query or parts.fragment):
            return url.rstrip("/")
    raise DeskError(
        f"no desk can be at '{url}': write what `stormdesk serve` prints, such as"
        " http://127.0.0.1:7411 or unix:PATH"
    )


def unix_socket(path: Path) -> socket.socket:
    """A socket bound to `path`, which only its owner may use; one left over there is replaced.

    Raises:
        DeskError: a desk listens there already, or something is there that is no socket.
        OSError: the path can't be used.
    """
    if _answers(path):
        raise DeskError(
            f"can't listen on 'unix:{path}': a desk listens there already;"
            f" attach to it (stormdesk watch --desk unix:{path}), or choose another path"
        )
    if path.is_socket():
        path.unlink()
    elif path.exists():
        raise DeskError(
            f"can't listen on 'unix:{path}': something else is there; choose another path"
        )
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(OWNER_ALONE)  # from the first moment on: a later chmod would leave a gap
    try:
        bound.bind(str(path))
    except OSError:
        bound.close()
        raise
    finally:
        os.umask(before)
    return bound


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(ANSWER_S)
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except (TimeoutError, BlockingIOError):  # it listens, with more waiting than it can take
            return True
        return True
