//! Bytes to text, purely.
