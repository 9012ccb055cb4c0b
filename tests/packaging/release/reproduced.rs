//! A release that somebody else makes.

use svcd_tests::{Program, skip};

use super::{attempt, made, run, version};

#[test]
fn a_release_has_the_same_bytes_when_somebody_else_builds_it_somewhere_else() {
    if made().is_none() {
        return;
    }
    if attempt(&["git", "log", "-1"], &[]).is_err() {
        return skip("a second build", "this is no clone");
    }
    let name = Program::chosen().machine();
    let said = run(&["packaging/reproducible.sh", "--quick", &name], &[]);
    for file in [format!("svcd-{}-{name}.tar.gz", version()), "SHA256SUMS".to_owned()] {
        assert!(said.contains(&format!("reproducible: {file}\n")), "{said}");
    }
}

#[test]
fn no_program_names_a_folder_of_the_machine_that_built_it() {
    for name in super::NAMES {
        for kind in ["svcd", "svcd-trace"] {
            let path = svcd_tests::program::dist().join(format!("{kind}-{name}"));
            let bytes = std::fs::read(&path).expect("a built program");
            let here = svcd_tests::program::workspace().canonicalize().expect("the project");
            let home = std::env::var("HOME").unwrap_or_default();
            for folder in [here.to_str().unwrap_or_default(), &format!("{home}/."), "/rustc/", "/registry/"] {
                let found = bytes.windows(folder.len()).any(|window| window == folder.as_bytes());
                assert!(!found, "{kind}-{name} has {folder}");
            }
        }
    }
}
