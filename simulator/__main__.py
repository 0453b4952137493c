"""`python -m simulator`: the emulator and its page of phones, by themselves."""

from __future__ import annotations

import argparse
import asyncio
import signal

from simulator.emulator import Emulator
from simulator.serving import serving


async def _serve(host: str, port: int, limits: bool, seed: int) -> None:
    """Until told to end, also where it was started with Ctrl+C switched off, as in the background."""
    emulator, stop = Emulator(rate_limits=limits), asyncio.Event()
    emulator.faults.seed(seed)
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with serving(emulator, host, port) as base:
        print(f"手机台 {base}\n机器人令牌 {emulator.token}", flush=True)
        await stop.wait()
    print("已停止")


def main() -> None:
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--limits", action="store_true", help="Telegram's own limits on sending")
    parser.add_argument("--seed", type=int, default=0, help="for faults that come by chance")
    options = parser.parse_args()
    asyncio.run(_serve(options.host, options.port, options.limits, options.seed))


if __name__ == "__main__":
    main()
