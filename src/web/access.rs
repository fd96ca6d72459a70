//! Who is signed in, and who tried too often. Sessions live in memory: a server that starts anew
//! asks everybody to sign in again.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    model::{snapshot::Digest, time::Timestamp},
    web::{
        answer::Refusal,
        frame::Session,
        users::{self, Rights, User, UsersError},
    },
};

/// How long a session lasts after it was last used.
const IDLE_MAX: Duration = Duration::from_secs(12 * 3_600);

/// The most sessions at once; the oldest gives way.
const SESSIONS_MAX: usize = 1_000;

/// So many wrong passwords from one address in [`WINDOW`], and it is asked to wait.
const FAILURES_MAX: usize = 5;

/// How long a wrong password counts.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// The most addresses that are remembered.
const ADDRESSES_MAX: usize = 10_000;

/// Who may do what.
pub struct Access {
    file: PathBuf,
    may_review: bool,
    sessions: Mutex<BTreeMap<Digest, Held>>,
    failures: Mutex<BTreeMap<IpAddr, Vec<Timestamp>>>,
    tokens: Mutex<BTreeMap<Digest, User>>,
}

struct Held {
    name: String,
    form_token: String,
    used_at: Timestamp,
}

/// A session's secret, for the visitor's cookie.
pub struct Opened {
    /// What the cookie holds.
    pub secret: String,
}

impl Access {
    /// Returns the access of the users in a file; without `may_review` nobody reviews.
    pub fn new(file: PathBuf, may_review: bool) -> Access {
        Access {
            file,
            may_review,
            sessions: Mutex::default(),
            failures: Mutex::default(),
            tokens: Mutex::default(),
        }
    }

    /// Returns whether there is anybody who could sign in.
    pub fn has_users(&self) -> Result<bool, UsersError> {
        Ok(!users::read(&self.file)?.is_empty())
    }

    /// Returns the session of a cookie, if there is one, and keeps it alive.
    pub fn session(&self, secret: &str, now: Timestamp) -> Option<Session> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, held| now.since(held.used_at) <= IDLE_MAX);
        let held = sessions.get_mut(&Digest::of(secret.as_bytes()))?;
        held.used_at = now;
        let (name, form_token) = (held.name.clone(), held.form_token.clone());
        drop(sessions);
        // Whoever was removed meanwhile is signed out by that.
        let user = users::read(&self.file).ok()?;
        let user = user.into_iter().find(|user| users::is_named(user, &name))?;
        Some(Session { name, form_token, may_review: self.may_review(&user) })
    }

    fn may_review(&self, user: &User) -> bool {
        self.may_review && user.rights == Rights::Review
    }

    /// Opens a session for a name and a password. Blocks for as long as a hash takes.
    pub fn sign_in(
        &self,
        from: IpAddr,
        (name, password): (&str, &str),
        now: Timestamp,
    ) -> Result<Option<Opened>, Refusal> {
        let Some(user) = self.verified(from, (name, password), now)? else { return Ok(None) };
        let secret = hex(&random()?);
        let held =
            Held { name: user.name.as_str().to_owned(), form_token: hex(&random()?), used_at: now };
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if SESSIONS_MAX <= sessions.len() {
            let oldest = sessions.iter().min_by_key(|(_, held)| held.used_at);
            if let Some(oldest) = oldest.map(|(digest, _)| *digest) {
                sessions.remove(&oldest);
            }
        }
        sessions.insert(Digest::of(secret.as_bytes()), held);
        Ok(Some(Opened { secret }))
    }

    /// Ends a session.
    pub fn sign_out(&self, secret: &str) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(&Digest::of(secret.as_bytes()));
    }

    /// Returns who a program says that it is, by `NAME:PASSWORD`. Blocks for as long as a hash
    /// takes, the first time.
    pub fn bearer(
        &self,
        from: IpAddr,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<Session>, Refusal> {
        let Some((name, password)) = token.rsplit_once(':') else { return Ok(None) };
        // What was verified is known again as long as the file of users is the same.
        let file = std::fs::read(&self.file).unwrap_or_default();
        let key = Digest::of_pieces(&[Digest::of(&file).as_bytes(), token.as_bytes()]);
        let known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let user = match known {
            Some(user) => user,
            None => {
                let found = self.verified(from, (name, password), now)?;
                let Some(user) = found else { return Ok(None) };
                let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
                if SESSIONS_MAX <= tokens.len() {
                    tokens.clear();
                }
                tokens.insert(key, user.clone());
                user
            }
        };
        Ok(Some(Session {
            name: user.name.as_str().to_owned(),
            form_token: String::new(),
            may_review: self.may_review(&user),
        }))
    }

    fn verified(
        &self,
        from: IpAddr,
        (name, password): (&str, &str),
        now: Timestamp,
    ) -> Result<Option<User>, Refusal> {
        let from = network(from);
        self.refuse_too_many(from, now)?;
        let users = users::read(&self.file).map_err(|error| Refusal::Failed(error.to_string()))?;
        let found = users::verified(&users, name, password);
        if found.is_none() {
            let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
            if ADDRESSES_MAX <= failures.len() {
                failures.retain(|_, at| at.iter().any(|at| now.since(*at) <= WINDOW));
            }
            if failures.len() < ADDRESSES_MAX {
                failures.entry(from).or_default().push(now);
            }
        }
        Ok(found)
    }

    fn refuse_too_many(&self, from: IpAddr, now: Timestamp) -> Result<(), Refusal> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if ADDRESSES_MAX <= failures.len() && !failures.contains_key(&from) {
            return Err(Refusal::TooMany { seconds: WINDOW.as_secs() });
        }
        let Some(at) = failures.get_mut(&from) else { return Ok(()) };
        at.retain(|at| now.since(*at) <= WINDOW);
        match at.first() {
            Some(first) if FAILURES_MAX <= at.len() => {
                let left = WINDOW.saturating_sub(now.since(*first));
                Err(Refusal::TooMany { seconds: left.as_secs().max(1) })
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Returns what one visitor can have many of as one: an IPv6 network of 64 bits.
fn network(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V4(_) => from,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

fn random() -> Result<[u8; 32], Refusal> {
    users::random::<32>().map_err(|error| Refusal::Failed(error.to_string()))
}

fn hex(bytes: &[u8; 32]) -> String {
    Digest::from_bytes(*bytes).to_string()
}

/// Returns whether two secrets are the same, without telling by the time where they differ.
pub fn is_same(one: &str, other: &str) -> bool {
    !one.is_empty() && Digest::of(one.as_bytes()) == Digest::of(other.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn sessions_end_when_they_are_not_used_and_when_their_user_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("users");
        users::add(&file, &"Ada".parse().unwrap(), Rights::Review, "long enough").unwrap();
        let access = Access::new(file.clone(), true);
        let from = IpAddr::from([127, 0, 0, 1]);
        let open = |now| access.sign_in(from, ("Ada", "long enough"), now).unwrap().unwrap().secret;
        let (first, second) = (open(at(0)), open(at(0)));
        assert!(access.session(&first, at(40_000)).unwrap().may_review);
        assert_eq!(access.session(&second, at(50_000)), None, "it was idle for too long");
        assert!(access.session(&first, at(50_000)).is_some());
        users::remove(&file, "Ada").unwrap();
        assert_eq!(access.session(&first, at(50_001)), None);
        assert_eq!(access.session("", at(0)), None);
    }

    #[test]
    fn an_address_that_guesses_is_asked_to_wait_and_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("users");
        users::add(&file, &"Ada".parse().unwrap(), Rights::Read, "long enough").unwrap();
        let access = Access::new(file, true);
        let [one, other] = [[10, 0, 0, 1], [10, 0, 0, 2]].map(IpAddr::from);
        for second in 0..5 {
            assert!(access.sign_in(one, ("Ada", "a guess"), at(second)).unwrap().is_none());
        }
        let refused = access.sign_in(one, ("Ada", "long enough"), at(5));
        assert!(matches!(refused, Err(Refusal::TooMany { seconds: 895 })));
        assert!(access.sign_in(other, ("Ada", "long enough"), at(5)).unwrap().is_some());
        assert!(access.sign_in(one, ("Ada", "long enough"), at(1_000)).unwrap().is_some());
    }
}
