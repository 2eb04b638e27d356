#!/usr/bin/env python3
"""The same points and the same questions to OrleansTemporal, VictoriaMetrics and SQLite, one after the other, on loopback.

    series_peers.py <OrleansTemporal.Server.dll> [points of one series, 1000000] [rounds, 5]

Points come as line protocol in bodies of 10,000 lines over one connection; questions go to the Prometheus HTTP API of the
first two and to SQL of the third. Prints medians. VictoriaMetrics is Debian's victoria-metrics; without it, it is left out.
"""
import http.client
import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

START = 1_700_000_000
LINES_PER_BODY = 10_000
QUESTIONS = [
    ("avg per minute", "avg_over_time(m_v{s=\"one\"}[1m])", 60),
    ("p99 per minute", "quantile_over_time(0.99, m_v{s=\"one\"}[1m])", 60),
    ("avg per hour", "avg_over_time(m_v{s=\"one\"}[1h])", 3600),
    ("rate of all by hour, summed", "sum(rate(m_v[1h]))", 3600),
]


def points_of(count):
    """One series with a point each second, and a hundred with one each ten seconds: walks with two decimals."""
    rows, chance = [], random.Random(1000)
    for name, series, step, each in (("one", 1, 1, count), ("many", 100, 10, count // 100)):
        values = [10 + chance.random() * 80 for _ in range(series)]
        for i in range(each):
            for j in range(series):
                values[j] += chance.gauss(0, 0.5)
                rows.append((f"{name}{j:03d}" if series > 1 else name, START + i * step, round(values[j], 2)))
    return rows


def median(ask, rounds):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        ask()
        times.append((time.perf_counter() - start) * 1000)
    return f"{statistics.median(times):.1f} ms (least {min(times):.1f})"


def request(port, method, path, body=None, connection=None):
    connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request(method, path, body)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status not in (200, 204):
        raise SystemExit(f"{path}: {answer.status} {text[:300]}")
    return text


def wait(port, path):
    for _ in range(600):
        try:
            return request(port, "GET", path)
        except (OSError, SystemExit):
            time.sleep(0.1)
    raise SystemExit(f"nothing listens on {port}")


def run_server(name, command, port, ready, write, api, rows, rounds, folder):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    try:
        wait(port, ready)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        bodies = ["\n".join(f"m,s={s} v={v} {t}" for s, t, v in rows[i:i + LINES_PER_BODY]) for i in range(0, len(rows), LINES_PER_BODY)]
        start = time.perf_counter()
        for body in bodies:
            request(port, "POST", write, body, connection)
        print(f"{name}: ingest of {len(rows):,} points, one connection: {len(rows) / (time.perf_counter() - start):,.0f} points/s", flush=True)
        if name == "VictoriaMetrics":
            request(port, "GET", "/internal/force_flush")
        end = max(t for _, t, _ in rows)
        for what, query, step in QUESTIONS:
            path = f"{api}/query_range?nocache=1&query={urllib.parse.quote(query)}&start={max(START, end - step * 11_000)}&end={end}&step={step}"
            values = sum(len(series["values"]) for series in json.loads(request(port, "GET", path))["data"]["result"])
            print(f"{name}: {what} ({values:,} values): {median(lambda: request(port, 'GET', path), rounds)}", flush=True)
    finally:
        process.terminate()
        process.wait()


def run_sqlite(rows, rounds, folder):
    db = sqlite3.connect(os.path.join(folder, "peer.db"))
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE m(s TEXT, t INTEGER, v REAL, PRIMARY KEY(s, t)) WITHOUT ROWID;")
    start = time.perf_counter()
    for i in range(0, len(rows), LINES_PER_BODY):
        with db:
            db.executemany("INSERT INTO m VALUES(?, ?, ?)", rows[i:i + LINES_PER_BODY])
    print(f"SQLite {sqlite3.sqlite_version}: ingest in process: {len(rows) / (time.perf_counter() - start):,.0f} points/s", flush=True)
    for what, step in (("avg per minute", 60), ("avg per hour", 3600)):
        ask = lambda: db.execute(f"SELECT t / {step}, avg(v) FROM m WHERE s = 'one' GROUP BY 1").fetchall()
        print(f"SQLite: {what} ({len(ask()):,} values): {median(ask, rounds)}", flush=True)


def main():
    server, count, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000, int(sys.argv[3]) if len(sys.argv) > 3 else 5
    rows, folder = points_of(count), tempfile.mkdtemp()
    try:
        run_server("OrleansTemporal", ["dotnet", os.path.abspath(server), "--urls", "http://127.0.0.1:5094", "--OrleansTemporal:DataDirectory", os.path.join(folder, "ot")],
                   5094, "/health/ready", "/api/v2/write?bucket=default&precision=s", "/prom/default/api/v1", rows, rounds, folder)
        if shutil.which("victoria-metrics"):
            run_server("VictoriaMetrics", ["victoria-metrics", f"-storageDataPath={folder}/vm", "-httpListenAddr=127.0.0.1:8428", "-retentionPeriod=100y"],
                       8428, "/health", "/write?precision=s", "/api/v1", rows, rounds, folder)
        else:
            print("VictoriaMetrics is not installed: left out")
        run_sqlite(rows, rounds, folder)
    finally:
        shutil.rmtree(folder)


main()
