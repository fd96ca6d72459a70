//! Changes one after the other, a key each. What the keys come from is not known here.

use std::io;

use console::Key;

use crate::{
    alert::render::{Look, account::Breadth, reviews, terminal as rendered},
    cli::error::CliError,
    model::{
        event::EventId,
        review::{Decision, Reason, ReviewState, Reviewer, RuleId},
        rule::Likeness,
    },
    monitor::{
        app::{App, MonitorError},
        clock::Clock,
        review::{self, NewReview, Reviewed},
    },
};

/// What can be done, in one line of 80 columns.
const KEYS: &str = "c confirm  d dismiss  a always  e escalate  n note  s skip  u undo  q quit  ?";

const HELP: &str = "
  c  confirm: it is what the alert says
  d  dismiss: it is nothing to act on; asks why
  a  dismiss always: this one, and changes like it on this page from now on
  e  escalate: somebody else must look at it
  n  note: say something, decide later
  m  more: show the editorial edits too
  s  skip: decide another time (space, right arrow)
  u  undo: take back your last decision, and look at it again (left arrow)
  q  quit: what is decided is recorded already
";

/// What the reviewer sees and types.
pub struct Keyboard<'a> {
    /// Prints lines.
    pub print: &'a mut dyn FnMut(&str) -> io::Result<()>,
    /// Waits for a key.
    pub key: &'a mut dyn FnMut() -> io::Result<Key>,
    /// Prints words without a line end, and waits for a line.
    pub line: &'a mut dyn FnMut(&str) -> io::Result<String>,
}

/// A walk through changes.
pub struct Walk<'a> {
    /// Where they are.
    pub app: &'a mut App,
    /// Who walks.
    pub by: Reviewer,
    /// When.
    pub clock: &'a Clock,
    /// How changes are shown.
    pub look: &'a Look,
    /// The changes.
    pub queue: Vec<EventId>,
    /// The places of the changes that were decided in this walk, first to last, each with the rule
    /// that was written with it.
    pub done: Vec<(usize, Option<RuleId>)>,
}

/// Where the walk goes from a change.
enum Step {
    /// To the next, with what was done here in a line.
    On(String),
    /// To an earlier one.
    Back(usize),
    /// Nowhere.
    Stay,
    /// Out.
    Out,
}

impl Walk<'_> {
    /// Goes through the changes until the last, or until the reviewer leaves.
    pub fn go(&mut self, keyboard: &mut Keyboard<'_>) -> Result<(), CliError> {
        if self.queue.is_empty() {
            (keyboard.print)("Nothing to review: nobody waits for a decision of yours.")?;
            return Ok(());
        }
        let mut at = 0;
        while let Some(change) = self.queue.get(at).cloned() {
            let reviewed = review::one(self.app, &change)?;
            self.show(at, &reviewed, Breadth::Strongest, keyboard)?;
            match self.step(at, &reviewed, keyboard)? {
                Step::On(said) => {
                    (keyboard.print)(&self.wrapped(&said))?;
                    at += 1;
                }
                Step::Back(to) => at = to,
                Step::Stay => (),
                Step::Out => break,
            }
        }
        let [new, ..] = review::counts(self.app)?;
        let decided = self.done.len();
        (keyboard.print)(&format!(
            "\n{decided} decided; {new} new change{} left. `pledgewatch review --list` shows all.",
            if new == 1 { "" } else { "s" }
        ))?;
        Ok(())
    }

    fn show(
        &self,
        at: usize,
        reviewed: &Reviewed,
        breadth: Breadth,
        keyboard: &mut Keyboard<'_>,
    ) -> Result<(), CliError> {
        let place = format!("{} of {}", at + 1, self.queue.len());
        let standing = reviews::standing(&reviewed.standing, reviewed.is_settled);
        let rule = "─".repeat(self.look.width.clamp(40, 80));
        let standing = self.wrapped(&format!("{place}: {standing}"));
        (keyboard.print)(&format!("\n{rule}\n{standing}\n"))?;
        (keyboard.print)(&rendered::event_with(&reviewed.told.event, breadth, self.look))?;
        if !reviewed.trail.is_empty() {
            let lines: Vec<String> = reviewed.trail.iter().map(reviews::entry).collect();
            (keyboard.print)(&format!("\n{}", self.wrapped(&lines.join("\n"))))?;
        }
        Ok(())
    }

    fn wrapped(&self, text: &str) -> String {
        textwrap::fill(text, self.look.width.clamp(40, 120))
    }

    /// Waits for keys until one leads somewhere.
    fn step(
        &mut self,
        at: usize,
        reviewed: &Reviewed,
        keyboard: &mut Keyboard<'_>,
    ) -> Result<Step, CliError> {
        loop {
            (keyboard.print)(&format!("\n{KEYS}"))?;
            let key = match (keyboard.key)() {
                Ok(key) => key,
                // Whoever hangs up has left.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Step::Out),
                Err(error) => return Err(error.into()),
            };
            match key {
                Key::Char('c') => return self.decide(at, reviewed, Decision::Confirm, keyboard),
                Key::Char('e') => return self.decide(at, reviewed, Decision::Escalate, keyboard),
                Key::Char('d') => {
                    if let Some(reason) = ask_why(keyboard)? {
                        return self.decide(at, reviewed, Decision::Dismiss(reason), keyboard);
                    }
                }
                Key::Char('a') => {
                    if let Some(step) = self.always(at, reviewed, keyboard)? {
                        return Ok(step);
                    }
                }
                Key::Char('n') => return self.note(reviewed, keyboard),
                Key::Char('m') => self.show(at, reviewed, Breadth::All, keyboard)?,
                Key::Char('s' | ' ') | Key::ArrowRight => {
                    return Ok(Step::On("skipped".to_owned()));
                }
                Key::Char('u') | Key::ArrowLeft => match self.undo(keyboard)? {
                    Some(step) => return Ok(step),
                    None => (keyboard.print)("nothing was decided in this walk yet")?,
                },
                Key::Char('q') | Key::Escape => return Ok(Step::Out),
                Key::Char('?' | 'h') => (keyboard.print)(HELP)?,
                _ => (),
            }
        }
    }

    fn new_review(&self, decision: Decision, seen: usize) -> NewReview {
        let (by, at) = (self.by.clone(), self.clock.now());
        NewReview { decision, note: None, by, at, seen: Some(seen) }
    }

    fn decide(
        &mut self,
        at: usize,
        reviewed: &Reviewed,
        decision: Decision,
        keyboard: &mut Keyboard<'_>,
    ) -> Result<Step, CliError> {
        let new = self.new_review(decision, reviewed.standing.entries);
        let decided = review::decide(self.app, &reviewed.told.event.id, &new);
        match told(decided, keyboard)? {
            None => Ok(Step::Stay),
            Some(now) => {
                self.done.push((at, None));
                Ok(Step::On(reviews::standing(&now.standing, now.is_settled)))
            }
        }
    }

    /// Dismisses the change and writes a rule; `None` if the reviewer thought better of it, or none
    /// can be made.
    fn always(
        &mut self,
        at: usize,
        reviewed: &Reviewed,
        keyboard: &mut Keyboard<'_>,
    ) -> Result<Option<Step>, CliError> {
        if let Err(reason) = Likeness::of_change(&reviewed.told.event) {
            (keyboard.print)(&self.wrapped(&format!("no rule can be made of it: {reason}")))?;
            return Ok(None);
        }
        (keyboard.print)("Always dismiss changes like this on this page; alike is:")?;
        for alike in reviews::alike(&reviewed.told.event) {
            (keyboard.print)(&self.wrapped(&format!("  - {alike}")))?;
        }
        let Some(reason) = ask_why(keyboard)? else { return Ok(None) };
        let new = self.new_review(Decision::Dismiss(reason), reviewed.standing.entries);
        let decided = review::always(self.app, &reviewed.told.event.id, &new);
        let Some((now, rule)) = told(decided, keyboard)? else { return Ok(None) };
        self.done.push((at, Some(rule)));
        let standing = reviews::standing(&now.standing, now.is_settled);
        Ok(Some(Step::On(format!("{standing}\n{}", written(rule)))))
    }

    fn note(&mut self, reviewed: &Reviewed, keyboard: &mut Keyboard<'_>) -> Result<Step, CliError> {
        let words = (keyboard.line)("Note (empty: none): ")?;
        match words.parse() {
            Ok(note) => {
                let mut new = self.new_review(Decision::Note, reviewed.standing.entries);
                new.note = Some(note);
                told(review::decide(self.app, &reviewed.told.event.id, &new), keyboard)?;
            }
            Err(failure) if !words.trim().is_empty() => {
                (keyboard.print)(&format!("not noted: {failure}"))?;
            }
            Err(_) => (),
        }
        Ok(Step::Stay)
    }

    /// Takes back the last decision of this walk, by another, and the rule that came with it.
    fn undo(&mut self, keyboard: &mut Keyboard<'_>) -> Result<Option<Step>, CliError> {
        let Some((at, rule)) = self.done.pop() else { return Ok(None) };
        let Some(change) = self.queue.get(at).cloned() else { return Ok(None) };
        let standing = review::one(self.app, &change)?.standing;
        if standing.state != ReviewState::New {
            let new = self.new_review(Decision::Reopen, standing.entries);
            if told(review::decide(self.app, &change, &new), keyboard)?.is_none() {
                return Ok(Some(Step::Back(at)));
            }
        }
        if let Some(rule) = rule {
            review::forget_rule(self.app, rule, &self.by, self.clock.now())?;
            (keyboard.print)(&format!("rule {rule} is taken back as well"))?;
        }
        Ok(Some(Step::Back(at)))
    }
}

/// Says what a rule that was just written does, and how it is taken back.
pub fn written(rule: RuleId) -> String {
    format!(
        "rule {rule} dismisses changes like this on this page from now on; they stay on record, and \
         `pledgewatch review --forget-rule {rule}` takes it back"
    )
}

/// Returns what was recorded; what was refused is said, and the walk goes on.
fn told<T>(
    decided: Result<T, MonitorError>,
    keyboard: &mut Keyboard<'_>,
) -> Result<Option<T>, CliError> {
    match decided {
        Ok(done) => Ok(Some(done)),
        Err(error @ (MonitorError::ReviewedSince { .. } | MonitorError::NoRule { .. })) => {
            (keyboard.print)(&format!("{error}; nothing was recorded"))?;
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks for the reason of a dismissal; `None` if the reviewer thought better of it.
fn ask_why(keyboard: &mut Keyboard<'_>) -> Result<Option<Reason>, CliError> {
    let listed = Reason::LISTED.iter().zip(1..);
    let mut text = String::from("Why?");
    listed.for_each(|(reason, number)| text.push_str(&format!("\n  {number}  {}", reason.words())));
    text.push_str("\n  5  another reason, in your words\n  other keys: do not dismiss it");
    (keyboard.print)(&text)?;
    match (keyboard.key)()? {
        Key::Char(c @ '1'..='4') => {
            let at = c.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).unwrap_or(1);
            Ok(Reason::LISTED.into_iter().nth(at - 1))
        }
        Key::Char('5') => {
            let words = (keyboard.line)("Reason: ")?;
            match words.parse() {
                Ok(reason) => Ok(Some(reason)),
                Err(failure) => {
                    (keyboard.print)(&format!("not dismissed: {failure}"))?;
                    Ok(None)
                }
            }
        }
        _ => Ok(None),
    }
}
