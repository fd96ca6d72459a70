//! Arguments that are described only once their command is the one that was typed.

use clap::{ArgMatches, Args, Command, Error, FromArgMatches};

/// The arguments of a command. Describing those of every command took a twentieth of the time that
/// reading a body takes (`benches/size.py`), and one is asked for.
#[derive(Debug)]
pub struct Deferred<T>(pub T);

impl<T: Args> Args for Deferred<T> {
    fn augment_args(command: Command) -> Command {
        command.defer(T::augment_args)
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(T::augment_args_for_update)
    }
}

impl<T: FromArgMatches> FromArgMatches for Deferred<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches(matches).map(Deferred)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use crate::cli::Arguments;

    #[test]
    fn commands_are_well_formed_to_the_last_and_say_all_about_themselves_when_asked() {
        Arguments::command().debug_assert();
        let asked = Arguments::command().try_get_matches_from(["pledgewatch", "forget", "--help"]);
        let help = asked.unwrap_err().to_string();
        assert!(help.contains("It cannot be taken back."), "{help}");
    }

    #[test]
    fn a_command_takes_its_own_arguments_and_those_of_all_and_no_other() {
        let parse = |line: &str| Arguments::command().try_get_matches_from(line.split(' '));
        let taken = parse("pledgewatch show --archive a page --at 2026-01-01").unwrap();
        let (name, of_show) = taken.subcommand().unwrap();
        assert_eq!(name, "show");
        assert!(of_show.contains_id("archive") && of_show.contains_id("at"));
        let refused = parse("pledgewatch forget page --at 2026-01-01").unwrap_err();
        assert_eq!(refused.kind(), clap::error::ErrorKind::UnknownArgument);
    }
}
