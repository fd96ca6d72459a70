//! Secrets read where they are kept, at the moment they are needed. Their values never reach a
//! message or a log: failures name the place alone.

use std::{
    env,
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
};

use url::Url;

use crate::{
    alert::deliver::failure::DeliveryFailure,
    model::channel::{SecretSource, UrlSource},
};

/// The most bytes of a secret's line.
const LINE_BYTES_MAX: u64 = 65_536;

/// A secret's value; it cannot be printed.
pub struct Secret(String);

impl Secret {
    /// Returns the value, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Returns the secret kept at `source`: a variable's value or a file's first line, without white
/// space at its ends. Fails if it is missing or empty.
pub fn secret(source: &SecretSource) -> Result<Secret, DeliveryFailure> {
    let failure = |reason: String| DeliveryFailure::Secret { place: source.to_string(), reason };
    let value = match source {
        SecretSource::Env(name) => env::var(name).map_err(|error| match error {
            env::VarError::NotPresent => failure("it is not set".to_owned()),
            env::VarError::NotUnicode(_) => failure("it is not UTF-8".to_owned()),
        })?,
        SecretSource::File(path) => {
            let file = File::open(path).map_err(|error| failure(error.to_string()))?;
            let mut line = String::new();
            BufReader::new(file.take(LINE_BYTES_MAX))
                .read_line(&mut line)
                .map_err(|error| failure(error.to_string()))?;
            line
        }
    };
    match value.trim() {
        "" => Err(failure("it is empty".to_owned())),
        value => Ok(Secret(value.to_owned())),
    }
}

/// Returns the address kept at `source`.
pub fn url(source: &UrlSource) -> Result<Url, DeliveryFailure> {
    let place = match source {
        UrlSource::Written(url) => return Ok(url.clone()),
        UrlSource::Secret(place) => place,
    };
    let failure = || DeliveryFailure::BadUrl { place: place.to_string() };
    let url = Url::parse(secret(place)?.reveal()).map_err(|_| failure())?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        _ => Err(failure()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_secret_is_a_files_first_line() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"  s3cret \r\nnot this\n").unwrap();
        let source = SecretSource::File(file.path().to_owned());
        assert_eq!(secret(&source).ok().unwrap().reveal(), "s3cret");
    }

    #[test]
    fn a_missing_secret_names_its_place_and_may_come_later() {
        let unset = SecretSource::Env("PLEDGEWATCH_TEST_UNSET".to_owned());
        let failure = secret(&unset).err().unwrap();
        assert_eq!(
            failure.to_string(),
            "cannot read the secret from the environment variable PLEDGEWATCH_TEST_UNSET: \
             it is not set"
        );
        assert!(!failure.is_permanent());
        let empty = tempfile::NamedTempFile::new().unwrap();
        assert!(secret(&SecretSource::File(empty.path().to_owned())).is_err());
    }

    #[test]
    fn a_bad_address_is_not_repeated_in_the_message() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"hooks.example/T0/SECRETTOKEN").unwrap();
        let source = UrlSource::Secret(SecretSource::File(file.path().to_owned()));
        let message = url(&source).err().unwrap().to_string();
        assert!(!message.contains("SECRETTOKEN"), "{message}");
    }
}
