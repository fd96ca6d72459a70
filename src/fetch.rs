//! A watch to a visit, politely and safely.
