#!/usr/bin/env python3
"""Measures whether commands stay as fast when the archive grows a hundredfold.

usage: growth.py [--program FILE] [--work DIR] [--pages N] [--runs N]

Makes archives of 100 visits and of one visit to one page by importing web archives that it writes
itself, and copies their rows to more pages. By default there are then three: 1,000,000 visits of
10,000 pages; 10,000 visits of as many pages; 10,000 visits of a hundredth of the pages. It runs the
same commands on each: CPU (user and system, the least of the runs) and peak memory of the first, and
how often the CPU of the others goes into that. Needs Python alone. What is in DIR from an earlier
run is used again.
"""
import argparse, os, pathlib, shutil, sqlite3, subprocess, sys, tempfile, time

VISITS = 100


def warc(path, visits):
    """A page of so many visits with three edits, if they are many, and a body that differs each time."""
    clause = "<p>We review every sensitive use of our technology, and publish the outcome.</p>"
    with open(path, "wb") as out:
        for visit in range(visits):
            words = ["will not sell", "do not sell", "do not currently sell", "may sell"][visit * 4 // visits]
            html = (f"<html><body><main><h1>Faces</h1><p>We {words} facial recognition technology to "
                    f"police departments, until a national law governs it.</p>{clause * 20}</main>"
                    f"<!-- {visit} --></body></html>")
            block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Visit: {visit}\r\n\r\n{html}"
            day = time.strftime("%Y-%m-%dT08:00:00Z", time.gmtime(1_600_000_000 + visit * 86_400))
            out.write((f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://127.0.0.1:9999/p\r\n"
                       f"WARC-Date: {day}\r\nWARC-Record-ID: <urn:uuid:{visit}>\r\n"
                       f"Content-Type: application/http; msgtype=response\r\n"
                       f"Content-Length: {len(block)}\r\n\r\n{block}\r\n\r\n").encode())


# Tables whose rows are copied to each page, with the columns that are moved on by the highest
# number there was of the table named.
COPIED = {
    "page": {"id": "page"},
    "visit": {"id": "visit", "page": "page"},
    "part": {"visit": "visit"},
    "latest": {"page": "page"},
    "judgement": {"id": "judgement", "visit": "visit", "page": "page", "superseded_by": "judgement"},
    "reason": {"judgement": "judgement"},
    "version": {"id": "version", "page": "page", "first_visit": "visit", "judgement": "judgement"},
    "page_status": {"page": "page", "judged_visit": "visit", "version": "version",
                    "waiting_first_visit": "visit"},
    "event": {"id": "event", "page": "page", "judgement": "judgement", "superseded_by": "event"},
    "stay": {"page": "page", "from_version": "version", "until_version": "version"},
    "searched": {"page": "page"},
}


def copy_rows(path, pages):
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("PRAGMA synchronous = OFF")
    have = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    highest = {}
    for table, moved in COPIED.items():
        if "id" in moved and table in have:
            highest[table] = db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
    db.execute("BEGIN")
    for table, moved in COPIED.items():
        if table not in have:
            continue
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        def moved_on(column):
            if table in ("page", "event") and column == "name":
                return "name || '-' || n.value" if table == "page" else \
                    "printf('%s%08x', substr(name, 1, 8), n.value)"
            if column in moved:
                return f"{column} + n.value * {highest[moved[column]]}"
            return column
        selected = ", ".join(f"{moved_on(column)}" for column in columns)
        first = "page = 1" if "page" in columns else \
            {"page": "id = 1", "part": "visit IN (SELECT id FROM visit WHERE page = 1)",
             "reason": "judgement IN (SELECT id FROM judgement WHERE page = 1)"}[table]
        db.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {selected} FROM "
            f"(WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n "
            f"WHERE value < {pages - 1}) SELECT value FROM n) n, "
            f"(SELECT * FROM {table} WHERE {first}) t")
    db.execute("COMMIT")
    db.execute("ANALYZE")
    db.close()


def make(program, folder, pages, visits):
    if (folder / "made").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    warc(folder / "a.warc", visits)
    run([program, "import", "--as", "p", "a.warc"], folder)
    copy_rows(folder / "snapshots" / "archive.db", pages)
    (folder / "watchlist.toml").write_text(
        "[settings]\nallow_private_addresses = true\nretries_max = 0\n" + "".join(
            f'[[page]]\nid = "p-{at}"\nurl = "http://127.0.0.1:9999/p?{at}"\n' for at in range(1, 11)))
    (folder / "made").write_text("")


def run(command, folder):
    """Returns CPU seconds, peak MB and output of a command in a fresh process."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        code = child.returncode = os.waitstatus_to_exitcode(status)
        if code not in (0, 2, 3):
            err.seek(0)
            sys.exit(f"{command}: {code}: {err.read().decode()}")
        out.seek(0)
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read()


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--program", default="target/release/pledgewatch")
    parse.add_argument("--work", type=pathlib.Path, default=None)
    parse.add_argument("--pages", type=int, default=10_000)
    parse.add_argument("--runs", type=int, default=5)
    options = parse.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    work = options.work or pathlib.Path(tempfile.mkdtemp())
    large, wide, small = work / "large", work / "wide", work / "small"
    make(program, large, options.pages, VISITS)
    make(program, wide, options.pages, 1)
    make(program, small, max(options.pages // 100, 11), VISITS)
    for folder in (large, wide, small):
        size = (folder / "snapshots" / "archive.db").stat().st_size
        visits = sqlite3.connect(folder / "snapshots" / "archive.db").execute(
            "SELECT count(*) FROM visit").fetchone()[0]
        print(f"{folder.name}: {visits} visits: {size / 1e6:.1f} MB, {size / visits:.0f} bytes a visit")
    commands = {
        "status": ["status"],
        "log, one page": ["log", "p-5"],
        "log, latest 20": ["log", "-n", "20"],
        "show": ["show", "p-5"],
        "show --at": ["show", "p-5", "--at", "2020-10-20"],
        "diff": ["diff", "p-5"],
        "explain": ["explain", "p-5"],
        "search, one page": ["search", "--page", "p-5", "recognition technology"],
        "search, all pages": ["search", "recognition technology", "-n", "20"],
        "check": ["check", "p-5"],
    }
    for name, command in commands.items():
        cost = {}
        for folder in (large, wide, small):
            ran = [run([program, *command], folder) for _ in range(options.runs)]
            cost[folder] = (min(it[0] for it in ran), max(it[1] for it in ran))
        ours, peak = cost[large]
        times = ", ".join(f"{ours / max(cost[it][0], 1e-3):5.2f} times {it.name} "
                          f"({1000 * cost[it][0]:.1f})" for it in (wide, small))
        print(f"{name:18} {1000 * ours:7.1f} ms: {times}; peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
