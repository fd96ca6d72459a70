#!/usr/bin/env python3
"""Asks tools that we did not write about what `pledgewatch serve` answers to programs.

usage: web.py [--program FILE] [--tools DIR]

`schemathesis` holds the API against its own description: what the description allows is answered as
it says, what it does not is refused, and nothing makes the server fail. `memento-client` finds the
captures of a page by time (RFC 7089), `feedparser` reads the Atom feeds, whose entries the JSON feeds
have as well. DIR is where tests/outside/tools installed them; a tool that
is missing is skipped with a word. Ends with 1 if one finds something wrong.
"""
import argparse, http.server, json, pathlib, subprocess, sys, tempfile, threading, urllib.request

failures = []
PAGE = ("<html><body><main><h1>Faces</h1><p>We {verb} sell facial recognition technology to police "
        "departments.</p><h2>About</h2><p>This page was read by {count} people of our team so far.</p>"
        "</main></body></html>")


def check(right, what):
    print(f"{'ok' if right else 'FAILED'}: {what}")
    if not right:
        failures.append(what)


def original():
    """Serves a page: memento-client asks where its captures are before it asks us."""
    class Page(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(200)
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, *_):
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    return site


def captures(path, url):
    """Twelve captures on twelve days, with two changes of which one touches no pledge."""
    with open(path, "wb") as out:
        for visit in range(12):
            body = PAGE.format(verb="may" if visit >= 8 else "never", count=["twelve", "thirteen"][visit >= 4])
            block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}"
            out.write((f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
                       f"WARC-Date: 2026-01-{visit + 1:02}T08:00:00Z\r\nWARC-Record-ID: <urn:uuid:{visit}>\r\n"
                       f"Content-Type: application/http; msgtype=response\r\n"
                       f"Content-Length: {len(block)}\r\n\r\n{block}\r\n\r\n").encode())


MEMENTO = """
import datetime, json, sys
from memento_client import MementoClient
client = MementoClient(timegate_uri=sys.argv[1] + "timegate/", check_native_timegate=False)
found = client.get_memento_info(sys.argv[2], datetime.datetime(2026, 1, 6, 12))
print(json.dumps({name: [it["datetime"].isoformat(), it["uri"]] for name, it in found["mementos"].items()}))
"""


def memento(python, root, url, folder):
    if subprocess.run([python, "-c", "import memento_client"], capture_output=True).returncode:
        return print("skipped: memento-client is not there")
    ran = subprocess.run([python, "-c", MEMENTO, root, url], cwd=folder, capture_output=True, text=True)
    if ran.returncode:
        return check(False, f"memento-client: {ran.stderr}")
    found = json.loads(ran.stdout.splitlines()[-1])
    days = {name: it[0] for name, it in found.items()}
    expected = {"first": "2026-01-01", "prev": "2026-01-05", "closest": "2026-01-06", "next": "2026-01-07",
                "last": "2026-01-12"}
    expected = {name: f"{day}T08:00:00" for name, day in expected.items()}
    check(days == expected, f"memento-client finds the captures around a time {days}")


FEED = """
import feedparser, json, sys
feed = feedparser.parse(sys.argv[1])
print(json.dumps([bool(feed.bozo), feed.version, [it.id for it in feed.entries if it.updated_parsed]]))
"""


def feeds(python, root, folder):
    if subprocess.run([python, "-c", "import feedparser"], capture_output=True).returncode:
        return print("skipped: feedparser is not there")
    for name in ["all", "pages/faces", "companies/amber", "pledges/faces/police"]:
        ran = subprocess.run([python, "-c", FEED, f"{root}feeds/{name}.atom"], cwd=folder, capture_output=True, text=True)
        bozo, version, entries = json.loads(ran.stdout or '[true, "", []]')
        check(not bozo and version == "atom10" and entries, f"feedparser of {name}: {len(entries)} entries {ran.stderr}")
        with urllib.request.urlopen(f"{root}feeds/{name}.json", timeout=30) as answer:
            items = json.load(answer)["items"]
        check([it["id"] for it in items] == entries, f"{name} as JSON has the same entries")


def schemathesis(tools, root, token, folder):
    program = tools / "schemathesis"
    if not program.exists():
        return print("skipped: schemathesis is not there")
    ran = subprocess.run([program, "run", f"{root}api/openapi.json", "-H", f"Authorization: Bearer {token}",
                          "--max-examples", "60", "--seed", "1"], cwd=folder, capture_output=True, text=True)
    told = [line for line in ran.stdout.splitlines() if "generated" in line]
    check(ran.returncode == 0, f"schemathesis of the API: {' '.join(told).strip()}"
          + ("" if ran.returncode == 0 else ran.stdout[-6000:] + ran.stderr[-2000:]))


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--program", default="target/debug/pledgewatch")
    parse.add_argument("--tools", default="target/outside/bin")
    options = parse.parse_args()
    program, tools = pathlib.Path(options.program).resolve(), pathlib.Path(options.tools).absolute()
    with tempfile.TemporaryDirectory() as folder:
        folder, site = pathlib.Path(folder), original()
        url = f"http://127.0.0.1:{site.server_port}/faces"
        captures(folder / "captures.warc", url)
        (folder / "watchlist.toml").write_text(
            f'[[page]]\nid = "faces"\ncompany = "Amber"\nurl = "{url}"\n[[page.pledge]]\nid = "police"\n'
            'name = "None to the police"\nquote = "never sell facial recognition"\n')
        run = lambda *words: subprocess.run([program, *words], cwd=folder, check=True, capture_output=True, text=True)
        run("import", "captures.warc")
        password = run("user", "add", "Ada").stdout.strip()
        server = subprocess.Popen([program, "serve", "--review", "--listen", "127.0.0.1:0"], cwd=folder,
                                  stdout=subprocess.PIPE, text=True)
        try:
            root = server.stdout.readline().split()[-1]
            memento(str(tools / "python"), root, url, folder)
            feeds(str(tools / "python"), root, folder)
            schemathesis(tools, root, f"Ada:{password}", folder)
            check(run("verify").returncode == 0, "the archive is whole after it all")
        finally:
            server.terminate()
            check(server.wait() == 0, "asked to stop, it ends well")
            site.shutdown()
    sys.exit(1 if failures else 0)


main()
