//! Why a delivery did not happen, told without secrets. It knows no channel from inside.

/// Why a delivery did not happen. No message holds a secret or an address that may be one.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryFailure {
    /// Standard output is printed by the command, not delivered.
    #[error("standard output is printed to, not delivered to")]
    Printed,
    /// A mail address of the channel is none.
    #[error("`{address}` is no mail address: {reason}")]
    BadAddress {
        /// The address, visible and clipped.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The address of a webhook, as kept outside the watchlist, is none.
    #[error("what is kept in {place} is no http or https address")]
    BadUrl {
        /// Where it is kept.
        place: String,
    },
    /// A secret could not be read.
    #[error("cannot read the secret from {place}: {reason}")]
    Secret {
        /// Where it is kept.
        place: String,
        /// Why.
        reason: String,
    },
    /// The mail could not be made.
    #[error("cannot write the mail: {reason}")]
    Unwritten {
        /// Why.
        reason: String,
    },
    /// The feeds could not be written.
    #[error("cannot write the feeds to {folder}: {reason}")]
    Folder {
        /// Their folder.
        folder: String,
        /// Why.
        reason: String,
    },
    /// The mail server did not take the mail.
    #[error("the mail server {server} did not take the mail: {reason}")]
    Mail {
        /// Its host and port.
        server: String,
        /// What it said, visible and clipped.
        reason: String,
    },
    /// No answer came over HTTP.
    #[error("no answer came from the receiver: {reason}")]
    Unanswered {
        /// Why.
        reason: String,
    },
    /// The answer was not one of success.
    #[error("the receiver answered {status}{answer}")]
    Refused {
        /// The status.
        status: u16,
        /// The answer's beginning, visible, with `: ` before it; empty if there is none.
        answer: String,
    },
    /// The answer came from another address than asked.
    #[error("the receiver redirects elsewhere: give the address that it leads to")]
    Redirected,
    /// The program could not be run.
    #[error("cannot run `{program}`: {reason}")]
    Unstarted {
        /// The program.
        program: String,
        /// Why.
        reason: String,
    },
    /// The program failed.
    #[error("`{program}` ended with {status}{said}")]
    Exited {
        /// The program.
        program: String,
        /// Its exit status in the system's words.
        status: String,
        /// The first line of its standard error, visible, with `: ` before it; empty if none.
        said: String,
    },
    /// It took too long.
    #[error("no end within {seconds} s")]
    TimedOut {
        /// How long we waited.
        seconds: u64,
    },
}

impl DeliveryFailure {
    /// Returns whether trying again cannot help until the watchlist is changed. Everything else
    /// stays due: a webhook that is gone may come back, a secret that is missing may be given.
    pub fn is_permanent(&self) -> bool {
        match self {
            DeliveryFailure::Printed | DeliveryFailure::BadAddress { .. } => true,
            DeliveryFailure::BadUrl { .. }
            | DeliveryFailure::Secret { .. }
            | DeliveryFailure::Unwritten { .. }
            | DeliveryFailure::Folder { .. }
            | DeliveryFailure::Mail { .. }
            | DeliveryFailure::Unanswered { .. }
            | DeliveryFailure::Refused { .. }
            | DeliveryFailure::Redirected
            | DeliveryFailure::Unstarted { .. }
            | DeliveryFailure::Exited { .. }
            | DeliveryFailure::TimedOut { .. } => false,
        }
    }
}
