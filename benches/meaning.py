#!/usr/bin/env python3
"""Scores pledgewatch's verdicts and marks on labelled edits of clauses.

usage: meaning.py CLAUSES.jsonl [--program FILE] [--predictions FILE] [--no-time]

CLAUSES.jsonl holds one edit a line: `id`, `before` and `after` (Markdown, or null), what stands
around them (`before_prev`, `before_next`, `after_prev`, `after_next`), `label`, `norm`, `effect`,
`sample`, `service`. They go through the program's own code (`cargo bench --no-run --bench meaning`
builds it). Printed are the table of kinds, for all edits, for the natural sample and for two halves
of the services; the confusion of kinds; figures on marks; and the time that diff and verdicts take
beside `similar`'s raw diff by words. Needs Python alone.
"""
import argparse, collections, difflib, hashlib, json, pathlib, random, re, subprocess, sys, tempfile

KINDS = "added removed weakened strengthened narrowed widened exception condition editorial cosmetic".split()
QUIET = {"editorial", "cosmetic"}
ISLANDS = set("a about also an and any are as at be been but by do for from has have if in into is it its of on or "
              "our so such that the their them then there these they this those to us was we were which will with "
              "you your".split())


def newest():
    found = pathlib.Path(__file__).parent.parent.glob("target/release/deps/meaning-*")
    found = [file for file in found if not file.suffix]
    if not found:
        sys.exit("no program: run `cargo bench --no-run --bench meaning` first")
    return max(found, key=lambda file: file.stat().st_mtime)


def f1(hits, given, there):
    return 2 * hits / (given + there) if hits else 0.0


def table(rows, predicted, title):
    hits, given, there = collections.Counter(), collections.Counter(), collections.Counter()
    both = collections.Counter()
    signed, norms, hidden = collections.Counter(), 0, []
    for row in rows:
        guess, label = predicted[row["id"]], row["label"]
        there[label] += 1
        given[guess["kind"]] += 1
        hits[label] += guess["kind"] == label
        both[label not in QUIET, guess["kind"] not in QUIET] += 1
        if guess["effect"] in ("tighter", "looser"):
            signed[guess["effect"] == row["effect"]] += 1
        norms += guess["norm"] == row["norm"]
        if row["norm"] == "commitment" and label not in QUIET and guess["kind"] == "cosmetic":
            hidden.append(row["id"])
    present = [kind for kind in KINDS if there[kind]]
    print(f"\n{title}: {len(rows)} edits\n{'kind':14}{'n':>5}{'P':>7}{'R':>7}{'F1':>7}")
    for kind in present:
        precision, recall = hits[kind] / max(1, given[kind]), hits[kind] / there[kind]
        score = f1(hits[kind], given[kind], there[kind])
        print(f"{kind:14}{there[kind]:5}{precision:7.2f}{recall:7.2f}{score:7.2f}")
    macro = sum(f1(hits[kind], given[kind], there[kind]) for kind in present) / len(present)
    precision = both[True, True] / max(1, both[True, True] + both[False, True])
    recall = both[True, True] / max(1, both[True, True] + both[True, False])
    print(f"accuracy {sum(hits.values()) / len(rows):.3f}  macro-F1 {macro:.3f}  substantive P {precision:.3f} "
          f"R {recall:.3f}  norm {norms / len(rows):.3f}")
    given_count = sum(signed.values())
    right = signed[True] / given_count if given_count else 0
    print(f"direction given {given_count} times, right {right:.3f}; changed commitments called cosmetic: "
          f"{len(hidden)} {' '.join(hidden)}")


def confusion(rows, predicted):
    counts = collections.Counter((row["label"], predicted[row["id"]]["kind"]) for row in rows)
    print("\nlabel \\ verdict  " + " ".join(kind[:5].rjust(5) for kind in KINDS))
    for label in KINDS:
        print(label.ljust(17) + " ".join(str(counts[label, kind]).rjust(5) for kind in KINDS))


def parts(woven):
    """The runs of a woven passage: (kind, words)."""
    for run in re.finditer(r"\[-(.*?)-\]|\{\+(.*?)\+\}|((?:(?!\[-|\{\+).)+)", woven, re.S):
        kind = "-" if run.group(1) is not None else "+" if run.group(2) is not None else "="
        yield kind, next(words for words in run.groups() if words is not None)


def words_of(text):
    return re.findall(r"\w+(?:['’]\w+)*|[^\w\s]", text)


def marks(rows, predicted):
    """Fragments: a deletion with the insertion in its place is one, as in the prior measurements."""
    fragments, spans, raw, islands, cut, marked, least = [], [], [], 0, 0, 0, 0
    for row in rows:
        guess = predicted[row["id"]]
        if not (row["before"] and row["after"] and guess["marks"]) or row["label"] == "cosmetic":
            continue
        runs = list(parts(guess["woven"]))
        count, last = 0, "="
        for kind, words in runs:
            if kind != "=" and (last == "=" or kind == last):
                count += 1
            if not (kind == "=" and not words.strip()):
                last = kind
        fragments.append(count)
        spans.append(len(guess["marks"]))
        before, after = (words_of(side) for side in guess["shown"])
        changed = [op for op in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
                   if op[0] != "equal"]
        raw.append(len(changed))
        least += sum(op[2] - op[1] + op[4] - op[3] for op in changed)
        marked += sum(len(words_of(words)) for kind, words in runs if kind != "=")
        inner = [words for at, (kind, words) in enumerate(runs) if kind == "=" and 0 < at < len(runs) - 1]
        islands += any(0 < len(words_of(words)) <= 3 and all(word.lower() in ISLANDS for word in words_of(words))
                       for words in inner)
        # Spans before are up to typography, which is shown as it is after: so ask the woven passage.
        cut += len(re.findall(r"\w\[-\w|\w-\]\w|\w\{\+\w|\w\+\}\w", guess["woven"]))
    if fragments:
        count, mean = len(fragments), lambda of: sum(of) / len(of)
        fragments_sorted = sorted(fragments)
        print(f"\nmarks, {count} reworded pairs: fragments mean {mean(fragments):.2f}, p90 "
              f"{fragments_sorted[int(.9 * count)]} (words by LCS: {mean(raw):.2f}); spans mean {mean(spans):.2f}; "
              f"pairs with a stop-word island {islands}; marks that cut a word {cut}; words marked beside the "
              f"least {marked / max(1, least):.2f}")


def times(rows, program):
    shuffled = random.Random(1)
    clauses = [(row["before"] or row["after"], row["after"] or row["before"]) for row in rows]
    clauses = [tuple(" ".join(side.split()) for side in pair) for pair in clauses]

    def text(size, share):
        before, after, length = [], [], 0
        while length < size:
            pair = shuffled.choice(clauses)
            number = shuffled.randrange(10**6)
            first, second = (f"{side} ({number})" for side in pair)
            before.append(first)
            after.append(second if shuffled.random() < share else first)
            length += len(first) + 1
        return before, after

    vocabulary = sorted({word for pair in clauses for word in pair[0].split()})

    def noise(size):
        lines, length = [], 0
        while length < size:
            lines.append(" ".join(shuffled.choice(vocabulary) for _ in range(shuffled.randrange(8, 40))) + ".")
            length += len(lines[-1]) + 1
        return lines

    close = text(300_000, 0.05)
    cases = [("300 kB, at most 5 % changed", *close), ("1 MB, unrelated", noise(1_000_000), noise(1_000_000))]
    with tempfile.TemporaryDirectory() as folder:
        for name, before, after in cases:
            files = [pathlib.Path(folder) / side for side in ("before", "after")]
            for file, lines in zip(files, (before, after)):
                file.write_text("\n".join(lines))
            runs = []
            for _ in range(5):
                done = subprocess.run([program, "--time", *files], capture_output=True, text=True, check=True)
                runs.append(json.loads(done.stdout))
            best = {key: min(run[key] for run in runs) for key in runs[0]}
            print(f"{name}: diff {best['diff_ms']:.0f} ms, verdicts {best['verdicts_ms']:.0f} ms, peak "
                  f"{best['peak_mb']:.0f} MB; similar's raw words {best['similar_ms']:.0f} ms")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    parser.add_argument("clauses")
    parser.add_argument("--program")
    parser.add_argument("--predictions")
    parser.add_argument("--no-time", action="store_true")
    options = parser.parse_args()
    program = options.program or newest()
    lines = pathlib.Path(options.clauses).read_text(encoding="utf-8")
    rows = [json.loads(line) for line in lines.splitlines()]
    done = subprocess.run([program, "--judge"], input=lines, capture_output=True, text=True, check=True)
    if options.predictions:
        pathlib.Path(options.predictions).write_text(done.stdout, encoding="utf-8")
    predicted = {guess["id"]: guess for guess in map(json.loads, done.stdout.splitlines())}
    table(rows, predicted, "all")
    table([row for row in rows if row["sample"] == "natural"], predicted, "natural sample (what users meet)")
    for half in (0, 1):
        digest = lambda row: int(hashlib.sha256(row["service"].encode()).hexdigest(), 16) % 2
        table([row for row in rows if digest(row) == half], predicted, f"half {'AB'[half]} of the services")
    confusion(rows, predicted)
    marks(rows, predicted)
    if not options.no_time:
        print()
        times(rows, program)


if __name__ == "__main__":
    main()
