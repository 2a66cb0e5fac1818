"""What cannot be mended by asking again, told to a person."""

from __future__ import annotations

import difflib
import json

from falloff.core import SetupError, UnusableModelError
from falloff.models.http.protocol import LOGPROBS, MAX_TOKENS, RAW_CALLS, SEED, Protocol
from falloff.models.http.spec import Endpoint
from falloff.models.http.transport import Answer

# Names of models that are listed, and characters of one.
_MOST_NAMES, _LONGEST_NAME = 20, 80

# What is said, once, of something that an endpoint turned out not to take.
NOTES = {
    SEED: "takes no seed: it is asked without one, so answers may differ from time to time.",
    LOGPROBS: "gives no log-probabilities: KL and same top token will not be known.",
    MAX_TOKENS: "wants max_completion_tokens instead of max_tokens: it gets that.",
    RAW_CALLS: "does not take back calls whose arguments are no JSON object: from now on it gets"
    ' them as {"unreadable": "…"}.',
}


def no_key(endpoint: Endpoint, protocol: Protocol) -> SetupError:
    variable = endpoint.settings.key or protocol.variable
    return SetupError(
        f"'{endpoint.spec}' needs a key, and the environment variable {variable} is not set.",
        remedy=f"Set it: export {variable}=…",
    )


def hopeless(
    endpoint: Endpoint,
    protocol: Protocol,
    *,
    cause: str,
    said: str,
    keyed: bool,
    offered: list[str],
) -> UnusableModelError:
    """The error of a :class:`falloff.models.http.faults.Hopeless`, by its cause.

    ``keyed``: a key was sent. ``offered``: the models that the endpoint lists.
    """
    variable = endpoint.settings.key or protocol.variable
    if cause == "key" and keyed:
        remedy = f"Check the key in {variable}."
    elif cause == "key":
        remedy = f"It wants a key: name the variable that holds one: {_with(endpoint, 'key=NAME')}"
    elif cause == "model":
        near = difflib.get_close_matches(endpoint.model, offered, n=1, cutoff=0.5)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        listed = ", ".join(offered[:_MOST_NAMES]) or "nothing that it would list"
        remedy = f"{hint}It offers: {listed}{' …' if len(offered) > _MOST_NAMES else ''}."
    elif cause == "tools":
        remedy = (
            "It takes no native tool calls. Start it with tools (vLLM: --enable-auto-tool-choice"
            " and --tool-call-parser; llama.cpp: --jinja), or ask for calls in plain JSON with"
            " --dialect plain."
        )
    elif cause == "temperature":
        remedy = f"Let it sample as it does unasked: {_with(endpoint, 'temperature=default')}"
    elif cause == "money":
        remedy = "Look at the account's balance and limits."
    else:
        remedy = f"Leave out the option {cause}."
    return UnusableModelError(f"'{endpoint.spec}' cannot be asked. {said}", remedy=remedy)


def not_there(endpoint: Endpoint, protocol: Protocol, what: str) -> UnusableModelError:
    """Of an endpoint that has never answered."""
    address = f"{endpoint.base}{protocol.path}"
    remedy = "Check the address, and that the server is running."
    if "certificate" in what:
        remedy = (
            "Certificates are always verified. Renew it; for an authority of your own, name its"
            " file in SSL_CERT_FILE."
        )
    elif not endpoint.base.rstrip("/").rsplit("/", 1)[-1].startswith("v"):
        remedy += " The base address usually ends in /v1."
    return UnusableModelError(
        f"'{endpoint.spec}' does not answer at {address}: {what}.", remedy=remedy
    )


def wants_long_wait(endpoint: Endpoint, seconds: float, said: str) -> UnusableModelError:
    return UnusableModelError(
        f"'{endpoint.spec}' asks to wait {seconds / 60:.0f} minutes. {said}",
        remedy="Go on then.",
    )


def model_names(answer: Answer) -> list[str]:
    """The models that an endpoint lists, as short printable names; none if it does not."""
    try:
        listed = json.loads(answer.body)["data"]
        names = [str(entry["id"]) for entry in listed]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return sorted({name[:_LONGEST_NAME] for name in names if name.isprintable()})


def _with(endpoint: Endpoint, option: str) -> str:
    return f"'{endpoint.spec}{'&' if '?' in endpoint.spec else '?'}{option}'"
