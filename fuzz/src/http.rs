//! The head of a kept answer is read, and written anew it is read the same.

use pledgewatch::formats::http::{HttpHead, read_answer};

/// Longer versions are cut off with the status line, so they are not what was written.
const VERSION_BYTES_MAX: usize = 100;

/// Checks the law for the block of a record.
pub fn check(block: &[u8]) {
    let Ok((head, body)) = read_answer(block) else { return };
    assert!(block.ends_with(body), "the body stands at the end of the block");
    assert!((100..1000).contains(&head.status), "{head:?}");
    for (name, value) in &head.headers {
        assert!(!name.is_empty() && *name == name.to_ascii_lowercase(), "{head:?}");
        assert_eq!(value.trim_ascii(), value.as_slice(), "{head:?}");
        let list = head.list(name);
        assert!(list.iter().all(|it| !it.is_empty() && it.trim() == it), "{list:?}");
    }
    let is_interim = (100..200).contains(&head.status);
    if head.version.len() <= VERSION_BYTES_MAX && !is_interim {
        let block = [written(&head).as_slice(), body].concat();
        assert_eq!(read_answer(&block), Ok((head, body)), "written and read back");
    }
}

fn written(head: &HttpHead) -> Vec<u8> {
    let mut bytes = format!("{} {} Reason\r\n", head.version, head.status).into_bytes();
    for (name, value) in &head.headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}
