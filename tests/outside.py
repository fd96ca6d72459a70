#!/usr/bin/env python3
"""Checks what pledgewatch exports with tools that it did not bring along.

usage: outside.py [--program FILE] [--tools DIR]

Makes an archive from a web archive that it writes itself, exports it, and asks `warcio check`,
`fastwarc check`, `wacz validate` and a `pywb` on 127.0.0.1. Watches a page of its own with hostile
words, and asks `xmllint` and `feedparser` about the feeds, `aiosmtpd` and Python's `email` about the
mails. A tool that is neither in DIR nor on the
path is skipped with a word. Ends with 1 if a tool finds something wrong.

Their exit codes are not enough: warcio ends well on a file that is cut off, both on records without
digests. So the records are counted, and output that speaks of a missing digest is refused.
"""
import argparse, email, email.policy, gzip, hashlib, io, json, os, pathlib, shutil, signal, socket, subprocess, sys
import http.server, tempfile, threading, time, urllib.request

failures = []


def check(right, what):
    print(f"{'ok' if right else 'FAILED'}: {what}")
    if not right:
        failures.append(what)


def run(command, folder, **options):
    return subprocess.run(command, cwd=folder, capture_output=True, **options)


def page(visit):
    words = ["will not sell", "do not currently sell"][visit // 5]
    return (f"<html><head><meta charset=utf-8></head><body><main><h1>Faces</h1><p>We {words} facial "
            f"recognition technology to police departments, until a law governs it.</p>"
            f"</main><!-- {visit if visit % 3 else 0} --></body></html>").encode()


def archive_of_others(path):
    """Ten captures of a page, one of them packed on the wire, some of them the same."""
    with open(path, "wb") as out:
        for visit in range(10):
            body = page(visit)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
            if visit == 4:
                body = gzip.compress(body)
                head += b"Content-Encoding: gzip\r\n"
            block = head + b"\r\n" + body
            out.write((f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://acme.example/p\r\n"
                       f"WARC-Date: 2026-01-{visit + 1:02}T08:00:00Z\r\n"
                       f"WARC-Record-ID: <urn:uuid:{visit}>\r\n"
                       f"Content-Type: application/http; msgtype=response\r\n"
                       f"Content-Length: {len(block)}\r\n\r\n").encode() + block + b"\r\n\r\n")


def records(path):
    """How many records a file has: each is a gzip member of its own."""
    data, count = path.read_bytes(), 0
    import zlib
    while data:
        member = zlib.decompressobj(31)
        head = member.decompress(data)
        assert head.startswith(b"WARC/1.1\r\n") and member.eof
        data, count = member.unused_data, count + 1
    return count


def warc_tools(tool, folder, path):
    count = records(path)
    if warcio := tool("warcio"):
        ran = run([warcio, "check", "-v", str(path)], folder, text=True)
        told = ran.stdout + ran.stderr
        check(ran.returncode == 0 and "no digest" not in told, f"warcio check of {path.name}")
        passed = told.count("digest pass") + told.count("not checked (revisit)")
        check(passed == count, f"warcio saw {passed} of {count} records")
    if fastwarc := tool("fastwarc"):
        # Without -p: it holds the payload digest of a revisit, which is that of the body that is
        # repeated, against the revisit's own block.
        told = folder / "told.txt"
        ran = run([fastwarc, "check", "-q", "-o", str(told), str(path)], folder, text=True)
        lines = told.read_text().splitlines() if told.exists() else []
        right = [line for line in lines if ": OK" in line and "BLOCK_NO_DIGEST" not in line]
        check(ran.returncode == 0, f"fastwarc check of {path.name} {ran.stderr}")
        check(len(right) == count, f"fastwarc found {len(right)} of {count} records right")
        # What a check cannot see must fail here: the last record cleanly gone.
        cut = folder / "cut.warc.gz"
        data = path.read_bytes()
        cut.write_bytes(data[:data.rindex(b"\x1f\x8b\x08")])
        check(records(cut) == count - 1, "a last record that is gone is counted")


def replay(tool, folder, path):
    wayback, manager = tool("wayback"), tool("wb-manager")
    if not wayback or not manager:
        return
    place = folder / "replay"
    place.mkdir()
    for arguments in (["init", "a"], ["add", "a", str(path)]):
        ran = run([manager, *arguments], place, text=True)
        check(ran.returncode == 0, f"wb-manager {arguments[0]}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([wayback, "-b", "127.0.0.1", "-p", str(port)], cwd=place,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        same = 0
        for visit in range(10):
            url = f"http://127.0.0.1:{port}/a/202601{visit + 1:02}080000id_/https://acme.example/p"
            with urllib.request.urlopen(url, timeout=30) as answer:
                same += answer.read() == page(visit)
        check(same == 10, f"pywb replays {same} of 10 bodies byte for byte")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt; ]]&gt; &amp;amp; &#x202e;x&#xffff; <b>b</b> \u00e9\U0001f600"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def watched_site():
    """A site of one page, whose words are `site.words`."""
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/p"
            body = (f"<html><head><meta charset=utf-8></head><body><main><h1>Faces</h1><p>We "
                    f"{self.server.words} sell faces to police departments. {HOSTILE}</p><p>It holds "
                    f"for all of our products.</p></main></body></html>").encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body if found else b"")

        def log_message(self, *_):
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    return site


def alerts(tool, python, folder, program):
    folder = folder / "alerts"
    folder.mkdir()
    site, port = watched_site(), free_port()
    (folder / "watchlist.toml").write_text(
        '[settings]\nallow_private_addresses = true\nhost_gap = "0"\n[[page]]\nid = "p"\n'
        'company = "A & B <c>"\ntitle = "Faces \u00e9"\nconfirm_within = 0\n'
        f'url = "http://127.0.0.1:{site.server_port}/p"\n'
        '[[channel]]\nkind = "feed"\nfolder = "feeds"\nbase = "https://example.org/feeds/"\n'
        f'[[channel]]\nkind = "email"\nserver = "127.0.0.1"\nport = {port}\nsecurity = "plain"\n'
        'from = "Desk <desk@example.org>"\nto = ["reader@example.org"]\n')
    has_smtp = run([python, "-c", "import aiosmtpd"], folder).returncode == 0
    server = None
    if has_smtp:
        server = subprocess.Popen([python, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c",
                                   "aiosmtpd.handlers.Mailbox", str(folder / "mail")])
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
    else:
        print("skipped: aiosmtpd is not there")
    try:
        for words in ["will never", "may", "will not"]:
            site.words = words
            ran = run([program, "check", "p"], folder, text=True)
            check(ran.returncode == (0 if has_smtp or words == "will never" else 3), f"check {ran.stderr}")
    finally:
        site.shutdown()
        if server:
            server.terminate()
            server.wait()
    feeds(tool, python, folder / "feeds")
    if has_smtp:
        mails(folder / "mail")


def feeds(tool, python, folder):
    names = sorted(path.name for path in folder.glob("*.atom"))
    check(names == ["all.atom", "company-a-b-c.atom", "page-p.atom"], f"feeds {names}")
    if xmllint := tool("xmllint"):
        ran = run([xmllint, "--noout", *names], folder, text=True)
        check(ran.returncode == 0 and not ran.stderr, f"xmllint of feeds {ran.stderr}")
    if run([python, "-c", "import feedparser"], folder).returncode == 0:
        script = ("import feedparser, json, sys\nfor name in sys.argv[1:]:\n"
                  "    feed = feedparser.parse(name)\n"
                  "    print(json.dumps([bool(feed.bozo), feed.version, [(it.id, it.title, "
                  "it.updated_parsed is not None) for it in feed.entries]]))")
        ran = run([python, "-c", script, *names], folder, text=True)
        for name, line in zip(names, ran.stdout.splitlines()):
            bozo, version, entries = json.loads(line)
            check(not bozo and version == "atom10", f"feedparser of {name}: {version}")
            check(len(entries) == 2 and all(it[2] for it in entries), f"entries of {name}")
            items = json.loads((folder / name.replace(".atom", ".json")).read_text())["items"]
            check([it["id"] for it in items] == [it[0] for it in entries], f"{name} and its JSON agree")
        check(len(ran.stdout.splitlines()) == 3, f"feedparser {ran.stderr}")
    else:
        print("skipped: feedparser is not there")


def mails(folder):
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
             for path in sorted((folder / "new").iterdir())]
    check(len(found) == 2, f"{len(found)} mails")
    check(len({mail["Message-ID"] for mail in found}) == 2, "a name for each mail")
    for mail in found:
        check(not mail.defects and not any(part.defects for part in mail.walk()), "a mail without defects")
        check(mail["List-Id"] == "<p.pledgewatch.example.org>", f"List-Id {mail['List-Id']}")
        check(mail["In-Reply-To"] == "<page-p@example.org>", "a thread for the page")
        text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        check("Log: " in text and "[-" in text and "<del" in page, "both parts tell the change")
        check("<script>alert" not in page and "\u202e" not in text + page, "hostile words are words")


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--program", default="target/debug/pledgewatch")
    parse.add_argument("--tools", default="target/outside/bin")
    options = parse.parse_args()
    program = str(pathlib.Path(options.program).resolve())

    def tool(name):
        tools = pathlib.Path(options.tools).resolve()
        folders = [tools, tools.parent / "pywb" / "bin"]
        found = shutil.which(name, path=os.pathsep.join(map(str, folders))) or shutil.which(name)
        if not found:
            print(f"skipped: {name} is not there")
        return found

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        archive_of_others(folder / "others.warc")
        for command in (["import", "others.warc"], ["export", "--warc", "ours.warc.gz"],
                        ["export", "--wacz", "ours.wacz"]):
            ran = run([program, *command], folder, text=True)
            check(ran.returncode == 0, f"{' '.join(command)} {ran.stderr if ran.returncode else ''}")
        warc_tools(tool, folder, folder / "ours.warc.gz")
        if wacz := tool("wacz"):
            ran = run([wacz, "validate", "-f", "ours.wacz"], folder, text=True)
            told = ran.stdout + ran.stderr
            check(ran.returncode == 0 and "invalid" not in told.lower(), f"wacz validate: {told}")
        replay(tool, folder, folder / "ours.warc.gz")
        alerts(tool, tool("python3"), folder, program)
    sys.exit(1 if failures else 0)


main()
