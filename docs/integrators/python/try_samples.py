"""Feeds every released message to this example, shuffled and twice, without any broker: `try_samples.py contracts/samples`.

Copy it with the rest: a system that ends the same however they come is ready for the queue.
"""

import json
import random
import sys
from pathlib import Path

from department import TABLES, take_effect
from ledger import Ledger, read_event


def samples(folder, department):
    """What this department may hear, each shape once, numbered as the hall would number them."""
    counts = {}
    for path in sorted(Path(folder).glob("*.json")):
        message = json.loads(path.read_text("utf-8"))
        attributes = {name.removeprefix("cloudEvents_"): value for name, value in message["headers"].items()}
        if attributes["scope"] == department:
            place = (attributes["source"], attributes["subject"])
            counts[place] = counts.get(place, 0) + 1
            yield read_event(attributes | {"sequence": counts[place]}, message["body"])


def end_of(events):
    ledger = Ledger(":memory:", "fire", TABLES, take_effect)
    for event in events:
        ledger.take_in(event)
    return [
        ledger.db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
        for table in ("position", "waiting", "said", "heard", "review")
    ]


def main():
    told = list(samples(sys.argv[1], "fire"))
    in_order = end_of(told)
    for seed in range(20):
        shuffled = told * 2
        random.Random(seed).shuffle(shuffled)
        if end_of(shuffled) != in_order:
            sys.exit(f"another end in the order {seed}")
    print(f"{len(told)} messages, {len(in_order[0])} subjects: the same end in each of 20 orders, each message twice")


if __name__ == "__main__":
    main()
