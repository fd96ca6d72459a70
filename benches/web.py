#!/usr/bin/env python3
"""Measures how fast `serve` answers, beside a bare page of the library that it is built on.

usage: web.py [--program FILE] [--bare FILE] [--pages N] [--requests N]

Makes an archive of 100 visits to each of N pages (100 by default: 10,000 visits) as growth.py does,
with one page more whose text of 300 kB changed. Then it asks for the overview, that change, a page's
timeline and the bare page by turns, over one kept connection each: the median and the 95th percentile
of the time to the last byte, and the server's own CPU for each request (user and system). The first
request for the change is told apart: it compares the two texts.

    cargo build --release --bin pledgewatch --bench bare
"""
import argparse, glob, http.client, json, os, pathlib, statistics, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import growth

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLAUSE = "We keep the records of kind {n} for as long as the law asks us to, and delete them after {d} days."


def long_policy(revision):
    clauses = [CLAUSE.format(n=n, d=30 + n % 7) for n in range(3000)]
    if revision:
        for n in range(0, 3000, 150):
            clauses[n] = clauses[n].replace("as long as the law asks us to", "as long as we see fit")
        clauses.insert(2500, clauses.pop(40))
        del clauses[1000:1003]
    body = "".join(f"<p>{clause}</p>" for clause in clauses)
    return f"<html><body><main><h1>Records</h1>{body}</main></body></html>"


def long_warc(path):
    with open(path, "wb") as out:
        for visit in range(6):
            block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{long_policy(visit // 3)}"
            day = time.strftime("%Y-%m-%dT08:00:00Z", time.gmtime(1_600_000_000 + visit * 86_400))
            out.write((f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://127.0.0.1:9/long\r\n"
                       f"WARC-Date: {day}\r\nWARC-Record-ID: <urn:uuid:long{visit}>\r\n"
                       f"Content-Type: application/http; msgtype=response\r\n"
                       f"Content-Length: {len(block)}\r\n\r\n{block}\r\n\r\n").encode())


def serve(command, folder):
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    return child, child.stdout.readline().split("//")[1].strip().rstrip("/")


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(name, child, host, path, requests):
    connection = http.client.HTTPConnection(host)
    times, size = [], 0

    def ask():
        nonlocal size
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        size = len(answer.read())
        assert answer.status == 200, (path, answer.status)
        return 1000 * (time.perf_counter() - began)

    first = ask()
    before = cpu(child.pid)
    times = sorted(ask() for _ in range(requests))
    spent = 1000 * (cpu(child.pid) - before) / requests
    print(f"{name:<28} {size / 1000:>8.1f} kB  first {first:>7.1f} ms  median {statistics.median(times):>7.2f} ms"
          f"  95% {times[int(0.95 * len(times))]:>7.2f} ms  CPU {spent:>7.2f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "target/release/pledgewatch")
    parser.add_argument("--bare")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    program = pathlib.Path(options.program).resolve()
    bare = options.bare or max(glob.glob(str(ROOT / "target/release/deps/bare-*[!.d]")), key=os.path.getmtime)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "watchlist.toml").write_text(
            '[[page]]\nid = "p"\ncompany = "Acme"\nurl = "http://127.0.0.1:9/p"\n'
            '[[page]]\nid = "long"\ncompany = "Acme"\nurl = "http://127.0.0.1:9/long"\n')
        growth.warc(folder / "captures.warc")
        long_warc(folder / "long.warc")
        for file in ["captures.warc", "long.warc"]:
            subprocess.run([program, "import", file], cwd=folder, check=True, capture_output=True)
        growth.copy_rows(folder / "snapshots/archive.db", options.pages - 1)
        ours, host = serve([program, "serve", "--listen", "127.0.0.1:0"], folder)
        other, beside = serve([bare], folder)
        try:
            connection = http.client.HTTPConnection(host)
            connection.request("GET", "/api/changes?page=long")
            change = json.loads(connection.getresponse().read())["changes"][-1]["id"]
            asked = [("bare page", other, beside, "/", options.requests),
                     ("overview", ours, host, "/", options.requests),
                     ("a change of 300 kB, woven", ours, host, f"/changes/{change}/", options.requests // 5),
                     ("the same, side by side", ours, host, f"/changes/{change}/sides/", options.requests // 5),
                     ("a page's timeline", ours, host, "/pages/p/", options.requests),
                     ("health", ours, host, "/health/", options.requests // 5)]
            for row in asked:
                measure(*row)
        finally:
            for child in (ours, other):
                child.terminate()
                child.wait()


main()
