"""Serve an embedded model as an OpenAI-compatible endpoint, to try commands on.

    python examples/endpoint.py --port 8123

serves every `micro:` model under its name, without a key, on this machine alone.
"""

from __future__ import annotations

import argparse
from typing import Any

from aiohttp import web

from falloff.core import Message, Request
from falloff.models.load import load_model
from falloff.models.micro import embedded_names

MODELS = {name: load_model(f"micro:{name}") for name in embedded_names()}


async def models(_: web.Request) -> web.Response:
    return web.json_response({"data": [{"id": name, "object": "model"} for name in MODELS]})


async def chat(request: web.Request) -> web.Response:
    asked: dict[str, Any] = await request.json()
    if asked["model"] not in MODELS:
        problem = {"message": f"no model {asked['model']}", "code": "model_not_found"}
        return web.json_response({"error": problem}, status=404)
    messages = tuple(Message(role=m["role"], content=m["content"]) for m in asked["messages"])
    room = min(asked.get("max_tokens", 64), 256)
    reply = await MODELS[asked["model"]].reply(
        Request(conversation=str(id(request)), messages=messages, max_tokens=room)
    )
    MODELS[asked["model"]].forget(str(id(request)))
    return web.json_response(
        {
            "choices": [
                {
                    "index": 0,
                    "finish_reason": reply.finish,
                    "message": {"role": "assistant", "content": reply.text},
                }
            ],
            "usage": {
                "prompt_tokens": reply.prompt_tokens,
                "completion_tokens": reply.completion_tokens,
            },
        }
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    app = web.Application()
    app.add_routes([web.get("/v1/models", models), web.post("/v1/chat/completions", chat)])
    web.run_app(app, host="127.0.0.1", port=parser.parse_args().port)
