// Looks at the pages of `pledgewatch serve` with tools that we did not write: Chromium by
// playwright-core, axe-core, the Nu HTML checker, xmllint.
//
// usage: node web.mjs [--program FILE] [--tools DIR] [--pictures DIR]
//
// DIR holds node_modules with playwright-core, axe-core and vnu-jar; a tool that is missing is
// skipped with a word. Ends with 1 if something is wrong.
import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const options = Object.fromEntries(
  process.argv.slice(2).flatMap((word, at, all) => (word.startsWith("--") ? [[word.slice(2), all[at + 1]]] : [])));
const program = path.resolve(options.program ?? "target/debug/pledgewatch");
const tools = path.resolve(options.tools ?? ".");
const pictures = options.pictures && path.resolve(options.pictures);
const require = createRequire(path.join(tools, "package.json"));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pledgewatch-web-"));
let failures = 0;

function check(right, what) {
  console.log(`${right ? "ok" : "FAILED"}: ${what}`);
  if (!right) failures += 1;
}

function find(name) {
  try { return require.resolve(name); } catch { console.log(`skipped: no ${name} in ${tools}`); return undefined; }
}

const HOSTILE = `<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1"> "'>]]></textarea>\u202e`;

// A policy long enough to be folded, with a clause that moves, one that goes and one that is reworded.
function policy(revision) {
  const text = (words) => words.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const clause = (n) => `<p>${n}. We keep records of kind ${n} for as long as the law of your country asks us to, and delete them after that.</p>`;
  const clauses = Array.from({ length: 24 }, (_, n) => clause(n + 1));
  if (revision > 0) clauses.splice(20, 0, ...clauses.splice(2, 1));
  const promise = revision > 0
    ? "We may share facial recognition technology with police departments where we see fit."
    : "We will never sell facial recognition technology to police departments until a national law governs it.";
  const hostile = revision > 1 ? `<p>${text(HOSTILE)} This sentence is shown and never obeyed by anybody.</p>` : "";
  const gone = revision > 0 ? "" : "<p>We will tell you before we change this promise, at least ninety days ahead.</p>";
  return `<!doctype html><html lang="en"><head><title>Promise</title></head><body><main><h1>Faces and the police</h1>
    <p>${promise}</p>${gone}<h2>Records</h2>${clauses.join("\n")}${hostile}<h2>Contact</h2><p>Write to us at any time about this promise and we answer.</p></main></body></html>`;
}

function captures(file) {
  const records = [];
  for (let visit = 0; visit < 12; visit += 1) {
    const body = Buffer.from(policy(Math.floor(visit / 4)));
    const head = Buffer.from("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n");
    const block = Buffer.concat([head, body]);
    const day = String(visit + 1).padStart(2, "0");
    records.push(Buffer.from(`WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://amber.example/faces\r\n` +
      `WARC-Date: 2026-01-${day}T08:00:00Z\r\nWARC-Record-ID: <urn:uuid:${visit}>\r\n` +
      `Content-Type: application/http; msgtype=response\r\nContent-Length: ${block.length}\r\n\r\n`), block, Buffer.from("\r\n\r\n"));
  }
  fs.writeFileSync(file, Buffer.concat(records));
}

function run(...words) {
  const ran = spawnSync(program, words, { cwd: folder, encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`${words.join(" ")}: ${ran.status}: ${ran.stderr}`);
  return ran.stdout;
}

function serve(...words) {
  const child = spawn(program, ["serve", "--listen", "127.0.0.1:0", ...words], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`serve ended with ${code}`)));
    child.stdout.once("data", (line) => resolve({ child, url: String(line).trim().split(" ").at(-1) }));
  });
}

async function sign(page, url, password) {
  await page.goto(`${url}sign-in/`);
  await page.keyboard.press("Tab");
  await page.fill("#name", "Ada");
  await page.fill("#password", password);
  await page.keyboard.press("Enter");
  await page.waitForURL(url);
}

// From the overview to a confirmed change, by keys alone.
async function byKeys(context, url, password) {
  const page = await context.newPage();
  await sign(page, url, password);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#review");
  const change = page.url();
  await page.keyboard.press("n");
  check(await page.evaluate(() => document.activeElement?.hasAttribute("data-edit")), "n leads to an edit");
  const first = await page.evaluate(() => document.activeElement.id);
  await page.keyboard.press("n");
  await page.keyboard.press("p");
  check(await page.evaluate(() => document.activeElement.id) === first, "p leads back");
  await page.keyboard.press("k");
  await page.waitForFunction((before) => location.href !== before, change);
  check(true, "k leads to the change before");
  await page.keyboard.press("j");
  await page.waitForFunction((before) => location.href.startsWith(before), change);
  await page.keyboard.press("s");
  await page.waitForURL(/sides/);
  check(await page.locator(".pair .was").count() > 0, "s shows both sides");
  await page.goto(change);
  await page.keyboard.press("?");
  check(await page.evaluate(() => document.getElementById("keys").open), "? shows the keys");
  await page.keyboard.press("c");
  await page.waitForURL(/#review/);
  await page.waitForSelector(".review .badge.confirmed");
  check((await page.textContent(".review")).includes("Confirmed by Ada"), "c confirms, by keys alone");
  await page.keyboard.press("r");
  await page.waitForFunction((before) => !location.href.startsWith(before), change);
  check(await page.locator(".change > header .badge.new").count() === 1, "r leads to what nobody decided about");
  await page.goto(change);
  await page.keyboard.press("d");
  check(await page.evaluate(() => document.activeElement.id) === "reason", "d asks for the reason");
  await page.close();
}

// A rule, written and taken back by keys alone.
async function ruleByKeys(context, url, change) {
  const page = await context.newPage();
  await page.goto(`${url}changes/${change}/`);
  await page.keyboard.press("a");
  check(await page.isChecked("#always"), "a ticks that it holds always");
  check(await page.evaluate(() => document.activeElement.id) === "reason", "a asks for the reason");
  for (let steps = 0; steps < 5 && await page.evaluate(() => document.activeElement.id) !== "dismiss"; steps += 1) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(/#review/);
  await page.click("text=Rule 1");
  await page.waitForURL(/#rule-1/);
  check((await page.textContent("#rule-1")).includes("Written by Ada"), "a rule is shown with its page");
  return page;
}

async function takeBack(page) {
  await page.focus("#rule-1 button");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#rules/);
  check((await page.textContent("#rule-1")).includes("Taken back by Ada"), "a rule is taken back, by keys alone");
  await page.close();
}

// The same without JavaScript, by links and forms.
async function withoutScript(browser, url, password) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await sign(page, url, password);
  await page.click("main a[data-item] >> nth=-1");
  await page.click("text=Side by side");
  await page.click("text=Woven");
  await page.selectOption("#reason", "known");
  await page.click("#dismiss");
  check((await page.textContent(".review")).includes("Dismissed by Ada: known already"), "a change is dismissed without JavaScript");
  await page.fill("#note", "Seen by two.\nSecond line.");
  await page.click("#escalate");
  check((await page.textContent(".audit")).includes("Second line."), "a change is escalated with a note without JavaScript");
  await page.click("text=Sign out");
  check(await page.locator("text=Sign in").count() > 0, "signed out without JavaScript");
  await context.close();
}

async function audit(page, where, axe) {
  await page.addScriptTag({ path: axe }).catch(() => undefined);
  const found = await page.evaluate(async () => {
    if (!window.axe) return undefined;
    const result = await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return result.violations.map((it) => `${it.id}: ${it.nodes.map((node) => `${node.target} ${node.any.map((a) => a.message).join(" ")}`).slice(0, 3).join(" | ")}`);
  });
  check(found && found.length === 0, `axe-core finds nothing on ${where} ${found ? found.join("\n    ") : "(it did not run)"}`);
}

const PLACES = (change, page) => ["", "changes/", `changes/${change}/`, `changes/${change}/sides/`, `pages/${page}/`,
  `pages/${page}/versions/1/`, `pages/${page}/captures/`, "pledges/", `pledges/${page}/police/`, "search/?q=police", "search/?q=nowhere",
  "health/", "help/", "sign-in/", "nothing/"];

async function look(browser, url, places, axe) {
  for (const scheme of ["light", "dark"]) {
    for (const width of [390, 1024, 1600]) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, bypassCSP: true });
      const page = await context.newPage();
      for (const place of places) {
        await page.goto(url + place);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        check(wide <= 0, `${place || "overview"} fits ${width} pixels, ${scheme}`);
        if (axe && width !== 1600) await audit(page, `${place || "overview"} at ${width}, ${scheme}`, axe);
        if (pictures) {
          const name = (place || "overview").replace(/[^a-z0-9]+/g, "-").replace(/-$/, "");
          await page.screenshot({ path: path.join(pictures, `${name}-${width}-${scheme}.png`), fullPage: place.startsWith("help") });
        }
      }
      await context.close();
    }
  }
}

// What who may review sees, at all widths; and on paper.
async function lookAsReviewer(browser, url, password, places, axe) {
  const files = [];
  for (const scheme of ["light", "dark"]) {
    for (const width of [390, 1024, 1600]) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, bypassCSP: true });
      const page = await context.newPage();
      await sign(page, url, password);
      for (const place of places) {
        await page.goto(url + place);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        check(wide <= 0, `${place} of a reviewer fits ${width} pixels, ${scheme}`);
        const name = place.replace(/[^a-z0-9]+/g, "-").replace(/-$/, "");
        if (pictures) await page.screenshot({ path: path.join(pictures, `reviewer-${name}-${width}-${scheme}.png`), fullPage: true });
        if (width === 1600 && scheme === "light") {
          const file = path.join(folder, `reviewer-${files.length}.html`);
          fs.writeFileSync(file, await page.evaluate(async () => (await fetch(location.href)).text()));
          files.push(file);
          await page.emulateMedia({ media: "print" });
          check(!(await page.isVisible("main form")), `${place} has no form on paper`);
          if (pictures) {
            await page.pdf({ path: path.join(pictures, `reviewer-${name}.pdf`), format: "A4" });
            await page.setViewportSize({ width: 700, height: 1000 });
            await page.screenshot({ path: path.join(pictures, `reviewer-${name}-paper.png`), fullPage: true });
            await page.setViewportSize({ width, height: 900 });
          }
          await page.emulateMedia({ media: "screen" });
        }
        if (axe && width !== 1600) await audit(page, `${place} of a reviewer at ${width}, ${scheme}`, axe);
      }
      await context.close();
    }
  }
  return files;
}

// Nothing of a page's words runs, and nothing is asked of anybody else.
async function harmless(browser, url, places, capture) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const elsewhere = [];
  const refused = [];
  page.on("request", (request) => { if (!request.url().startsWith(url)) elsewhere.push(request.url()); });
  page.on("dialog", (dialog) => { elsewhere.push("a dialog"); dialog.dismiss(); });
  page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("404")) refused.push(message.text()); });
  for (const place of places) {
    await page.goto(url + place);
    check(!(await page.evaluate(() => window.hacked)), `nothing ran on ${place || "overview"}`);
  }
  check(refused.length === 0, `our policy refuses nothing of ours ${refused.slice(0, 3).join("; ")}`);
  await page.goto(capture);
  check(!(await page.evaluate(() => window.hacked).catch(() => undefined)), "nothing ran in a capture");
  check(await page.evaluate(() => window.origin).catch(() => "null") === "null", "a capture is of no origin");
  check(elsewhere.length === 0, `nothing was asked elsewhere ${elsewhere.join(" ")}`);
  await context.close();
}

function validate(files, vnu) {
  if (!spawnSync("java", ["-version"]).pid) return console.log("skipped: no java");
  const jar = [vnu, path.join(path.dirname(vnu), "vnu.jar"), path.join(path.dirname(vnu), "build/dist/vnu.jar")].find((it) => it.endsWith(".jar") && fs.existsSync(it));
  if (!jar) return console.log("skipped: no vnu.jar");
  const ran = spawnSync("java", ["-jar", jar, "--format", "gnu", "--errors-only", ...files], { encoding: "utf8" });
  check(ran.status === 0, `the Nu HTML checker finds no error in ${files.length} pages ${ran.stderr.slice(0, 3000)}`);
}

async function main() {
  captures(path.join(folder, "captures.warc"));
  fs.writeFileSync(path.join(folder, "watchlist.toml"),
    `[[page]]\nid = "faces"\ncompany = "Amber & Co. <b>"\ntitle = "Faces and the police"\nurl = "https://amber.example/faces"\n` +
    `[[page.pledge]]\nid = "police"\nname = "No face recognition for the police"\nquote = "never sell facial recognition technology"\nmade = 2026-01-01\ndeadline = 2031-01-01\n` +
    `[[page]]\nid = "terms"\ncompany = "Beryl"\ntitle = "Terms of service"\nurl = "https://beryl.example/terms"\n`);
  run("import", "captures.warc");
  const password = run("user", "add", "Ada").trim();
  const { child, url } = await serve("--review");
  try {
    const changes = (await (await fetch(`${url}api/changes`)).json()).changes;
    check(changes.length >= 2, `${changes.length} changes are there to be looked at`);
    const place = PLACES(changes[0].id, "faces").concat(`changes/${changes.at(-1).id}/`);
    const map = await (await fetch(`${url}timemap/faces`)).text();
    const capture = map.match(/<([^>]+captures[^>]+)>;rel="last memento"/)[1];
    const files = [];
    for (const [at, it] of place.entries()) {
      const file = path.join(folder, `page-${at}.html`);
      fs.writeFileSync(file, await (await fetch(url + it)).text());
      files.push(file);
    }
    for (const feed of ["feeds/all.atom", "feeds/pages/faces.atom", "feeds/pledges/faces/police.atom", "feeds/companies/amber-co-b.atom"]) {
      const file = path.join(folder, "feed.xml");
      fs.writeFileSync(file, await (await fetch(url + feed)).text());
      const ran = spawnSync("xmllint", ["--noout", file], { encoding: "utf8" });
      if (ran.error) console.log("skipped: no xmllint");
      else check(ran.status === 0 && fs.readFileSync(file, "utf8").includes("<entry>"), `xmllint reads ${feed} ${ran.stderr}`);
    }
    for (const feed of ["feeds/all.json", "feeds/pages/faces.json", "feeds/pledges/faces/police.json", "feeds/companies/amber-co-b.json"]) {
      const answer = await fetch(url + feed);
      const items = (await answer.json()).items;
      check(answer.headers.get("content-type").startsWith("application/feed+json") && items.length > 0, `${feed} is a JSON feed`);
    }
    const vnu = find("vnu-jar");
    if (vnu) validate(files, vnu);
    if (!find("playwright-core")) return;
    const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((it) => fs.existsSync(it));
    if (!chromium) return console.log("skipped: no Chromium");
    const browser = await require("playwright-core").chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
    try {
      if (pictures) fs.mkdirSync(pictures, { recursive: true });
      const axe = find("axe-core/axe.min.js");
      await look(browser, url, place, axe);
      await harmless(browser, url, place, capture);
      const context = await browser.newContext();
      await byKeys(context, url, password);
      const rule = await ruleByKeys(context, url, changes.at(-1).id);
      const reviewed = changes.map((change) => `changes/${change.id}/`).concat("pages/faces/");
      const seen = await lookAsReviewer(browser, url, password, reviewed, axe);
      if (vnu) validate(seen, vnu);
      await takeBack(rule);
      await withoutScript(browser, url, password);
    } finally {
      await browser.close();
    }
  } finally {
    child.removeAllListeners("exit");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    check(await ended === 0, "asked to stop, it ends well");
  }
}

try {
  await main();
} catch (error) {
  check(false, error.stack);
}
fs.rmSync(folder, { recursive: true, force: true });
console.log(failures === 0 ? "all well" : `${failures} wrong`);
process.exit(failures === 0 ? 0 : 1);
