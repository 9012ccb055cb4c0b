//! What says how the program is called is what the program says: the README, the manual
//! page, and what shells propose. With `UPDATE=1` their parts are written anew.

mod manual;
mod shells;

use svcd::options::HELP;
use svcd_tests::document::Part;

/// A line of the help.
#[derive(Debug, PartialEq, Eq)]
struct Described {
    /// Of one letter, without the minus.
    short: Option<&'static str>,
    /// Without the two.
    long: &'static str,
    /// What stands for its value.
    value: Option<&'static str>,
    text: &'static str,
}

/// What a value is, as far as a shell can propose one.
enum Value {
    None,
    Unknown,
    File,
    Folder,
    Words(Vec<&'static str>),
}

/// In the order of the help.
fn all() -> Vec<Described> {
    HELP.lines().filter_map(described).collect()
}

fn described(line: &'static str) -> Option<Described> {
    let (short, rest) = line.split_once("--")?;
    let short = short.trim().trim_end_matches(',').strip_prefix('-');
    // The value is one space behind the name, and the text is more.
    let (name, text) = rest.split_once("  ")?;
    let (long, value) = name.split_once(' ').map_or((name, None), |(long, value)| (long, Some(value)));
    Some(Described { short, long, value, text: text.trim_start() })
}

impl Described {
    fn is_repeatable(&self) -> bool {
        self.text.contains("repeatable")
    }

    fn values(&self) -> Value {
        match self.value {
            None => Value::None,
            Some("FILE" | "PATH") => Value::File,
            Some("DIR") => Value::Folder,
            // `off, on or require; default on`
            Some("HOW") => {
                let words = self.text.split(';').next().unwrap_or_default();
                Value::Words(words.split([',', ' ']).filter(|word| !["", "or"].contains(word)).collect())
            }
            Some(_) => Value::Unknown,
        }
    }
}

fn is(part: &Part, text: &str) {
    part.is(text).unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn the_readme_shows_the_help_as_it_is() {
    let (usage, rest) = HELP.split_once('\n').expect("lines");
    is(&Part { file: "README.md", begin: usage, end: "```" }, rest);
}

#[test]
fn a_line_of_the_help_is_taken_apart() {
    let rows = [
        ("  -p, --port PORT         default 8080", Some("p"), "port", Some("PORT"), "default 8080"),
        ("      --header 'K: V'     field", None, "header", Some("'K: V'"), "field"),
        ("      --write-unprotected  --write beyond", None, "write-unprotected", None, "--write beyond"),
        ("  -q, --quiet             log nothing", Some("q"), "quiet", None, "log nothing"),
    ];
    for (line, short, long, value, text) in rows {
        assert_eq!(described(line), Some(Described { short, long, value, text }), "{line}");
    }
    for line in
        ["usage: svcd [OPTIONS] [DOCROOT]     `svcd .` serves", "  DOCROOT                 folder to serve"]
    {
        assert_eq!(described(line), None, "{line}");
    }
    assert_eq!(all().len(), HELP.lines().count() - 2);
}

#[test]
fn the_words_of_an_option_are_known() {
    let sandbox = all().into_iter().find(|option| option.long == "sandbox").expect("the option");
    let Value::Words(words) = sandbox.values() else { panic!("{sandbox:?}") };
    assert_eq!(words, ["off", "on", "require"]);
}
