//! The images without a program for containers: their layers unpacked, and what they
//! are to run started there under chroot.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use svcd_tests::{Program, Server, Tree, skip};

use super::image::{VERSION, built, words};
use crate::service::find;

/// What runs the program of a processor here; None: this machine itself.
fn runner(architecture: &str) -> Option<Option<PathBuf>> {
    match (architecture, env::consts::ARCH) {
        ("amd64", "x86_64") | ("arm64", "aarch64") => Some(None),
        ("arm64", _) => find("qemu-aarch64-static").map(Some),
        _ => None,
    }
}

#[test]
fn both_processors_serve_from_their_unpacked_layers() {
    let what = "unpacked images";
    let Some(built) = built(what) else { return };
    for architecture in ["amd64", "arm64"] {
        let Some(runner) = runner(architecture) else {
            skip(what, &format!("nothing here runs {architecture}"));
            continue;
        };
        let (image, layers) = built.image(&format!("{VERSION}-cgi"), architecture);
        let tree = Tree::empty();
        fs::set_permissions(tree.base(), fs::Permissions::from_mode(0o755)).expect("a mode");
        for layer in &layers {
            let status =
                Command::new("tar").arg("-xzf").arg(built.blob(layer)).arg("-C").arg(tree.root()).status();
            assert!(status.is_ok_and(|status| status.success()));
        }
        let config = &image["config"];
        let user = format!("--userspec={}", config["User"].as_str().expect("a user"));
        let root = tree.root().display().to_string();
        let mut behind = vec!["chroot", &user, &root];
        if let Some(emulator) = &runner {
            fs::copy(emulator, tree.path("qemu")).expect("a copy");
            behind.push("/qemu");
        }
        let line = [words(&config["Entrypoint"]), words(&config["Cmd"])].concat();
        // All addresses of the container, which this machine is not.
        let line: Vec<&str> =
            line.iter().map(|word| word.strip_prefix("0.0.0.0").map_or(&**word, |_| "127.0.0.1")).collect();
        let (program, arguments) = line.split_first().expect("a program");
        let program = Program::at(Path::new(program)).behind(&behind);
        let server = Server::with(tree).program(&program).root(None).arguments(arguments).start();
        let answer = server.get("/").expect("an answer");
        assert!(answer.text().contains("Two programs"), "{architecture}");
        // Without /proc nobody can tell it where it is, which is not the client's mistake.
        server.get("/cgi-bin/cgi").and_then(|answer| answer.is(500)).expect(architecture);
        assert_eq!(server.stop().status.code(), Some(0));
    }
}
