//! Mail over SMTP: the event as plain text and HTML, named and threaded so that a mail that is
//! sent again is known as the same, and the mails on one page stand together.

use std::time::{Duration, SystemTime};

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Body, Mailbox, MultiPart, MultiPartKind, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use tokio::time::timeout;

use crate::{
    alert::{
        deliver::{failure::DeliveryFailure, secret},
        render::{
            html, message as alert, plain,
            visible::{clipped, visible},
        },
    },
    model::{
        channel::{EmailChannel, MailSecurity},
        snapshot::Digest,
        time::Timestamp,
    },
};

/// How long a mail server may take for one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// How long the whole conversation with the mail server may take.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
/// 9999-01-01T00:00:00Z in milliseconds, past which a `Date` field cannot be written.
const DATE_MS_MAX: i64 = 253_370_764_800_000;

/// Mails a message to `recipient`; returns when the server has taken the mail.
pub async fn send(
    channel: &EmailChannel,
    recipient: &str,
    message: &alert::Message<'_>,
) -> Result<(), DeliveryFailure> {
    let message = mail(&channel.from, recipient, message)?;
    let server = format!("{}:{}", visible(&channel.server), channel.port);
    let failure = |error: lettre::transport::smtp::Error| {
        let said = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        DeliveryFailure::Mail { server: server.clone(), reason: clipped(&visible(&said), 300) }
    };
    let transport = transport(channel, failure)?;
    let timed_out = |_| DeliveryFailure::TimedOut { seconds: SEND_TIMEOUT.as_secs() };
    timeout(SEND_TIMEOUT, transport.send(message)).await.map_err(timed_out)?.map_err(failure)?;
    Ok(())
}

/// Returns the mail for `recipient`: the same bytes whenever it is made, but for the log's head, which
/// is the latest. The mails on one page stand together, and those on several.
fn mail(
    from: &str,
    recipient: &str,
    message: &alert::Message<'_>,
) -> Result<Message, DeliveryFailure> {
    let from = mailbox(from)?;
    let to = mailbox(recipient)?;
    let host = host(&from.email);
    let reader = Digest::of(to.email.to_string().as_bytes()).short();
    let name = format!("<{}.{reader}@{host}>", message.name);
    let (thread, list) = match message.page() {
        Some(page) => (format!("<page-{page}@{host}>"), page.as_str()),
        None => (format!("<digest@{host}>"), "digest"),
    };
    let mut builder = Message::builder()
        .from(from)
        .to(to)
        .subject(format!("[pledgewatch] {}", message.subject()))
        .date(date(message.recorded_at()))
        .message_id(Some(name))
        .in_reply_to(thread.clone())
        .references(thread);
    for (field, value) in [
        ("List-Id", format!("<{list}.pledgewatch.{host}>")),
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("X-Pledgewatch-Event", message.name.to_owned()),
        ("X-Pledgewatch-Kind", message.kind().to_owned()),
    ] {
        let field = HeaderName::new_from_ascii_str(field);
        builder = builder.raw_header(HeaderValue::new(field, value));
    }
    if let Some(head) = message.log_head {
        let field = HeaderName::new_from_ascii_str("X-Pledgewatch-Log");
        builder = builder.raw_header(HeaderValue::new(field, visible(head)));
    }
    builder
        .multipart(parts(message)?)
        .map_err(|error| DeliveryFailure::Unwritten { reason: error.to_string() })
}

/// Returns both forms of the message. The boundary is drawn from the words, so that the same mail
/// has the same bytes and no page can know the boundary beforehand.
fn parts(message: &alert::Message<'_>) -> Result<MultiPart, DeliveryFailure> {
    let (text, page) = (plain::message(message), html::message(message));
    let boundary = Digest::of(format!("{text}\n{page}").as_bytes()).to_string();
    Ok(MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(boundary.chars().take(40).collect::<String>())
        .singlepart(part(ContentType::TEXT_PLAIN, text)?)
        .singlepart(part(ContentType::TEXT_HTML, page)?))
}

/// Quoted-printable bounds every line and spares the words from relays that alter lines.
fn part(kind: ContentType, words: String) -> Result<SinglePart, DeliveryFailure> {
    let body = Body::new_with_encoding(words, ContentTransferEncoding::QuotedPrintable);
    let unwritten = |_| DeliveryFailure::Unwritten { reason: "its words are no text".to_owned() };
    Ok(SinglePart::builder().content_type(kind).body(body.map_err(unwritten)?))
}

fn mailbox(address: &str) -> Result<Mailbox, DeliveryFailure> {
    let parsed: Result<Mailbox, _> = address.trim().parse();
    let bad = |reason: String| DeliveryFailure::BadAddress {
        address: clipped(&visible(address), 200),
        reason,
    };
    match parsed {
        Ok(_) if address.contains(char::is_control) => {
            Err(bad("it holds a control character".to_owned()))
        }
        Ok(mailbox) => Ok(mailbox),
        Err(error) => Err(bad(error.to_string())),
    }
}

/// Returns the host to name mails under: the sender's, unless it cannot stand in a header bare.
fn host(from: &Address) -> String {
    let domain = from.domain();
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    match !domain.is_empty() && domain.bytes().all(is_plain) {
        true => domain.to_ascii_lowercase(),
        false => "pledgewatch.invalid".to_owned(),
    }
}

/// Returns when the event was recorded, not when it is sent: the mail stays the same.
fn date(at: Timestamp) -> SystemTime {
    let ms = u64::try_from(at.as_millis().clamp(0, DATE_MS_MAX)).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_millis(ms)
}

fn transport(
    channel: &EmailChannel,
    failure: impl Fn(lettre::transport::smtp::Error) -> DeliveryFailure,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, DeliveryFailure> {
    let parameters = || TlsParameters::new(channel.server.clone()).map_err(&failure);
    let tls = match channel.security {
        MailSecurity::Tls => Tls::Wrapper(parameters()?),
        MailSecurity::StartTls => Tls::Required(parameters()?),
        MailSecurity::Plain => Tls::None,
    };
    let mut builder =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(channel.server.clone())
            .port(channel.port)
            .tls(tls)
            .timeout(Some(ANSWER_TIMEOUT));
    if let Some(username) = &channel.username {
        let password = match &channel.password {
            Some(source) => secret::secret(source)?.reveal().to_owned(),
            None => String::new(),
        };
        builder = builder.credentials(Credentials::new(username.clone(), password));
    }
    Ok(builder.build())
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader, Write as _},
        net::TcpListener,
        thread::JoinHandle,
    };

    use super::*;
    use crate::{
        alert::render::samples,
        model::{channel::SecretSource, event::Event},
    };

    fn of<'a>(events: &'a [&'a Event], log_head: Option<&'a str>) -> alert::Message<'a> {
        let name = match events {
            [one] => one.id.as_str(),
            _ => "0123456789abcdef",
        };
        alert::Message { name, events, log_head }
    }

    fn mail_of(from: &str, recipient: &str, event: &Event) -> Result<String, DeliveryFailure> {
        let mail = mail(from, recipient, &of(&[event], None))?;
        Ok(String::from_utf8(mail.formatted()).unwrap())
    }

    #[test]
    fn a_digest_is_one_mail_on_a_thread_of_its_own_with_all_that_it_tells() {
        let (change, mut other) = (samples::change(), samples::change());
        other.page = "other".parse().unwrap();
        let mail = mail("d@news.example", "r@example.org", &of(&[&change, &other], None)).unwrap();
        let mail = String::from_utf8(mail.formatted()).unwrap();
        assert!(field(&mail, "Message-ID").starts_with("<0123456789abcdef."));
        assert_eq!(field(&mail, "In-Reply-To"), "<digest@news.example>");
        assert_eq!(field(&mail, "List-Id"), "<digest.pledgewatch.news.example>");
        assert!(field(&mail, "Subject").starts_with("[pledgewatch] 2 alerts: Example"));
        for page in ["example-faces", "other"] {
            assert!(mail.contains(page), "{page}");
        }
    }

    fn formatted(event: &Event) -> String {
        mail_of("Desk <Desk@News.example>", "reader@example.org", event).unwrap()
    }

    /// Returns the unfolded header fields.
    fn fields(mail: &str) -> Vec<(String, String)> {
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let fields = unfolded.split("\r\n").map(|line| line.split_once(": ").unwrap());
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn field(mail: &str, name: &str) -> String {
        let fields = fields(mail);
        let mut found = fields.iter().filter(|(field, _)| field == name);
        let value = found.next().unwrap_or_else(|| panic!("no {name} in {fields:?}")).1.clone();
        assert_eq!(found.next(), None);
        value
    }

    #[test]
    fn a_mail_is_named_threaded_and_the_same_when_made_again() {
        let event = samples::change();
        let mail = formatted(&event);
        assert_eq!(mail, formatted(&event));
        let id = field(&mail, "Message-ID");
        assert!(id.starts_with(&format!("<{}.", event.id)), "{id}");
        assert!(id.ends_with("@news.example>"), "{id}");
        assert_eq!(field(&mail, "In-Reply-To"), "<page-example-faces@news.example>");
        assert_eq!(field(&mail, "References"), "<page-example-faces@news.example>");
        assert_eq!(field(&mail, "List-Id"), "<example-faces.pledgewatch.news.example>");
        assert_eq!(field(&mail, "Auto-Submitted"), "auto-generated");
        assert_eq!(field(&mail, "To"), "reader@example.org");
        assert_eq!(field(&mail, "Date"), "Fri, 20 Nov 2026 12:00:05 +0000");
        assert!(field(&mail, "Subject").starts_with("[pledgewatch] Example"));
        assert!(field(&mail, "Content-Type").starts_with("multipart/alternative"));
        let other = mail_of("d@news.example", "other@example.org", &event).unwrap();
        assert_ne!(field(&other, "Message-ID"), id);
    }

    #[test]
    fn hostile_words_add_no_header_and_no_part() {
        let honest = formatted(&samples::change());
        let names = |mail: &str| -> Vec<String> {
            fields(mail).into_iter().map(|(name, _)| name).collect()
        };
        for event in samples::hostile() {
            let mail = formatted(&event);
            assert_eq!(names(&mail), names(&honest));
            assert!(mail.is_ascii());
            assert!(mail.split("\r\n").all(|line| line.len() <= 998 && !line.contains('\n')));
            assert_eq!(mail.matches("\r\nContent-Type: text/").count(), 2);
        }
    }

    #[test]
    fn an_address_that_is_none_is_permanent() {
        for wrong in ["", "nobody", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example"] {
            let failure = mail_of("d@news.example", wrong, &samples::change()).unwrap_err();
            assert!(failure.is_permanent(), "{wrong}");
        }
    }

    #[test]
    fn any_time_can_be_written() {
        for ms in [i64::MIN, -1, 0, i64::MAX] {
            let mut event = samples::change();
            event.recorded_at = Timestamp::from_millis(ms);
            field(&formatted(&event), "Date");
        }
    }

    /// Speaks SMTP to one client: `answers` are given to its lines by their first word.
    fn server(answers: &'static [(&'static str, &'static str)]) -> (u16, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            stream.write_all(b"220 mail.example ready\r\n").unwrap();
            let (mut heard, mut in_data) = (String::new(), false);
            while let Some(Ok(line)) = lines.next() {
                heard.push_str(&format!("{line}\n"));
                let word = line.split(' ').next().unwrap_or_default();
                let answer = match in_data {
                    true if line != "." => continue,
                    true => "250 taken",
                    false => answers.iter().find(|it| it.0 == word).map_or("250 ok", |it| it.1),
                };
                in_data = word == "DATA" && !in_data;
                if stream.write_all(format!("{answer}\r\n").as_bytes()).is_err() || word == "QUIT" {
                    break;
                }
            }
            heard
        });
        (port, thread)
    }

    fn channel(port: u16) -> EmailChannel {
        EmailChannel {
            server: "127.0.0.1".to_owned(),
            port,
            security: MailSecurity::Plain,
            username: None,
            password: None,
            from: "desk@news.example".to_owned(),
            to: vec!["reader@example.org".to_owned()],
        }
    }

    const HEAD: Option<&str> = Some("example.org/log 12 cm9vdA");

    #[tokio::test]
    async fn a_mail_server_takes_the_mail() {
        let (port, thread) = server(&[("DATA", "354 go on")]);
        let event = samples::change();
        send(&channel(port), "reader@example.org", &of(&[&event], HEAD)).await.unwrap();
        let heard = thread.join().unwrap();
        assert!(heard.contains("RCPT TO:<reader@example.org>"), "{heard}");
        assert!(heard.contains("Subject: [pledgewatch]"), "{heard}");
        assert!(heard.contains("X-Pledgewatch-Log: example.org/log 12 cm9vdA"), "{heard}");
        assert!(heard.contains("Log: example.org/log 12 cm9vdA"), "{heard}");
    }

    #[tokio::test]
    async fn a_mail_server_that_refuses_is_a_failure_without_the_password() {
        let (port, thread) = server(&[
            ("EHLO", "250-mail.example\r\n250 AUTH PLAIN"),
            ("AUTH", "535 5.7.8 no\x1b[31m"),
        ]);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"hunter2hunter2\n").unwrap();
        let mut channel = channel(port);
        channel.username = Some("desk".to_owned());
        channel.password = Some(SecretSource::File(file.path().to_owned()));
        let event = samples::change();
        let sent = send(&channel, "reader@example.org", &of(&[&event], None)).await;
        let message = sent.unwrap_err().to_string();
        assert!(message.contains("535") && message.contains("\\x1b"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
        drop(thread);
    }

    #[tokio::test]
    async fn a_mail_server_without_tls_gets_nothing_where_tls_is_asked_for() {
        let (port, thread) = server(&[("DATA", "354 go on")]);
        let mut channel = channel(port);
        channel.security = MailSecurity::StartTls;
        let event = samples::change();
        let sent = send(&channel, "reader@example.org", &of(&[&event], None)).await;
        assert!(!sent.unwrap_err().is_permanent());
        assert!(!thread.join().unwrap().contains("MAIL FROM"));
    }

    #[test]
    fn long_names_stay_whole() {
        let mut event = samples::change();
        event.page = "a".repeat(100).parse().unwrap();
        let host = format!("{}.{}.example", "h".repeat(60), "i".repeat(60));
        let mail = mail_of(&format!("d@{host}"), "reader@example.org", &event).unwrap();
        assert_eq!(field(&mail, "References"), format!("<page-{}@{host}>", event.page));
        assert_eq!(field(&mail, "In-Reply-To"), field(&mail, "References"));
        assert_eq!(field(&mail, "List-Id"), format!("<{}.pledgewatch.{host}>", event.page));
        assert!(field(&mail, "Message-ID").ends_with(&format!("@{host}>")));
    }
}
