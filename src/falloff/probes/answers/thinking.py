"""What a reply says once thinking and leaked control tokens are taken out."""

from __future__ import annotations

import re

# Tags in which models think aloud: Qwen, DeepSeek and many more; Magistral; Kimi; gpt-oss; Cohere;
# Sky-T1. The last two lines of each are not in the form of a tag.
_NAMES = "think|thinking|thoughts?|reason|reasoning|analysis|reflection|scratchpad|seed:think"
_OPEN = (
    rf"<(?:{_NAMES})>|\[THINK\]|◁think▷|<\|begin_of_thought\|>|<\|START_THINKING\|>"
    r"|<\|channel\|>(?:analysis|commentary)<\|message\|>"
)
_CLOSE = (
    rf"</(?:{_NAMES})>|\[/THINK\]|◁/think▷|<\|end_of_thought\|>|<\|END_THINKING\|>"
    r"|<\|channel\|>final<\|message\|>"
)
# A span ends at the first closing tag whatever its name; one that never ends takes all the rest.
_SPAN = re.compile(rf"(?:{_OPEN}).*?(?:{_CLOSE}|\Z)", re.DOTALL | re.IGNORECASE)
_CLOSING = re.compile(_CLOSE, re.IGNORECASE)
_TOKEN = re.compile(r"<\|[A-Za-z_]{1,30}\|>|</?s>|<end_of_turn>")


def without_thinking(text: str) -> str:
    """``text`` without what the model thought: nothing is left of thinking that never ended.

    A closing tag without an opening one ends thinking that was opened by the prompt.
    """
    if "<" not in text and "[" not in text and "◁" not in text:
        return text
    text = _SPAN.sub("", text)
    end = 0
    for closing in _CLOSING.finditer(text):
        end = closing.end()
    return _TOKEN.sub("", text[end:])
