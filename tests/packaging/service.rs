//! svcd under managers of services: what is in packaging/systemd and beside it.

mod activator;
pub mod load;
#[cfg(target_os = "linux")]
pub mod machine;
#[cfg(target_os = "linux")]
mod scripts;
#[cfg(target_os = "linux")]
mod systemd;
mod units;

use std::path::PathBuf;

pub use svcd_tests::program::find;

/// What is shipped below packaging/.
fn packaging(name: &str) -> PathBuf {
    svcd_tests::program::workspace().join("packaging").join(name)
}

/// Whether docs/running.md shows this line of the sandbox, with whatever version of Landlock.
#[cfg(target_os = "linux")]
pub fn is_documented(sandbox: &str) -> bool {
    let page = svcd_tests::program::workspace().join("docs/running.md");
    let page = std::fs::read_to_string(page).expect("a page");
    let is_it = |shown: &str| {
        let digits = |line: &str| {
            line.strip_prefix("landlock ")
                .map(|rest| rest.trim_start_matches(|of: char| of.is_ascii_digit()).to_owned())
        };
        shown == sandbox || digits(shown).is_some() && digits(shown) == digits(sandbox)
    };
    page.lines().filter_map(|line| line.strip_prefix("svcd: sandbox: ")).any(is_it)
}
