"""A reader of the tool world that knows only what a model is shown: prompt, tools and results.

It plays episodes with native tool calls, apart from the code that made them: steps by regex,
records by the letters that begin their ids, arguments by their schemas.
"""

import datetime
import json
import re

from falloff.core import Coordinate, Reply, ToolCall
from falloff.probes import FAMILIES, Episode

NOUNS = ("order", "account", "contact", "event", "file", "message")
LETTERS = {n: n[:3] for n in NOUNS} | {"event": "evt", "file": "fil", "message": "msg"}
_NOUN = rf"\b({'|'.join(NOUNS)})\b"
_VALUE = r"('[a-z]+'|\d+ euros|\d+ hours?|20\d\d-\d\d-\d\d)"
_SETS = (
    rf"^Set the (?P<field>.+?) of (?P<target>.+) to {_VALUE}\.$",
    rf"^Give (?P<target>.+) the (?P<field>[a-z -]+) {_VALUE}\.$",
    rf"^Change the (?P<field>.+?) of (?P<target>.+) to {_VALUE}\.$",
    rf"^Put the (?P<field>.+?) of (?P<target>.+) at {_VALUE}\.$",
    r"^Change the (?P<field>[a-z -]+?) of (?P<target>.+)()\.$",
)


def ask(family, key="", seed=1, dialect="chat"):
    found = FAMILIES[family]
    return Episode(found.probe(Coordinate.parse(found.axes, key), seed), dialect=dialect)


def prompt_of(episode):
    return episode.request().messages[-1].content


def steps_of(prompt):
    """(noun, id or None, field or None, value as text, tool or None) of every step."""
    steps = []
    for line in re.findall(r"^\d+\. (.*)$", prompt, re.MULTILINE):
        said, _, tool = re.fullmatch(r"(.*?)( \((\w+)\))?", line).groups()
        found = next((m for p in _SETS if (m := re.match(p, said))), None)
        target = (found["target"] if found else said).split("(named")[0]
        record = re.search(r"[a-z]{3}-\d{4}", target)
        steps.append(
            (
                re.search(_NOUN, target)[1],
                record and record[0],
                found and found["field"],
                found and found[3],
                tool,
            )
        )
    return steps


def named_in(row, noun):
    """The one record of that kind which ``row`` names."""
    own = next(iter(row.values()))
    (name,) = [v for v in row.values() if str(v).startswith(f"{LETTERS[noun]}-") and v != own]
    return name


class Reader:
    """Calls tools by what their descriptions, or else their names, say that they do."""

    def __init__(self, episode):
        self.episode = episode
        self.specs = {spec.name: spec for spec in episode.request().tools}
        self.renamed = {}

    def call(self, name, arguments):
        calls = (ToolCall(id="1", name=name, arguments=json.dumps(arguments)),)
        self.episode.feed(Reply(text="", tool_calls=calls))
        return self.episode.transcript.messages[-1].content

    def say(self, text):
        self.episode.feed(Reply(text=text))
        return self.episode.transcript.messages[-1].content

    def answer(self, text):
        self.episode.feed(Reply(text=f"Answer: {text}"))
        return self.episode.outcome

    def use(self, noun, record, field=None, value=None):
        """What came of opening or setting a record, in the form that the tool takes."""
        name = self.tool(noun, field)
        result = self.call(name, self.arguments(name, record, value))
        if "has changed since" in result:
            self.renamed[name] = re.findall(r"[:;] (\w+) \(", result)
            result = self.call(name, self.arguments(name, record, value))
        return result

    def tool(self, noun, field=None):
        article = "an" if noun[0] in "aeo" else "a"
        opens = f"Opens {article} {noun}:"
        sets = f"Sets the {field} of {article} {noun};"
        plain = (
            f"set_{noun}_{(field or '').removesuffix(' time').replace('-', '_').replace(' ', '_')}"
        )
        names = {f"get_{noun}"} if field is None else {plain, plain.removesuffix("_date")}
        (found,) = [
            name
            for name, spec in self.specs.items()
            if spec.description.startswith(opens if field is None else sets)
            or (not spec.description and name in names)
        ]
        return found

    def arguments(self, name, record, value=None):
        properties = self.specs[name].parameters["properties"]
        names = self.renamed.get(name, list(properties))
        given = [record] if value is None else [record, value]
        schemas = properties.values()
        return {
            n: encoded(text, schema) for n, text, schema in zip(names, given, schemas, strict=True)
        }


def encoded(text, schema):
    """A value as a schema and its description want it."""
    about = schema.get("description", "")
    text = text.strip("'")
    if schema["type"] == "string":
        return text
    if "number in the id" in about:
        return int(text[4:])
    if "by number" in about:
        return int(re.search(rf"(\d+) is {text}\b", about)[1])
    if "day number" in about:
        return (datetime.date.fromisoformat(text) - datetime.date(2025, 12, 31)).days
    number = int(text.split()[0])
    return number * 100 if "in cents" in about else number * 60 if "in minutes" in about else number


def row_of(result):
    return json.loads(result.splitlines()[0])


def walk(reader, prompt):
    """Do the steps of a prompt; the rows that came back."""
    rows = []
    for noun, record, field, value, _ in steps_of(prompt):
        record = record or named_in(rows[-1], noun)
        rows.append(row_of(reader.use(noun, record, field, value)))
    return rows
