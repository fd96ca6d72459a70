#!/usr/bin/env python3
"""Scores pledgewatch on a corpus of captures with labelled edits.

usage: corpus.py CORPUS [--program FILE] [--work DIR] [--docs WORDS] [scorer's options]

CORPUS holds one web archive a page, `COLLECTION/NAME.warc[.gz|.zst]`, `events.jsonl`,
`captures.jsonl` and `score.py`. Each file is imported as one page into an archive of its own, two
at a time; all that is on record is then turned into the scorer's form. Needs Python alone.
"""
import argparse, concurrent.futures, datetime, json, os, pathlib, re, resource, subprocess, sys
import tempfile, time


def instant(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def run(program, folder, *arguments):
    command = [program, "--watchlist", str(folder / "watchlist.toml"), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def clauses(event):
    """The sentences of the text after in which something was inserted, or beside which it was deleted."""
    touched = []
    for edit in event["edits"]:
        if edit["kind"] not in ("reworded", "added", "date_stamp"):
            continue
        if not edit["marks"]:
            touched.append(edit["after"] or "")
            continue
        text, spans = "", []
        for mark in edit["marks"]:
            start = len(text)
            text += "" if mark["kind"] == "deleted" else mark["words"]
            if mark["kind"] != "same":
                spans.append((start, len(text)))
        start = 0
        for end in [found.end() for found in re.finditer(r"[.!?;][\s]+|$", text)]:
            if any(a < end and start < max(b, a + 1) for a, b in spans):
                touched.append(text[start:end])
            start = end
    return touched


def alerts_of(program, folder, doc, by_clause):
    """Alerts of changes, and trouble whether it was alerted or not: at the captures that brought them."""
    found = []
    for line in run(program, folder, "log", "--json").stdout.splitlines():
        event = json.loads(line)
        told = {"doc": doc, "time": instant(event["captured_at"])}
        if event["kind"] == "change" and event["alerted"]:
            inserted = clauses(event) if by_clause else event["inserted"]
            found.append(dict(told, inserted=inserted, deleted=event["deleted"]))
        elif event["kind"] in ("trouble", "moved", "gone"):
            found.append(dict(told, kind=event["kind"]))
    return found


def measure(program, work, path, by_clause):
    name = path.name.split(".warc")[0]
    doc = f"{path.parent.name}/{name}"
    folder = work / path.parent.name / name
    folder.mkdir(parents=True, exist_ok=True)
    page = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")
    imported = run(program, folder, "import", "--as", page, str(path))
    if imported.returncode not in (0, 3):
        sys.exit(f"{doc}: {imported.stderr}")
    captures, megabytes = re.search(r"imported (\d+) captures? \(([\d.]+) MB\)", imported.stderr).groups()
    if imported.stderr.count("\n") > 1:
        print(imported.stderr, file=sys.stderr)
    return alerts_of(program, folder, doc, by_clause), int(captures), float(megabytes)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--program", default="target/release/pledgewatch")
    parser.add_argument("--work", type=pathlib.Path, help="keep the archives here")
    parser.add_argument("--docs", default="", help="only documents whose name holds this")
    parser.add_argument("--clauses", action="store_true",
                        help="take the sentences that were touched as inserted, not the marked words alone")
    options, scoring = parser.parse_known_args()
    work = options.work or pathlib.Path(tempfile.mkdtemp(prefix="corpus-"))
    files = sorted(path for path in options.corpus.glob("*/*.warc*")
                   if options.docs in f"{path.parent.name}/{path.name}")
    began = time.time()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda path: measure(options.program, work, path, options.clauses), files))
    took = time.time() - began
    out = work / "ALERTS.jsonl"
    with open(out, "w", encoding="utf-8") as lines:
        for alerts, _, _ in results:
            lines.writelines(json.dumps(alert, ensure_ascii=False) + "\n" for alert in alerts)
    captures = sum(it[1] for it in results)
    megabytes = sum(it[2] for it in results)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{captures} captures, {megabytes:.0f} MB in {took:.1f} s: {captures / took:.0f} captures/s, "
          f"{megabytes / took:.1f} MB/s; {used.ru_utime + used.ru_stime:.1f} s of CPU; "
          f"peak memory of a process {used.ru_maxrss / 1024:.0f} MiB")
    docs = ["--docs", options.docs] if options.docs else []
    command = [sys.executable, str(options.corpus / "score.py"), str(options.corpus / "events.jsonl"), str(out)]
    return subprocess.run(command + docs + scoring).returncode


if __name__ == "__main__":
    sys.exit(main())
