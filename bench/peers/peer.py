"""What the Python peers share: the numbers of a run, and the conversation with the harness."""

import json
import resource
import sys
import time
from typing import Callable

import numpy as np


def read_numbers(path: str) -> dict[str, np.ndarray]:
    """Parameters, data and noise by name, from a safetensors file of float32."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    numbers = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        numbers[name] = np.frombuffer(body[begin:end], "<f4").reshape(entry["shape"])
    return numbers


def serve(version: str, step: Callable[[], float]) -> None:
    """Says that it is ready; then answers each line, a number of steps, with their times and losses."""
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        milliseconds, losses = [], []
        for _ in range(int(line)):
            started = time.perf_counter()
            losses.append(step())
            milliseconds.append(1e3 * (time.perf_counter() - started))
        peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({"ms": milliseconds, "loss": losses, "peak": peak}), flush=True)
