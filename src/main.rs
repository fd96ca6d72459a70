//! The program: hands the command line to `cli` and exits with its code.

use std::thread;

use pledgewatch::cli::{self, exit::Exit};

/// Room for pages as deep as are read, whatever `ulimit -s` is; only what is used of it is taken.
const STACK_BYTES: usize = 16 << 20;

fn main() -> Exit {
    let run = || cli::run(std::env::args_os());
    match thread::Builder::new().stack_size(STACK_BYTES).spawn(run) {
        // The thread has said why it panicked.
        Ok(thread) => thread.join().unwrap_or(Exit::Failed),
        // Where the system refuses a thread, the stack that is there must do.
        Err(_) => run(),
    }
}
