//! What can be wrong with one record of a WARC file. Which record it is, the reader says.

use std::io;

use crate::formats::{coding::CodingFlaw, http::HttpFlaw};

/// What is wrong with one record. All but [`Flaw::Input`] and [`Flaw::Lost`] leave the records
/// behind it readable.
#[derive(Debug, thiserror::Error)]
pub enum Flaw {
    /// The bytes could not be had. Reading ends.
    #[error("the input cannot be read")]
    Input(#[source] io::Error),
    /// No record began for so long that none is expected. Reading ends.
    #[error("no further record begins within {bytes} bytes")]
    Lost {
        /// How far was looked.
        bytes: u64,
    },
    /// The compressed data is damaged or cut off.
    #[error("the compressed data is damaged: {reason}")]
    Damaged {
        /// What the decoder said.
        reason: String,
    },
    /// No record begins where one should.
    #[error("no line `WARC/1.0` or `WARC/1.1` stands where a record should begin")]
    NotARecord,
    /// The head does not end within its bound.
    #[error("the head of the record is over {limit} bytes")]
    HeadTooLarge {
        /// The bound.
        limit: usize,
    },
    /// The file ends inside a head.
    #[error("the file ends inside the head of the record")]
    CutOffHead,
    /// A field that every record has is missing.
    #[error("the record has no {field}")]
    NoField {
        /// Its name.
        field: &'static str,
    },
    /// A field's value is not of its form.
    #[error("the record's {field} cannot be read: `{value}`")]
    BadField {
        /// Its name.
        field: &'static str,
        /// Its value, printable and shortened.
        value: String,
    },
    /// The file ends inside a block.
    #[error("the file ends after {found} of the {length} bytes that the record should have")]
    CutOff {
        /// The Content-Length.
        length: u64,
        /// What came.
        found: u64,
    },
    /// The block does not end where its length says.
    #[error("the Content-Length of {length} bytes is wrong: the record does not end there")]
    WrongLength {
        /// The Content-Length.
        length: u64,
    },
    /// The block is over its bound; it was passed over.
    #[error("the record has {length} bytes, more than the {limit} that are read")]
    TooLarge {
        /// The Content-Length.
        length: u64,
        /// The bound.
        limit: usize,
    },
    /// The block is one of several segments; only whole records are read.
    #[error("the record is in segments, which are not put together")]
    Segmented,
    /// The block is no HTTP answer.
    #[error(transparent)]
    Http(#[from] HttpFlaw),
    /// The body could not be unpacked.
    #[error(transparent)]
    Coding(#[from] CodingFlaw),
    /// The payload is not what its digest says.
    #[error("the content is not what its digest `{digest}` says")]
    DigestDiffers {
        /// The digest as stated, printable and shortened.
        digest: String,
    },
}
