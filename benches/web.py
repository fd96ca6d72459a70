#!/usr/bin/env python3
"""Measures how fast `serve` answers, beside a bare page of the library that it is built on.

usage: web.py [--program FILE] [--bare FILE] [--pages N] [--visits N] [--requests N] [--work DIR]

Makes an archive of so many visits to each of N pages (100 and 100 by default: 10,000 visits) as
growth.py does, with one page more whose text of 300 kB changed. Then it asks for the overview, that
change, a page's timeline and the bare page by turns, over one kept connection each: the median and the
95th percentile of the time to the last byte, and the server's own CPU for each request (user and
system). The first request is told apart: it reads from the disk what the others find in memory.
At last 100 readers ask at once while five sweeps visit a page that changes each time: how many
requests failed, and whether each visit is on record. What is in DIR from an earlier run is used again.

    cargo build --release --bin pledgewatch --bench bare
"""
import argparse, glob, http.client, http.server, json, os, pathlib, shutil, statistics, subprocess, sys, tempfile
import threading, time

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
            out.write((f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://127.0.0.1:9999/long\r\n"
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


def live_site(port):
    """A page that says something else each time somebody says so."""
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = (f"<html><body><main><h1>Live</h1><p>We tell everybody for the time "
                    f"{self.server.said} what we do with the records that we keep.</p></main></body></html>").encode()
            self.send_response(200 if self.path == "/live" else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body if self.path == "/live" else b"")

        def log_message(self, *_):
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", port), Page)
    site.said = 0
    threading.Thread(target=site.serve_forever, daemon=True).start()
    return site


def readers(program, folder, host, paths, site):
    """Lets 100 readers ask on and on while five sweeps write."""
    visits = lambda: len(subprocess.run([program, "explain", "live", "-n", "1000", "--json"], cwd=folder,
                                        capture_output=True, check=True).stdout.splitlines())
    times, wrong, done, lock = [], [], threading.Event(), threading.Lock()

    def read(number):
        while not done.is_set():
            path = paths[number % len(paths)]
            began = time.perf_counter()
            try:
                connection = http.client.HTTPConnection(host, timeout=60)
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                failed = None if answer.status == 200 else f"{path}: {answer.status}"
                connection.close()
            except OSError as error:
                failed = f"{path}: {error!r}"
            with lock:
                times.append(1000 * (time.perf_counter() - began))
                wrong.extend([failed] if failed else [])
            number += 1

    subprocess.run([program, "check", "live"], cwd=folder, check=True, capture_output=True)
    before = visits()
    asking = [threading.Thread(target=read, args=(number,)) for number in range(100)]
    for thread in asking:
        thread.start()
    sweeps = []
    for said in range(1, 6):
        site.said = said
        began = time.perf_counter()
        ran = subprocess.run([program, "check", "live"], cwd=folder, capture_output=True, text=True)
        sweeps.append(time.perf_counter() - began)
        wrong.extend([f"check: {ran.returncode} {ran.stderr}"] if ran.returncode else [])
    done.set()
    for thread in asking:
        thread.join()
    times.sort()
    print(f"100 readers beside 5 sweeps: {len(times)} requests, {len(wrong)} failed {wrong[:3]}, median "
          f"{statistics.median(times):.0f} ms, 95% {times[int(0.95 * len(times))]:.0f} ms; the slowest sweep took "
          f"{max(sweeps):.1f} s; {visits() - before} visits more on record, 5 at least are right")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "target/release/pledgewatch")
    parser.add_argument("--bare")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--visits", type=int, default=100)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    program = pathlib.Path(options.program).resolve()
    bare = options.bare or max(glob.glob(str(ROOT / "target/release/deps/bare-*[!.d]")), key=os.path.getmtime)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.work or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        port = 9_998
        make(program, folder, options, port)
        site = live_site(port)
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
                     ("the changes", ours, host, "/changes/", options.requests // 5),
                     ("a page's timeline", ours, host, "/pages/p/", options.requests // 5),
                     ("a phrase", ours, host, "/search/?q=currently+sell", options.requests // 5),
                     ("health", ours, host, "/health/", options.requests // 5),
                     ("the feed of everything", ours, host, "/feeds/all.atom", options.requests // 5)]
            for row in asked:
                measure(*row)
            readers(program, folder, host, ["/", f"/changes/{change}/", "/pages/p/", "/changes/", "/feeds/all.atom"], site)
        finally:
            for child in (ours, other):
                child.terminate()
                child.wait()
            site.shutdown()


def make(program, folder, options, port):
    if (folder / "made").exists():
        return
    shutil.rmtree(folder / "snapshots", ignore_errors=True)
    growth.VISITS = options.visits
    names = ["p"] + [f"p-{at}" for at in range(1, options.pages)]
    (folder / "watchlist.toml").write_text(
        "[settings]\nallow_private_addresses = true\n" + "".join(
            f'[[page]]\nid = "{name}"\ncompany = "Company {at // 10}"\nurl = "http://127.0.0.1:9999/p{f"?{at}" if at else ""}"\n'
            for at, name in enumerate(names)) +
        '[[page]]\nid = "long"\ncompany = "Acme"\nurl = "http://127.0.0.1:9999/long"\n'
        f'[[page]]\nid = "live"\ncompany = "Acme"\nurl = "http://127.0.0.1:{port}/live"\nconfirm_within = 0\n')
    growth.warc(folder / "captures.warc")
    long_warc(folder / "long.warc")
    for file, name in [("captures.warc", "p"), ("long.warc", "long")]:
        subprocess.run([program, "import", "--as", name, file], cwd=folder, check=True, capture_output=True)
    growth.copy_rows(folder / "snapshots/archive.db", options.pages)
    (folder / "made").write_text("")


main()
