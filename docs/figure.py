"""Run the demo and draw README's figure, ``docs/demo.svg``: one curve chart per difficulty axis."""

from __future__ import annotations

import tempfile
from pathlib import Path

import falloff
from falloff.cli.compare import DEMO_BUDGET, DEMO_SEED, DEMO_STUDENTS, DEMO_TEACHER
from falloff.report.charts import line_chart
from falloff.report.family_figures import curve_chart
from falloff.report.finding_figures import panel_scales
from falloff.report.lineup import panels

FIGURE = Path(__file__).parent / "demo.svg"
SHOWN = ("rule_chain", "steps")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = falloff.compare(
            DEMO_TEACHER,
            list(DEMO_STUDENTS),
            budget=DEMO_BUDGET,
            seed=DEMO_SEED,
            run=Path(folder) / "demo.falloff",
        )
        contents = run.contents()
    family, axis = SHOWN
    panel = next(p for p in panels(contents.comparison) if p.family == family)
    scale = panel_scales(panel, contents.axes)[axis]
    chart = curve_chart(panel, scale, contents.comparison.threshold)
    if chart is None:
        raise SystemExit(f"the demo has no curve for {family}, {axis}")
    FIGURE.write_text(str(line_chart(chart, standalone=True)))
    print(f"wrote {FIGURE.name}")


if __name__ == "__main__":
    main()
