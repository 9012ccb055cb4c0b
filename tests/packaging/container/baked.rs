//! An image with files in it, as deploy/kubernetes/overlays/baked makes one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use svcd_tests::{Program, Server, Tree, skip};

use super::image::{VERSION, built};
use crate::service::find;

#[test]
fn files_are_put_upon_an_image_of_a_release() {
    let what = "an image with files";
    let Some(built) = built(what) else { return };
    let Some(buildah) = find("buildah") else { return skip(what, "there is no buildah") };
    let tree = Tree::empty();
    tree.file("public/hello.txt", b"hello\n");
    fs::set_permissions(tree.path("public"), fs::Permissions::from_mode(0o755)).expect("a mode");
    let overlay = crate::manifests::deploy("kubernetes/overlays/baked/Containerfile");
    let (storage, context) = (tree.outside().display().to_string(), tree.root().display().to_string());
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&buildah);
        command.args(["--storage-driver", "vfs", "--root", &format!("{storage}/root")]);
        command.args(["--runroot", &format!("{storage}/run")]).args(arguments);
        let output = command.output().expect("buildah");
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let from = format!("SVCD=oci-archive:{}:{VERSION}", built.archive(0).display());
    run(&["build", "-f", &overlay.display().to_string(), "-t", "www", "--build-arg", &from, &context]);
    let container = run(&["from", "www"]);
    let mounted = run(&["mount", &container]);
    assert_eq!(run(&["inspect", "--format", "{{.OCIv1.Config.User}}", &container]), "65534:65534");

    let program = Program::at(Path::new("/svcd"));
    let program = program.behind(&["chroot", "--userspec=65534:65534", &mounted]);
    let server = Server::with(Tree::empty()).program(&program).root(None).arguments(&["/srv"]).start();
    assert_eq!(server.get("/hello.txt").expect("an answer").text(), "hello\n");
}
