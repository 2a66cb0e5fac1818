"""From a request to tokens, through the checkpoint's chat template, and from tokens to a text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from falloff.core import Message, Request, UnusableModelError


class Prompts:
    """A tokenizer and its chat template. Without one, contents are put together as they are."""

    def __init__(self, tokenizer: Any, *, spec: str) -> None:
        self.tokenizer = tokenizer
        self._spec = spec
        self.template = _template_text(tokenizer)

    def encode(self, request: Request) -> list[int]:
        """The tokens of a prompt, never none. Raises whatever a template raises, and
        :class:`UnusableModelError` where tools are offered and the template has none.
        """
        if request.tools and "tools" not in self.template:
            raise UnusableModelError(
                f"The chat template of '{self._spec}' has no tools.",
                remedy="Ask for calls in plain JSON instead, with --dialect plain.",
            )
        return self.tokens(request.messages, request.tools)

    def tokens(self, messages: Sequence[Message], tools: Sequence[Any] = ()) -> list[int]:
        """The tokens of messages after which the model is to speak."""
        if not self.template:
            text = "".join(message.content for message in messages)
            found = list(self.tokenizer(text)["input_ids"])
        else:
            encoded = self.tokenizer.apply_chat_template(
                [_plain(message) for message in messages],
                tools=[{"type": "function", "function": asdict(tool)} for tool in tools] or None,
                add_generation_prompt=True,
                return_dict=True,
            )
            found = list(encoded["input_ids"])
        return found or [self.tokenizer.bos_token_id or 0]

    def text(self, tokens: Sequence[int], *, special: bool = False) -> str:
        """What tokens say; ``special``: those that steer too."""
        said: str = self.tokenizer.decode(
            list(tokens), skip_special_tokens=not special, clean_up_tokenization_spaces=False
        )
        return said


def _template_text(tokenizer: Any) -> str:
    """The template, or all of several by name; "" where there is none."""
    template = tokenizer.chat_template
    if isinstance(template, dict):
        return "\n".join(map(str, template.values()))
    return template or ""


def _plain(message: Message) -> dict[str, Any]:
    """A message as chat templates expect it, a call's arguments parsed where they can be."""
    plain: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_call_id is not None:
        plain["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        plain["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _parsed(call.arguments)},
            }
            for call in message.tool_calls
        ]
    return plain


def _parsed(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
