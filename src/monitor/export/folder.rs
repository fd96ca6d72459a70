//! Versions as Markdown: a folder a page and a file a version, or commits in a git repository with
//! the captures' dates, to be read and compared on any forge.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::{
    alert::render::markdown,
    model::{history::Version, page::PageId},
    monitor::{
        app::App,
        export::{
            output::{Output, sync_folder},
            request::{ExportFailure, Exported, Extent, text_of},
        },
    },
};

/// Writes each version as a file `PAGE/NUMBER-DAY.md` in a folder, which is made if needed. Files
/// of other names are left as they are.
pub fn write_folder(app: &App, extent: &Extent, folder: &Path) -> Result<Exported, ExportFailure> {
    let mut done = Exported::default();
    for page in extent.pages_of(app)? {
        let versions = versions_of(app, &page, extent)?;
        if versions.is_empty() {
            continue;
        }
        let place = folder.join(page.as_str());
        let failure = |source| ExportFailure::Write { path: place.clone(), source };
        fs::create_dir_all(&place).map_err(failure)?;
        for version in &versions {
            let file = format!("{:04}-{}.md", version.number, version.first_at.day());
            let output = Output::File(place.join(file));
            let text = words(app, version)?;
            let head = head(app, version)?;
            output.write(|out| {
                out.write_all(format!("{head}\n{text}").as_bytes()).map_err(|it| output.failure(it))
            })?;
            done.entries += 1;
        }
        sync_folder(&place).map_err(failure)?;
        done.pages += 1;
    }
    done.records = done.entries;
    Ok(done)
}

/// Returns the text of a version as Markdown, or that it is gone.
fn words(app: &App, version: &Version) -> Result<String, ExportFailure> {
    Ok(match text_of(app, version)? {
        Some(text) => markdown::text(&text),
        None => "The text was taken out by order.\n".to_owned(),
    })
}

fn versions_of(app: &App, page: &PageId, extent: &Extent) -> Result<Vec<Version>, ExportFailure> {
    let mut versions = app.archive.versions(page)?;
    versions.retain(|version| extent.holds(version.first_at));
    Ok(versions)
}

fn head(app: &App, version: &Version) -> Result<String, ExportFailure> {
    Ok(format!(
        "---\npage: {}\nversion: {}\ncause: {}\n{}text: {}\n---\n",
        version.page,
        version.number,
        version.cause.code(),
        seen(app, version)?,
        version.text
    ))
}

/// Tells when a version came, by the two captures between which it did.
fn seen(app: &App, version: &Version) -> Result<String, ExportFailure> {
    let after = app.archive.seen_before(&version.page, version.first_at)?;
    let after = after.map(|at| format!("after: {at}\n")).unwrap_or_default();
    Ok(format!("{after}no_later_than: {}\n", version.first_at))
}

/// The branch that an export writes, which is none of the user's.
const BRANCH: &str = "refs/heads/pledgewatch";

/// Writes the versions as commits, oldest first, one file a page, as `git fast-import` reads them.
/// The same record gives the same commits.
pub fn write_commits(
    app: &App,
    extent: &Extent,
    out: &mut dyn Write,
    failure: &dyn Fn(io::Error) -> ExportFailure,
) -> Result<Exported, ExportFailure> {
    let mut done = Exported::default();
    let mut all: Vec<Version> = Vec::new();
    for page in extent.pages_of(app)? {
        let versions = versions_of(app, &page, extent)?;
        done.pages += u64::from(!versions.is_empty());
        all.extend(versions);
    }
    all.sort_by_key(|it| (it.first_at, it.id));
    writeln!(out, "feature done\nreset {BRANCH}\n").map_err(failure)?;
    for version in &all {
        let (page, number) = (&version.page, version.number);
        let text = words(app, version)?;
        let told = format!(
            "{page}: version {number}\n\n{}cause: {}\ntext: {}\n",
            seen(app, version)?,
            version.cause.code(),
            version.text
        );
        let seconds = version.first_at.as_millis().div_euclid(1_000).max(0);
        let commit = format!(
            "commit {BRANCH}\ncommitter pledgewatch <pledgewatch@invalid> {seconds} +0000\n\
             data {}\n{told}\nM 100644 inline {page}.md\ndata {}\n{text}\n",
            told.len(),
            text.len()
        );
        out.write_all(commit.as_bytes()).map_err(failure)?;
        done.entries += 1;
    }
    out.write_all(b"done\n").map_err(failure)?;
    done.records = done.entries;
    Ok(done)
}

/// Writes the versions as commits of the branch `pledgewatch` in a git repository, which is made if
/// there is none.
///
/// The branch is replaced as a whole once all commits are there; others are left as they are.
pub fn write_repository(
    app: &App,
    extent: &Extent,
    folder: &Path,
) -> Result<Exported, ExportFailure> {
    let failure = |source| ExportFailure::Write { path: folder.to_owned(), source };
    if !folder.exists() {
        fs::create_dir_all(folder).map_err(failure)?;
        run(git(folder).args(["init", "--quiet", "--bare"])).map_err(failure)?;
        run(git(folder).args(["symbolic-ref", "HEAD", BRANCH])).map_err(failure)?;
    }
    let mut command = git(folder);
    command.args(["fast-import", "--quiet", "--force", "--done"]).stdin(Stdio::piped());
    let mut child = command.spawn().map_err(failure)?;
    let written = feed(app, extent, &mut child, &failure);
    let ended = child.wait_with_output().map_err(failure)?;
    match (written, ended.status.success()) {
        (Ok(done), true) => Ok(done),
        // What git says tells more than that it took no more.
        (Ok(_) | Err(ExportFailure::Write { .. }), false) => Err(failure(io::Error::other(
            format!("git: {}", String::from_utf8_lossy(&ended.stderr).trim()),
        ))),
        (Err(failed), _) => Err(failed),
    }
}

fn feed(
    app: &App,
    extent: &Extent,
    child: &mut Child,
    failure: &dyn Fn(io::Error) -> ExportFailure,
) -> Result<Exported, ExportFailure> {
    // Dropped at the end, which tells git that there is no more.
    let stdin = child.stdin.take().ok_or_else(|| failure(io::ErrorKind::BrokenPipe.into()))?;
    let mut out = io::BufWriter::new(stdin);
    let done = write_commits(app, extent, &mut out, failure)?;
    out.flush().map_err(failure)?;
    Ok(done)
}

/// Returns git, to be run in a folder, whatever repository the environment speaks of.
fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
        git.env_remove(name);
    }
    git.arg("-C").arg(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    git
}

fn run(command: &mut Command) -> io::Result<()> {
    let ended = command.output()?;
    match ended.status.success() {
        true => Ok(()),
        false => Err(io::Error::other(String::from_utf8_lossy(&ended.stderr).trim().to_owned())),
    }
}
