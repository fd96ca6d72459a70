//! What is on record, written for other programs: as web archives, tables and folders that are read
//! without us.

pub mod output;
pub mod request;
pub mod warc;
