//! What the README prints is what the program prints.

use svcd::options;

#[test]
fn the_readme_shows_the_help_as_it_is() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains(options::HELP), "README.md has another text than `svcd --help`");
}
