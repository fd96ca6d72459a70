//! A program that gets the event as JSON on its standard input. No shell reads anything of it.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    time::timeout,
};

use crate::{
    alert::{
        deliver::failure::DeliveryFailure,
        render::{
            json,
            message::Message,
            visible::{clipped, visible},
        },
    },
    model::channel::CommandChannel,
};

/// How long a program may run.
const RUN_TIMEOUT: Duration = Duration::from_secs(60);
/// How long its standard error may stay open after its end, by a child of its own.
const STDERR_TIMEOUT: Duration = Duration::from_secs(1);
/// The most bytes of standard error that are kept; the rest is read and dropped, so that the
/// program does not wait for us.
const STDERR_BYTES_MAX: usize = 8_192;

/// Runs the program with a message as JSON on its standard input; exit code 0 is success.
///
/// Its environment is ours with `PLEDGEWATCH_EVENT`, `PLEDGEWATCH_KIND` and `PLEDGEWATCH_PAGE`;
/// its standard output is dropped. It is killed after a minute, and if we are.
pub async fn run(channel: &CommandChannel, message: &Message<'_>) -> Result<(), DeliveryFailure> {
    run_within(channel, message, RUN_TIMEOUT).await
}

async fn run_within(
    channel: &CommandChannel,
    message: &Message<'_>,
    limit: Duration,
) -> Result<(), DeliveryFailure> {
    let program = visible(&channel.program);
    let unstarted = |error: std::io::Error| DeliveryFailure::Unstarted {
        program: program.clone(),
        reason: error.to_string(),
    };
    let mut child = Command::new(&channel.program)
        .args(&channel.arguments)
        .env("PLEDGEWATCH_EVENT", message.name)
        .env("PLEDGEWATCH_KIND", message.kind())
        .env("PLEDGEWATCH_PAGE", message.page().map_or("", |page| page.as_str()))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(unstarted)?;
    let ended = timeout(limit, fed(&mut child, format!("{}\n", json::message(message)))).await;
    let timed_out = |_| DeliveryFailure::TimedOut { seconds: limit.as_secs() };
    let (status, said) = ended.map_err(timed_out)?.map_err(unstarted)?;
    if status.success() {
        return Ok(());
    }
    Err(DeliveryFailure::Exited { program, status: status.to_string(), said: first_line(&said) })
}

/// Feeds a program and waits for its end; returns its status and the beginning of its standard
/// error. A program that does not read its input is not a failure of ours.
async fn fed(
    child: &mut Child,
    input: String,
) -> std::io::Result<(std::process::ExitStatus, Vec<u8>)> {
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let feeding = tokio::spawn(async move {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    });
    let (give, mut take) = tokio::sync::mpsc::unbounded_channel();
    let reading = tokio::spawn(async move {
        if let Some(stderr) = stderr {
            let _ = give.send(beginning(stderr).await);
        }
    });
    let status = child.wait().await;
    feeding.abort();
    let said = timeout(STDERR_TIMEOUT, take.recv()).await.ok().flatten().unwrap_or_default();
    reading.abort();
    Ok((status?, said))
}

/// Reads to the end and keeps the beginning.
async fn beginning(mut from: impl AsyncRead + Unpin) -> Vec<u8> {
    let (mut kept, mut chunk) = (Vec::new(), [0; 4_096]);
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        let room = STDERR_BYTES_MAX.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(&chunk[..room]);
    }
    kept
}

/// Returns the first line with words in it, visible, with `: ` before it; empty if there is none.
fn first_line(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    match said.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => format!(": {}", clipped(&visible(line), 200)),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt as _, path::Path};

    use super::*;
    use serde_json::Value;

    use crate::alert::render::samples;

    fn command(program: &str, arguments: &[&str]) -> CommandChannel {
        let arguments = arguments.iter().map(|it| (*it).to_owned()).collect();
        CommandChannel { program: program.to_owned(), arguments }
    }

    fn script(folder: &Path, lines: &str) -> String {
        let path = folder.join("program");
        std::fs::write(&path, lines).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    async fn run_sample(channel: &CommandChannel) -> Result<(), DeliveryFailure> {
        let event = samples::change();
        let message = Message { name: event.id.as_str(), events: &[&event], log_head: None };
        run_within(channel, &message, Duration::from_secs(2)).await
    }

    #[tokio::test]
    async fn a_program_gets_the_event_and_its_arguments_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let lines = "#!/usr/bin/awk -f\n\
                     BEGIN { print ARGV[2], ENVIRON[\"PLEDGEWATCH_KIND\"] > ARGV[1]; ARGC = 1 }\n\
                     { print > ARGV[1] }\n";
        let program = script(folder.path(), lines);
        run_sample(&command(&program, &[out.to_str().unwrap(), "$(id); *"])).await.unwrap();
        let out = std::fs::read_to_string(out).unwrap();
        let (first, rest) = out.split_once('\n').unwrap();
        assert_eq!(first, "$(id); * change");
        let body: Value = serde_json::from_str(rest).unwrap();
        assert_eq!(body["id"], samples::change().id.as_str());
    }

    #[tokio::test]
    async fn an_exit_code_is_a_failure_with_what_was_said() {
        let failure = run_sample(&command("false", &[])).await.unwrap_err();
        assert_eq!(failure.to_string(), "`false` ended with exit status: 1");
        let missing = "/nonexistent-\x1b[31m";
        let failure = run_sample(&command("ls", &[missing])).await.unwrap_err().to_string();
        assert!(failure.contains("`ls` ended with") && failure.contains(": ls: "), "{failure}");
        assert!(!failure.contains('\x1b'), "{failure}");
    }

    #[tokio::test]
    async fn a_program_that_does_not_read_is_no_failure_and_a_missing_one_is() {
        run_sample(&command("true", &[])).await.unwrap();
        run_sample(&command("cat", &[])).await.unwrap();
        let failure = run_sample(&command("/nonexistent/program", &[])).await.unwrap_err();
        assert!(failure.to_string().starts_with("cannot run `/nonexistent/program`: "));
        assert!(!failure.is_permanent());
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_killed() {
        let failure = run_sample(&command("sleep", &["600"])).await.unwrap_err();
        assert_eq!(failure.to_string(), "no end within 2 s");
    }
}
