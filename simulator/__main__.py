"""`python -m simulator`: the emulator and its page of phones, by themselves."""

from __future__ import annotations

import argparse
import asyncio

from simulator.emulator import Emulator
from simulator.serving import serving


async def _serve(host: str, port: int, limits: bool, seed: int) -> None:
    emulator = Emulator(rate_limits=limits)
    emulator.faults.seed(seed)
    async with serving(emulator, host, port) as base:
        print(f"手机台 {base}\n机器人令牌 {emulator.token}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--limits", action="store_true", help="Telegram's own limits on sending")
    parser.add_argument("--seed", type=int, default=0, help="for faults that come by chance")
    options = parser.parse_args()
    try:
        asyncio.run(_serve(options.host, options.port, options.limits, options.seed))
    except KeyboardInterrupt:
        print("已停止")


if __name__ == "__main__":
    main()
