"""Addresses without the names and passwords that people write into them."""

from __future__ import annotations

import re

_LOGIN = re.compile(r"(://)[^/@\s]*@")


def without_logins(text: str) -> str:
    """``https://user:password@host`` as ``https://…@host``, wherever it stands in the text."""
    return _LOGIN.sub(r"\1…@", text)
