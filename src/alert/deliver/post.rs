//! Webhooks: a signed POST of our own form, and those of chat services. The address may be the secret, so
//! no failure repeats it, not even where the receiver does.

use std::{error::Error as _, time::Duration};

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use sha2::Sha256;
use url::Url;

use crate::{
    alert::{
        deliver::{failure::DeliveryFailure, secret},
        render::{
            self, chat,
            message::Message,
            visible::{clipped, visible},
        },
    },
    model::{
        channel::{ChatChannel, ChatService, UrlSource, WebhookChannel},
        time::Timestamp,
    },
};

/// How long a delivery may take in all.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// What HTTP deliveries are sent with.
///
/// The client must refuse the addresses that the channel's rule refuses and should follow no
/// redirects; a delivery that was redirected all the same counts as failed.
#[derive(Clone, Debug)]
pub struct Post {
    /// The client.
    pub client: reqwest::Client,
}

/// The most bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 65_536;
/// The most characters of an answer that a failure repeats.
const ANSWER_CHARS_MAX: usize = 200;
/// Pieces of an address shorter than this are words like `api`, not secrets.
const SECRET_CHARS_MIN: usize = 6;

/// Posts a message to a webhook; any answer of 200 to 299 is success.
///
/// Signed with the channel's secret: `X-Pledgewatch-Signature: t=<seconds>,v1=<hex>`, where the
/// hex is HMAC-SHA-256 over `<seconds>.<body>`.
pub async fn webhook(
    channel: &WebhookChannel,
    message: &Message<'_>,
    post: &Post,
    now: Timestamp,
) -> Result<(), DeliveryFailure> {
    let url = secret::url(&channel.url)?;
    let body = render::json::message(message).to_string();
    let request = post.client.post(url.clone()).header("Idempotency-Key", message.name);
    let mut request = json(request, body.clone());
    if let Some(source) = &channel.secret {
        let key = secret::secret(source)?;
        let signature = signature(key.reveal().as_bytes(), now, &body);
        request = request.header("X-Pledgewatch-Signature", signature);
    }
    send(request, &url).await.map(|_answer| ())
}

/// Posts a message to a chat service in its own form. These answer some mistakes with 200: what
/// does not read as success is a failure.
pub async fn chat(
    channel: &ChatChannel,
    message: &Message<'_>,
    post: &Post,
) -> Result<(), DeliveryFailure> {
    let (url, topic) = match channel.service {
        ChatService::Ntfy => topic(secret::url(&channel.url)?),
        ChatService::Slack
        | ChatService::Mattermost
        | ChatService::Discord
        | ChatService::Teams => (secret::url(&channel.url)?, String::new()),
    };
    let body = chat::message(channel.service, &topic, message).to_string();
    let mut request = json(post.client.post(url.clone()), body);
    if let Some(source) = &channel.token {
        request = request.bearer_auth(secret::secret(source)?.reveal());
    }
    let answer = send(request, &url).await?;
    if is_ok(&answer.text) {
        return Ok(());
    }
    Err(refused(answer.status, &answer.text, &url))
}

/// Returns an ntfy server's root and topic: JSON is published to the root, and names its topic.
fn topic(mut url: Url) -> (Url, String) {
    let path = url.path().trim_matches('/').to_owned();
    let (root, topic) = path.rsplit_once('/').unwrap_or(("", &path));
    url.set_path(&format!("/{root}"));
    (url, topic.to_owned())
}

/// Calls the address of a heartbeat, as services that watch cron jobs expect it: a GET without
/// words. Any answer of 200 to 299 is success.
pub async fn beat(url: &UrlSource, post: &Post) -> Result<(), DeliveryFailure> {
    let url = secret::url(url)?;
    send(post.client.get(url.clone()), &url).await.map(|_answer| ())
}

/// What came back with a status of success.
struct Answer {
    status: StatusCode,
    text: String,
}

fn json(request: RequestBuilder, body: String) -> RequestBuilder {
    request.header("Content-Type", "application/json").body(body)
}

async fn send(request: RequestBuilder, url: &Url) -> Result<Answer, DeliveryFailure> {
    let request = request
        .header("Accept", "application/json, text/plain;q=0.9, */*;q=0.1")
        .header("User-Agent", concat!("pledgewatch/", env!("CARGO_PKG_VERSION")))
        .timeout(ANSWER_TIMEOUT);
    let unanswered = |error: reqwest::Error| unanswered(error, url);
    let mut response = request.send().await.map_err(unanswered)?;
    if !is_same_place(response.url(), url) {
        return Err(DeliveryFailure::Redirected);
    }
    let status = response.status();
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES_MAX {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break,
            // The status has come: what is missing of the answer's words alters nothing.
            Err(_) => break,
        }
    }
    bytes.truncate(ANSWER_BYTES_MAX);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match status.is_success() {
        true => Ok(Answer { status, text }),
        false => Err(refused(status, &text, url)),
    }
}

/// Returns the signature's header: the time is part of what is signed, so that a receiver can
/// refuse what is replayed later.
fn signature(key: &[u8], now: Timestamp, body: &str) -> String {
    let seconds = now.as_millis().div_euclid(1_000);
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(format!("{seconds}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|it| format!("{it:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

/// Returns whether an answer with a status of success is one: `ok`, nothing, or JSON without
/// `"ok": false` and without an `error`. Slack's refusals are single words, `invalid_payload`.
fn is_ok(answer: &str) -> bool {
    let answer = answer.trim();
    if let Ok(Value::Object(fields)) = serde_json::from_str(answer) {
        let is_error = fields.get("error").is_some_and(|it| !it.is_null() && *it != false);
        return fields.get("ok") != Some(&Value::Bool(false)) && !is_error;
    }
    let is_code = answer.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    answer.is_empty()
        || answer.eq_ignore_ascii_case("ok")
        || !(is_code || answer.to_ascii_lowercase().contains("error"))
}

fn refused(status: StatusCode, answer: &str, url: &Url) -> DeliveryFailure {
    let words = words(answer, url);
    let answer = if words.is_empty() { words } else { format!(": {words}") };
    DeliveryFailure::Refused { status: status.as_u16(), answer }
}

fn unanswered(error: reqwest::Error, url: &Url) -> DeliveryFailure {
    if error.is_timeout() {
        return DeliveryFailure::TimedOut { seconds: ANSWER_TIMEOUT.as_secs() };
    }
    let error = error.without_url();
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        reason.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    DeliveryFailure::Unanswered { reason: words(&reason, url) }
}

/// Returns foreign words as a failure may repeat them: one visible line, bounded, without any
/// piece of the address.
fn words(text: &str, url: &Url) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown = visible(&one_line);
    let segments = url.path_segments().into_iter().flatten();
    let mut pieces: Vec<&str> = [url.as_str(), url.path(), url.username()].into();
    pieces.extend(url.query().into_iter().chain(url.password()).chain(url.fragment()));
    pieces.extend(url.query().into_iter().flat_map(|it| it.split(['&', '='])));
    pieces.extend(segments);
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
    for piece in pieces.into_iter().filter(|it| SECRET_CHARS_MIN <= it.len()) {
        shown = shown.replace(piece, "…");
    }
    clipped(&shown, ANSWER_CHARS_MAX)
}

fn is_same_place(answered: &Url, asked: &Url) -> bool {
    answered.origin() == asked.origin()
        && answered.path() == asked.path()
        && answered.query() == asked.query()
}

#[cfg(test)]
pub mod tests {
    //! Against a server of one answer on 127.0.0.1.

    use std::{
        io::{Read as _, Write as _},
        net::TcpListener,
        thread::JoinHandle,
    };

    use super::*;
    use crate::{
        alert::render::samples,
        model::{address::AddressRule, channel::SecretSource, event::Event},
    };

    /// Returns a client as the monitor makes it: no proxy, no redirects.
    pub fn client() -> reqwest::Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let none = reqwest::redirect::Policy::none();
        reqwest::Client::builder().no_proxy().redirect(none).build().unwrap()
    }

    /// Serves one answer; the thread gives the request's head and body.
    fn server(answer: &'static str) -> (Url, JoinHandle<(String, String)>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}/services/T0/B0/SECRETTOKEN").parse().unwrap();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
            loop {
                let request = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((head, body)) = request.split_once("\r\n\r\n") {
                    let lower = head.to_ascii_lowercase();
                    let field = lower.lines().find_map(|it| it.strip_prefix("content-length: "));
                    if field.unwrap().parse::<usize>().unwrap() <= body.len() {
                        stream.write_all(answer.as_bytes()).unwrap();
                        return (head.to_owned(), body.to_owned());
                    }
                }
                let count = stream.read(&mut chunk).unwrap();
                assert_ne!(count, 0, "the request ended early");
                bytes.extend_from_slice(&chunk[..count]);
            }
        });
        (url, thread)
    }

    fn hook(url: Url, secret: Option<SecretSource>) -> WebhookChannel {
        WebhookChannel { url: UrlSource::Written(url), secret, addresses: AddressRule::AnyAddress }
    }

    fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
        head.lines().find_map(|line| {
            let (field, value) = line.split_once(": ")?;
            field.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    async fn post_to(answer: &'static str) -> Result<(), DeliveryFailure> {
        let (url, thread) = server(answer);
        let (event, now) = (samples::change(), Timestamp::from_millis(1_000));
        let post = Post { client: client() };
        let message = Message { name: event.id.as_str(), events: &[&event], log_head: None };
        let outcome = webhook(&hook(url, None), &message, &post, now).await;
        thread.join().unwrap();
        outcome
    }

    fn of<'a>(events: &'a [&'a Event]) -> Message<'a> {
        Message { name: events[0].id.as_str(), events, log_head: None }
    }

    fn chat_channel(service: ChatService, url: Url, token: Option<SecretSource>) -> ChatChannel {
        let (url, addresses) = (UrlSource::Written(url), AddressRule::AnyAddress);
        ChatChannel { service, url, token, addresses }
    }

    #[tokio::test]
    async fn ntfy_is_published_to_as_json_at_its_root_with_a_token() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"tk_key\n").unwrap();
        let token = SecretSource::File(file.path().to_owned());
        let (url, thread) = server("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"id\":\"abc\"}");
        let channel = chat_channel(ChatService::Ntfy, url, Some(token));
        chat(&channel, &of(&[&samples::change()]), &Post { client: client() }).await.unwrap();
        let (head, body) = thread.join().unwrap();
        assert!(head.starts_with("POST /services/T0/B0 HTTP/1.1"), "{head}");
        assert_eq!(header(&head, "authorization"), Some("Bearer tk_key"));
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["topic"], "SECRETTOKEN");
    }

    #[test]
    fn a_topic_is_the_last_piece_of_its_address() {
        for (url, root, name) in [
            ("https://ntfy.sh/pledges", "https://ntfy.sh/", "pledges"),
            ("https://a.example/ntfy/pledges/", "https://a.example/ntfy", "pledges"),
        ] {
            let (found, topic) = topic(url.parse().unwrap());
            assert_eq!((found.as_str(), topic.as_str()), (root, name));
        }
    }

    async fn slack_to(answer: &'static str) -> Result<(), DeliveryFailure> {
        let (url, thread) = server(answer);
        let channel = chat_channel(ChatService::Slack, url, None);
        let post = Post { client: client() };
        let outcome = chat(&channel, &of(&[&samples::change()]), &post).await;
        thread.join().unwrap();
        outcome
    }

    #[tokio::test]
    async fn a_webhook_gets_the_event_with_its_name_and_signature() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"key\n").unwrap();
        let key = SecretSource::File(file.path().to_owned());
        let (url, thread) = server("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
        let (event, now) = (samples::change(), Timestamp::from_millis(1_700_000_000_999));
        let post = Post { client: client() };
        let message = Message { name: event.id.as_str(), events: &[&event], log_head: None };
        webhook(&hook(url, Some(key)), &message, &post, now).await.unwrap();
        let (head, body) = thread.join().unwrap();
        assert!(head.starts_with("POST /services/T0/B0/SECRETTOKEN HTTP/1.1"), "{head}");
        assert_eq!(header(&head, "idempotency-key"), Some(event.id.as_str()));
        assert_eq!(header(&head, "content-type"), Some("application/json"));
        assert!(header(&head, "user-agent").unwrap().starts_with("pledgewatch/"));
        let mut mac = Hmac::<Sha256>::new_from_slice(b"key").unwrap();
        mac.update(format!("1700000000.{body}").as_bytes());
        let signature = header(&head, "x-pledgewatch-signature").unwrap();
        let hex = signature.strip_prefix("t=1700000000,v1=").unwrap();
        let bytes: Vec<u8> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect();
        mac.verify_slice(&bytes).unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&body["version"], &body["kind"]), (&1.into(), &"change".into()));
        assert_eq!(body["id"], event.id.as_str());
    }

    #[test]
    fn the_signature_is_the_one_that_openssl_makes() {
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac key
        let signature = signature(b"key", Timestamp::from_millis(1_700_000_000_000), "{}");
        assert_eq!(
            signature,
            "t=1700000000,v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
        );
    }

    #[tokio::test]
    async fn a_refusal_keeps_the_delivery_due_and_the_address_secret() {
        let gone = "HTTP/1.1 410 Gone\r\nContent-Length: 54\r\n\r\n\
                    no hook \x1b[31m at /services/T0/B0/SECRETTOKEN any more  ";
        let failure = post_to(gone).await.unwrap_err();
        assert_eq!(
            failure.to_string(),
            "the receiver answered 410: no hook \\x1b[31m at … any more"
        );
        assert!(!failure.is_permanent());
    }

    #[tokio::test]
    async fn a_redirect_is_a_failure() {
        let moved = "HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n";
        let failure = post_to(moved).await.unwrap_err();
        assert_eq!(failure.to_string(), "the receiver answered 301");
    }

    #[tokio::test]
    async fn nobody_listening_is_a_failure_without_the_address() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let url: Url = format!("http://{address}/SECRETTOKEN").parse().unwrap();
        let (event, now) = (samples::change(), Timestamp::from_millis(0));
        let post = Post { client: client() };
        let message = Message { name: event.id.as_str(), events: &[&event], log_head: None };
        let sent = webhook(&hook(url, None), &message, &post, now).await;
        let message = sent.unwrap_err().to_string();
        assert!(message.contains("refused") && !message.contains("SECRETTOKEN"), "{message}");
    }

    #[tokio::test]
    async fn slack_answers_some_mistakes_with_200() {
        slack_to("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
        slack_to("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}").await.unwrap();
        for wrong in [
            "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"ok\":false}",
            "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\ninvalid_payload",
            "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"error\":\"SECR\"}",
            "HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n\r\nno_service",
        ] {
            let failure = slack_to(wrong).await.unwrap_err();
            assert!(!failure.is_permanent());
            assert!(!failure.to_string().contains("SECRETTOKEN"), "{failure}");
        }
    }
}
