"""Fingerprints of what each family asks; run as a script, it writes ``frozen.json`` anew.

Do so after raising the version of a family whose probes have changed.
"""

import json
from pathlib import Path

from falloff.probes import public_families
from falloff.probes.contract import fingerprint

FROZEN = Path(__file__).parent / "frozen.json"


def fingerprints() -> dict[str, str]:
    return {f"{family.name}@{family.version}": fingerprint(family) for family in public_families()}


if __name__ == "__main__":
    FROZEN.write_text(json.dumps(fingerprints(), indent=2) + "\n")
