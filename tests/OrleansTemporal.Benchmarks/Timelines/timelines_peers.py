#!/usr/bin/env python3
"""What SQLite takes for the work of `macro timelines`: a state of many components that changes in a hundred of them at a time.

    python3 tests/OrleansTemporal.Benchmarks/Timelines/timelines_peers.py [dimensions 1000000] [steps 10000]

One row for each component that changes, (idx, step) -> value, without rowid, so that the history of a component lies together;
a transaction a step, WAL, `synchronous` OFF beside `Buffered` and FULL beside `Synced`. No hashes, no branches, no checkpoints:
the state of a step is the newest value of each component up to it. Needs only Python's own sqlite3.
"""
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time

CHANGED = 100
READS = 21


def say(text):
    print(f"timelines_peers: sqlite {sqlite3.sqlite_version}: {text}", flush=True)


def open_database(folder, name, synchronous):
    database = sqlite3.connect(os.path.join(folder, name), isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute(f"PRAGMA synchronous={synchronous}")
    database.execute("CREATE TABLE changes (idx INTEGER, step INTEGER, value REAL, PRIMARY KEY (idx, step)) WITHOUT ROWID")
    database.execute("CREATE TABLE steps (step INTEGER PRIMARY KEY, at INTEGER)")
    return database


def deltas(dimensions, steps, seed):
    drawn = random.Random(seed)
    return [[(index, drawn.random()) for index in drawn.sample(range(dimensions), CHANGED)] for _ in range(steps)]


def write(database, made):
    begin = time.perf_counter()
    for step, changes in enumerate(made):
        database.execute("BEGIN")
        database.execute("INSERT INTO steps VALUES (?, ?)", (step, time.time_ns()))
        database.executemany("INSERT INTO changes VALUES (?, ?, ?)", [(index, step, value) for index, value in changes])
        database.execute("COMMIT")
    return len(made) / (time.perf_counter() - begin)


def median_of(work):
    times = []
    for _ in range(READS):
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def main():
    dimensions = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    made = deltas(dimensions, steps, 1)
    drawn = random.Random(2)
    with tempfile.TemporaryDirectory() as folder:
        full = open_database(folder, "full.db", "FULL")
        say(f"sparse deltas, one transaction each, FULL: {write(full, made[:max(1, steps // 10)]):,.0f}/s")
        full.close()
        database = open_database(folder, "off.db", "OFF")
        say(f"sparse deltas, one transaction each, OFF: {write(database, made):,.0f}/s")
        state = "SELECT idx, value, MAX(step) FROM changes WHERE step <= ? GROUP BY idx"
        say(f"state at a random step, the components that changed up to it alone: median {median_of(lambda: database.execute(state, (drawn.randrange(steps),)).fetchall()):.1f} ms")
        between = "SELECT idx, value, MAX(step) FROM changes WHERE step > ? AND step <= ? GROUP BY idx"

        def difference():
            first = drawn.randrange(steps - 100)
            database.execute(between, (first, first + 100)).fetchall()

        say(f"what 100 steps changed: median {median_of(difference):.1f} ms")
        evolution = "SELECT step, value FROM changes WHERE idx = ? ORDER BY step"
        say(f"evolution of a component over {steps:,} steps: median {median_of(lambda: database.execute(evolution, (drawn.randrange(dimensions),)).fetchall()):.3f} ms")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = os.path.getsize(os.path.join(folder, "off.db"))
        say(f"file of {steps:,} steps of {CHANGED} components: {size:,} bytes, {size / steps / CHANGED:.1f} a change")
        database.close()


if __name__ == "__main__":
    main()
