//! The formula of Homebrew, run by something that plays Homebrew.

use std::fs;

use svcd_tests::program::workspace;
use svcd_tests::{Program, skip};

use super::{URL, has, made, run, sha256, unpacked, version};

#[test]
fn a_formula_takes_the_tarball_of_each_system() {
    let Some(folder) = made() else { return };
    if !has("ruby", "the formula") {
        return;
    }
    let formula = folder.join("svcd.rb").display().to_string();
    for (system, arch, name) in [
        ("macos", "arm", "darwin-aarch64"),
        ("linux", "arm", "linux-aarch64"),
        ("linux", "intel", "linux-x86_64"),
    ] {
        let file = format!("svcd-{}-{name}.tar.gz", version());
        let said = run(&["ruby", "tests/packaging/homebrew.rb", &formula, system, arch], &[]);
        let sum = sha256(&fs::read(folder.join(&file)).expect("a tarball"));
        assert_eq!(said, format!("{URL}/{file}\n{sum}\n"), "{system} {arch}");
    }
}

#[test]
fn a_formula_installs_what_passes_its_own_test() {
    let Some(folder) = made() else { return };
    if !has("ruby", "the formula") {
        return;
    }
    if Program::chosen().is_emulated() {
        return skip("the formula's own test", "an emulator is chosen");
    }
    let place = unpacked(folder, &Program::chosen().machine());
    let prefix = place.outside().join("cellar").display().to_string();
    let player = workspace().canonicalize().expect("the project").join("tests/packaging/homebrew.rb");
    let script = "cd \"$0\" && exec ruby \"$@\"";
    let (root, formula) = (place.root().display().to_string(), folder.join("svcd.rb").display().to_string());
    let service =
        run(&["sh", "-c", script, &root, &player.display().to_string(), &formula, "install", &prefix], &[]);
    // What brew would start is a program and a folder that are there.
    let words: Vec<&str> = service.split_whitespace().collect();
    let there = |word: Option<&&str>| word.is_some_and(|word| fs::exists(word).unwrap_or(false));
    assert!(there(words.first()) && there(words.last()), "{service}");
    let mut installed = super::files(&place.outside().join("cellar"));
    for file in super::files(&place.root()).keys().filter(|file| file.starts_with("share/doc/svcd/")) {
        assert!(installed.remove(file).is_some(), "{file} is not installed");
    }
    for file in ["bin/svcd", "bin/svcd-trace", "share/man/man8/svcd.8", "etc/bash_completion.d/svcd"] {
        assert!(installed.remove(file).is_some(), "{file} is not installed");
    }
}
