"""A plain Python function as a model."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from falloff.core import FalloffError, ModelError, Reply, Request, ToolCall


class FunctionModel:
    """``function(messages)`` or ``function(messages, tools)``, called once a turn.

    ``messages`` is a list of dicts in the chat form (role, content; where there are any tool_calls
    with id, name and arguments as JSON text, and tool_call_id); ``tools`` a list of dicts with
    name, description and parameters. It returns text, or a list of tool calls (dicts with name and
    arguments, a dict or JSON text), or a :class:`falloff.core.Reply`. It may be async; otherwise
    it is called in a thread, so several calls may run at once.
    """

    def __init__(self, function: Callable[..., Any], *, concurrency: int = 8) -> None:
        self.name = _name(function)
        self.spec = f"function:{self.name}"
        self.concurrency = concurrency
        self._function = function
        self._takes_tools = _takes_tools(function)

    def describe(self) -> dict[str, Any]:
        """Its qualified name and, where Python can show it, the hash of its source.

        What it closes over, or keeps in an object, is not seen: give such a model a new name.
        """
        return {"engine": "function", "name": self.name, "source": _source_hash(self._function)}

    async def reply(self, request: Request) -> Reply:
        """What the function says. Raises :class:`ModelError` if it raises, or returns no reply."""
        started = time.perf_counter()
        try:
            said = await self._call(request)
        except FalloffError:
            raise
        except Exception as problem:
            raise ModelError(
                f"The function '{self.name}' raised {type(problem).__name__}: {problem}.",
                remedy="Run again with --debug to see where.",
            ) from problem
        return replace(
            self._reply(said, len(request.messages)), seconds=time.perf_counter() - started
        )

    def forget(self, conversation: str) -> None:
        """A function keeps nothing."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _call(self, request: Request) -> Any:
        arguments: list[Any] = [_messages(request)]
        if self._takes_tools:
            arguments.append([asdict(tool) for tool in request.tools])
        if inspect.iscoroutinefunction(self._function):
            return await self._function(*arguments)
        said = await asyncio.to_thread(self._function, *arguments)
        return await said if inspect.isawaitable(said) else said

    def _reply(self, said: Any, turn: int) -> Reply:
        if isinstance(said, Reply):
            return said
        if isinstance(said, str):
            return Reply(text=said)
        if isinstance(said, list) and all(isinstance(c, Mapping) and "name" in c for c in said):
            calls = [_tool_call(call, f"call_{turn}_{i}") for i, call in enumerate(said)]
            return Reply(text="", tool_calls=tuple(calls))
        raise ModelError(
            f"The function '{self.name}' returned {said!r:.80}, a {type(said).__name__}.",
            remedy="Return text, a list of tool calls ({'name': …, 'arguments': …}) or a Reply.",
        )


def _messages(request: Request) -> list[dict[str, Any]]:
    """Messages as plain dicts, without the entries that are empty."""
    said = []
    for message in request.messages:
        plain = asdict(message)
        plain["tool_calls"] = list(plain["tool_calls"])
        optional = {"tool_calls", "tool_call_id"}
        said.append({key: value for key, value in plain.items() if value or key not in optional})
    return said


def _tool_call(call: Mapping[str, Any], fallback: str) -> ToolCall:
    arguments = call.get("arguments", {})
    return ToolCall(
        id=str(call.get("id") or fallback),
        name=str(call["name"]),
        arguments=arguments if isinstance(arguments, str) else json.dumps(arguments),
    )


def _takes_tools(function: Callable[..., Any]) -> bool:
    """Whether it can be called with a second positional argument."""
    try:
        inspect.signature(function).bind([], [])
    except (TypeError, ValueError):
        return False
    return True


def _name(function: Callable[..., Any]) -> str:
    """``module.name``; of an object that can be called, its class."""
    function = _innermost(function)
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{named.__module__}.{named.__qualname__}"


def _innermost(function: Callable[..., Any]) -> Callable[..., Any]:
    return _innermost(function.func) if isinstance(function, partial) else function


def _source_hash(function: Callable[..., Any]) -> str | None:
    function = _innermost(function)
    shown = function if inspect.isroutine(function) else type(function)
    try:
        source = inspect.getsource(shown)
    except (OSError, TypeError):
        return None
    return hashlib.sha256(source.encode()).hexdigest()
