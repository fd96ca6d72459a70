//! The program: hands the command line to `cli` and exits with its code.

use pledgewatch::cli::{self, exit::Exit};

fn main() -> Exit {
    cli::run(std::env::args_os())
}
