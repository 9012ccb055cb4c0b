//! docs/svcd.8: its list of options is made of the help; what else it says names no other
//! options.

use std::process::{Command, Stdio};

use svcd_tests::document::Part;
use svcd_tests::program::workspace;
use svcd_tests::skip;

use super::{Described, all, is};

const PAGE: Part = Part { file: "docs/svcd.8", begin: ".\\\" options", end: ".\\\" end of options" };

/// An item of a list, as in mdoc(7).
fn item(option: &Described) -> String {
    let Described { short, long, value, text } = option;
    let value = value.map(|value| format!(" Ar {}", argument(value))).unwrap_or_default();
    let short = short.map(|short| format!("Fl {short}{value} , ")).unwrap_or_default();
    format!(".It {short}Fl Fl {long}{value}\n{}\n", sentence(text))
}

/// In quotes if it has spaces.
fn argument(word: &str) -> String {
    let word = word.replace('\'', "\\(aq");
    if word.contains(' ') { format!("\"{word}\"") } else { word }
}

/// With a capital and a full stop. What begins with a minus is no hyphen.
fn sentence(text: &str) -> String {
    let (first, rest) = text.split_at(1);
    let text = format!("{}{rest}.", first.to_uppercase());
    let text = text.replace('\\', "\\e").replace('`', "\\(ga").replace('\'', "\\(aq");
    let words = text
        .split(' ')
        .map(|word| if word.starts_with('-') { word.replace('-', "\\-") } else { word.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

fn page() -> String {
    std::fs::read_to_string(workspace().join(PAGE.file)).expect("the page")
}

#[test]
fn the_manual_page_has_the_options_of_the_help() {
    is(&PAGE, &all().iter().map(item).collect::<String>());
}

#[test]
fn the_manual_page_names_no_other_options() {
    let known: Vec<_> = all().iter().map(|option| option.long).collect();
    let page = page();
    let words: Vec<&str> = page.split_whitespace().map(|word| word.trim_start_matches('.')).collect();
    let named: Vec<&str> =
        words.windows(3).filter(|words| words[..2] == ["Fl", "Fl"]).map(|words| words[2]).collect();
    assert!(named.len() > known.len(), "none outside of the list");
    let unknown: Vec<_> = named.iter().filter(|name| !known.contains(name)).collect();
    assert!(unknown.is_empty(), "no such options: {unknown:?}");
}

#[test]
fn mandoc_has_nothing_to_say_of_the_manual_page() {
    let mut mandoc = Command::new("mandoc");
    mandoc.args(["-T", "lint"]).arg(workspace().join(PAGE.file)).stdin(Stdio::null());
    let Ok(output) = mandoc.output() else {
        skip("the manual page", "no mandoc");
        return;
    };
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // What this machine has installed is not the page's to say.
    let is_of_page = |line: &&str| line.contains("svcd.8:") && !line.contains("referenced manual not found");
    let said: Vec<_> = said.lines().filter(is_of_page).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
fn an_option_becomes_an_item() {
    let option =
        Described { short: None, long: "header", value: Some("'K: V'"), text: "see --mime, repeatable" };
    assert_eq!(item(&option), ".It Fl Fl header Ar \"\\(aqK: V\\(aq\"\nSee \\-\\-mime, repeatable.\n");
    let option = Described { short: Some("p"), long: "port", value: Some("PORT"), text: "default 8080" };
    assert_eq!(item(&option), ".It Fl p Ar PORT , Fl Fl port Ar PORT\nDefault 8080.\n");
}
