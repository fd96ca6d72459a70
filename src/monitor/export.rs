//! What is on record, written for other programs: as web archives, tables and folders that are read
//! without us.

pub mod folder;
pub mod output;
pub mod request;
mod sorted;
pub mod tables;
pub mod wacz;
pub mod warc;
