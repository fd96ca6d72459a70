//! What the monitor finds, as JSON for scripts and as words: the command line and the web pages say
//! the same of it. Keys are stable: they are added to, never renamed.

pub mod page;
pub mod pledge;
pub mod stay;
