"""The tool world: an office of six services, offline and deterministic, for errands with tools.

The *store* holds records and carries out the office's tools. *Layers* stand between it and the
agent: each answers calls, passes on what it does not change, and knows only the layer beneath. An
*errand* is a program on the store; running it gives the goal, and the check compares all records.
Knows no family.
"""

from falloff.probes.toolworld.errand import Errand, Hand, NotedAnswer, NotedCall, Play
from falloff.probes.toolworld.extras import Copies, extra_tools
from falloff.probes.toolworld.faults import Fault, Faults, backup_tools, spread
from falloff.probes.toolworld.layers import Cuts, Desk, Notices, Stale
from falloff.probes.toolworld.office import TOOLS, Layer, Store
from falloff.probes.toolworld.route import Route, Stop, lay_route
from falloff.probes.toolworld.shifts import Front, shifted
from falloff.probes.toolworld.state import Change, diff, make_rows, snapshot
from falloff.probes.toolworld.user import Known, User

__all__ = [
    "TOOLS",
    "Change",
    "Copies",
    "Cuts",
    "Desk",
    "Errand",
    "Fault",
    "Faults",
    "Front",
    "Hand",
    "Known",
    "Layer",
    "NotedAnswer",
    "NotedCall",
    "Notices",
    "Play",
    "Route",
    "Stale",
    "Stop",
    "Store",
    "User",
    "backup_tools",
    "diff",
    "extra_tools",
    "lay_route",
    "make_rows",
    "shifted",
    "snapshot",
    "spread",
]
