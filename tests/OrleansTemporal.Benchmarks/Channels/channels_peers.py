#!/usr/bin/env python3
"""Peers of `macro channels` and `macro views`: fan-out and write to event of Redis, aggregates and orders of SQLite, on loopback.

    channels_peers.py [--quick] [--only fanout,stream,sqlite] [--subscribers 100,1000] [--deliveries 5000000] [--bytes 10]
                      [--workers 1] [--io-threads 1] [--rate 5000] [--seconds 15] [--warm-up 10] [--connections 16]
                      [--documents 1000000] [--changes 100000] [--rounds 5]

Redis is Debian's redis-server, started on a free port in a temporary folder and ended afterwards; without it, it is left out.
Fan-out publishes the payloads of ours over one connection without waiting for answers, to subscribers that count bytes (a
message is always as long); nothing of it is on disk. Write to event is XADD with appendfsync always, sent as ours when due and
not when answered, to a reader with XREAD BLOCK in a process of its own. SQLite is Python's: the documents of QueryDocuments.cs
in a plain table, one with triggers that keep count and sum by city, and one with an index on amount, changed in turn in one
transaction a round as ViewsBenchmark.cs does; what the view costs is the difference to the plain table. OT_BENCH_FOLDER moves
the temporary folder, as it does for ours.
"""
import argparse
import collections
import multiprocessing
import os
import re
import resource
import select
import shutil
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time

SUBSCRIBERS, DELIVERIES, BYTES, WORKERS, IO_THREADS = "100,1000", 5_000_000, 10, 1, 1
RATE, SECONDS, WARM_UP, CONNECTIONS = 5_000, 15, 10, 16
DOCUMENTS, CHANGES, ROUNDS = 1_000_000, 100_000, 5
QUICK = {"subscribers": "10,100", "deliveries": 200_000, "seconds": 3, "warm_up": 1, "documents": 100_000, "changes": 10_000, "rounds": 3}

DOCUMENT_BYTES = 200
CITIES = ["Berlin", "Bochum", "Dresden", "Hamburg", "Stuttgart"]
CACHE_KIB = 1_048_576
TICKS = os.sysconf("SC_CLK_TCK")
Fork = multiprocessing.get_context("fork")

UPSERT = """INSERT INTO docs VALUES(?, ?, ?, ?) ON CONFLICT(key) DO UPDATE SET city = excluded.city, amount = excluded.amount, rest = excluded.rest"""
ADD = "INSERT INTO groups VALUES(new.city, 1, new.amount) ON CONFLICT(city) DO UPDATE SET n = n + 1, s = s + excluded.s;"
TAKE = "UPDATE groups SET n = n - 1, s = s - old.amount WHERE city = old.city;"
TRIGGERS = f"""
CREATE TABLE groups(city TEXT PRIMARY KEY, n INTEGER, s INTEGER) WITHOUT ROWID;
INSERT INTO groups SELECT city, count(*), sum(amount) FROM docs GROUP BY city;
CREATE TRIGGER added AFTER INSERT ON docs BEGIN {ADD} END;
CREATE TRIGGER taken AFTER DELETE ON docs BEGIN {TAKE} END;
CREATE TRIGGER changed AFTER UPDATE ON docs WHEN old.city IS new.city
BEGIN UPDATE groups SET s = s + new.amount - old.amount WHERE city = new.city; END;
CREATE TRIGGER moved AFTER UPDATE ON docs WHEN old.city IS NOT new.city BEGIN {TAKE} {ADD} END;
"""


def say(text):
    print(f"channels_peers: {text}", flush=True)


def command(*words):
    words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def receive_until(connection, is_whole):
    data = b""
    while not is_whole(data):
        part = connection.recv(1 << 20)
        if not part or data[:1] == b"-":
            raise SystemExit(f"Redis: {data[:200]} and no more")
        data += part
    return data


def processor_of(pid, children=False):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15 if children else 13]) / TICKS


def beside(*pids):
    """Seconds of processor that all other processes have had so far, those that have ended included, and what the host took."""
    with open("/proc/stat", encoding="ascii") as stat:
        seconds = int(stat.readline().split()[8]) / TICKS
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in pids:
            try:
                seconds += processor_of(name, children=True)
            except OSError:
                pass
    return seconds


class Redis:
    """A server of its own, in a folder of its own, gone at the end of the with."""

    def __init__(self, *settings):
        self.settings = settings

    def __enter__(self):
        self.folder = new_folder()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder, "--save", "", "--maxclients", "20000", *self.settings],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                with connect(self.port) as connection:
                    connection.sendall(command("INFO", "server"))
                    info = receive_until(connection, lambda data: data.endswith(b"\r\n\r\n"))
                    self.name = "redis " + re.search(rb"redis_version:(\S+)", info)[1].decode()
                    return self
            except OSError:
                time.sleep(0.1)
        self.__exit__()
        raise SystemExit("redis-server does not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


def new_folder():
    return tempfile.mkdtemp(prefix="ot-peers-", dir=os.environ.get("OT_BENCH_FOLDER"))


# Fan-out.

def subscribe(port, count, expected, rounds, pipe):
    confirmed, poll, connections = b":1\r\n", select.epoll(), {}
    for _ in range(count):
        connection = connect(port)
        connection.sendall(command("SUBSCRIBE", "c"))
        receive_until(connection, lambda data: data.endswith(confirmed))
        poll.register(connection.fileno(), select.EPOLLIN)
        connections[connection.fileno()] = connection
    buffer = memoryview(bytearray(1 << 20))
    pipe.send(None)
    for _ in range(rounds):
        left, before = count * expected, time.process_time()
        while left > 0:
            for number, _ in poll.poll():
                read = connections[number].recv_into(buffer)
                if read == 0:
                    raise SystemExit("Redis has ended a subscriber")
                left -= read
        pipe.send((time.monotonic(), time.process_time() - before, left))


def run_fanout(count, options):
    messages = max(1, options.deliveries // count)
    payloads = [b'{"n":%d}' % (1_000 + i % 9_000) for i in range(messages)]
    payloads = [payload[:-1].ljust(options.bytes - 1) + b"}" for payload in payloads]
    expected = sum(len(b"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$%d\r\n%s\r\n" % (len(payload), payload)) for payload in payloads)
    published = b"".join(command("PUBLISH", "c", payload) for payload in payloads)
    answer = b":%d\r\n" % count
    with Redis("--appendonly", "no", "--io-threads", str(options.io_threads), "--client-output-buffer-limit", "pubsub 0 0 0") as redis:
        workers = []
        for i in range(options.workers):
            ours, theirs = Fork.Pipe()
            share = count // options.workers + (i < count % options.workers)
            workers.append((Fork.Process(target=subscribe, args=(redis.port, share, expected, options.rounds, theirs), daemon=True), ours))
            workers[-1][0].start()
            theirs.close()
        for _, pipe in workers:
            pipe.recv()
        rates, server, receivers, published_in = [], [], [], []
        pids = [redis.process.pid, os.getpid(), *(process.pid for process, _ in workers)]
        others, first = beside(*pids), time.monotonic()
        with connect(redis.port) as publisher:
            for _ in range(options.rounds):
                before, start = processor_of(redis.process.pid), time.monotonic()
                publisher.sendall(published)
                receive_until(publisher, lambda data: len(data) >= len(answer) * messages)
                published_in.append(time.monotonic() - start)
                ends = [pipe.recv() for _, pipe in workers]
                elapsed = max(end for end, _, _ in ends) - start
                if any(left for _, _, left in ends):
                    raise SystemExit("More came than was published")
                rates.append(count * messages / elapsed)
                server.append((processor_of(redis.process.pid) - before) / elapsed)
                receivers.append(sum(processor for _, processor, _ in ends) / elapsed)
        others = (beside(*pids) - others) / (time.monotonic() - first)
        for process, _ in workers:
            process.join()
    say(f"{redis.name}: {count:,} subscribers of one channel, {messages:,} messages of {len(payloads[0])} bytes ({expected // messages} on the wire), not durable: "
        f"published in {statistics.median(published_in):.2f} s, median of {options.rounds} rounds {statistics.median(rates):,.0f} deliveries/s ({min(rates):,.0f} to {max(rates):,.0f}); "
        f"processors busy: server {statistics.median(server):.2f}, receivers {statistics.median(receivers):.2f}, others {others:.2f}")


# Write to event.

def follow(port, total, warm, pipe):
    found, latencies, at, seen = re.compile(rb"\r\n(\d+-\d+)\r\n\*4\r\n.*?\{\"t\":(\d+)\}\r\n", re.DOTALL), [], b"0-0", 0
    counted = re.compile(rb"\*1\r\n\*2\r\n\$3\r\nhot\r\n\*(\d+)\r\n")

    def is_whole(data):
        head = counted.match(data)
        return head and data.endswith(b"}\r\n") and data.count(b"}\r\n") == int(head[1])

    with connect(port) as connection:
        pipe.send(None)
        while seen < total:
            connection.sendall(command("XREAD", "COUNT", "1000", "BLOCK", "0", "STREAMS", "hot", at))
            entries = found.findall(receive_until(connection, is_whole))
            now = time.monotonic_ns()
            latencies += [now - int(sent) for _, sent in entries]
            seen, at = seen + len(entries), entries[-1][0]
    pipe.send(latencies[warm:])


def percentiles(latencies):
    latencies.sort()
    at = lambda share: latencies[min(len(latencies) - 1, int(len(latencies) * share))] / 1e6
    return f"p50 {at(0.5):.2f}, p99 {at(0.99):.2f}, p99.9 {at(0.999):.2f} ms"


def pace(connections, rate, total, warm):
    """Sends what is due at each millisecond, each write over the next connection; answers come when they come."""
    waiting = {connection: collections.deque() for connection in connections}
    halves = dict.fromkeys(connections, 0)
    answers, sent, answered, longest = [], 0, 0, 0.0
    start = time.monotonic()
    while answered < total:
        passed = time.monotonic() - start
        due = min(total, int(passed * 1_000) * rate // 1_000 + 1)
        if due > sent >= warm:
            longest = max(longest, passed - sent / rate)
        while sent < due:
            if sent == warm:
                warmed = time.monotonic()
            connection = connections[sent % len(connections)]
            now = time.monotonic_ns()
            connection.sendall(command("XADD", "hot", "*", "k", f"k{sent % 1_000}", "d", b'{"t":%d}' % now))
            waiting[connection].append((sent, now))
            sent += 1
            if sent == total:
                elapsed = time.monotonic() - warmed
        wait = (int(passed * 1_000) + 1) / 1_000 - (time.monotonic() - start)
        for connection in select.select(connections, [], [], max(0.0, wait) if sent < total else 10)[0]:
            data = connection.recv(1 << 16)
            if not data or b"-ERR" in data:
                raise SystemExit(f"Redis: {data[:200]}")
            halves[connection] += data.count(b"\n")
            now = time.monotonic_ns()
            for _ in range(halves[connection] // 2):
                number, at = waiting[connection].popleft()
                answered += 1
                if number >= warm:
                    answers.append(now - at)
            halves[connection] %= 2
    return answers, (total - warm) / elapsed, longest


def run_stream(options):
    warm, total = options.rate * options.warm_up, options.rate * (options.warm_up + options.seconds)
    with Redis("--appendonly", "yes", "--appendfsync", "always") as redis:
        ours, theirs = Fork.Pipe()
        reader = Fork.Process(target=follow, args=(redis.port, total, warm, theirs), daemon=True)
        reader.start()
        theirs.close()
        ours.recv()
        connections = [connect(redis.port) for _ in range(options.connections)]
        disk_before, pids = disk(), (redis.process.pid, reader.pid, os.getpid())
        others, start = beside(*pids), time.monotonic()
        answers, rate, longest = pace(connections, options.rate, total, warm)
        others = (beside(*pids) - others) / (time.monotonic() - start)
        events = ours.recv()
        reader.join()
        for connection in connections:
            connection.close()
    say(f"{redis.name}, appendfsync always: XADD to XREAD BLOCK, {rate:,.0f} writes/s of {options.rate:,} asked for over {options.connections} connections, {options.seconds} s after {options.warm_up} s of the same, "
        f"from the sending of the write: {percentiles(events)} to the event, {percentiles(answers)} to the answer; a write was sent {longest * 1_000:.1f} ms late at most; "
        f"the disk's own write + fdatasync {disk_before:.2f} ms before and {disk():.2f} after; processors busy with others {others:.2f}")


def disk():
    """Milliseconds of a small append with fdatasync, p50."""
    folder, times = new_folder(), []
    with open(os.path.join(folder, "disk"), "wb", 0) as file:
        for _ in range(500):
            start = time.perf_counter()
            file.write(b"x" * 500)
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - start) * 1_000)
    shutil.rmtree(folder)
    return statistics.median(times)


# Views.

def document(i):
    """Row of QueryDocuments.Make(i): what is in columns is not in the rest again."""
    amount, city = i * 7919 % 1_000_000, CITIES[i % len(CITIES)]
    columns = f'"amount":{amount},"city":"{city}",'
    head = f'{{"active":{"true" if i % 3 == 0 else "false"},"customer":{{"id":{i},"tier":"gold"}},"note":"'
    tail = f'","status":"{"closed" if i % 7 == 0 else "open"}","tags":["a","b{i % 10}"],"zip":"{10_000 + i % 80_000}"}}'
    return city, amount, head + "x" * (DOCUMENT_BYTES - len(head) - len(tail) - len(columns)) + tail


def rows(count, version):
    return [(f"key{i:09d}", *document(i + version)) for i in range(count)]


def open_at(path):
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-{CACHE_KIB};")
    return db


def run_sqlite(place, options, folder):
    path = lambda name: ":memory:" if place == "memory" else os.path.join(folder, name)
    plain, groups, order = (open_at(path(name)) for name in ("plain.db", "groups.db", "order.db"))
    plain.execute("CREATE TABLE docs(key TEXT PRIMARY KEY, city TEXT, amount INTEGER, rest TEXT) WITHOUT ROWID")
    plain.execute("BEGIN")
    for at in range(0, options.documents, 100_000):
        plain.executemany("INSERT INTO docs VALUES(?, ?, ?, ?)", ((f"key{i:09d}", *document(i)) for i in range(at, min(options.documents, at + 100_000))))
    plain.execute("COMMIT")
    for db, view, change in ((groups, "groups by triggers", TRIGGERS), (order, "rows by an index on amount", "CREATE INDEX by_amount ON docs(amount)")):
        plain.backup(db)
        start = time.perf_counter()
        db.executescript(change)
        say(f"sqlite {sqlite3.sqlite_version}, {place}: {view}: {options.documents:,} documents built in {time.perf_counter() - start:.2f} s")
    databases = (plain, groups, order)
    for db in databases:
        db.execute("SELECT sum(length(rest)) FROM docs").fetchone()
    walls, processors = ([[] for _ in databases] for _ in range(2))
    for number in range(1, options.rounds + 1):
        changes = rows(options.changes, number * 1_000)
        for at, db in enumerate(databases):
            start, processor = time.perf_counter(), time.process_time()
            db.execute("BEGIN")
            db.executemany(UPSERT, changes)
            db.execute("COMMIT")
            walls[at].append((time.perf_counter() - start) * 1e6 / options.changes)
            processors[at].append((time.process_time() - processor) * 1e6 / options.changes)
    if groups.execute("SELECT * FROM groups ORDER BY 1").fetchall() != plain.execute("SELECT city, count(*), sum(amount) FROM docs GROUP BY 1 ORDER BY 1").fetchall():
        raise SystemExit("The triggers have lost count")
    if order.execute("SELECT sum(amount) FROM docs INDEXED BY by_amount WHERE amount >= 0").fetchone() != plain.execute("SELECT sum(amount) FROM docs").fetchone():
        raise SystemExit("The index has lost rows")
    say(f"sqlite {sqlite3.sqlite_version}, {place}: no view: median of {options.rounds} rounds {statistics.median(walls[0]):.2f} us for each of {options.changes:,} changes ({min(walls[0]):.2f} to {max(walls[0]):.2f})")
    for at, view in ((1, "groups by triggers"), (2, "rows by an index on amount")):
        more = [one - without for one, without in zip(walls[at], walls[0])]
        processor = [one - without for one, without in zip(processors[at], processors[0])]
        say(f"sqlite {sqlite3.sqlite_version}, {place}: {view}: median of {options.rounds} rounds {statistics.median(more):.2f} us more for each of {options.changes:,} changes ({min(more):.2f} to {max(more):.2f}), "
            f"of processor {statistics.median(processor):.2f}; with the change itself {statistics.median(walls[at]):.2f}")
    for db in databases:
        db.close()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="fanout,stream,sqlite")
    parser.add_argument("--subscribers", default=SUBSCRIBERS)
    for name, default in (("deliveries", DELIVERIES), ("bytes", BYTES), ("workers", WORKERS), ("io-threads", IO_THREADS), ("rate", RATE), ("seconds", SECONDS), ("warm-up", WARM_UP),
                          ("connections", CONNECTIONS), ("documents", DOCUMENTS), ("changes", CHANGES), ("rounds", ROUNDS)):
        parser.add_argument(f"--{name}", type=int, default=default)
    if parser.parse_known_args()[0].quick:
        parser.set_defaults(**QUICK)
    return parser.parse_args()


def main():
    options = arguments()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    only = options.only.split(",")
    if shutil.which("redis-server"):
        if "fanout" in only:
            for count in options.subscribers.split(","):
                run_fanout(int(count), options)
        if "stream" in only:
            run_stream(options)
    elif only != ["sqlite"]:
        say("Redis is not installed and left out: apt-get install -y redis-server")
    if "sqlite" in only:
        for place in ("memory", "file"):
            folder = new_folder()
            try:
                run_sqlite(place, options, folder)
            finally:
                shutil.rmtree(folder)


main()
