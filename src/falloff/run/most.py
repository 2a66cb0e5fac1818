"""The most that one turn can use, of a model whose tokenizer nobody here has."""

from __future__ import annotations

import json
from dataclasses import asdict

from falloff.core import Request, Usage

# What templates and servers put around a message, and around tools: some hundred tokens of
# instructions at the most.
_MESSAGE = 32
_TOOLS = 640


def most_of(request: Request, max_tokens: int | None = None) -> Usage:
    """A bound: no tokenizer makes more tokens of a text than it has bytes.

    ``max_tokens`` is the model's own bound of a reply, which goes before the request's.
    """
    texts = [message.content for message in request.messages]
    texts += [
        call.name + call.arguments for message in request.messages for call in message.tool_calls
    ]
    prompt = sum(len(text.encode(errors="replace")) for text in texts)
    prompt += _MESSAGE * len(request.messages)
    if request.tools:
        prompt += _TOOLS + sum(len(json.dumps(asdict(tool))) for tool in request.tools)
    return Usage(prompt_tokens=prompt, completion_tokens=max_tokens or request.max_tokens)
