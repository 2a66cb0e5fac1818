"""Fingerprints of what each family asks; run as a script, it writes ``frozen.json`` anew.

Do so after raising the version of a family whose probes have changed.
"""

import hashlib
import json
from pathlib import Path

from falloff.probes import Family, play_oracle, public_families

FROZEN = Path(__file__).parent / "frozen.json"


def fingerprint(family: Family) -> str:
    said = [
        [m.content for m in play_oracle(family.probe(at, 5), dialect=dialect).transcript.messages]
        for at in family.grid
        for dialect in sorted(family.renderers)
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def fingerprints() -> dict[str, str]:
    return {f"{family.name}@{family.version}": fingerprint(family) for family in public_families()}


if __name__ == "__main__":
    FROZEN.write_text(json.dumps(fingerprints(), indent=2) + "\n")
