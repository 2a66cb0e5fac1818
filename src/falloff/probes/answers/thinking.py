"""What a reply says once thinking and leaked control tokens are taken out."""

from __future__ import annotations

import re

# Tags in which models think aloud: Qwen, DeepSeek and many more; Magistral; Kimi; Sky-T1; Cohere;
# gpt-oss.
_NAMES = "think|thinking|thoughts?|reason|reasoning|analysis|reflection|scratchpad|seed:think"
_OPEN = re.compile(
    rf"[<\[◁](?:(?:{_NAMES})>|THINK\]|think▷|\|begin_of_thought\|>|\|START_THINKING\|>"
    r"|\|channel\|>(?:analysis|commentary)<\|message\|>)",
    re.IGNORECASE,
)
_CLOSE = re.compile(
    rf"[<\[◁](?:/(?:{_NAMES})>|/THINK\]|/think▷|\|end_of_thought\|>|\|END_THINKING\|>"
    r"|\|channel\|>final<\|message\|>)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"<(?:\|[A-Za-z_]{1,30}\||/?s|end_of_turn)>")


def without_thinking(text: str) -> str:
    """``text`` without what the model thought: nothing is left of thinking that never ended.

    A span ends at the first closing tag, whatever its name. A closing tag without an opening one
    ends thinking that was opened by the prompt.
    """
    if "<" not in text and "[" not in text and "◁" not in text:
        return text
    said, at = [], 0
    while opening := _OPEN.search(text, at):
        said.append(text[at : opening.start()])
        closing = _CLOSE.search(text, opening.end())
        at = closing.end() if closing else len(text)
    text = "".join([*said, text[at:]])
    end = 0
    for closing in _CLOSE.finditer(text):
        end = closing.end()
    return _TOKEN.sub("", text[end:])
