//! The Debian packages: looked at by lintian, installed, started, removed.

#[cfg(target_os = "linux")]
mod booted;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;
use svcd_tests::program::{dist, workspace};
use svcd_tests::{Program, Server, Tree, skip};

use crate::release::{attempt, files, has, made, run, version};

/// Names of Debian, and those of the programs.
const ARCHITECTURES: [(&str, &str); 2] = [("amd64", "linux-x86_64"), ("arm64", "linux-aarch64")];

/// None, with a note, if there is no dpkg-deb.
fn package(arch: &str) -> Option<String> {
    let path = made()?.join(format!("svcd_{}_{arch}.deb", version()));
    path.exists().then(|| path.display().to_string())
}

/// That of this machine.
fn own_package() -> Option<String> {
    let own = ARCHITECTURES.iter().find(|(_, name)| *name == Program::chosen().machine());
    let package = own.and_then(|(arch, _)| package(arch));
    if package.is_none() {
        skip("a package that is installed", "there is none for this machine");
    }
    package
}

/// What a package unpacks to.
fn contents(package: &str) -> Tree {
    let place = Tree::empty();
    run(&["dpkg-deb", "-x", package, &place.root().display().to_string()], &[]);
    place
}

#[test]
fn lintian_has_nothing_against_the_packages() {
    let (Some(one), Some(other)) = (package("amd64"), package("arm64")) else { return };
    if !has("lintian", "lintian") {
        return;
    }
    // What is overridden has its reason beside it; --pedantic has opinions, and they are kept to.
    let words = ["lintian", "--pedantic", "--display-info", "--allow-root", "--fail-on"];
    let said = run(&[words.as_slice(), &["error,warning,info,pedantic", &one, &other]].concat(), &[]);
    assert_eq!(said, "");
}

#[test]
fn a_package_has_the_program_of_its_architecture_and_what_belongs_to_it() {
    for (arch, name) in ARCHITECTURES {
        let Some(package) = package(arch) else { return };
        let field = |field| run(&["dpkg-deb", "--field", &package, field], &[]).trim().to_owned();
        assert_eq!((field("Package"), field("Architecture")), ("svcd".to_owned(), arch.to_owned()));
        // It is static.
        assert_eq!(field("Depends"), "");
        let place = contents(&package);
        let mut files = files(&place.root());
        let program = fs::read(dist().join(format!("svcd-{name}"))).expect("a built program");
        assert!(files.remove("usr/bin/svcd").is_some_and(|bytes| bytes == program), "{arch}");
        for file in [
            "etc/default/svcd",
            "usr/lib/systemd/system/svcd.service",
            "usr/lib/systemd/system/svcd.socket",
            "usr/share/bash-completion/completions/svcd",
            "usr/share/doc/svcd/changelog.gz",
            "usr/share/doc/svcd/copyright",
            "usr/share/fish/vendor_completions.d/svcd.fish",
            "usr/share/lintian/overrides/svcd",
            "usr/share/man/man8/svcd.8.gz",
            "usr/share/zsh/vendor-completions/_svcd",
        ] {
            assert!(files.remove(file).is_some(), "{arch}: no {file}");
        }
        files.retain(|file, _| !file.starts_with("usr/share/doc/svcd/examples/"));
        assert!(files.is_empty(), "{arch}: also {:?}", files.keys());
        // The defaults are the unit's: a drop-in must be able to change them.
        let defaults = fs::read_to_string(place.path("etc/default/svcd")).expect("a text");
        assert!(defaults.lines().all(|line| line.is_empty() || line.starts_with('#')), "{defaults}");
    }
}

/// Both read this file: systemd, as service/systemd.rs has it, and the script of System V.
#[test]
fn a_shell_understands_what_the_defaults_suggest() {
    let suggest = "sed -n 's/^#\\([A-Z]*=\\)/\\1/p' packaging/debian/default";
    let script = format!("set -eu; eval \"$({suggest})\"; printf '%s\\n' \"$DOCROOT\" $OPTIONS");
    let said = run(&["sh", "-c", &script], &[]);
    let words: Vec<&str> = said.lines().collect();
    assert_eq!(words.first(), Some(&"/srv/www"));
    Server::with(Tree::standard()).arguments(&words[1..]).start().assert_serving();
    assert!(words.len() > 2, "{words:?}");
}

/// The same for who has the commit and who has the tarball; or whoever is named.
#[test]
fn a_package_names_who_answers_for_it() {
    let Some(package) = package("amd64") else { return };
    let field = |package: &str| run(&["dpkg-deb", "--field", package, "Maintainer"], &[]);
    if std::env::var_os("DEBEMAIL").is_none() && std::env::var_os("DEBFULLNAME").is_none() {
        assert_eq!(field(&package), "svcd maintainers <svcd@example.org>\n");
    }
    let place = Tree::empty();
    let folder = place.root().display().to_string();
    let named = [("DEBFULLNAME", "A/S & Sons"), ("DEBEMAIL", "sons@example.net"), ("OUT", &folder)];
    run(&["packaging/debian/build.sh", "amd64"], &named);
    let package = place.path(format!("svcd_{}_amd64.deb", version())).display().to_string();
    assert_eq!(field(&package), "A/S & Sons <sons@example.net>\n");
}

#[test]
fn the_package_of_another_architecture_has_a_program_that_serves() {
    let Some(package) = package("arm64") else { return };
    let environment = fs::read_to_string(workspace().join("target/toolchain.env")).unwrap_or_default();
    let qemu = environment.lines().find_map(|line| line.strip_prefix("qemu='")?.strip_suffix('\''));
    let Some(qemu) = qemu.filter(|path| !path.is_empty()) else {
        return skip("the package of arm64", "there is no qemu-aarch64 here");
    };
    let place = contents(&package);
    let program = Program::at(&place.path("usr/bin/svcd")).behind(&[qemu]);
    Server::with(Tree::standard()).program(&program).start().assert_serving();
}

/// A small Debian of its own, where dpkg can install; None, with a note, if there is none.
struct Root {
    place: Tree,
}

impl Root {
    fn new() -> Option<Root> {
        let small = workspace().join("target/packages/root");
        let why = if !small.join("usr/bin/deb-systemd-helper").is_file() {
            "there is no small Debian in target/packages/root"
        } else if !Uid::effective().is_root() {
            "only root can"
        } else if !small.join("dev/null").exists() {
            "target/packages/root was made by another user"
        } else {
            let place = Tree::empty();
            let copy = place.root().join("debian").display().to_string();
            run(&["cp", "-a", &small.display().to_string(), &copy], &[]);
            return Some(Root { place });
        };
        skip("a package that is installed", why);
        None
    }

    fn path(&self) -> PathBuf {
        self.place.root().join("debian")
    }

    /// dpkg of this machine, which runs the package's scripts in the root.
    fn dpkg(&self, words: &[&str]) -> Result<String, String> {
        let root = format!("--root={}", self.path().display());
        // perl in there has no other locale.
        attempt(&[&["dpkg", &root], words].concat(), &[("LC_ALL", "C")])
    }
}

/// What a folder has, but for dpkg's own books.
fn remains(top: &Path) -> Vec<String> {
    let is_of_dpkg = |name: &String| {
        name.starts_with("var/lib/dpkg/") && !name.starts_with("var/lib/dpkg/info/svcd")
            || name.starts_with("var/log/")
    };
    files(top).into_keys().filter(|name| !is_of_dpkg(name)).collect()
}

#[test]
fn a_package_is_installed_started_upgraded_removed_and_purged_without_a_trace() {
    let Some(package) = own_package() else { return };
    let Some(root) = Root::new() else { return };
    let before = remains(&root.path());

    root.dpkg(&["--install", &package]).expect("it is installed");
    assert_eq!(root.dpkg(&["--verify", "svcd"]).expect("its files are right"), "");
    // Nobody has asked for it yet.
    let wants = root.path().join("etc/systemd/system/sockets.target.wants");
    assert!(!wants.exists(), "the socket is enabled");

    let site = root.path().join("srv/www");
    fs::create_dir_all(&site).expect("a new folder");
    fs::write(site.join("hello.txt"), "hello, world\n").expect("a new file");
    let program =
        Program::at(Path::new("/usr/bin/svcd")).behind(&["chroot", &root.path().display().to_string()]);
    let server = Server::with(Tree::empty()).program(&program).root(Some(Path::new("/srv/www"))).start();
    server.assert_serving();
    let ended = server.stop();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    fs::remove_dir_all(root.path().join("srv")).expect("the site");

    // As an administrator does it, who also changes the defaults.
    fs::create_dir_all(&wants).expect("a new folder");
    symlink("/usr/lib/systemd/system/svcd.socket", wants.join("svcd.socket")).expect("a new link");
    fs::write(root.path().join("etc/default/svcd"), "OPTIONS=-q\n").expect("the defaults");
    root.dpkg(&["--install", &package]).expect("the same once more");
    let defaults = fs::read_to_string(root.path().join("etc/default/svcd")).expect("the defaults");
    assert_eq!(defaults, "OPTIONS=-q\n", "an upgrade keeps what was changed");

    root.dpkg(&["--remove", "svcd"]).expect("it is removed");
    assert!(!root.path().join("usr/bin/svcd").exists());
    assert!(root.path().join("etc/default/svcd").exists(), "a removal keeps the defaults");
    root.dpkg(&["--purge", "svcd"]).expect("it is purged");
    assert_eq!(remains(&root.path()), before);
}
