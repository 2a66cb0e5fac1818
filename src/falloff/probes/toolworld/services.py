"""The six services of the office: what a record of each holds, and which others it names.

Records name each other, so that a walk from one to the next can be as long as an errand needs.
"""

from __future__ import annotations

from dataclasses import dataclass

from falloff.probes.toolworld.schema import Kind


@dataclass(frozen=True, kw_only=True)
class Field:
    """Something a record holds and a tool can set. ``phrase`` is how people speak of it."""

    name: str
    kind: Kind
    phrase: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Link:
    """A field that names a record of the service ``to``."""

    name: str
    to: str
    phrase: str


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service; ``noun`` is one of its records, ``prefix`` begins their ids.

    ``listed_by`` is the link by which its records can be listed.
    """

    name: str
    noun: str
    prefix: str
    fields: tuple[Field, ...]
    links: tuple[Link, ...]
    listed_by: str

    @property
    def id_key(self) -> str:
        return f"{self.noun}_id"

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def link(self, name: str) -> Link:
        return next(link for link in self.links if link.name == name)


_ALL = (
    Service(
        name="orders",
        noun="order",
        prefix="ord",
        fields=(
            Field(
                name="status",
                kind="choice",
                phrase="status",
                choices=("open", "packed", "shipped", "held", "returned"),
            ),
            Field(name="delivery_date", kind="date", phrase="delivery date"),
        ),
        links=(
            Link(name="seller_account", to="bank", phrase="seller account"),
            Link(name="ordered_by", to="contacts", phrase="contact it was ordered by"),
            Link(name="invoice", to="files", phrase="invoice file"),
            Link(name="next_order", to="orders", phrase="next order"),
        ),
        listed_by="ordered_by",
    ),
    Service(
        name="bank",
        noun="account",
        prefix="acc",
        fields=(
            Field(
                name="state",
                kind="choice",
                phrase="state",
                choices=("active", "frozen", "watched", "closed", "dormant"),
            ),
            Field(name="daily_limit", kind="money", phrase="daily limit"),
        ),
        links=(
            Link(name="holder", to="contacts", phrase="contact who is its holder"),
            Link(name="last_notice", to="messages", phrase="message that is its last notice"),
        ),
        listed_by="holder",
    ),
    Service(
        name="contacts",
        noun="contact",
        prefix="con",
        fields=(
            Field(
                name="group",
                kind="choice",
                phrase="group",
                choices=("client", "supplier", "partner", "staff", "press"),
            ),
            Field(name="credit_limit", kind="money", phrase="credit limit"),
        ),
        links=(
            Link(name="next_event", to="calendar", phrase="next event"),
            Link(name="latest_order", to="orders", phrase="latest order"),
        ),
        listed_by="next_event",
    ),
    Service(
        name="calendar",
        noun="event",
        prefix="evt",
        fields=(
            Field(
                name="room",
                kind="choice",
                phrase="room",
                choices=("north", "south", "garden", "tower", "cellar"),
            ),
            Field(name="duration", kind="hours", phrase="duration"),
        ),
        links=(
            Link(name="organiser", to="contacts", phrase="contact who is its organiser"),
            Link(name="agenda", to="files", phrase="agenda file"),
        ),
        listed_by="organiser",
    ),
    Service(
        name="files",
        noun="file",
        prefix="fil",
        fields=(
            Field(
                name="access",
                kind="choice",
                phrase="access",
                choices=("private", "team", "public", "locked", "guests"),
            ),
            Field(name="keep_until", kind="date", phrase="keep-until date"),
        ),
        links=(
            Link(name="sent_with", to="messages", phrase="message it was sent with"),
            Link(name="about_order", to="orders", phrase="order it is about"),
        ),
        listed_by="about_order",
    ),
    Service(
        name="messages",
        noun="message",
        prefix="msg",
        fields=(
            Field(
                name="label",
                kind="choice",
                phrase="label",
                choices=("new", "todo", "done", "waiting", "later"),
            ),
            Field(name="snooze", kind="hours", phrase="snooze time"),
        ),
        links=(
            Link(name="invites_to", to="calendar", phrase="event it invites to"),
            Link(name="about_account", to="bank", phrase="account it is about"),
        ),
        listed_by="about_account",
    ),
)
SERVICES = {service.name: service for service in _ALL}
BY_PREFIX = {service.prefix: service for service in _ALL}


def service_of(record: str) -> Service:
    """The service whose record ``record`` is; for ids of the office alone."""
    return BY_PREFIX[record[:3]]
