//! An event as words, and its delivery to the channels.
