//! Parts of documents that tests make: compared, or written anew with `UPDATE=1`.

use std::env;
use std::fs;

use crate::pace::note;
use crate::program::workspace;

/// What stands between two lines of a document.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// From the folder of the project.
    pub file: &'static str,
    /// The line before it; the first one like this.
    pub begin: &'static str,
    /// The line behind it.
    pub end: &'static str,
}

/// Whether documents are to be written anew.
pub fn is_update() -> bool {
    env::var("UPDATE").is_ok_and(|value| value == "1")
}

/// Whether what was made is to be printed: `SHOW=1`.
pub fn is_shown() -> bool {
    env::var("SHOW").is_ok_and(|value| value == "1")
}

pub fn show(text: &str) {
    if is_shown() {
        note(text);
    }
}

impl Part {
    /// Whole lines; an error if there is no such part.
    pub fn read(&self) -> Result<String, String> {
        Ok(split(&self.whole()?, self)?.1.to_owned())
    }

    /// `Ok` if it is this, or has become it. Else the first lines that differ.
    pub fn is(&self, text: &str) -> Result<(), String> {
        let whole = self.whole()?;
        let (before, found, behind) = split(&whole, self)?;
        if found == text {
            return Ok(());
        }
        if is_update() {
            let path = workspace().join(self.file);
            return fs::write(&path, [before, text, behind].concat()).map_err(|error| error.to_string());
        }
        Err(format!(
            "{} has another text (UPDATE=1 writes this one):\n{}",
            self.file,
            differences(found, text)
        ))
    }

    fn whole(&self) -> Result<String, String> {
        fs::read_to_string(workspace().join(self.file)).map_err(|error| format!("{}: {error}", self.file))
    }
}

/// What is before the part with its line, the part, and what is behind it.
fn split<'a>(whole: &'a str, part: &Part) -> Result<(&'a str, &'a str, &'a str), String> {
    let line = |text: &str, line: &str| {
        let mut at = 0;
        text.split_inclusive('\n').find_map(|found| {
            at += found.len();
            (found.trim_end() == line).then_some((at - found.len(), at))
        })
    };
    let missing = |what: &str| format!("{} has no line {what:?}", part.file);
    let (_, begin) = line(whole, part.begin).ok_or_else(|| missing(part.begin))?;
    let (before, rest) = whole.split_at(begin);
    let (end, _) = line(rest, part.end).ok_or_else(|| missing(part.end))?;
    let (text, behind) = rest.split_at(end);
    Ok((before, text, behind))
}

/// The lines that only one of them has.
fn differences(before: &str, now: &str) -> String {
    let only = |of: &str, other: &str, mark: &str| -> String {
        let lines = of.lines().filter(|line| !other.lines().any(|found| found == *line));
        lines.map(|line| format!("{mark} {line}\n")).collect()
    };
    only(before, now, "-") + &only(now, before, "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: Part = Part { file: "x", begin: "```a", end: "```" };

    #[test]
    fn a_part_is_between_its_lines() {
        let whole = "1\n```b\n2\n```\n```a\n3\n4\n```\n5\n";
        assert_eq!(split(whole, &PART), Ok(("1\n```b\n2\n```\n```a\n", "3\n4\n", "```\n5\n")));
        assert_eq!(split("```a\n```", &PART), Ok(("```a\n", "", "```")));
        assert!(split("```b\n```\n", &PART).is_err());
        assert!(split("```a\n", &PART).is_err());
    }

    #[test]
    fn what_differs_is_told_and_nothing_else() {
        assert_eq!(differences("a\nb\nc\n", "a\nd\nc\n"), "- b\n+ d\n");
    }
}
