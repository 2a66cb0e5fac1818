"""The same talk in falloff's words and in Inspect's."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageTool,
    ChatMessageUser,
    Logprob,
    ModelOutput,
    ModelUsage,
)
from inspect_ai.tool import ToolCall as InspectCall
from inspect_ai.tool import ToolInfo, ToolParams

from falloff.core import Finish, Message, Reply, TokenLogprobs, ToolCall, ToolSpec
from falloff.models.likeliest import by_text
from falloff.probes.dialects.arguments import read_object

_FINISH: dict[str, Finish] = {
    "max_tokens": "length",
    "model_length": "overflow",
    "content_filter": "refused",
}


def chat_messages(messages: Iterable[Message], model: str | None = None) -> list[ChatMessage]:
    """Messages as Inspect has them. A tool's result keeps its wording, also that of an error:
    marked as Inspect's own ``ToolCallError``, each provider would word it differently.
    """
    said: list[ChatMessage] = []
    functions: dict[str, str] = {}
    for message in messages:
        functions |= {call.id: call.name for call in message.tool_calls}
        said.append(_chat_message(message, functions, model))
    return said


def _chat_message(message: Message, functions: dict[str, str], model: str | None) -> ChatMessage:
    match message.role:
        case "system":
            return ChatMessageSystem(content=message.content)
        case "user":
            return ChatMessageUser(content=message.content)
        case "tool":
            call = message.tool_call_id
            return ChatMessageTool(
                content=message.content, tool_call_id=call, function=functions.get(call or "")
            )
    calls = [_inspect_call(call) for call in message.tool_calls]
    return ChatMessageAssistant(content=message.content, tool_calls=calls or None, model=model)


def _inspect_call(call: ToolCall) -> InspectCall:
    arguments = read_object(call.arguments)
    unread = None if arguments is not None else f"not a JSON object: {call.arguments}"
    return InspectCall(
        id=call.id, function=call.name, arguments=dict(arguments or {}), parse_error=unread
    )


def tool_infos(tools: Sequence[ToolSpec]) -> list[ToolInfo]:
    """Tools as Inspect shows them to a model: the same JSON Schema."""
    return [
        ToolInfo(
            name=tool.name,
            description=tool.description,
            parameters=ToolParams.model_validate(tool.parameters),
        )
        for tool in tools
    ]


def reply_of(output: ModelOutput, *, logprobs: bool = False) -> Reply:
    """What the model said, without its thinking; with ``logprobs`` those that the provider gave.

    Inspect has parsed the arguments of calls already, more kindly than falloff: stray quotes are
    dropped, and a bare value is taken for the first parameter.
    """
    usage, message = output.usage or ModelUsage(), output.message
    cached = usage.input_tokens_cache_read or 0
    # Inspect counts what came from a cache, or went into one, apart.
    prompt = usage.input_tokens + cached + (usage.input_tokens_cache_write or 0)
    return Reply(
        text=message.text,
        tool_calls=tuple(_call(call) for call in message.tool_calls or ()),
        finish=_FINISH.get(str(output.stop_reason), "stop"),
        prompt_tokens=prompt,
        completion_tokens=usage.output_tokens,
        cached_tokens=cached,
        thinking_tokens=usage.reasoning_tokens or 0,
        seconds=output.time or 0.0,
        logprobs=_logprobs(output) if logprobs else None,
    )


def _logprobs(output: ModelOutput) -> tuple[TokenLogprobs, ...] | None:
    told = output.choices[0].logprobs
    return tuple(_token(token) for token in told.content) if told and told.content else None


def _token(token: Logprob) -> TokenLogprobs:
    tops = [(top.token, top.logprob) for top in token.top_logprobs or (token,)]
    tops = [(text, logprob) for text, logprob in tops if math.isfinite(logprob)]
    texts = [text for text, _ in tops]
    logs = [min(logprob, 0.0) for _, logprob in tops]
    top = by_text(range(len(tops)), logs, texts.__getitem__)
    return TokenLogprobs(text=token.token, top=top)


def _call(call: InspectCall) -> ToolCall:
    """Arguments that could not be parsed stay so: Inspect's complaint is no JSON object either."""
    written = f"unread: {call.parse_error}" if call.parse_error else json.dumps(call.arguments)
    return ToolCall(id=call.id, name=call.function, arguments=written)
