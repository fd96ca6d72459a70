//! What a bundle says of itself: what it shows, what it does not, and how others check it.

use crate::{
    alert::render::visible::visible,
    formats::note::Head,
    model::{
        event::{Change, Event},
        history::{RecordedPart, VisitId, VisitRecord},
        snapshot::Digest,
        time::Timestamp,
        visit::{Origin, Outcome, Part, Visit},
    },
};

/// One of the two captures of a bundle.
pub struct Capture {
    visit: VisitId,
    started_at: Timestamp,
    ended_at: Timestamp,
    origin: Origin,
    text: Digest,
    parts: Vec<String>,
}

impl Capture {
    /// Returns what is told of a visit that gave this text; the bodies in `visit` are not read.
    pub fn of(record: &VisitRecord, visit: &Visit, text: Digest) -> Capture {
        let part = |(part, recorded): (&Part, &RecordedPart)| {
            let mut line = format!("from <{}>", part.final_url());
            if let Some(answer) = &part.answer {
                if let Some(remote) = answer.remote {
                    line.push_str(&format!(" at {remote}"));
                }
                if let Some(certificate) = answer.certificate {
                    line.push_str(&format!(
                        ", presenting the certificate {certificate} (SHA-256, DER)"
                    ));
                }
                line.push_str(&format!(", status {}", answer.status));
            }
            match &part.outcome {
                Outcome::Captured(_) => {
                    let digest = recorded.snapshot.map(|it| it.to_string()).unwrap_or_default();
                    line.push_str(&format!(": the body {digest}"));
                }
                Outcome::NotModified { digest } => {
                    line.push_str(&format!(": not modified, the body is still {digest}"));
                }
                Outcome::Failed(failure) => line.push_str(&format!(": nothing ({failure})")),
            }
            line
        };
        Capture {
            visit: record.id,
            started_at: visit.started_at,
            ended_at: visit.ended_at,
            origin: visit.origin,
            text,
            parts: visit.parts.iter().zip(&record.visit.parts).map(part).collect(),
        }
    }

    fn lines(&self, which: &str) -> String {
        let by = match self.origin {
            Origin::Live => "this instance received",
            Origin::Imported => {
                "a capture that others made and that was imported here says it received"
            }
        };
        let mut lines = format!("{which}/  visit {}: on {} {by}\n", self.visit, self.started_at);
        for part in &self.parts {
            lines.push_str(&format!("    {part}\n"));
        }
        lines.push_str(&format!("    the visit ended {}\n", self.ended_at));
        lines.push_str(&format!("    the text that was read from it: {}\n", self.text));
        lines
    }
}

/// What a bundle tells.
pub struct Account<'a> {
    /// The change.
    pub event: &'a Event,
    /// What changed.
    pub change: &'a Change,
    /// The captures before and after.
    pub captures: &'a [Capture; 2],
    /// The signed head that the entries are under.
    pub head: Option<&'a Head>,
    /// What others gave for that head, by path.
    pub anchors: &'a [String],
    /// Why the log is not signed now.
    pub unsigned: Option<String>,
    /// What of the bundle is not in the log, or not under the head.
    pub unlogged: &'a [String],
    /// Whether it shows how the texts differ.
    pub has_diff: bool,
    /// What was taken out by order, each with when and why.
    pub gone: &'a [String],
    /// When the bundle was made.
    pub made_at: Timestamp,
}

/// Returns the text of `README.txt`.
pub fn readme(account: &Account<'_>) -> String {
    let Account { event, change, captures, head, .. } = account;
    let (before, after) = (change.before_last_at, event.captured_at);
    let mut text = format!(
        "{company}{title}\n{url}\n\nThe wording changed after {before} and no later than {after}.\n\
         The first is the last capture with the wording before, the second the first capture with \
         the\nwording after. When in between it changed, and whether it did so once, is not known.\n\
         All times are UTC. This bundle of the change {id} was made on {made_at}.\n\n\
         WHAT IT SHOWS\n\n",
        company =
            if event.company.is_empty() { String::new() } else { format!("{}: ", event.company) },
        title = event.title,
        url = event.url,
        id = event.id,
        made_at = account.made_at,
    );
    text.push_str(&captures[0].lines("before"));
    text.push_str(&captures[1].lines("after"));
    text.push_str(
        "\nbody-N        the body from address N, byte for byte after transfer and content decoding\n\
         headers-N     its header fields as the HTTP library yields them (it normalizes): netstrings,\n\
         \x20             name and value by turns\n\
         text          the text that was read from the bodies: UTF-8, one block a line, LF\n\
         log/          the entries of the log that name these by SHA-256, and proofs that they are\n\
         \x20             in the log\n\
         capture.warc.gz  both visits as a web archive (WARC 1.1), and in capture.wacz with an index,\n\
         \x20             which a browser replays (https://replayweb.page)\n\
",
    );
    if account.has_diff {
        text.push_str(
            "diff.html, diff.txt  how the texts differ; made from them, and no evidence by themselves\n",
        );
    }
    text.push('\n');
    text.push_str(&taken_out(account));
    text.push_str(&standing(account));
    text.push_str(LIMITS);
    text.push_str(&commands(*head, account.gone.is_empty()));
    text
}

/// Says what is not in the bundle since it was taken out of the archive.
fn taken_out(account: &Account<'_>) -> String {
    if account.gone.is_empty() {
        return String::new();
    }
    let mut text = "Not here, since it was taken out of the archive by order:\n".to_owned();
    for gone in account.gone {
        text.push_str(&format!("    {}\n", visible(gone)));
    }
    text.push_str(
        "Digests and entries stay, so that all of them are proved as before; the entries that tell of\n\
         the removal are log/removal-N.json. Whoever has the bytes from elsewhere can hold them\n\
         against the digests.\n\n",
    );
    text
}

/// Says how the entries stand in the log.
fn standing(account: &Account<'_>) -> String {
    let mut text = String::new();
    match account.head {
        Some(head) => text.push_str(&format!(
            "The entries are in the log `{}`, under the head of {} entries with the root\n{} \
             that its key signed. {}\n",
            head.origin,
            head.size,
            head.root,
            match account.anchors {
                [] => "No token of a timestamp authority and no\nsignature of a witness is with it: \
                       that it was not altered since is as sure as that an older\nhead which \
                       somebody else has kept is consistent with it. Alert mails carry such heads."
                    .to_owned(),
                given => format!(
                    "Others vouch for that head:\n{}. The record has not been altered since they did.",
                    given.join(", ")
                ),
            }
        )),
        None => text
            .push_str("The log of this instance is not signed: nothing here is proved by a key.\n"),
    }
    if let Some(reason) = &account.unsigned {
        text.push_str(&format!("The log is not signed now: {reason}.\n"));
    }
    for unlogged in account.unlogged {
        text.push_str(&format!("Note: {unlogged}.\n"));
    }
    text.push('\n');
    text
}

const LIMITS: &str = "\
WHAT IT DOES NOT SHOW

- That nobody invented a capture at the moment of fetching: only observers who are independent of
  this instance help with that.
- What the site showed to others: it is recorded as seen from this vantage, with its address, agent
  and language.
- When between the two captures the wording changed, who changed it, and why.
- That the clock of this instance was right.
- That whoever holds the key did not rewrite the log before somebody else first kept a head of it.

";

/// What checks the proofs of a bundle: it adds up each and compares it with the head.
const PROOF: &str = r#"python3 - log/*.tlog-proof << 'END'
import base64, hashlib, sys
def h(*parts): return hashlib.sha256(b"".join(parts)).digest()
root = base64.b64decode(open("checkpoint").read().split("\n")[2])
size = int(open("checkpoint").read().split("\n")[1])
for path in sys.argv[1:]:
    lines = open(path).read().split("\n\n")[0].split("\n")[1:]
    at, last = int(lines[0].split()[1]), size - 1
    node = h(b"\0", open(path.replace(".tlog-proof", ".json"), "rb").read())
    for step in map(base64.b64decode, lines[1:]):
        if at & 1 or at == last:
            node = h(b"\1", step, node)
            while not at & 1 and at: at, last = at >> 1, last >> 1
        else:
            node = h(b"\1", node, step)
        at, last = at >> 1, last >> 1
    if last or node != root: sys.exit(path + " is NOT under the head")
    print(path + " is under the head")
END
"#;

/// `is_whole` says that no body was taken out.
fn commands(head: Option<&Head>, is_whole: bool) -> String {
    let sample = if is_whole { "body-1" } else { "headers-1" };
    let mut text = "\
HOW TO CHECK IT, WITH TOOLS THAT OTHERS WROTE

1. Every file is as it was when the bundle was made:
       sha256sum --strict -c MANIFEST.sha256
   MANIFEST.sha256 itself is signed where there is a MANIFEST.sig:
       openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in MANIFEST.sha256 \\
           -sigfile MANIFEST.sig
2. The entries name these very bytes: the digests of before/body-1, before/headers-1, before/text
   and so on, as `sha256sum` prints them, stand in log/*.json. Do not format these files anew: they
   are RFC 8785 (JCS), and their bytes are what is logged.
       grep -o $(sha256sum < after/{sample} | cut -d' ' -f1) log/after-capture.json
3. The web archive: `warcio check capture.warc.gz` and `fastwarc check capture.warc.gz`, and as many
   records as MANIFEST.sha256 says (a last record that is gone is not noticed by either). The package:
   `wacz validate -f capture.wacz`.
"
    .replace("{sample}", sample);
    if head.is_some() {
        text.push_str(
            &"\
4. The head is signed by the key (checkpoint.text is what is signed in `checkpoint`, checkpoint.sig
   the 64 bytes of the signature):
       openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in checkpoint.text \\
           -sigfile checkpoint.sig
   Compare `key` and an older head with those that you have from elsewhere, such as an alert mail.
5. Each entry is under the head: log/*.tlog-proof is C2SP tlog-proof@v1 (c2sp.org/tlog-proof), which
   Go's golang.org/x/mod/sumdb/tlog checks (`tlog.CheckRecord` with `tlog.RecordHash` of the entry's
   bytes), as do the Python packages `aics-tlog` and `pymerkle`. It is a few lines of arithmetic
   (RFC 9162, section 2.1.3.2), which Python does with nothing installed:
{script}6. Where a timestamp authority vouches for the head, with the authority's certificates as chain.pem
   (`-attime` with the seconds of the token's own time where its certificate has ended since):
       openssl ts -verify -data checkpoint -in anchors/HOST.tsr -CAfile chain.pem
   Where a witness does, anchors/HOST.checkpoint is the head with its signature: a C2SP
   cosignature, which `aics-tlog` checks with the witness's key.
"
            .replace("{script}", PROOF),
        );
    }
    text
}
