#!/usr/bin/env python3
"""Scores pledgewatch on a corpus of captures with labelled edits.

usage: corpus.py CORPUS [--program FILE] [--work DIR] [--docs WORDS] [--selections FILE]
                 [--by-site] [scorer's options]

CORPUS holds one web archive a page, `COLLECTION/NAME.warc[.gz|.zst]`, `events.jsonl`,
`captures.jsonl` and `score.py`. Each file is imported as one page into an archive of its own, two
at a time; all that is on record is then turned into the scorer's form. Without --selections no page
has a selector; with it FILE holds one JSON object a line, `{"doc": "COLLECTION/NAME", "select":
["main"]}`, as a user would write it for a page that needs it. With --by-site the scores are also
given site by site, and of all sites but one: how far they rest on it. Needs Python alone.
"""
import argparse, concurrent.futures, datetime, json, os, pathlib, re, resource, subprocess, sys
import tempfile, time


def instant(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def run(program, folder, *arguments):
    command = [program, "--watchlist", str(folder / "watchlist.toml"), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def touched(marks, gone):
    """The altered sentences of one side: those in which words are marked, or stand beside words that
    only the other side has, whose marks are of the kind `gone`."""
    text, spans = "", []
    for mark in marks:
        start = len(text)
        text += "" if mark["kind"] == gone else mark["words"]
        if mark["kind"] != "same":
            spans.append((start, len(text)))
    start = 0
    for end in [found.end() for found in re.finditer(r"[.!?;][\s]+|$", text)]:
        if any(a < end and start < max(b, a + 1) for a, b in spans):
            yield text[start:end]
        start = end


def clauses(event, side, gone):
    """The altered clauses of one side of a change, as the diff shows them around the marked words."""
    for edit in event["edits"]:
        if edit["kind"] in ("reworded", "added", "removed", "date_stamp"):
            yield from touched(edit["marks"], gone) if edit["marks"] else [edit[side] or ""]


def alerts_of(program, folder, doc):
    """Alerts of changes, and trouble whether it was alerted or not: at the captures that brought them.

    Each change twice: with its altered clauses, and with its marked words alone.
    """
    by_clause, by_words = [], []
    for line in run(program, folder, "log", "--json").stdout.splitlines():
        event = json.loads(line)
        told = {"doc": doc, "time": instant(event["captured_at"])}
        if event["kind"] == "change" and event["alerted"]:
            by_clause.append(dict(told, inserted=list(clauses(event, "after", "deleted")),
                                  deleted=list(clauses(event, "before", "inserted"))))
            by_words.append(dict(told, inserted=event["inserted"], deleted=event["deleted"]))
        elif event["kind"] in ("trouble", "moved", "gone"):
            by_clause.append(dict(told, kind=event["kind"]))
            by_words.append(dict(told, kind=event["kind"]))
    return by_clause, by_words


def measure(program, work, path, selections):
    name = path.name.split(".warc")[0]
    doc = f"{path.parent.name}/{name}"
    folder = work / path.parent.name / name
    folder.mkdir(parents=True, exist_ok=True)
    page = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")
    if doc in selections:
        (folder / "watchlist.toml").write_text(
            f'[[page]]\nid = "{page}"\nurl = "https://example.org/"\n'
            f'select = {json.dumps(selections[doc])}\n', encoding="utf-8")
    imported = run(program, folder, "import", "--as", page, str(path))
    if imported.returncode not in (0, 3):
        sys.exit(f"{doc}: {imported.stderr}")
    captures, megabytes = re.search(r"imported (\d+) captures? \(([\d.]+) MB\)", imported.stderr).groups()
    if imported.stderr.count("\n") > 1:
        print(imported.stderr, file=sys.stderr)
    return alerts_of(program, folder, doc), int(captures), float(megabytes)


def write(path, alerts):
    with open(path, "w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(alert, ensure_ascii=False) + "\n" for alert in alerts)


def by_site(corpus, table):
    """Adds up the scorer's table of documents site by site, a site being a host's last two labels."""
    sites = {}
    with open(corpus / "documents.jsonl", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            address = row.get("url") or row["urls"][0]
            host = re.match("https?://([^/:]+)", address).group(1)
            sites[row["doc"]] = ".".join(host.split(".")[-2:])
    counted = {}
    for line in table.splitlines():
        cells = line.split()
        if len(cells) == 9 and cells[0] in sites:
            sums = counted.setdefault(sites[cells[0]], [0, 0, 0, 0, 0])
            for at, cell in enumerate(cells[1:6]):
                sums[at] += int(cell)
    whole = [sum(column) for column in zip(*counted.values())]
    score = lambda part, of: f"{part / of:6.3f}" if of else "     -"
    print(f"\n{'site':24} checks edits    TP    FP    FN   prec    rec   without it: prec    rec")
    for site, own in sorted(counted.items()):
        rest = [a - b for a, b in zip(whole, own)]
        scores = [score(it[2], it[2] + it[3]) + " " + score(it[2], it[1]) for it in (own, rest)]
        print(f"{site:24} {own[0]:6} {own[1]:5} {own[2]:5} {own[3]:5} {own[4]:5} {scores[0]}            {scores[1]}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--program", default="target/release/pledgewatch")
    parser.add_argument("--work", type=pathlib.Path, help="keep the archives here")
    parser.add_argument("--docs", default="", help="only documents whose name holds this")
    parser.add_argument("--selections", help="selectors, one JSON object a line")
    parser.add_argument("--by-site", action="store_true", help="scores of each site, and without it")
    options, scoring = parser.parse_known_args()
    work = options.work or pathlib.Path(tempfile.mkdtemp(prefix="corpus-"))
    files = sorted(path for path in options.corpus.glob("*/*.warc*")
                   if options.docs in f"{path.parent.name}/{path.name}")
    selections = {}
    if options.selections:
        with open(options.selections, encoding="utf-8") as lines:
            selections = {row["doc"]: row["select"] for row in map(json.loads, lines)}
    began = time.time()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda path: measure(options.program, work, path, selections), files))
    took = time.time() - began
    out, out_words = work / "ALERTS.jsonl", work / "ALERTS.words.jsonl"
    write(out, [alert for (alerts, _), _, _ in results for alert in alerts])
    write(out_words, [alert for (_, alerts), _, _ in results for alert in alerts])
    captures = sum(it[1] for it in results)
    megabytes = sum(it[2] for it in results)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{captures} captures, {megabytes:.0f} MB in {took:.1f} s: {captures / took:.0f} captures/s, "
          f"{megabytes / took:.1f} MB/s; {used.ru_utime + used.ru_stime:.1f} s of CPU; "
          f"peak memory of a process {used.ru_maxrss / 1024:.0f} MiB")
    scorer = [sys.executable, str(options.corpus / "score.py"), str(options.corpus / "events.jsonl")]
    scoring += ["--docs", options.docs] if options.docs else []
    words = json.loads(subprocess.run([*scorer, str(out_words), *scoring, "--json"],
                                      capture_output=True, text=True, check=True).stdout)
    print("content by marked words alone: all must_contain in {content_hit} of {content_checked}; "
          "all must_drop in {drop_hit} of {drop_checked}\nbelow, content by altered clauses:".format(**words),
          flush=True)
    scored = subprocess.run([*scorer, str(out), *scoring], stdout=subprocess.PIPE, text=True)
    print(scored.stdout, end="")
    if options.by_site:
        by_site(options.corpus, scored.stdout)
    return scored.returncode


if __name__ == "__main__":
    sys.exit(main())
