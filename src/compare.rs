//! Two texts to aligned edits, purely.
