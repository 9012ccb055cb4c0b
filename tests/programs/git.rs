//! git-http-backend: reading.

use svcd_tests::tree::MODIFIED;

use crate::repository::{COMMITS, Git};
use crate::tool;
use crate::tool::files_below;

const URL: &str = "http://{}/git/main.git";

#[test]
fn a_clone_of_every_version_of_the_protocol() {
    let Some(git) = Git::new(&[]) else { return };
    let work_tree = |name: &str| {
        let mut files = files_below(&git.host.place.path(name));
        files.retain(|name, _| !name.starts_with(".git/"));
        files.into_iter().map(|(name, (bytes, _))| (name, bytes)).collect::<Vec<_>>()
    };
    for version in ["0", "1", "2"] {
        let copy = format!("copy-{version}");
        git.git(&["-c", &format!("protocol.version={version}"), "clone", "-q", URL, &copy]);
        git.is_whole(&copy);
        assert!(work_tree(&copy) == work_tree("seed"), "version {version}: the same files");
        assert_eq!(git.count(&copy), COMMITS);
    }
    let trace = git.trace();
    assert!(trace.contains("Send header: Git-Protocol: version=2"), "the version was asked for");
}

#[test]
fn a_shallow_clone_that_gets_the_rest_later() {
    let Some(git) = Git::new(&[]) else { return };
    git.git(&["clone", "-q", "--depth", "1", URL, "copy"]);
    assert_eq!(git.count("copy"), 1);
    git.git(&["-C", "copy", "fetch", "-q", "--unshallow"]);
    assert_eq!(git.count("copy"), COMMITS);
    git.is_whole("copy");
}

#[test]
fn a_clone_of_files_alone() {
    let Some(git) = Git::new(&[]) else { return };
    git.run(&["GIT_SMART_HTTP=0"], &["clone", "-q", URL, "copy"]).with(0);
    git.is_whole("copy");
}

#[test]
fn what_is_not_there_is_not_found() {
    let Some(git) = Git::new(&[]) else { return };
    if tool("curl").is_none() {
        return;
    }
    let ended = git.run(&[], &["ls-remote", "http://{}/git/none.git"]);
    assert!(ended.stderr.contains("not found"), "{}", ended.stderr);
    for (target, status) in [
        ("/git/", "404"),
        ("/git/none.git/info/refs?service=git-upload-pack", "404"),
        ("/git/main.git/info/refs?service=git-upload-pack", "200"),
        ("/git/main.git/HEAD", "200"),
        ("/git/main.git/config", "404"),
        // Who is not known may not write.
        ("/git/main.git/info/refs?service=git-receive-pack", "403"),
    ] {
        // By curl, because git gives some fields twice.
        assert_eq!(git.host.status(target), status, "{target}");
    }
    let answer = git.host.server.get("/git/main.git/git-upload-pack").expect("an answer");
    assert_eq!((answer.status, answer.field("Allow")), (405, Some("POST")));
}

/// A fetch that tells of so many commits that git compresses what it asks.
#[test]
fn a_request_that_is_compressed() {
    let Some(git) = Git::new(&[]) else { return };
    git.git(&["clone", "-q", URL, "copy"]);
    let script: String = (0..300)
        .map(|n| format!("commit refs/heads/own\ncommitter A <a@b> {} +0000\ndata 1\n.\n", 2_000_000_000 + n))
        .collect();
    git.host.place.write("script", script.as_bytes(), MODIFIED);
    // fast-import reads its standard input.
    let arguments = ["-C", "copy", "-c", "alias.in=!git fast-import --quiet <../script", "in"];
    git.git(&arguments);
    git.commit("seed", "README", b"new\n");
    git.git(&["-C", "seed", "push", "-q", &git.bare(), "main"]);
    let _ = git.trace();
    git.git(&["-C", "copy", "pull", "-q"]);
    assert!(git.trace().contains("Send header: Content-Encoding: gzip"), "it was compressed");
    git.is_whole("copy");
}

/// What git itself asks only of some servers.
#[test]
fn every_kind_of_body() {
    let Some(git) = Git::new(&[]) else { return };
    if tool("curl").is_none() {
        return;
    }
    let commit = git.git(&["-C", "seed", "rev-parse", "HEAD"]);
    let want = format!("0032want {}\n00000009done\n", commit.trim());
    git.host.place.write("want", want.as_bytes(), MODIFIED);
    let gzip = ["-c", "alias.zip=!gzip -k ../want", "-C", "seed", "zip"];
    git.git(&gzip);
    let mut packs = Vec::new();
    for (file, fields) in [
        ("@want", &[][..]),
        ("@want", &["Expect: 100-continue"]),
        ("@want", &["Transfer-Encoding: chunked"]),
        ("@want", &["Transfer-Encoding: chunked", "Expect: 100-continue"]),
        ("@want.gz", &["Content-Encoding: gzip"]),
        ("@want.gz", &["Content-Encoding: gzip", "Transfer-Encoding: chunked", "Expect: 100-continue"]),
    ] {
        let url = URL.to_owned() + "/git-upload-pack";
        let kind = "Content-Type: application/x-git-upload-pack-request";
        let mut arguments =
            vec!["-H", kind, "--data-binary", file, "-o", "pack", "-D", "head", "-w", "%{http_code}", &url];
        fields.iter().for_each(|field| arguments.extend(["-H", field]));
        assert_eq!(git.host.curl(&arguments), "200", "{fields:?}");
        let files = git.host.place.files();
        let head = String::from_utf8_lossy(&files["head"].0).into_owned();
        let is_asked = fields.contains(&"Expect: 100-continue");
        assert_eq!(head.starts_with("HTTP/1.1 100 "), is_asked, "{fields:?}: {head}");
        packs.push(files["pack"].0.clone());
    }
    let pack = &packs[0];
    assert!(pack.starts_with(b"0008NAK\nPACK") && pack.len() > 2_000_000, "{} bytes", pack.len());
    assert!(packs.iter().all(|other| other == pack), "the same pack each time");
}
