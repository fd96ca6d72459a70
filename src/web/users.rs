//! Who may sign in: a file of names, rights and argon2 hashes beside the watchlist, and never the
//! passwords themselves.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::model::review::Reviewer;

/// So many may be in the file: each password is hashed alone, and nobody has more reviewers.
const USERS_MAX: usize = 1_000;

/// The fewest characters of a password that a person chooses.
pub const PASSWORD_CHARS_MIN: usize = 10;

/// The most bytes of a password: hashing more costs time and adds nothing.
pub const PASSWORD_BYTES_MAX: usize = 1_000;

/// What a hash of nobody's password is, so that a name that is not there takes as long as one that
/// is. Argon2id with the parameters that we use ourselves.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9i$\
    2vX3n3Yv0m0m1b5WqkGZ1u2vP5lJ8e6oVq0b1m1Hc4Q";

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Read, where not everybody may.
    Read,
    /// Read and review.
    Review,
}

impl Rights {
    /// Returns the word in the file.
    pub fn code(self) -> &'static str {
        match self {
            Rights::Read => "read",
            Rights::Review => "review",
        }
    }

    fn from_code(code: &str) -> Option<Rights> {
        [Rights::Read, Rights::Review].into_iter().find(|it| it.code() == code)
    }
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub name: Reviewer,
    /// What they may do.
    pub rights: Rights,
    hash: String,
}

/// Why the file of users cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// It cannot be read or written.
    #[error("cannot use the file of users {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is none of ours.
    #[error("line {line} of {} is no user", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line.
        line: usize,
    },
    /// A password is too short or too long.
    #[error(
        "a password has {PASSWORD_CHARS_MIN} characters or more, and {PASSWORD_BYTES_MAX} bytes at most"
    )]
    Password,
    /// There are too many.
    #[error("there are {USERS_MAX} users already")]
    Full,
    /// There is nobody of that name.
    #[error("there is no user `{0}`")]
    Unknown(String),
    /// Hashing failed, or there was nothing random.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

/// Returns where the users of a watchlist are kept.
pub fn file_beside(watchlist: &Path) -> PathBuf {
    watchlist.with_file_name("users.pledgewatch")
}

/// Returns all users; none where there is no file.
pub fn read(path: &Path) -> Result<Vec<User>, UsersError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(UsersError::Io { path: path.to_owned(), source }),
    };
    let lines =
        text.lines().zip(1..).filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let user = |(line, number): (&str, usize)| {
        user(line).ok_or_else(|| UsersError::Line { path: path.to_owned(), line: number })
    };
    lines.map(user).collect()
}

fn user(line: &str) -> Option<User> {
    let mut fields = line.splitn(3, '\t');
    let rights = Rights::from_code(fields.next()?)?;
    let hash = fields.next()?.to_owned();
    PasswordHash::new(&hash).ok()?;
    Some(User { name: fields.next()?.parse().ok()?, rights, hash })
}

/// Lets somebody in with a password, in the place of who had the name before.
pub fn add(path: &Path, name: &Reviewer, rights: Rights, password: &str) -> Result<(), UsersError> {
    let chars = password.chars().count();
    if chars < PASSWORD_CHARS_MIN || PASSWORD_BYTES_MAX < password.len() {
        return Err(UsersError::Password);
    }
    let mut users = read(path)?;
    users.retain(|user| !is_named(user, name.as_str()));
    if USERS_MAX <= users.len() {
        return Err(UsersError::Full);
    }
    let hash = Argon2::default().hash_password(password.as_bytes());
    let hash = hash.map_err(|error| UsersError::Hash(error.to_string()))?.to_string();
    users.push(User { name: name.clone(), rights, hash });
    write(path, &users)
}

/// Lets somebody in no more.
pub fn remove(path: &Path, name: &str) -> Result<(), UsersError> {
    let mut users = read(path)?;
    let count = users.len();
    users.retain(|user| !is_named(user, name));
    if users.len() == count {
        return Err(UsersError::Unknown(name.to_owned()));
    }
    write(path, &users)
}

/// Returns the user of a name and a password, if there is one. Takes as long where there is none.
pub fn verified(users: &[User], name: &str, password: &str) -> Option<User> {
    let found = users.iter().find(|user| is_named(user, name));
    let hash = found.map_or(NOBODY, |user| user.hash.as_str());
    let is_right = PASSWORD_BYTES_MAX >= password.len()
        && PasswordHash::new(hash).is_ok_and(|hash| {
            Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
        });
    found.filter(|_| is_right).cloned()
}

/// Returns whether a user has this name; case does not tell people apart.
pub fn is_named(user: &User, name: &str) -> bool {
    user.name.as_str().to_lowercase() == name.trim().to_lowercase()
}

/// Returns a password that nobody can guess: 20 letters and digits in four groups, 100 bits.
pub fn new_password() -> Result<String, UsersError> {
    // 32 of them, none of which looks like another.
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let mut password = String::new();
    for (at, byte) in random::<20>()?.iter().enumerate() {
        if at % 5 == 0 && at != 0 {
            password.push('-');
        }
        password.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    Ok(password)
}

/// Returns random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], UsersError> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| UsersError::Hash("the system has nothing random".to_owned()))?;
    Ok(bytes)
}

/// Writes the file in one step, readable by its owner alone.
fn write(path: &Path, users: &[User]) -> Result<(), UsersError> {
    let failure = |source| UsersError::Io { path: path.to_owned(), source };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut text =
        "# Who may sign in to `pledgewatch serve`; `pledgewatch user` edits it.\n".to_owned();
    for user in users {
        let name = user.name.as_str().replace(['\n', '\t'], " ");
        text.push_str(&format!("{}\t{}\t{name}\n", user.rights.code(), user.hash));
    }
    let mut file =
        tempfile::Builder::new().prefix(".users").tempfile_in(folder).map_err(failure)?;
    file.write_all(text.as_bytes()).map_err(failure)?;
    file.as_file().sync_all().map_err(failure)?;
    file.persist(path).map_err(|error| failure(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_let_in_by_name_and_password_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users");
        assert_eq!(read(&path).unwrap(), []);
        let password = new_password().unwrap();
        assert_eq!(password.len(), 23);
        add(&path, &"Ada".parse().unwrap(), Rights::Review, &password).unwrap();
        let users = read(&path).unwrap();
        assert_eq!(verified(&users, "ada ", &password).unwrap().rights, Rights::Review);
        assert_eq!(verified(&users, "Ada", "wrong password"), None);
        assert_eq!(verified(&users, "Bo", &password), None);
        assert!(!fs::read_to_string(&path).unwrap().contains(&password));
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        remove(&path, "Ada").unwrap();
        assert!(matches!(remove(&path, "Ada"), Err(UsersError::Unknown(_))));
        assert_eq!(verified(&read(&path).unwrap(), "Ada", &password), None);
    }

    #[test]
    fn a_password_that_is_too_short_and_a_line_of_others_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users");
        let name: Reviewer = "Ada".parse().unwrap();
        assert!(matches!(add(&path, &name, Rights::Read, "short"), Err(UsersError::Password)));
        fs::write(&path, "root:x:0:0\n").unwrap();
        assert!(matches!(read(&path), Err(UsersError::Line { line: 1, .. })));
        assert!(PasswordHash::new(NOBODY).is_ok(), "an unknown name takes as long as a known one");
    }
}
