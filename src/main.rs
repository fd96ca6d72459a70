//! The program: hands the command line to `cli` and exits with its code.

use std::{panic, thread};

use pledgewatch::cli::{self, exit::Exit};
use rustix::process::{Resource, getrlimit};

/// Room for pages as deep as are read, whatever `ulimit -s` is; only what is used of it is taken.
const STACK_BYTES: u64 = 8 << 20;

fn main() -> Exit {
    let run = || cli::run(std::env::args_os());
    let has_room = getrlimit(Resource::Stack).current.is_none_or(|bytes| STACK_BYTES <= bytes);
    if has_room {
        return panic::catch_unwind(run).unwrap_or(Exit::Failed);
    }
    match thread::Builder::new().stack_size(STACK_BYTES as usize).spawn(run) {
        // The thread has said why it panicked.
        Ok(thread) => thread.join().unwrap_or(Exit::Failed),
        // Where the system refuses a thread, the stack that is there must do.
        Err(_) => run(),
    }
}
