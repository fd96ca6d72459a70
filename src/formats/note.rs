//! Signed heads of a log: C2SP signed-note and tlog-checkpoint with Ed25519, and proofs that hold one
//! entry against a head (C2SP tlog-proof). Text in, text out; where a key comes from is not known
//! here.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use crate::model::snapshot::Digest;

/// Ed25519, as signed notes number it.
const ALGORITHM: u8 = 1;

/// The most bytes of a note that is read.
const NOTE_BYTES_MAX: usize = 64 << 10;

/// The longest name of a signer.
const NAME_BYTES_MAX: usize = 200;

/// What is signed of a log: how many entries it has, and the root of their tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The log's name.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root of the tree.
    pub root: Digest,
}

impl Head {
    /// Returns the text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }

    /// Returns it in a line, with the root as the signed text has it.
    pub fn line(&self) -> String {
        format!("{} {} {}", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }

    /// Reads the text that is signed; lines after the third are allowed and count for nothing.
    fn from_text(text: &str) -> Option<Head> {
        let mut lines = text.lines();
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let is_plain = size == "0" || !size.starts_with('0');
        let size = size.parse().ok().filter(|_| is_plain && !size.starts_with('+'))?;
        let root: [u8; 32] = STANDARD.decode(root).ok()?.try_into().ok()?;
        Some(Head { origin: origin.to_owned(), size, root: Digest::from_bytes(root) })
    }
}

/// A key that signs, with the name under which it does.
pub struct Signer {
    name: String,
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

/// The public half of a [`Signer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    /// The name under which it signs.
    pub name: String,
    /// The public key.
    pub public: [u8; 32],
}

/// Why a key or a note is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteFailure {
    /// The name cannot be a signer's.
    #[error("`{0}` is no name for a log: printable, without spaces and plus signs")]
    Name(String),
    /// It is no key of the form that is asked for.
    #[error("it is no key: {0}")]
    Key(&'static str),
    /// It is no signed note.
    #[error("it is no signed note: {0}")]
    Form(&'static str),
    /// The signer did not sign it.
    #[error("it is not signed by `{0}`")]
    Unsigned(String),
    /// The signature does not hold.
    #[error("the signature of `{0}` does not hold")]
    Wrong(String),
}

impl Signer {
    /// Returns the signer of this name with this seed, 32 random bytes.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Signer, NoteFailure> {
        check_name(name)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|_| NoteFailure::Key("the seed is refused"))?;
        Ok(Signer { name: name.to_owned(), seed, pair })
    }

    /// Reads what [`Signer::to_text`] wrote.
    pub fn from_text(text: &str) -> Result<Signer, NoteFailure> {
        let text = text.trim_end_matches(['\r', '\n']);
        let rest = text
            .strip_prefix("PRIVATE+KEY+")
            .ok_or(NoteFailure::Key("it does not begin with `PRIVATE+KEY+`"))?;
        let (name, hash, seed) = key_parts(rest)?;
        let signer = Signer::new(name, seed)?;
        match hash == hex(signer.verifier().hash()) {
            true => Ok(signer),
            false => Err(NoteFailure::Key("its name or its bytes were altered")),
        }
    }

    /// Returns the secret key as signed notes write it: `PRIVATE+KEY+<name>+<hash>+<base64>`.
    pub fn to_text(&self) -> String {
        let hash = hex(self.verifier().hash());
        let seed = STANDARD.encode([&[ALGORITHM][..], &self.seed].concat());
        format!("PRIVATE+KEY+{}+{hash}+{seed}", self.name)
    }

    /// Returns the public half.
    pub fn verifier(&self) -> Verifier {
        let mut public = [0; 32];
        public.copy_from_slice(self.pair.public_key().as_ref());
        Verifier { name: self.name.clone(), public }
    }

    /// Returns the signature of some bytes that are no head, as OpenSSL checks it.
    pub fn sign_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }

    /// Signs a head; the same head gives the same bytes.
    pub fn sign(&self, head: &Head) -> String {
        let text = head.text();
        let signature = self.pair.sign(text.as_bytes());
        let signed = [&self.verifier().hash()[..], signature.as_ref()].concat();
        format!("{text}\n\u{2014} {} {}\n", self.name, STANDARD.encode(signed))
    }
}

impl Verifier {
    /// Reads what [`Verifier::to_text`] wrote.
    pub fn from_text(text: &str) -> Result<Verifier, NoteFailure> {
        let (name, hash, public) = key_parts(text.trim_end_matches(['\r', '\n']))?;
        check_name(name)?;
        let verifier = Verifier { name: name.to_owned(), public };
        match hash == hex(verifier.hash()) {
            true => Ok(verifier),
            false => Err(NoteFailure::Key("its name or its bytes were altered")),
        }
    }

    /// Returns the public key as signed notes write it: `<name>+<hash>+<base64>`.
    pub fn to_text(&self) -> String {
        let public = STANDARD.encode([&[ALGORITHM][..], &self.public].concat());
        format!("{}+{}+{public}", self.name, hex(self.hash()))
    }

    /// Returns the public key as OpenSSL reads it (PEM, SubjectPublicKeyInfo of RFC 8410).
    pub fn to_pem(&self) -> String {
        const BEFORE: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
        let encoded = STANDARD.encode([&BEFORE[..], &self.public].concat());
        format!("-----BEGIN PUBLIC KEY-----\n{encoded}\n-----END PUBLIC KEY-----\n")
    }

    /// Returns the first four bytes of the key's hash, which stand before its signatures.
    fn hash(&self) -> [u8; 4] {
        let name = format!("{}\n", self.name);
        let hash = Digest::of(&[name.as_bytes(), &[ALGORITHM], &self.public].concat());
        let [a, b, c, d, ..] = *hash.as_bytes();
        [a, b, c, d]
    }

    /// Returns the head that a note holds, if this key signed it.
    pub fn open(&self, note: &str) -> Result<Head, NoteFailure> {
        let (text, signature) = self.signature(note)?;
        let key = UnparsedPublicKey::new(&ED25519, self.public);
        key.verify(text.as_bytes(), &signature)
            .map_err(|_| NoteFailure::Wrong(self.name.clone()))?;
        let head = Head::from_text(text).ok_or(NoteFailure::Form("its lines are no head"))?;
        match head.origin == self.name {
            true => Ok(head),
            false => Err(NoteFailure::Unsigned(self.name.clone())),
        }
    }

    /// Returns what is signed in a note, and the 64 bytes of this key's signature.
    pub fn signature<'a>(&self, note: &'a str) -> Result<(&'a str, Vec<u8>), NoteFailure> {
        if NOTE_BYTES_MAX < note.len() {
            return Err(NoteFailure::Form("it is too long"));
        }
        let at = note.rfind("\n\n").ok_or(NoteFailure::Form("it has no signature"))?;
        let (text, signatures) = (&note[..=at], &note[at + 2..]);
        if !signatures.ends_with('\n') {
            return Err(NoteFailure::Form("it is cut off"));
        }
        for line in signatures.lines() {
            let line = line.strip_prefix("\u{2014} ").and_then(|line| line.split_once(' '));
            let (name, signed) = line.ok_or(NoteFailure::Form("a signature is none"))?;
            let signed =
                STANDARD.decode(signed).map_err(|_| NoteFailure::Form("a signature is none"))?;
            if name == self.name
                && let Some((hash, signature)) = signed.split_first_chunk::<4>()
                && *hash == self.hash()
            {
                return Ok((text, signature.to_vec()));
            }
        }
        Err(NoteFailure::Unsigned(self.name.clone()))
    }
}

fn check_name(name: &str) -> Result<(), NoteFailure> {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    match !name.is_empty() && name.len() <= NAME_BYTES_MAX && name.chars().all(is_plain) {
        true => Ok(()),
        false => Err(NoteFailure::Name(name.chars().take(NAME_BYTES_MAX).collect())),
    }
}

/// Returns name, hash and key of `<name>+<hash>+<base64>`.
fn key_parts(text: &str) -> Result<(&str, &str, [u8; 32]), NoteFailure> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteFailure::Key("it does not have three parts"));
    };
    let key = STANDARD.decode(key).map_err(|_| NoteFailure::Key("it is not base64"))?;
    match <[u8; 33]>::try_from(key) {
        Ok([ALGORITHM, key @ ..]) => Ok((name, hash, key)),
        Ok(_) | Err(_) => Err(NoteFailure::Key("it is not one for Ed25519")),
    }
}

fn hex(bytes: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(bytes))
}

/// Returns whether some lines are signatures of a note, and nothing else.
pub fn are_signatures(lines: &str) -> bool {
    let is_signature = |line: &str| {
        let rest = line.strip_prefix("\u{2014} ").and_then(|line| line.split_once(' '));
        rest.is_some_and(|(_, signed)| STANDARD.decode(signed).is_ok_and(|it| 4 < it.len()))
    };
    lines.ends_with('\n') && lines.len() <= NOTE_BYTES_MAX && lines.lines().all(is_signature)
}

/// Returns a proof that an entry is under a signed head (c2sp.org/tlog-proof@v1).
pub fn proof(index: u64, path: &[Digest], checkpoint: &str) -> String {
    let mut proof = format!("c2sp.org/tlog-proof@v1\nindex {index}\n");
    for hash in path {
        proof.push_str(&STANDARD.encode(hash.as_bytes()));
        proof.push('\n');
    }
    format!("{proof}\n{checkpoint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer::new("example.org/pledgewatch", [7; 32]).unwrap()
    }

    fn head() -> Head {
        Head { origin: signer().name, size: 12, root: Digest::of(b"root") }
    }

    #[test]
    fn a_signed_head_is_read_back_and_no_other_is() {
        let (signer, head) = (signer(), head());
        let note = signer.sign(&head);
        assert_eq!(note, signer.sign(&head), "the same head gives the same bytes");
        let verifier = signer.verifier();
        assert_eq!(verifier.open(&note), Ok(head));
        let other = Signer::new(&signer.name, [8; 32]).unwrap().verifier();
        assert!(matches!(other.open(&note), Err(NoteFailure::Unsigned(_))));
        for at in 0..note.len() {
            let mut altered = note.clone().into_bytes();
            altered[at] ^= 1;
            let opened = String::from_utf8(altered).ok().map(|it| verifier.open(&it));
            assert!(opened.is_none_or(|it| it.is_err()), "at {at}");
        }
        assert!(verifier.open("").is_err());
        assert!(verifier.open(&note[..note.len() - 1]).is_err());
    }

    #[test]
    fn keys_are_written_as_other_tools_read_them_and_read_back() {
        let signer = signer();
        let again = Signer::from_text(&format!("{}\n", signer.to_text())).unwrap();
        assert_eq!(again.verifier(), signer.verifier());
        let public = signer.verifier().to_text();
        assert_eq!(Verifier::from_text(&public), Ok(signer.verifier()));
        assert!(Verifier::from_text(&public.replace("example.org", "example.com")).is_err());
        assert!(Signer::from_text("").is_err());
        assert!(Signer::from_text(&signer.to_text().replace("AQ", "AA")).is_err());
        assert!(Signer::new("a b", [0; 32]).is_err());
        assert!(Signer::new("a+b", [0; 32]).is_err());
    }

    #[test]
    fn a_proof_has_the_standards_form() {
        let proof = proof(3, &[Digest::of(b"a")], "note\n");
        let hash = "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=";
        assert_eq!(proof, format!("c2sp.org/tlog-proof@v1\nindex 3\n{hash}\n\nnote\n"));
    }
}
