"""What a call over HTTP costs the client, beside a bare aiohttp loop against the same endpoint.

CPU seconds per 1,000 calls, 64 in flight, with run file, retries and accounting on; calls a second
at a latency; and 1,000 connections at once. Every client is a process of its own, the endpoint too.

    python -m benchmarks.asking.http [--calls 4000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from falloff.core import Reply, Request
    from falloff.probes import Family

ENDPOINT = Path(__file__).with_name("endpoint.py")
FLIGHT = 64
LATENCY = 0.05
LONG = 8_000
CROWD, CROWD_LATENCY = 1000, 1.0
# At most so many times the CPU of the bare loop.
BAR, AIM = 3.0, 2.0


def bodies(calls: int) -> list[dict[str, Any]]:
    """What falloff itself puts on the wire for so many probes."""
    from falloff.models.http.openai import OpenAI
    from falloff.models.http.settings import Settings
    from falloff.probes import FAMILIES, Episode

    family = FAMILIES["reasoning_steps"]
    made = []
    for seed in range(min(calls, 256)):
        request = Episode(family.probe(family.centre, seed), dialect="chat").request()
        made.append(OpenAI().body("mock", request, Settings(), lacks=frozenset(), keepsakes={}))
    return made


async def in_flight(calls: int, flight: int, call: Callable[[int], object]) -> None:
    numbers = iter(range(calls))

    async def work() -> None:
        for number in numbers:
            await call(number)

    await asyncio.gather(*(work() for _ in range(flight)))


def timed(calls: int, work: Callable[[Callable[[], None]], None]) -> dict[str, float]:
    """CPU seconds per 1,000 calls; and calls a second, start and end left out.

    ``work`` is handed what it is to call with every answer.
    """
    moments: list[float] = []
    cpu = time.process_time()
    work(lambda: moments.append(time.perf_counter()))
    cpu = time.process_time() - cpu
    first, last = calls // 10, calls - calls // 10 - 1
    rate = (last - first) / (moments[last] - moments[first])
    return {"cpu": 1000 * cpu / calls, "rate": rate}


def bare(base: str, calls: int, flight: int) -> dict[str, float]:
    """A loop on aiohttp that keeps nothing."""
    import aiohttp

    asked = bodies(calls)

    async def main(answered: Callable[[], None]) -> None:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def call(number: int) -> None:
                url, body = f"{base}/chat/completions", asked[number % len(asked)]
                async with session.post(url, json=body) as response:
                    said = await response.json()
                    assert said["choices"][0]["message"]["content"]
                answered()

            await in_flight(calls, flight, call)

    return timed(calls, lambda answered: asyncio.run(main(answered)))


def client(base: str, calls: int, flight: int) -> dict[str, float]:
    """falloff's client: retries, gate and accounting, no run file."""
    from falloff.models import load_model
    from falloff.probes import FAMILIES, Episode

    family = FAMILIES["reasoning_steps"]
    probes = [family.probe(family.centre, seed) for seed in range(min(calls, 256))]
    requests = [Episode(probe, dialect="chat").request() for probe in probes]
    model = load_model(f"openai:mock@{base}?concurrency={flight}")

    async def main(answered: Callable[[], None]) -> None:
        async def call(number: int) -> None:
            await model.reply(requests[number % len(requests)])
            answered()

        try:
            await in_flight(calls, flight, call)
        finally:
            await model.close()

    return timed(calls, lambda answered: asyncio.run(main(answered)))


def asking(base: str, calls: int, flight: int) -> dict[str, float]:
    """A whole run of a family that costs nothing: what asking and keeping takes."""
    from benchmarks.asking.free_family import FREE

    return _run(FREE, base, calls, flight)


def run(base: str, calls: int, flight: int) -> dict[str, float]:
    """A whole run of a family that ships: its probes made, its answers read and judged as well."""
    from falloff.probes import FAMILIES

    return _run(FAMILIES["reasoning_steps"], base, calls, flight)


def _run(family: Family, base: str, calls: int, flight: int) -> dict[str, float]:
    from falloff.models import load_model
    from falloff.run import Manifest, conduct, open_for_writing
    from falloff.sampling import SpaceFilling

    families = (family,)
    model = load_model(f"openai:mock@{base}?concurrency={flight}")
    design = SpaceFilling(seed=1, budget=calls)
    manifest = Manifest.of(
        mode="measure",
        suite="bench",
        suite_version="1",
        families=families,
        dialect="chat",
        seed=1,
        design=design,
        models={"model": model},
    )

    async def main(answered: Callable[[], None]) -> None:
        reply = model.reply

        async def noted(request: Request) -> Reply:
            said = await reply(request)
            answered()
            return said

        model.reply = noted  # type: ignore[method-assign]
        try:
            await conduct(design=design, families=families, models={"model": model}, store=store)
        finally:
            await model.close()

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.falloff"
        with open_for_writing(path, manifest) as store:
            result = timed(calls, lambda answered: asyncio.run(main(answered)))
            assert len(store.answered("model")) == calls
    return result


def openai_sdk(base: str, calls: int, flight: int) -> dict[str, float]:
    """The OpenAI package's own client."""
    from openai import AsyncOpenAI

    asked = bodies(calls)

    async def main(answered: Callable[[], None]) -> None:
        async with AsyncOpenAI(base_url=base, api_key="none") as sdk:

            async def call(number: int) -> None:
                await sdk.chat.completions.create(**asked[number % len(asked)])
                answered()

            await in_flight(calls, flight, call)

    return timed(calls, lambda answered: asyncio.run(main(answered)))


CLIENTS = {"bare": bare, "client": client, "asking": asking, "run": run, "openai": openai_sdk}


@contextmanager
def endpoint(latency: float) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, str(ENDPOINT), str(latency)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def measure(name: str, base: str, calls: int, flight: int) -> dict[str, float]:
    """One client in a process of its own."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.asking.http", "--client", name, "--base", base),
            *("--calls", str(calls), "--flight", str(flight)),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main(calls: int, rounds: int) -> None:
    names = ["bare", "client", "asking", "run"]
    if importlib.util.find_spec("openai"):
        names.append("openai")
    print(f"CPU seconds per 1,000 calls, {FLIGHT} in flight, no latency, {rounds} rounds")
    with endpoint(0.0) as base:
        got = {name: [] for name in names}
        for _ in range(rounds):
            for name in names:
                many = calls if name != "openai" else calls // 4
                got[name].append(measure(name, base, many, FLIGHT)["cpu"])
    for name in names:
        ratios = [a / b for a, b in zip(got[name], got["bare"], strict=True)]
        print(
            f"  {name:8} {statistics.median(got[name]):6.3f} s"
            f"   {statistics.median(ratios):5.2f} × bare"
        )
    ratio = statistics.median(a / b for a, b in zip(got["asking"], got["bare"], strict=True))
    print(f"  bar {BAR} ×, aim {AIM} ×: {'met' if ratio <= BAR else 'MISSED'} at {ratio:.2f} ×")
    print(f"Calls a second at {LATENCY * 1000:.0f} ms, {FLIGHT} in flight")
    rates(LATENCY, LONG, FLIGHT, rounds)
    print(f"Calls a second at {CROWD_LATENCY:.0f} s, {CROWD} in flight")
    rates(CROWD_LATENCY, 6 * CROWD, CROWD, 1)


def rates(latency: float, calls: int, flight: int, rounds: int) -> None:
    """Calls a second of each client by turns.

    Of what the latency allows; of what the latency allows that the endpoint in truth had meanwhile;
    and of the bare loop.
    """
    names = ("bare", "client", "asking")
    rows = []
    with endpoint(latency) as base:
        for _ in range(rounds):
            row = []
            for name in names:
                rate = measure(name, base, calls, flight)["rate"]
                row.append((rate, rate * kept(base) / flight))
            rows.append(row)
    for column, name in enumerate(names):
        rate = statistics.median(row[column][0] for row in rows)
        true = statistics.median(row[column][1] for row in rows)
        share = statistics.median(row[column][0] / row[0][0] for row in rows)
        print(
            f"  {name:8} {rate:6.0f}   {rate * latency / flight:.1%} of possible"
            f"   {true:.1%} at the endpoint's true latency   {share:.1%} of bare"
        )


def kept(base: str) -> float:
    """Seconds that the endpoint kept a call, on average since it was asked before."""
    with urllib.request.urlopen(base) as answer:  # noqa: S310 - on loopback
        return json.load(answer)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--client", choices=CLIENTS)
    parser.add_argument("--base")
    parser.add_argument("--calls", type=int, default=4000)
    parser.add_argument("--flight", type=int, default=FLIGHT)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.client:
        result = CLIENTS[options.client](options.base, options.calls, options.flight)
        print(json.dumps(result))
    else:
        main(options.calls, options.rounds)
