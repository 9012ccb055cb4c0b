//! completions/: their lists are made of the help, and shells that are here propose what is
//! in them.

use std::process::{Command, Stdio};

use svcd_tests::document::Part;
use svcd_tests::program::workspace;
use svcd_tests::skip;

use super::{Described, Value, all, is};

const fn part(file: &'static str) -> Part {
    Part { file, begin: "# options", end: "# end of options" }
}

/// In the indentation of the place where they stand, if there is one.
const fn inner(file: &'static str) -> Part {
    Part { file, begin: "    # options", end: "    # end of options" }
}

fn in_quotes(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// `-p --port`.
fn names(option: &Described) -> Vec<String> {
    let short = option.short.map(|short| format!("-{short}"));
    short.into_iter().chain([format!("--{}", option.long)]).collect()
}

fn for_bash() -> String {
    let names_of: Vec<_> = all().iter().flat_map(names).collect();
    let mut text = format!("    options='{}'\n    case $before in\n", names_of.join(" "));
    for option in all() {
        let value = match option.values() {
            Value::None => continue,
            Value::Unknown => "none".to_owned(),
            Value::File | Value::Folder => "files".to_owned(),
            Value::Words(words) => words.join(" "),
        };
        text += &format!("    {}) value={} ;;\n", names(&option).join(" | "), in_quotes(&value));
    }
    text + "    esac\n"
}

/// As _arguments takes them.
fn for_zsh() -> String {
    let line = |option: Described| {
        let text = option.text.replace('[', "\\[").replace(']', "\\]").replace(':', "\\:");
        let value = option.value.unwrap_or_default().replace(':', "\\:");
        let action = match option.values() {
            Value::None => String::new(),
            Value::Unknown => format!(":{value}: "),
            Value::File => format!(":{value}:_files"),
            Value::Folder => format!(":{value}:_directories"),
            Value::Words(words) => format!(":{value}:({})", words.join(" ")),
        };
        let names = names(&option);
        let first = match (option.is_repeatable(), &names[..]) {
            (true, _) => "*".to_owned(),
            (false, names) => format!("({})", names.join(" ")),
        };
        let taking = |name: &String| match (option.value, name.starts_with("--")) {
            (None, _) => name.clone(),
            (Some(_), true) => format!("{name}="),
            (Some(_), false) => format!("{name}+"),
        };
        let rest = in_quotes(&format!("[{text}]{action}"));
        let each = |name: &String| format!("    {}{}{rest}\n", in_quotes(&first), taking(name));
        names.iter().map(each).collect::<String>()
    };
    all().into_iter().map(line).collect()
}

fn for_fish() -> String {
    let line = |option: Described| {
        let short = option.short.map(|short| format!(" -s {short}")).unwrap_or_default();
        let value = match option.values() {
            Value::None => String::new(),
            Value::Unknown => " -x".to_owned(),
            Value::File => " -r -F".to_owned(),
            Value::Folder => " -x -a '(__fish_complete_directories)'".to_owned(),
            Value::Words(words) => format!(" -x -a '{}'", words.join(" ")),
        };
        let text = option.text.replace('\\', "\\\\").replace('\'', "\\'");
        format!("complete -c svcd{short} -l {}{value} -d '{text}'\n", option.long)
    };
    all().into_iter().map(line).collect()
}

#[test]
fn bash_has_the_options_of_the_help() {
    is(&inner("completions/svcd.bash"), &for_bash());
}

#[test]
fn zsh_has_the_options_of_the_help() {
    is(&inner("completions/_svcd"), &for_zsh());
}

#[test]
fn fish_has_the_options_of_the_help() {
    is(&part("completions/svcd.fish"), &for_fish());
}

/// What a shell says, line by line, in the folder of the project. None: it is not here.
fn said(shell: &str, arguments: &[&str]) -> Option<Vec<String>> {
    let mut command = Command::new(shell);
    command.args(arguments).current_dir(workspace()).stdin(Stdio::null());
    let Ok(output) = command.output() else {
        skip("what a shell proposes", &format!("no {shell}"));
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{command:?}: {errors}");
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// What is typed, and what is proposed: words that are there, and one that is not.
const TYPED: [(&str, &[&str], &str); 6] = [
    ("svcd --cgi-c", &["--cgi-cpu"], "--cgi-cpu="),
    ("svcd --sandbox r", &["require"], "on"),
    ("svcd --sandbox o", &["off", "on"], "require"),
    ("svcd -q lin", &["linker/"], "Cargo.toml"),
    ("svcd --auth Cargo.to", &["Cargo.toml"], "linker/"),
    ("svcd --port Cargo", &[], "Cargo.toml"),
];

#[test]
fn bash_proposes_what_fits() {
    let typed = [
        ("svcd --sandbox = re", &["require"][..], "on"),
        ("svcd --sandbox =", &["off", "on", "require"], "="),
    ];
    for (line, expected, other) in TYPED.into_iter().chain(typed) {
        let script = "source completions/svcd.bash; read -ra COMP_WORDS <<<\"$0\"; \
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _svcd; [ -z \"$COMPREPLY\" ] || printf '%s\\n' \"${COMPREPLY[@]}\"";
        let Some(found) = said("bash", &["--norc", "-c", script, line]) else { return };
        check(line, &found, expected, other);
    }
}

#[test]
fn fish_proposes_what_fits() {
    for (line, expected, other) in TYPED {
        let script = format!("source completions/svcd.fish; complete -C '{line}'");
        let Some(found) = said("fish", &["--no-config", "-c", &script]) else { return };
        let found: Vec<_> =
            found.iter().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect();
        check(line, &found, expected, other);
    }
}

fn check(line: &str, found: &[String], expected: &[&str], other: &str) {
    let is_found =
        |word: &str| found.iter().any(|found| found.trim_end_matches('/') == word.trim_end_matches('/'));
    for word in expected {
        assert!(is_found(word), "{line}: no {word} in {found:?}");
    }
    assert!(!is_found(other), "{line}: {other} in {found:?}");
}

#[test]
fn zsh_takes_every_option_apart() {
    // Its own function says what it has got, one by one.
    let script = "_arguments() { print -rl -- \"$@\" }; propose() { source completions/_svcd }; propose";
    let Some(found) = said("zsh", &["-f", "-c", script]) else { return };
    let count = found.iter().filter(|word| word.contains('[')).count();
    assert_eq!(count, all().iter().flat_map(names).count(), "{found:?}");
    for expected in [
        "(-p --port)-p+[default 8080; 0 lets the kernel choose]:PORT: ",
        "(-p --port)--port=[default 8080; 0 lets the kernel choose]:PORT: ",
        "*--header=[field for every response, repeatable]:'K\\: V': ",
        "(--sandbox)--sandbox=[off, on or require; default on, as far as possible]:HOW:(off on require)",
    ] {
        assert!(found.iter().any(|word| word == expected), "no {expected} in {found:?}");
    }
}
