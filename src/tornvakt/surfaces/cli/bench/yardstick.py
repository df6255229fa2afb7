"""The yardstick: the independent package pysiaalarm as a receiver. It acknowledges and stores
nothing.

Run as ``python -m tornvakt.surfaces.cli.bench.yardstick PORT ACCOUNT...``; ends with its parent.
"""

import asyncio
import ctypes
import logging
import signal
import sys


async def _serve(port: int, accounts: list[str]) -> None:
    from pysiaalarm.account import SIAAccount
    from pysiaalarm.aio.client import SIAClient

    async def take(event: object) -> None:
        """What an owner of the package would do with an event; here nothing, which is fastest."""

    logging.disable(logging.CRITICAL)
    known = [SIAAccount(account) for account in accounts]
    client = SIAClient("127.0.0.1", port, known, take)  # type: ignore[abstract]  # its own factory
    async with client:
        print(f"DC-09 på 127.0.0.1:{port}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2:]))
