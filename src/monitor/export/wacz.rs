//! Visits as a WACZ package: the web archive, an index of it and a list of its pages in one file,
//! which a browser replays with no server.
//!
//! Source: <https://specs.webrecorder.net/wacz/1.1.1/>

use std::io::{self, Write};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    formats::warc::cdx::Line,
    model::{history::VisitId, snapshot::Digest, time::Timestamp},
    monitor::{
        app::App,
        export::{
            request::{ExportFailure, Exported, Extent},
            sorted::Sorted,
            warc::{write_visits, write_warc},
        },
    },
};

/// What the package calls its web archive.
const WARC: &str = "data.warc.gz";

/// Writes the visits of an extent as a package; `failure` names what is written.
pub fn write_wacz(
    app: &App,
    extent: &Extent,
    at: Timestamp,
    out: &mut dyn Write,
    failure: &dyn Fn(io::Error) -> ExportFailure,
) -> Result<Exported, ExportFailure> {
    write(at, out, failure, &mut |out, note| write_warc(app, extent, at, out, failure, note))
}

/// Writes these visits as a package, in order of time.
pub fn write_visits_wacz(
    app: &App,
    visits: &[VisitId],
    at: Timestamp,
    out: &mut dyn Write,
    failure: &dyn Fn(io::Error) -> ExportFailure,
) -> Result<Exported, ExportFailure> {
    write(at, out, failure, &mut |out, note| write_visits(app, visits, at, out, failure, note))
}

/// Writes a web archive to where it is told, with the place of each answer.
type Fill<'a> =
    &'a mut dyn FnMut(&mut dyn Write, &mut dyn FnMut(&Line<'_>)) -> Result<Exported, ExportFailure>;

fn write(
    at: Timestamp,
    out: &mut dyn Write,
    failure: &dyn Fn(io::Error) -> ExportFailure,
    fill: Fill<'_>,
) -> Result<Exported, ExportFailure> {
    let mut package = Package { zip: ZipWriter::new_stream(out), resources: Vec::new() };
    let mut index = Sorted::default();
    let mut pages: Vec<(String, Timestamp, String)> = Vec::new();
    let mut trouble = None;
    let path = format!("archive/{WARC}");
    let mut entry = package.begin(&path, CompressionMethod::Stored).map_err(failure)?;
    let done = {
        let mut note = |line: &Line<'_>| {
            if let Err(error) = index.put(line.cdxj(WARC)) {
                trouble.get_or_insert(error);
            }
            let is_page = line.status == Some(200) && !line.is_revisit;
            // Captures come page by page, each page's in order of time: its last one is shown.
            match pages.last_mut() {
                Some((url, last, _)) if *url == line.url.as_str() => *last = line.at,
                Some(_) | None if is_page => {
                    pages.push((line.url.to_string(), line.at, line.page.to_owned()));
                }
                Some(_) | None => (),
            }
        };
        fill(&mut entry, &mut note)?
    };
    if let Some(error) = trouble {
        return Err(failure(error));
    }
    entry.end();
    let mut entry =
        package.begin("indexes/index.cdx", CompressionMethod::Deflated).map_err(failure)?;
    let mut put = |line: &str| writeln!(entry, "{line}");
    index.drain(&mut put).map_err(failure)?;
    entry.end();
    let mut entry =
        package.begin("pages/pages.jsonl", CompressionMethod::Deflated).map_err(failure)?;
    let head = json!({ "format": "json-pages-1.0", "id": "pages", "title": "All Pages" });
    writeln!(entry, "{head}").map_err(failure)?;
    for (url, at, page) in &pages {
        let id = Digest::of(format!("{page} {url}").as_bytes()).short();
        let line = json!({ "id": id, "url": url, "ts": at.to_string(), "title": page });
        writeln!(entry, "{line}").map_err(failure)?;
    }
    entry.end();
    package.finish(at).map_err(failure)?;
    Ok(done)
}

struct Package<'a> {
    zip: ZipWriter<zip::write::StreamWriter<&'a mut dyn Write>>,
    resources: Vec<Value>,
}

impl<'a> Package<'a> {
    fn begin<'b>(&'b mut self, path: &str, method: CompressionMethod) -> io::Result<Entry<'a, 'b>> {
        // No time: the same record is the same bytes.
        let options = SimpleFileOptions::default().compression_method(method).large_file(true);
        self.zip.start_file(path, options)?;
        Ok(Entry { package: self, path: path.to_owned(), digest: Sha256::new(), bytes: 0 })
    }

    fn finish(mut self, at: Timestamp) -> io::Result<()> {
        let resources = std::mem::take(&mut self.resources);
        let data = json!({
            "profile": "data-package",
            "resources": resources,
            "wacz_version": "1.1.1",
            "software": concat!("pledgewatch ", env!("CARGO_PKG_VERSION")),
            "created": at.to_string(),
        });
        let data = data.to_string();
        let digest = json!({
            "path": "datapackage.json",
            "hash": format!("sha256:{}", Digest::of(data.as_bytes())),
        });
        for (path, text) in
            [("datapackage.json", data), ("datapackage-digest.json", digest.to_string())]
        {
            let mut entry = self.begin(path, CompressionMethod::Deflated)?;
            entry.write_all(text.as_bytes())?;
            entry.end();
        }
        self.zip.finish()?;
        Ok(())
    }
}

/// A file of the package, hashed as it is written.
struct Entry<'a, 'b> {
    package: &'b mut Package<'a>,
    path: String,
    digest: Sha256,
    bytes: u64,
}

impl Entry<'_, '_> {
    fn end(self) {
        let digest: [u8; 32] = self.digest.finalize().into();
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        self.package.resources.push(json!({
            "name": name,
            "path": self.path,
            "hash": format!("sha256:{}", Digest::from_bytes(digest)),
            "bytes": self.bytes,
        }));
    }
}

impl Write for Entry<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.package.zip.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.package.zip.flush()
    }
}
