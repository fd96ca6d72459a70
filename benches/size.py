#!/usr/bin/env python3
"""Measures how small the archive is and what reading and proving it costs, beside git and gzip.

usage: size.py CORPUS --work DIR [--program FILE] [--docs WORDS] [--skip-git]

CORPUS holds one web archive a page, `COLLECTION/NAME.warc.zst`. Each is imported as one page into
one archive. The same bodies are laid out as files, one git commit each with `git gc --aggressive`
(a repository a page, pack only), and gzip a body. Times are CPU (user and system). Needs python3,
git, sqlite3 (with dbstat), zstd and sha256sum. What is in DIR from an earlier run is used again.
"""
import argparse, gzip, io, json, pathlib, resource, shutil, subprocess, sys


def cpu(command, **options):
    """Runs a command in a fresh process; returns its CPU seconds, its peak in MB and its output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    out, err = done.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{command}: {err.decode()}")
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, out


def bodies(path):
    """The bodies of a web archive in order."""
    raw = subprocess.run(["zstd", "-dc", "--long=27", str(path)], capture_output=True, check=True)
    stream = io.BytesIO(raw.stdout)
    while line := stream.readline():
        if not line.startswith(b"WARC/"):
            continue
        fields = {}
        while (line := stream.readline().rstrip(b"\r\n")):
            name, _, value = line.partition(b":")
            fields[name.lower()] = value.strip()
        block = stream.read(int(fields[b"content-length"]))
        if fields[b"warc-type"] == b"response":
            yield block.partition(b"\r\n\r\n")[2]


def git(folder, captures):
    """One commit a body; returns the bytes of the pack."""
    folder.mkdir(parents=True)
    run = lambda *a, **o: subprocess.run(["git", "-C", str(folder), *a], check=True,
                                         capture_output=True, **o)
    run("init", "-q", "--bare")
    stream = io.BytesIO()
    for at, body in enumerate(captures):
        stream.write(b"commit refs/heads/a\ncommitter a <a@example.org> %d +0000\ndata 1\na\n"
                     b"M 100644 inline page.html\ndata %d\n" % (1_600_000_000 + at, len(body)))
        stream.write(body + b"\n")
    run("fast-import", "--quiet", input=stream.getvalue())
    run("gc", "--aggressive", "--prune=now", "-q")
    return sum(it.stat().st_size for it in folder.glob("objects/pack/*.pack"))


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("corpus", type=pathlib.Path)
    parse.add_argument("--work", type=pathlib.Path, required=True)
    parse.add_argument("--program", default="target/release/pledgewatch")
    parse.add_argument("--docs", default="")
    parse.add_argument("--skip-git", action="store_true")
    options = parse.parse_args()
    work, program = options.work, str(pathlib.Path(options.program).resolve())
    work.mkdir(parents=True, exist_ok=True)
    # As git is: installed. Of a file that a linker wrote in place the system maps smaller pieces.
    program = shutil.copy(program, work.resolve() / "pledgewatch")
    docs = sorted(it for it in options.corpus.glob("*/*.warc.zst") if options.docs in str(it))
    archive = work / "ours" / "snapshots"
    fresh = not archive.exists()
    raw = packed = in_git = files = imported = 0
    (work / "files").mkdir(exist_ok=True)
    measured = work / "measured.json"
    known = json.loads(measured.read_text()) if measured.exists() else {}
    for doc in docs:
        name = doc.name.removesuffix(".warc.zst")
        if fresh:
            (work / "ours").mkdir(exist_ok=True)
            seconds, _ = cpu([program, "--archive", str(archive), "import", "--as", name, str(doc)],
                             cwd=work / "ours")
            imported += seconds
        fact = known.setdefault(name, {})
        if "raw" not in fact or (not options.skip_git and "git" not in fact):
            captures = list(bodies(doc))
            fact["raw"], fact["visits"] = sum(map(len, captures)), len(captures)
            fact["gzip"] = sum(len(gzip.compress(it, 6)) for it in captures)
            for at, body in enumerate(captures):
                (work / "files" / f"{name}-{at:04}").write_bytes(body)
            if not options.skip_git:
                fact["git"] = git(work / "git" / name, captures)
            measured.write_text(json.dumps(known))
    facts = [known[doc.name.removesuffix(".warc.zst")] for doc in docs]
    total = lambda key: sum(fact.get(key, 0) for fact in facts)
    db = archive / "archive.db"
    ask = lambda sql: subprocess.run(["sqlite3", "-readonly", str(db), sql], check=True,
                                     capture_output=True, text=True).stdout.strip()
    tables = [line.split("|") for line in ask(
        "SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d LEFT JOIN sqlite_schema s ON s.name = d.name "
        "GROUP BY 1 ORDER BY 2 DESC").splitlines()]
    ours = sum(int(size) for table, size in tables if table == "snapshot")
    rest = sum(int(size) for table, size in tables if table != "snapshot")
    visits = int(ask("SELECT count(*) FROM visit"))
    print(f"bodies: {total('visits')} of {total('raw') / 1e6:.1f} MB")
    print(f"  ours {ours / 1e6:.2f} MB, gzip {total('gzip') / 1e6:.1f} MB", end="")
    if total("git"):
        print(f", git {total('git') / 1e6:.2f} MB: ours is {ours / total('git'):.2f} of git")
    else:
        print()
    print(f"the rest: {rest / visits:.0f} bytes a visit ({visits} visits, {rest / 1e6:.2f} MB)")
    for table, size in tables:
        print(f"  {table or '(free and schema)':22} {int(size) / visits:8.1f} bytes a visit")
    if imported:
        print(f"import: {imported:.1f} s CPU, {1000 * imported / visits:.1f} ms a visit")
    verify, _ = cpu([program, "--archive", str(archive), "verify"], cwd=work)
    names = sorted(str(it) for it in (work / "files").iterdir())
    listed = "\0".join(names).encode()
    sums = subprocess.Popen(["xargs", "-0", "sha256sum"], stdin=subprocess.PIPE,
                            stdout=subprocess.DEVNULL)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    sums.communicate(listed)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    sha = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"verify: {verify:.2f} s CPU, sha256sum {sha:.2f} s: {verify / sha:.2f} times")
    if (work / "git").exists():
        read_one(program, archive, work, ask)


def read_one(program, archive, work, ask):
    """The deepest snapshot of each page, read in a fresh process by us and by git."""
    rows = ask("SELECT g.name, v.started_at, max(s.depth), hex(s.digest) FROM snapshot s "
               "JOIN part p ON p.snapshot = s.id JOIN visit v ON v.id = p.visit "
               "JOIN page g ON g.id = v.page GROUP BY g.id ORDER BY 3 DESC")
    worst = []
    for line in rows.splitlines():
        page, at, depth, digest = line.split("|")
        ours = [program, "--archive", str(archive), "show", "--body", digest.lower()]
        body = cpu(ours, cwd=work)[1]
        blob = subprocess.run(["git", "hash-object", "--stdin"], input=body, capture_output=True,
                              check=True).stdout.decode().strip()
        theirs = ["git", "-C", str(work / "git" / page), "cat-file", "blob", blob]
        assert cpu(theirs)[1] == body
        # In turn, so that whatever else the machine does is borne by both.
        tries = [(cpu(ours, cwd=work)[0], cpu(theirs)[0]) for _ in range(9)]
        mine, other = min(it[0] for it in tries), min(it[1] for it in tries)
        worst.append((mine / max(other, 1e-4), mine, other, page, int(depth), len(body)))
    worst.sort(reverse=True)
    mine, other = sum(it[1] for it in worst), sum(it[2] for it in worst)
    print(f"reading the deepest snapshot of each page: {1000 * mine / len(worst):.1f} ms CPU, "
          f"git cat-file {1000 * other / len(worst):.1f} ms: {mine / other:.2f} times")
    for ratio, mine, other, page, depth, size in worst[:5]:
        print(f"  {page}: depth {depth}, {size / 1e6:.2f} MB: {1000 * mine:.1f} ms, "
              f"git {1000 * other:.1f} ms, {ratio:.2f} times")


main()
