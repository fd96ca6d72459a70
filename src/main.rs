//! The program: hands the command line to `cli` and exits with its code.

use std::{panic, thread};

use pledgewatch::cli::{self, exit::Exit};
use rustix::process::{Resource, getrlimit};

/// Room for pages as deep as are read, arguments and environment aside: a smaller stack, as `ulimit -s`
/// may ask for, is not worked on; only what is used of it is taken.
const STACK_BYTES: u64 = 8 << 20;

fn main() -> Exit {
    // What panicked has said why.
    let run = || panic::catch_unwind(|| cli::run(std::env::args_os())).unwrap_or(Exit::Failed);
    let has_room = getrlimit(Resource::Stack).current.is_none_or(|bytes| STACK_BYTES <= bytes);
    if has_room {
        return run();
    }
    match thread::Builder::new().stack_size(STACK_BYTES as usize).spawn(run) {
        Ok(thread) => thread.join().unwrap_or(Exit::Failed),
        // Where the system refuses a thread, the stack that is there must do.
        Err(_) => run(),
    }
}
