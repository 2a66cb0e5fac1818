"""An OpenAI-compatible endpoint as a process of its own that writes down what it is asked.

``python counting_endpoint.py LOG`` prints its port. Every request is a line of the log, model and
question, written before it is answered; whether the answer is right follows from both.
"""

from __future__ import annotations

import asyncio
import sys
import zlib
from pathlib import Path

from aiohttp import web

LATENCY = 0.004


async def main(path: Path) -> None:
    with path.open("a", buffering=1) as log:

        async def answer(request: web.Request) -> web.Response:
            asked = await request.json()
            question = asked["messages"][-1]["content"].split()[-1]
            line = f"{asked['model']} {question}"
            log.write(f"{line}\n")
            await asyncio.sleep(LATENCY)
            right = zlib.crc32(line.encode()) % 3 > 0
            said = {"role": "assistant", "content": "Answer: 4" if right else "Answer: 5"}
            return web.json_response(
                {
                    "choices": [{"index": 0, "finish_reason": "stop", "message": said}],
                    "usage": {"prompt_tokens": 9, "completion_tokens": 3},
                }
            )

        app = web.Application()
        app.router.add_post("/v1/chat/completions", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
