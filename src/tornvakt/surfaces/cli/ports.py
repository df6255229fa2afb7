"""The ports of an installation: taken once by the parent, so that a busy one is said at once."""

import contextlib
import errno
import socket

from tornvakt.surfaces.cli.codes import Stop
from tornvakt.surfaces.cli.words import swedish_error

BACKLOG = 1024


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def listen_http(host: str, port: int) -> socket.socket:
    """Take the web's port and keep it. Raises Stop with one line when that is not possible."""
    listening = socket.socket(_family(host), socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise Stop(_why(host, port, "--http", error)) from error
    return listening


def free_dc09(host: str, port: int) -> int:
    """Return a port number that is free for both TCP and UDP; 0 asks for any.

    The port is given back: the receiver opens it itself. Raises Stop when it is busy.
    """
    for _attempt in range(20):
        with contextlib.ExitStack() as stack:
            tcp = stack.enter_context(socket.socket(_family(host), socket.SOCK_STREAM))
            udp = stack.enter_context(socket.socket(_family(host), socket.SOCK_DGRAM))
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tcp.bind((host, port))
                tcp.listen(1)
                number: int = tcp.getsockname()[1]
                udp.bind((host, number))
            except OSError as error:
                if port == 0 and error.errno == errno.EADDRINUSE:
                    continue
                raise Stop(_why(host, port, "--dc09", error)) from error
            return number
    raise Stop("ingen ledig port hittades för larmmottagningen.")


def _why(host: str, port: int, option: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"porten {port} är upptagen. Stoppa det som använder den, eller välj med {option}."
    if error.errno == errno.EACCES:
        return f"porten {port} kräver rättigheter. Välj en över 1023 med {option}."
    return f"det går inte att lyssna på {host} port {port}: {swedish_error(error)}."


def reachable(host: str) -> str:
    """Return the address by which this machine itself reaches what listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
