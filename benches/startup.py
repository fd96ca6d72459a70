#!/usr/bin/env python3
"""Start-up to the first request, with an archive of many visits.

usage: startup.py [--visits 100000] [--pages 100] [--runs 20] [--binary target/release/pledgewatch]
                  [--keep DIR]

Makes captures, imports them, and has every page fall due; then starts `check` and takes the time
until the first bytes of its first request are there, on the clock and as processor time (the clock
also counts the waiting on a machine that is busy with other work). Beside it in the same run: curl,
from its start to its request, and Python opening the same file with sqlite3 and counting its pages.
"""
import argparse, datetime, os, random, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

WORDS = """we will not sell share collect personal data information services users account provide
may use rights privacy policy terms content third parties law consent security access products
police recognition technology retention request delete days notice change update""".split()
FIRST = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
EDITED_EVERY = 100  # visits; the furniture around the policy differs at each


def policy(page, edition):
    rng = random.Random(page)
    blocks = [" ".join(rng.choice(WORDS) for _ in range(25)).capitalize() + "." for _ in range(12)]
    rng = random.Random(page * 1_000_003 + edition)
    blocks[rng.randrange(12)] = " ".join(rng.choice(WORDS) for _ in range(25)).capitalize() + "."
    return "".join("<p>%s</p>" % block for block in blocks)


def record(url, at, body):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
    block = head % len(body) + body
    fields = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: %s\r\nWARC-Date: %s\r\n" % (url, at)
    fields += "WARC-Record-ID: <urn:made:%s:%s>\r\n" % (url.rsplit("/", 1)[1], at)
    fields += "Content-Type: application/http;msgtype=response\r\nContent-Length: %d\r\n\r\n" % len(block)
    return fields.encode() + block + b"\r\n\r\n"


def write_captures(path, address, pages, visits):
    """Writes captures of all pages, six hours apart, in order of time."""
    with open(path, "wb") as out:
        for turn in range(visits // pages):
            at = (FIRST + datetime.timedelta(hours=6 * turn)).strftime("%Y-%m-%dT%H:%M:%SZ")
            for page in range(pages):
                body = "<!doctype html><html lang=en><title>Policy</title><body><nav><a href=/?%d>Home</a>" \
                    "</nav><main><h1>Policy %d</h1>%s</main></body></html>"
                body = body % (turn, page, policy(page, turn // EDITED_EVERY))
                out.write(record("%s/%d" % (address, page), at, body.encode()))


def write_watchlist(path, address, pages):
    with open(path, "w") as out:
        out.write('[settings]\nallow_private_addresses = true\nhost_gap = "0"\n')
        for page in range(pages):
            out.write('\n[[page]]\nid = "page-%d"\nurl = "%s/%d"\n' % (page, address, page))


def spent(pid):
    """Returns the milliseconds that all threads of a process have had a processor."""
    tasks = "/proc/%d/task" % pid
    return sum(int(open("%s/%s/schedstat" % (tasks, task)).read().split()[0]) for task in os.listdir(tasks)) / 1e6


def until_request(command, folder, listener):
    """Starts a command, returns the milliseconds until it asked and those it worked, and ends it."""
    began = time.monotonic()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    connection, _ = listener.accept()
    connection.recv(1)
    took, worked = time.monotonic() - began, spent(child.pid)
    child.send_signal(signal.SIGTERM)
    child.wait()
    connection.close()
    listener.setblocking(False)
    try:  # what else was on its way
        while True:
            listener.accept()[0].close()
    except BlockingIOError:
        listener.setblocking(True)
        listener.settimeout(30)
    return took * 1000, worked


def until_end(command, folder):
    began = time.monotonic()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit("%s ended with %d" % (command[0], child.returncode))
    return (time.monotonic() - began) * 1000, (usage.ru_utime + usage.ru_stime) * 1000


def prepare(folder, address, arguments, binary):
    if os.path.exists(os.path.join(folder, "snapshots", "archive.db")):
        return
    captures = os.path.join(folder, "captures.warc")
    write_captures(captures, address, arguments.pages, arguments.visits)
    write_watchlist(os.path.join(folder, "watchlist.toml"), address, arguments.pages)
    began = time.monotonic()
    subprocess.run([binary, "import", "captures.warc"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    print("imported %d captures in %.0f s" % (arguments.visits, time.monotonic() - began), file=sys.stderr)
    os.remove(captures)


def listen(folder):
    """Listens where the kept archive's pages are, or anywhere."""
    kept = os.path.join(folder, "port")
    port = int(open(kept).read()) if os.path.exists(kept) else 0
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    listener.settimeout(30)
    with open(kept, "w") as out:
        out.write(str(listener.getsockname()[1]))
    return listener, "http://127.0.0.1:%d" % listener.getsockname()[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--visits", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--binary", default="target/release/pledgewatch")
    parser.add_argument("--keep", help="make the archive here, or use the one made before")
    arguments = parser.parse_args()
    binary = os.path.abspath(arguments.binary)
    folder = arguments.keep or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    try:
        listener, address = listen(folder)
        prepare(folder, address, arguments, binary)
        archive = os.path.join(folder, "snapshots", "archive.db")
        query = "import sqlite3; sqlite3.connect('%s').execute('SELECT count(*) FROM page').fetchone()"
        rows = {
            "pledgewatch check, to its first request":
                lambda: until_request([binary, "check"], folder, listener),
            "curl, to its request":
                lambda: until_request(["curl", "-s", address + "/0"], folder, listener),
            "python3 with sqlite3, to its end":
                lambda: until_end([sys.executable, "-c", query % archive], folder),
            "pledgewatch --version, to its end":
                lambda: until_end([binary, "--version"], folder),
        }
        size = os.path.getsize(archive) / 1e6
        print("%d visits of %d pages, %.0f MB; %d runs each, in turn" % (
            arguments.visits, arguments.pages, size, arguments.runs))
        print("| ms | median | least | most | processor, median | least |\n|---|---|---|---|---|---|")
        taken = {name: [] for name in rows}
        for run in range(arguments.runs + 1):
            for name, measure in rows.items():
                took = measure()
                if run:  # the first warms the caches
                    taken[name].append(took)
        for name, times in taken.items():
            clock, worked = zip(*times)
            print("| %s | %.1f | %.1f | %.1f | %.1f | %.1f |" % (
                name, statistics.median(clock), min(clock), max(clock), statistics.median(worked), min(worked)))
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
