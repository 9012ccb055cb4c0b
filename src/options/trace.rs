//! The options of the trace flavour, which no other one has. They have the names that
//! strace(1) gives them; each of them turns the trace on.

use core::ffi::CStr;

use super::table::described;
use super::{UsageError, suffix};
use crate::text::{decimal, split};
use crate::trace::{Color, Settings, Summary};

/// What the help says behind all other options. It is the table of options too, as
/// that of the others is.
pub const HELP: &str = "\
this program prints its own system calls, as strace(1) does
      --trace[=SET]       all; or calls and classes: --trace=%file,network,read
  -o, --output FILE       append to FILE; default standard error
  -s, --string-limit N    bytes of a buffer that are shown; default 32
  -T, --syscall-times     the time that each call took
  -r, --relative-timestamps  the time since the call before
  -c, --summary-only      at the end, how often and how long each was called
  -C, --summary           the same, and each call
      --color WHEN        auto, always or never; default auto, on a terminal
";

const LIMIT: &str = "--string-limit is a number of bytes from 0 to 1024";
const SET: &str = "--trace names calls, or the classes desc, file, memory, network, process, signal";

/// Takes an option of this flavour with its value; false: it is another one.
pub fn take<'a>(
    argument: &'a CStr,
    arguments: &mut impl Iterator<Item = &'a CStr>,
    settings: &mut Settings<'a>,
) -> Result<bool, UsageError<'a>> {
    let bytes = argument.to_bytes();
    let error = |value, problem| UsageError { argument: bytes, value, problem };
    if let Some(set) = bytes.strip_prefix(b"--trace") {
        match set {
            [] => {}
            [b'=', set @ ..] => settings.set = set,
            _ => return Ok(false),
        }
        settings.is_on = true;
        return Ok(true);
    }
    for line in split(HELP.as_bytes(), b'\n') {
        let Some((short, long, takes_value)) = described(line) else { continue };
        let attached = match (bytes.strip_prefix(short), bytes.strip_prefix(long)) {
            (Some([]), _) | (_, Some([])) => None,
            (Some(value), _) | (_, Some([b'=', value @ ..])) => Some(suffix(argument, value.len())),
            _ => continue,
        };
        let value = match (takes_value, attached) {
            (true, Some(value)) => value,
            (true, None) => arguments.next().ok_or(error(b"", "this option needs a value"))?,
            (false, None) => c"",
            (false, Some(_)) => return Err(error(b"", "this option takes no value or other option")),
        };
        let shown = if attached.is_some() { b"" } else { value.to_bytes() };
        set(settings, long, value).map_err(|problem| error(shown, problem))?;
        settings.is_on = true;
        return Ok(true);
    }
    Ok(false)
}

fn set<'a>(settings: &mut Settings<'a>, long: &[u8], value: &'a CStr) -> Result<(), &'static str> {
    match long {
        b"--output" => settings.output = Some(value),
        b"--string-limit" => {
            let limit = decimal::parse(value.to_bytes()).filter(|limit| *limit <= 1024);
            settings.limit = limit.ok_or(LIMIT)? as usize;
        }
        b"--syscall-times" => settings.times = true,
        b"--relative-timestamps" => settings.relative = true,
        b"--summary-only" => settings.summary = Summary::Only,
        b"--summary" => settings.summary = Summary::Also,
        _ => {
            settings.color = match value.to_bytes() {
                b"auto" => Color::Auto,
                b"always" => Color::Always,
                b"never" => Color::Never,
                _ => return Err("--color is auto, always or never"),
            }
        }
    }
    Ok(())
}

/// A word of --trace that means nothing on this system.
pub fn unknown(word: &[u8]) -> UsageError<'_> {
    UsageError { argument: b"--trace", value: word, problem: SET }
}

#[cfg(test)]
mod tests {
    use crate::options::{self, Command, Options};
    use crate::trace::{Color, Settings, Summary};
    use std::ffi::CString;

    /// What the arguments make of the settings, and the folder to serve.
    fn parse(arguments: &[&str]) -> Result<(Settings<'static>, Option<&'static str>), String> {
        let arguments: Vec<&'static std::ffi::CStr> = arguments
            .iter()
            .map(|text| &*Box::leak(CString::new(*text).unwrap().into_boxed_c_str()))
            .collect();
        let mut parsed = Options::default();
        match options::parse(arguments.into_iter(), &mut parsed) {
            Ok(command) => {
                assert_eq!(command, Command::Serve);
                Ok((parsed.trace, parsed.docroot.map(|path| path.to_str().unwrap())))
            }
            Err(error) => Err(String::from_utf8_lossy(error.argument).into_owned()),
        }
    }

    #[test]
    fn each_option_says_something_and_turns_the_trace_on() {
        let on = Settings { is_on: true, ..Settings::OFF };
        for (arguments, expected) in [
            (&["--trace"][..], on),
            (&["--trace=%file,read"], Settings { set: b"%file,read", ..on }),
            (&["-o", "x"], Settings { output: Some(c"x"), ..on }),
            (&["-ox"], Settings { output: Some(c"x"), ..on }),
            (&["--output=x"], Settings { output: Some(c"x"), ..on }),
            (&["-s0"], Settings { limit: 0, ..on }),
            (&["-T"], Settings { times: true, ..on }),
            (&["--relative-timestamps"], Settings { relative: true, ..on }),
            (&["-c"], Settings { summary: Summary::Only, ..on }),
            (&["-C"], Settings { summary: Summary::Also, ..on }),
            (&["--color", "always"], Settings { color: Color::Always, ..on }),
            (&["--color=never"], Settings { color: Color::Never, ..on }),
        ] {
            let mut all = arguments.to_vec();
            all.push("folder");
            assert_eq!(parse(&all), Ok((expected, Some("folder"))), "{arguments:?}");
        }
        assert_eq!(parse(&["--", "--trace"]), Ok((Settings::OFF, Some("--trace"))));
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        for argument in ["-s1025", "-sx", "-Tr", "--color=red", "--traces", "--summary=", "-o"] {
            assert_eq!(parse(&[argument]), Err(argument.to_owned()));
        }
    }
}
