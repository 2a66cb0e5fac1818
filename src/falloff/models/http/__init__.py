"""``openai:MODEL@URL`` and ``anthropic:MODEL@URL``: models behind an HTTP endpoint.

From the outside in: ``spec`` and ``settings`` read what the user wrote, ``protocol`` says what both
protocols are to the rest, ``openai`` and ``anthropic`` word requests and read answers,
``transport`` is one call on aiohttp, ``faults`` tells what a failed one means, ``gate`` and
``patience`` decide when to ask again, and ``model`` puts them together. Nothing here knows what a
probe is worth.
"""

from falloff.models.http.load import load_endpoint

__all__ = ["load_endpoint"]
