#!/usr/bin/env python3
"""A sweep of made pages from nginx on loopback, with references in the same run.

usage: sweep.py [--pages 1000] [--peers [--peer-pages N]] [--binary target/release/pledgewatch] [--keep DIR]

Phases: first (every page is new), 304 (nothing changed), bytes (other bytes, the same words), words
(a sentence of each page changed; diff and alert recorded). For each: pages a second, CPU
milliseconds a page, peak memory.
"""
import argparse, glob, json, os, random, shutil, signal, socket, subprocess, sys, tempfile, time

HOSTS = 16  # loopback addresses, since each host gets one request at a time
WORDS = """we will not sell share collect personal data information services users account provide
may use rights privacy policy terms content third parties law consent security access products
such other under these agreement product facial recognition technology police enforcement agency
retention request delete days notice change update processing purposes legitimate interest
controller transfer country board children cookies advertising analytics model training""".split()


def sentence(rng):
    words = [rng.choice(WORDS) for _ in range(rng.randint(8, 30))]
    return " ".join(words).capitalize() + "."


def page(number, nonce, edit):
    """One page: scripts and styles around a policy, about 350 kB in the mean."""
    rng = random.Random(number)
    out = ["<!doctype html><html lang=en><head><title>Policy %d</title>" % number]
    scripts = int(rng.lognormvariate(12.42, 0.5))
    blob = "".join(rng.choice("abcdefghij(){};=.,0123456789") for _ in range(997))
    out.append("<script>/*%s*/" % nonce + (blob * (scripts // len(blob) + 1))[:scripts] + "</script>")
    out.append("<style>" + ".c1{color:red;margin:0 auto}" * rng.randint(200, 900) + "</style></head><body><header><nav><ul>")
    out += ["<li><a class='nav-%d' href='/m/%d'>Menu entry %d</a></li>" % (i, i, i) for i in range(rng.randint(40, 250))]
    out.append("</ul></nav></header><main><h1>Policy %d</h1>" % number)
    for section in range(rng.randint(8, 30)):
        out.append("<section class='section section-%d' data-id='%s'><h2>%s</h2>" % (section, rng.random(), sentence(rng)))
        for _ in range(rng.randint(2, 7)):
            out.append("<p class='text-base leading-7'>%s</p>" % " ".join(sentence(rng) for _ in range(rng.randint(1, 5))))
        out.append("<ul>" + "".join("<li><span>%s</span></li>" % sentence(rng) for _ in range(rng.randint(2, 9))) + "</ul></section>")
    if edit:
        out.append("<p>We reserve the right to do otherwise at any time without notice.</p>")
    out.append("</main><footer><ul>")
    out += ["<li><a href='/f/%d'>Footer %d</a></li>" % (i, i) for i in range(rng.randint(20, 80))]
    out.append("</ul></footer></body></html>")
    return "\n".join(out)


def write_pages(folder, count, nonce, edit):
    total = 0
    for number in range(count):
        text = page(number, nonce, edit)
        total += len(text)
        path = os.path.join(folder, "%d.html" % number)
        with open(path, "w") as out:
            out.write(text)
        # What was modified just before it is served has no validators that count.
        an_hour_ago = time.time() - 3600
        os.utime(path, (an_hour_ago, an_hour_ago))
    return total / count


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


def start_nginx(folder, root):
    port = free_port()
    listen = "".join("listen 127.0.0.%d:%d;" % (host + 1, port) for host in range(HOSTS))
    with open(os.path.join(folder, "nginx.conf"), "w") as out:
        out.write("""daemon off; pid %s/nginx.pid; error_log stderr crit; worker_processes 1;
events { worker_connections 512; }
http { access_log off; types { text/html html; } client_body_temp_path %s; proxy_temp_path %s;
fastcgi_temp_path %s; uwsgi_temp_path %s; scgi_temp_path %s;
server { %s root %s; } }""" % (folder, folder, folder, folder, folder, folder, listen, root))
    nginx = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", os.path.join(folder, "nginx.conf")])
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return nginx, port
        except OSError:
            time.sleep(0.05)
    sys.exit("nginx did not start")


def run(command, folder, ok=(0,)):
    """Returns wall seconds, CPU seconds and peak bytes of one command."""
    began = time.monotonic()
    with open(os.path.join(folder, "out.txt"), "ab") as out:
        child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in ok:
        sys.exit("%s ended with %d; see %s/out.txt" % (command[0], child.returncode, folder))
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--peer-pages", type=int, help="so many pages for the peers, which are slow")
    parser.add_argument("--binary", default="target/release/pledgewatch")
    parser.add_argument("--keep")
    asked = parser.parse_args()
    binary = os.path.abspath(asked.binary)
    folder = asked.keep or tempfile.mkdtemp(prefix="sweep-")
    root = os.path.join(folder, "site")
    os.makedirs(root, exist_ok=True)
    mean = write_pages(root, asked.pages, "one", False)
    nginx, port = start_nginx(folder, root)
    try:
        rows = measure(asked, folder, root, port, binary)
    finally:
        nginx.send_signal(signal.SIGTERM)
        nginx.wait()
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print("%d pages of %.0f kB in the mean, %d cores" % (asked.pages, mean / 1000, os.cpu_count()))
    print("%-38s %10s %14s %12s" % ("", "pages/s", "CPU ms/page", "peak MB"))
    for name, pages, (wall, cpu, peak) in rows:
        print("%-38s %10.0f %14.2f %12.0f" % (name, pages / wall, 1000 * cpu / pages, peak / 1e6))


def urls(count, port):
    return ["http://127.0.0.%d:%d/%d.html" % (number % HOSTS + 1, port, number) for number in range(count)]


def measure(asked, folder, root, port, binary):
    addresses = urls(asked.pages, port)
    with open(os.path.join(folder, "watchlist.toml"), "w") as out:
        out.write("[settings]\nallow_private_addresses = true\nhost_gap = \"0\"\nconfirm_within = 0\nrobots = false\n")
        out.write("pages_at_once = %d\n" % HOSTS)
        for number, url in enumerate(addresses):
            out.write("[[page]]\nid = \"p%d\"\nurl = \"%s\"\n" % (number, url))
    with open(os.path.join(folder, "curl.txt"), "w") as out:
        for url in addresses:
            out.write("url = \"%s\"\noutput = \"/dev/null\"\n" % url)
    pages = ["p%d" % number for number in range(asked.pages)]
    check = [binary, "check", *pages]
    peer_pages = asked.peer_pages or asked.pages
    peers = install_peers(folder, addresses[:peer_pages]) if asked.peers else []
    rows = []
    for phase in ["first", "304", "bytes", "words"]:
        if phase == "bytes":
            write_pages(root, asked.pages, "two", False)
        if phase == "words":
            write_pages(root, asked.pages, "two", True)
        rows.append(("%s: pledgewatch" % phase, asked.pages, run(check, folder)))
        for name, command in peers:
            rows.append(("%s: %s" % (phase, name), peer_pages, run(command, folder, ok=(0, 1))))
    rows.append(("reference: curl --parallel", asked.pages, run(["curl", "-s", "--parallel", "--parallel-max", str(HOSTS), "-K", "curl.txt"], folder)))
    parse = sorted(glob.glob(os.path.join(os.path.dirname(binary), "deps", "parse-*")), key=os.path.getmtime)
    parse = [path for path in parse if os.access(path, os.X_OK)]
    if parse:
        rows.append(("reference: html5ever parse, SHA-256", asked.pages, run([parse[-1], root], folder)))
    rows.append(("start-up: pledgewatch check, none due", asked.pages, run([binary, "check"], folder)))
    return rows


def install_peers(folder, addresses):
    """Returns the commands of webchanges and urlwatch, each with a job for every page.

    urlwatch's own default for `html2text` is a regular expression that cuts out the tags, and leaves
    the scripts in the text; it is run with the library of that name as well, as webchanges is.
    """
    venv = os.path.join(folder, "venv")
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    subprocess.run([os.path.join(venv, "bin", "pip"), "-q", "install", "webchanges", "urlwatch", "html2text"], check=True)
    commands = []
    for name, program, text in [
        ("webchanges", "webchanges", "html2text"),
        ("urlwatch (tags cut out)", "urlwatch", "html2text"),
        ("urlwatch (html2text)", "urlwatch", "html2text: pyhtml2text"),
    ]:
        home = os.path.join(folder, name.replace(" ", "-"))
        os.makedirs(home)
        with open(os.path.join(home, "jobs.yaml"), "w") as out:
            out.write("\n---\n".join(
                "name: p%d\nurl: %s\nfilter:\n  - %s" % (number, url, text) for number, url in enumerate(addresses)))
        with open(os.path.join(home, "config.yaml"), "w") as out:
            out.write("report:\n  stdout:\n    enabled: true\n")
        jobs, flag, database = ("--jobs", "--database", "snapshots.db") if program == "webchanges" else \
            ("--urls", "--cache", "cache.db")
        commands.append((name, [os.path.join(venv, "bin", program), jobs, os.path.join(home, "jobs.yaml"),
                                "--config", os.path.join(home, "config.yaml"), flag, os.path.join(home, database)]))
    return commands


main()
