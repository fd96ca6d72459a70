//! Visits that were exported from an archive of ours: a metadata record that tells all of a visit,
//! and right behind it the records of its answers.

use serde::{Deserialize, Serialize};

use crate::{
    formats::warc::{Metadata, write::name_before},
    model::{
        page::PageId,
        snapshot::{Digest, Snapshot, exact},
        time::Timestamp,
        visit::{Origin, Outcome, Part, Visit},
    },
    monitor::{
        import::capture::{Came, Captured},
        visit_form::{Body, FormFailure, MEDIA_TYPE, VisitForm},
    },
};

/// A visit as it was exported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WholeVisit {
    form: VisitForm,
    /// What each part's record holds, once it was met.
    pub captures: Vec<Option<Captured>>,
    page: String,
    at: i64,
}

impl WholeVisit {
    fn read(block: &[u8]) -> Result<WholeVisit, FormFailure> {
        let form = VisitForm::read(block)?;
        let page: PageId = form.page.parse().map_err(|it| FormFailure(format!("{it}")))?;
        let at = form.started()?.as_millis();
        let captures = form.parts.iter().map(|_| None).collect();
        Ok(WholeVisit { page: page.to_string(), at, captures, form })
    }

    /// Returns when it began.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.at)
    }

    /// Returns its page, as it was called where it was exported.
    pub fn page(&self) -> Result<PageId, FormFailure> {
        self.page.parse().map_err(|it| FormFailure(format!("{it}")))
    }

    /// Returns the address of its first part.
    pub fn url(&self) -> &str {
        self.form.parts.first().map_or("", |part| &part.url)
    }

    fn lacks(&self) -> bool {
        let parts = self.form.parts.iter().zip(&self.captures);
        parts.into_iter().any(|(part, capture)| part.record.is_some() && capture.is_none())
    }

    /// Returns what each address gave: its name and the digest of the body.
    pub fn gave(&self) -> Result<Vec<(String, Option<Digest>)>, FormFailure> {
        let gave = self.form.parts.iter().map(|part| {
            let digest = match part.body()? {
                Body::Captured(digest) | Body::NotModified(digest) => Some(digest),
                Body::Failed(_) => None,
            };
            Ok((part.url.clone(), digest))
        });
        gave.collect()
    }

    /// Returns the visit, of `page`; `body` finds what was captured before, `is_kept` tells
    /// whether it is there.
    ///
    /// Fails where a record does not hold the body that the visit names.
    pub fn visit<E: From<FormFailure>>(
        self,
        page: PageId,
        body: impl Fn(&Digest) -> Result<Option<Snapshot>, E>,
        is_kept: impl Fn(&Digest) -> Result<bool, E>,
    ) -> Result<Visit, E> {
        let mut parts: Vec<Part> = Vec::new();
        for (form, captured) in self.form.parts.iter().zip(self.captures) {
            let (fields, came) = match captured {
                Some(captured) => (captured.headers, Some(captured.came)),
                None => (Vec::new(), None),
            };
            let fields =
                fields.into_iter().map(|(name, value)| (name_before(&name).to_owned(), value));
            let outcome = match (form.body()?, came) {
                (Body::Captured(digest), Some(Came::Body(bytes))) => {
                    let snapshot = Snapshot::new(exact(bytes));
                    if snapshot.digest() != digest {
                        let what = format!("its body has the digest {}", snapshot.digest());
                        return Err(FormFailure(what).into());
                    }
                    Outcome::Captured(snapshot)
                }
                (Body::Captured(digest), Some(Came::Again(_) | Came::Cut(..)) | None) => {
                    Outcome::Captured(body(&digest)?.ok_or_else(|| missing(&digest))?)
                }
                (Body::NotModified(digest), _) => match is_kept(&digest)? {
                    true => Outcome::NotModified { digest },
                    false => return Err(missing(&digest).into()),
                },
                (Body::Failed(failed), _) => Outcome::Failed(failed),
            };
            parts.push(form.part(fields.collect(), outcome)?);
        }
        Ok(Visit {
            page,
            started_at: self.form.started()?,
            ended_at: self.form.ended()?,
            origin: Origin::Imported,
            asked: self.form.asked()?,
            parts,
        })
    }
}

fn missing(digest: &Digest) -> FormFailure {
    FormFailure(format!("the body {digest} is neither in the file nor on record"))
}

/// What was found in a web archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Found {
    /// A capture of an address.
    One(Captured),
    /// A visit with all that it gave.
    Whole(WholeVisit),
}

impl Found {
    /// Returns when it was captured.
    pub fn at(&self) -> Timestamp {
        match self {
            Found::One(captured) => captured.at(),
            Found::Whole(whole) => whole.at(),
        }
    }

    /// Returns the bodies that it holds.
    pub fn bodies(&self) -> Vec<&Vec<u8>> {
        match self {
            Found::One(captured) => captured.body().into_iter().collect(),
            Found::Whole(whole) => {
                whole.captures.iter().flatten().filter_map(Captured::body).collect()
            }
        }
    }

    /// Returns where the bodies that it holds go.
    pub fn bodies_mut(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Found::One(captured) => captured.body_mut().into_iter().collect(),
            Found::Whole(whole) => {
                whole.captures.iter_mut().flatten().filter_map(Captured::body_mut).collect()
            }
        }
    }
}

/// Puts the records of visits together as they come.
#[derive(Default)]
pub struct Gathering {
    pending: Option<WholeVisit>,
}

/// What a record came to.
pub type Gathered = Result<Found, FormFailure>;

impl Gathering {
    /// Takes a metadata record; what it ends is given.
    pub fn metadata(&mut self, metadata: &Metadata) -> Vec<Gathered> {
        if metadata.media_type != MEDIA_TYPE {
            return Vec::new();
        }
        let mut gathered = self.finish();
        match WholeVisit::read(&metadata.block) {
            Ok(whole) if whole.lacks() => self.pending = Some(whole),
            Ok(whole) => gathered.push(Ok(Found::Whole(whole))),
            Err(failure) => gathered.push(Err(failure)),
        }
        gathered
    }

    /// Takes what a record holds, which may belong to the visit before it.
    pub fn capture(&mut self, record: &str, captured: Captured) -> Vec<Gathered> {
        if let Some(whole) = &mut self.pending {
            let mut parts = whole.form.parts.iter().zip(&mut whole.captures);
            let slot =
                parts.find(|(part, it)| part.record.as_deref() == Some(record) && it.is_none());
            if let Some((_, slot)) = slot {
                *slot = Some(captured);
                let is_whole = !whole.lacks();
                return match self.pending.take_if(|_| is_whole) {
                    Some(whole) => vec![Ok(Found::Whole(whole))],
                    None => Vec::new(),
                };
            }
        }
        let mut gathered = self.finish();
        gathered.push(Ok(Found::One(captured)));
        gathered
    }

    /// Returns what is left of a visit whose records did not all come: a failure, and what came.
    pub fn finish(&mut self) -> Vec<Gathered> {
        let Some(whole) = self.pending.take() else { return Vec::new() };
        let what = format!("{} at {} lacks a record", whole.page, whole.form.started_at);
        let came = whole.captures.into_iter().flatten().map(|it| Ok(Found::One(it)));
        std::iter::once(Err(FormFailure(what))).chain(came).collect()
    }
}
