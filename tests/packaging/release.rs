//! What `make release` makes: tarballs, SBOMs, checksums, a formula; and the workflows
//! that publish it.

mod formula;
mod reproduced;
mod sbom;
mod workflows;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use svcd_tests::program::{dist, workspace};
use svcd_tests::{Program, Server, Tree, skip};

/// As `make release` names them.
pub const NAMES: [&str; 3] = ["linux-aarch64", "linux-x86_64", "darwin-aarch64"];

/// Where the formula would look for tarballs; nobody listens there.
const URL: &str = "http://127.0.0.1:1/download";

/// Runs a command in the project's folder; its standard output, or what went wrong.
pub fn attempt(words: &[&str], variables: &[(&str, &str)]) -> Result<String, String> {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(workspace()).stdin(Stdio::null()).envs(variables.iter().copied());
    let output = command.output().map_err(|error| format!("{words:?}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    if output.status.success() { Ok(stdout) } else { Err(format!("{words:?} said: {stdout}{stderr}")) }
}

/// The same for what has to go well.
pub fn run(words: &[&str], variables: &[(&str, &str)]) -> String {
    attempt(words, variables).unwrap_or_else(|why| panic!("{why}"))
}

/// Whether a tool is there; a note if not.
pub fn has(tool: &str, what: &str) -> bool {
    let is_there = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if is_there.is_err() {
        skip(what, &format!("there is no {tool} here"));
    }
    is_there.is_ok()
}

/// In Cargo.toml.
pub fn version() -> String {
    field(&fs::read_to_string(workspace().join("Cargo.toml")).expect("Cargo.toml"), "version = \"", "\"")
}

/// What stands between two strings.
pub fn field(text: &str, before: &str, behind: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before:?} in {text}"));
    rest.split_once(behind).map_or(rest, |(word, _)| word).to_owned()
}

/// A release and the Debian packages, made once for all tests, in target/packages/release.
/// None, with a note, if this machine cannot.
pub fn made() -> Option<&'static Path> {
    static MADE: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        if !run(&["tar", "--version"], &[]).contains("GNU tar") || !has("python3", "a release") {
            skip("a release", "there is no GNU tar here");
            return None;
        }
        let folder = workspace().canonicalize().expect("the project").join("target/packages/release");
        let _ = fs::remove_dir_all(&folder);
        let variables = [("OUT", folder.to_str().expect("a name in ASCII")), ("URL", URL)];
        if has("dpkg-deb", "a Debian package") {
            run(&["packaging/debian/build.sh", "amd64", "arm64"], &variables);
        }
        run(&["packaging/release.sh", NAMES[0], NAMES[1], NAMES[2]], &variables);
        Some(folder)
    });
    MADE.as_deref()
}

/// What a tarball unpacks to, as if it were /usr/local.
fn unpacked(folder: &Path, name: &str) -> Tree {
    let place = Tree::empty();
    let tarball = folder.join(format!("svcd-{}-{name}.tar.gz", version()));
    let words = ["tar", "-xzf", &tarball.display().to_string(), "--strip-components", "1", "-C"];
    run(&[words.as_slice(), &[&place.root().display().to_string()]].concat(), &[]);
    place
}

/// Every file below a folder, by its name.
pub fn files(top: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(top).expect("below it").display().to_string();
                found.insert(name, fs::read(&path).unwrap_or_default());
            }
        }
    }
    found
}

#[test]
fn a_tarball_has_what_was_built_and_where_a_system_looks_for_it() {
    let Some(folder) = made() else { return };
    for name in NAMES {
        let place = unpacked(folder, name);
        let mut files = files(&place.root());
        let of_project = |path: &str| fs::read(workspace().join(path)).expect(path);
        for (file, right) in [
            ("bin/svcd", fs::read(dist().join(format!("svcd-{name}"))).expect("a built program")),
            ("bin/svcd-trace", fs::read(dist().join(format!("svcd-trace-{name}"))).expect("another")),
            ("share/man/man8/svcd.8", of_project("docs/svcd.8")),
            ("share/bash-completion/completions/svcd", of_project("completions/svcd.bash")),
            ("share/zsh/site-functions/_svcd", of_project("completions/_svcd")),
            ("share/fish/vendor_completions.d/svcd.fish", of_project("completions/svcd.fish")),
            ("share/doc/svcd/LICENSE-MIT", of_project("LICENSE-MIT")),
            ("share/doc/svcd/LICENSE-APACHE", of_project("LICENSE-APACHE")),
            ("share/doc/svcd/README.md", of_project("README.md")),
            ("share/doc/svcd/CHANGELOG.md", of_project("CHANGELOG.md")),
        ] {
            assert!(files.remove(file).is_some_and(|bytes| bytes == right), "{name}: {file}");
        }
        for file in ["sbom.cdx.json", "LICENSES-OF-CRATES"] {
            assert!(files.remove(&format!("share/doc/svcd/{file}")).is_some(), "{name}: {file}");
        }
        // Those of the system that it is for, and nothing else.
        let units: &[&str] = match name {
            "darwin-aarch64" => &["share/svcd/launchd/"],
            _ => &["lib/systemd/system/", "share/svcd/systemd/", "share/svcd/openrc/"],
        };
        for unit in units {
            assert!(files.keys().any(|file| file.starts_with(unit)), "{name}: nothing in {unit}");
        }
        files.retain(|file, _| {
            !file.starts_with("share/svcd/") && !units.iter().any(|unit| file.starts_with(unit))
        });
        assert!(files.is_empty(), "{name}: also {:?}", files.keys());
    }
}

#[test]
fn a_tarball_belongs_to_root_and_has_the_time_of_the_commit() {
    let Some(folder) = made() else { return };
    let Ok(epoch) = attempt(&["git", "log", "-1", "--format=%ct"], &[]) else {
        return skip("the time of the commit", "this is no clone");
    };
    let time = run(&["date", "-u", "-d", &format!("@{}", epoch.trim()), "+%Y-%m-%d %H:%M"], &[]);
    for name in NAMES {
        let tarball = folder.join(format!("svcd-{}-{name}.tar.gz", version())).display().to_string();
        for line in run(&["tar", "-tvzf", &tarball], &[("TZ", "UTC")]).lines() {
            assert!(line.contains(" 0/0 ") && line.contains(time.trim()), "{name}: {line}");
            // No folder: /usr/local stays as it is.
            assert!(
                ["-rw-r--r-- ", "-rwxr-xr-x "].iter().any(|mode| line.starts_with(mode)),
                "{name}: {line}"
            );
        }
    }
}

#[test]
fn what_a_tarball_unpacks_to_serves() {
    let Some(folder) = made() else { return };
    let name = Program::chosen().machine();
    let place = unpacked(folder, &name);
    let Some(program) = own(&place.path("bin/svcd")) else { return };
    let server = Server::with(Tree::standard()).program(&program).start();
    server.assert_serving();
    let ended = program.run(&["-V"]);
    assert_eq!(ended.stdout, format!("svcd {}\n", version()));
}

/// The program at this place, if this machine runs it by itself.
fn own(path: &Path) -> Option<Program> {
    if Program::chosen().is_emulated() {
        skip("the program of a tarball", "an emulator is chosen");
        return None;
    }
    Some(Program::at(path))
}

#[test]
fn checksums_are_those_of_all_files() {
    let Some(folder) = made() else { return };
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).expect("checksums");
    let mut files = files(folder);
    files.remove("SHA256SUMS");
    let right: Vec<String> = files.iter().map(|(name, bytes)| format!("{}  {name}", sha256(bytes))).collect();
    let mut found: Vec<&str> = sums.lines().collect();
    found.sort_by_key(|line| line.split_once("  ").map(|(_, name)| name));
    assert_eq!(found, right);
}

pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_version_has_one_number_everywhere() {
    let version = version();
    assert_eq!(version.split('.').filter(|number| number.parse::<u32>().is_ok()).count(), 3, "{version}");
    let changes = fs::read_to_string(workspace().join("CHANGELOG.md")).expect("CHANGELOG.md");
    // The newest one that has a date.
    let newest = changes.lines().find(|line| line.starts_with("## [") && !line.contains("Unreleased"));
    assert!(newest.is_some_and(|line| line.starts_with(&format!("## [{version}] - 20"))), "{newest:?}");
    let ended = Program::chosen().run(&["--version"]);
    assert_eq!(ended.stdout, format!("svcd {version}\n"), "svcd --version");
    let Some(folder) = made() else { return };
    let packages = [format!("svcd_{version}_amd64.deb"), format!("svcd_{version}_arm64.deb")];
    for package in packages.iter().filter(|package| folder.join(package).exists()) {
        let path = folder.join(package).display().to_string();
        assert_eq!(run(&["dpkg-deb", "--field", &path, "Version"], &[]).trim(), version, "{package}");
        let changes = run(
            &[
                "sh",
                "-c",
                "dpkg-deb --fsys-tarfile $0 | tar -xO ./usr/share/doc/svcd/changelog.gz | gzip -d",
                &path,
            ],
            &[],
        );
        assert!(changes.starts_with(&format!("svcd ({version}) unstable;")), "{package}: {changes}");
    }
}
