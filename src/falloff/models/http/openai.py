"""OpenAI's chat completions, as vLLM, SGLang, llama.cpp, Ollama and many others speak them too."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from falloff.core import Finish, Message, Reply, Request, TokenLogprobs, ToolCall, ToolSpec
from falloff.models.http.protocol import (
    LOGPROBS,
    MAX_TOKENS,
    RAW_CALLS,
    SEED,
    GarbledError,
    Said,
    distinct,
    tokens,
)
from falloff.models.http.settings import Settings
from falloff.models.likeliest import by_text

_FINISHES: dict[Any, Finish] = {"length": "length", "content_filter": "refused"}
# The server's own words for an answer that it did not bring to an end.
_BROKEN_OFF = {"error", "abort"}
# The protocol has no room for more candidates a token.
_MOST_CANDIDATES = 20


class OpenAI:
    name = "openai"
    own = "https://api.openai.com/v1"
    variable = "OPENAI_API_KEY"
    path = "/chat/completions"

    def base(self, address: str) -> str:
        """The address itself; people also give that of chat completions."""
        return address.removesuffix(self.path)

    def check(self, settings: Settings) -> None:
        """Every setting has its word."""

    def headers(self, key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"} if key else {}

    def body(
        self,
        model: str,
        request: Request,
        settings: Settings,
        *,
        lacks: frozenset[str],
        keepsakes: Mapping[int, Any],
    ) -> dict[str, Any]:
        room = "max_completion_tokens" if MAX_TOKENS in lacks else "max_tokens"
        seed = None if SEED in lacks else settings.seed_of(request.repeat)
        logprobs = 0 if LOGPROBS in lacks else min(request.logprobs, _MOST_CANDIDATES)
        body = {
            "model": model,
            "messages": list(_messages(request, keepsakes, tame=RAW_CALLS in lacks)),
            room: settings.max_tokens or request.max_tokens,
            "temperature": settings.temperature_of(request.repeat),
            "top_p": settings.top_p,
            "seed": seed,
            "stop": list(settings.stop) or None,
            "tools": [_tool(tool) for tool in request.tools] or None,
            "tool_choice": settings.tool_choice if request.tools else None,
            "logprobs": True if logprobs else None,
            "top_logprobs": logprobs or None,
        }
        return {k: v for k, v in body.items() if v is not None} | dict(settings.extra or {})

    def read(self, answer: dict[str, Any], request: Request) -> Said:
        choices = answer.get("choices")
        if not isinstance(choices, list) or not choices:
            raise GarbledError("an answer without choices")
        choice = choices[0]
        message = choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(message, dict):
            raise GarbledError("a choice without a message")
        ended = choice.get("finish_reason")
        if ended in _BROKEN_OFF if isinstance(ended, str) else ended is not None:
            raise GarbledError(f"an answer that ended with {ended!r:.40}")
        said, refusal = _text(message.get("content")), message.get("refusal")
        refusal = refusal if isinstance(refusal, str) else ""
        raw = _calls(message.get("tool_calls"))
        calls = distinct([_call(call) for call in raw], request)
        usage = answer.get("usage")
        reply = Reply(
            text=said or refusal,
            tool_calls=calls,
            finish="refused" if refusal else _FINISHES.get(ended, "stop"),
            prompt_tokens=tokens(usage, "prompt_tokens"),
            completion_tokens=tokens(usage, "completion_tokens"),
            cached_tokens=tokens(usage, "prompt_tokens_details", "cached_tokens"),
            thinking_tokens=tokens(usage, "completion_tokens_details", "reasoning_tokens"),
            logprobs=_logprobs(choice.get("logprobs")) if request.logprobs else None,
        )
        return Said(reply=reply, keepsake=_keepsake(calls, raw))


def _messages(
    request: Request, keepsakes: Mapping[int, Any], *, tame: bool
) -> Iterator[dict[str, Any]]:
    turn = 0
    for message in request.messages:
        plain: dict[str, Any] = {"role": message.role, "content": message.content}
        if message.tool_calls:
            kept = keepsakes.get(turn) or {}
            calls = [_said_call(call, kept.get(call.id), tame=tame) for call in message.tool_calls]
            plain |= {"content": message.content or None, "tool_calls": calls}
        if message.tool_call_id is not None:
            plain["tool_call_id"] = message.tool_call_id
        turn += message.role == "assistant"
        yield plain


def _said_call(call: ToolCall, kept: Any, *, tame: bool) -> dict[str, Any]:
    """A call as the model made it; ``tame``: so that servers that parse its arguments can."""
    arguments = call.arguments
    if tame and not _is_object(arguments):
        arguments = json.dumps({"unreadable": arguments})
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function, **(kept or {})}


def has_raw_calls(messages: tuple[Message, ...]) -> bool:
    """Whether a call's arguments are such that a server that parses them would choke."""
    return any(not _is_object(call.arguments) for m in messages for call in m.tool_calls)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _tool(tool: ToolSpec) -> dict[str, Any]:
    parameters = tool.parameters or {"type": "object", "properties": {}}
    function = {"name": tool.name, "description": tool.description, "parameters": parameters}
    return {"type": "function", "function": function}


def _text(content: Any) -> str:
    """Content is a text, nothing, or a list of parts."""
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _calls(calls: Any) -> list[dict[str, Any]]:
    """Raises :class:`GarbledError` where the server, not the model, wrote no call."""
    if not calls:
        return []
    if not isinstance(calls, list):
        raise GarbledError("tool calls that are no list")
    if not all(isinstance(c, dict) and isinstance(c.get("function"), dict) for c in calls):
        raise GarbledError("a tool call without a function")
    return calls


def _call(call: dict[str, Any]) -> ToolCall:
    """What the model itself wrote is kept as it is, readable or not."""
    function, identity = call["function"], call.get("id")
    name, arguments = function.get("name"), function.get("arguments")
    if arguments is not None and not isinstance(arguments, str):
        arguments = json.dumps(arguments)
    return ToolCall(
        id=identity if isinstance(identity, str) else "",
        name=name if isinstance(name, str) else "",
        arguments=arguments or "",
    )


def _keepsake(calls: tuple[ToolCall, ...], raw: list[dict[str, Any]]) -> Any:
    """What else a provider put into its calls, such as signatures, by our id of the call."""
    known = {"id", "type", "function", "index"}
    kept = {
        call.id: {name: value for name, value in said.items() if name not in known}
        for call, said in zip(calls, raw, strict=True)
    }
    return kept if any(kept.values()) else None


def _logprobs(told: Any) -> tuple[TokenLogprobs, ...] | None:
    """None where the endpoint told nothing that can be read."""
    content = told.get("content") if isinstance(told, dict) else None
    if not isinstance(content, list) or not content:
        return None
    try:
        return tuple(_token(token) for token in content)
    except (TypeError, ValueError, KeyError, AttributeError):
        return None


def _token(token: dict[str, Any]) -> TokenLogprobs:
    tops = [(str(top["token"]), float(top["logprob"])) for top in token.get("top_logprobs") or ()]
    tops = [(text, log) for text, log in tops if math.isfinite(log)]
    texts = [text for text, _ in tops]
    logs = [min(log, 0.0) for _, log in tops]
    return TokenLogprobs(
        text=str(token["token"]), top=by_text(range(len(tops)), logs, texts.__getitem__)
    )
