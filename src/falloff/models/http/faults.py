"""What a failed call means, from its status and what the endpoint says of it.

Fault
├── Throttled   too much at once: come later, and everybody with you
├── Hiccup      the endpoint's trouble of the moment: try again
├── Refused     this request cannot be answered; another may
├── Filtered    the endpoint will not have it answered
├── Overflow    the conversation is longer than the model's context
├── Lacking     the endpoint does not take something that can be left out or said otherwise
└── Hopeless    every request would end like this: a key, a name or an address is off
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from falloff.models.http.patience import retry_after
from falloff.models.http.protocol import LOGPROBS, MAX_TOKENS, SEED
from falloff.models.http.transport import Answer

_LONGEST = 300


class Fault(Exception):
    """``said`` is what the endpoint says, one line, its length bounded."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Throttled(Fault):
    """``seconds``: how long the endpoint asks to wait, None where it does not say."""

    def __init__(self, said: str, seconds: float | None) -> None:
        super().__init__(said)
        self.seconds = seconds


class Hiccup(Fault):
    """``standing``: of an endpoint that never answered, it is more likely a wrong address."""

    def __init__(self, said: str, *, standing: bool = False, seconds: float | None = None) -> None:
        super().__init__(said)
        self.standing = standing
        self.seconds = seconds


class Refused(Fault):
    pass


class Filtered(Fault):
    pass


class Overflow(Fault):
    pass


class Lacking(Fault):
    """``what`` it lacks: a name of ``protocol``'s."""

    def __init__(self, said: str, what: str) -> None:
        super().__init__(said)
        self.what = what


class Hopeless(Fault):
    """``cause``: key, model, tools, money, or the parameter that is not taken."""

    def __init__(self, said: str, cause: str) -> None:
        super().__init__(said)
        self.cause = cause


_OVERFLOW = re.compile(
    r"(?i)context_length|exceed_context|maximum context|context window|context length|context size"
    r"|prompt is too long|input is too long|too many (input )?tokens|max_seq_len"
)
_TOOLS = re.compile(r"(?i)\btools?\b|tool_choice|tool-call-parser|function call")
_NO_MODEL = re.compile(
    r"(?i)\bmodel\b.*(not found|not exist|unknown|not available|invalid)"
    r"|(unknown|no such|invalid) model|model_not_found|not_found_error.*model"
)
_NO_MONEY = re.compile(r"(?i)insufficient_quota|exceeded your current quota|credit balance|billing")
_FILTERED = re.compile(r"(?i)content_filter|content management policy|content_policy_violation")
# What can be left out or said otherwise, and what cannot: the manifest says it is sent.
_LEFT_OUT = {
    "seed": SEED,
    "logprobs": LOGPROBS,
    "top_logprobs": LOGPROBS,
    "max_tokens": MAX_TOKENS,
}
_KEPT = ("temperature", "top_p", "stop", "stop_sequences")


def fault(answer: Answer, sent: Mapping[str, Any]) -> Fault:
    """What an answer without a reply means. ``sent`` is the request's body."""
    error = _error(answer.body)
    said = _words(error, answer)
    status = _status(error, answer.status)
    text = f"{said} {json.dumps(error)[:2000] if error else ''}"
    seconds = retry_after(answer.headers)
    if 300 <= answer.status < 400:
        where = _plain(answer.headers.get("Location", ""), 200)
        return Hiccup(f"HTTP {answer.status}: it sends on to '{where}'", standing=True)
    if _NO_MONEY.search(text) and status in (400, 402, 403, 429):
        return Hopeless(said, "money")
    if status in (429, 503, 529):
        return Throttled(said, seconds)
    if status in (401, 402, 403):
        return Hopeless(said, "money" if status == 402 else "key")
    if status in (400, 404, 413, 422, 500, 501) and (known := _known(said, text, error, sent)):
        return known
    if status in (404, 405):
        return Hiccup(said, standing=True)
    if 400 <= status < 500 and status not in (408, 409, 421, 425):
        return Refused(said)
    # An error page with 200, or one that is no JSON, is somebody else's, or a proxy's.
    standing = answer.status < 400 and error is None
    return Hiccup(said, standing=standing, seconds=seconds)


def _known(said: str, text: str, error: Any, sent: Mapping[str, Any]) -> Fault | None:
    """What the words of an error tell, where its status does not."""
    parameter = error.get("param") if isinstance(error, dict) else None
    if _OVERFLOW.search(text):
        return Overflow(said)
    if _FILTERED.search(text):
        return Filtered(said)
    if "max_completion_tokens" in text and "max_tokens" in sent:
        return Lacking(said, MAX_TOKENS)
    named = [name for name in (*_LEFT_OUT, *_KEPT) if name in sent and _names(text, name)]
    if isinstance(parameter, str) and parameter in sent:
        named = [parameter]
    for name in named:
        if name in _LEFT_OUT and name != "max_tokens":
            return Lacking(said, _LEFT_OUT[name])
        if name in _KEPT:
            return Hopeless(said, name)
    if "tools" in sent and _TOOLS.search(text):
        return Hopeless(said, "tools")
    if _NO_MODEL.search(text):
        return Hopeless(said, "model")
    return None


def _names(text: str, name: str) -> bool:
    return bool(re.search(rf"\b{name}\b", text))


def _error(body: bytes) -> Any:
    """What is under ``error``, or all of a JSON object that is no reply; None for anything else."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    return said.get("error") or said


def _words(error: Any, answer: Answer) -> str:
    """One line of what the endpoint says."""
    words = error
    while isinstance(words, dict | list) and words:
        if isinstance(words, list):
            words = words[0]
        else:
            keys = ("message", "msg", "detail", "error")
            words = next((words[key] for key in keys if words.get(key)), "")
    if not isinstance(words, str) or not words:
        kind = answer.headers.get("Content-Type", "nothing").partition(";")[0]
        words = f"an answer that is no {'error' if error else 'JSON'} ({_plain(kind, 40)})"
    return f"HTTP {answer.status}: {_plain(words, _LONGEST)}"


def _status(error: Any, status: int) -> int:
    """An error within a 200 has its own code, or is the endpoint's trouble."""
    if status != 200 or error is None:
        return status
    code = error.get("code", error.get("status")) if isinstance(error, dict) else None
    if isinstance(code, str) and code.isdecimal():
        code = int(code)
    return code if isinstance(code, int) and 400 <= code < 600 else 502


def _plain(text: str, most: int) -> str:
    """One printable line: it may come from anybody, and goes to a terminal."""
    line = " ".join(text[: 4 * most].split())
    return "".join(c for c in line if c.isprintable())[:most]
