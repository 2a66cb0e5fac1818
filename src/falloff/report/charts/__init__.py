"""Charts: pure functions from data to SVG, for the report, a README or a notebook.

They know neither probes nor comparisons. Colours and dashes follow from a model's number alone
(0 is the teacher), every text is escaped, every chart says in words what it shows.
"""

from falloff.report.charts.badge import Badge, badge_svg
from falloff.report.charts.dots import DotPlot, DotRow, dot_plot
from falloff.report.charts.heat import HeatMap, Rim, heat_map
from falloff.report.charts.key import line_key
from falloff.report.charts.lines import Edge, Line, LineChart, Point, line_chart
from falloff.report.charts.radial import RadialPlot, Reach, Ring, Spoke, radial_plot
from falloff.report.charts.scatter import Dot, Scatter, scatter

__all__ = [
    "Badge",
    "Dot",
    "DotPlot",
    "DotRow",
    "Edge",
    "HeatMap",
    "Line",
    "LineChart",
    "Point",
    "RadialPlot",
    "Reach",
    "Rim",
    "Ring",
    "Scatter",
    "Spoke",
    "badge_svg",
    "dot_plot",
    "heat_map",
    "line_chart",
    "line_key",
    "radial_plot",
    "scatter",
]
