//! A real tree of documentation: every file is fetched and compared.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sha2::{Digest, Sha256};
use svcd_tests::{Server, Tree, note, scale, skip};

const FILES: usize = 3000;
const FOLDERS: usize = 3000;
const LARGEST: u64 = 1 << 20;

#[test]
fn every_file_of_a_real_tree() {
    let count = scale(FILES);
    let Some(source) = sources().into_iter().find(|folder| folder.is_dir()) else {
        return skip("the crawl", "no documentation is installed here, and SVCD_TREE names none");
    };
    let tree = Tree::standard();
    let mut expected = Vec::new();
    copy(&source, "", &tree, count, &mut expected);
    assert!(!expected.is_empty(), "{} has no files", source.display());

    let server = Server::with(tree).arguments(&["-q"]).start();
    let next = AtomicUsize::new(0);
    let (bytes, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let client = server.client();
                while let Some((name, hash)) = expected.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = match client.get(&format!("/{}", encode(name))) {
                        Ok(page) if page.status != 200 => Err(format!("status {}", page.status)),
                        Ok(page) if Sha256::digest(&page.body)[..] != hash[..] => {
                            Err("other bytes".to_owned())
                        }
                        Ok(page) => Ok(bytes.fetch_add(page.body.len(), Ordering::Relaxed)),
                        Err(why) => Err(why),
                    };
                    if let Err(why) = outcome {
                        wrong.lock().expect("no holder panics").push(format!("{name}: {why}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no holder panics");
    let (count, bytes) = (expected.len(), bytes.into_inner());
    assert!(wrong.is_empty(), "{} of {count} files:\n{}", wrong.len(), wrong.join("\n"));
    note(&format!("crawl: {count} files, {bytes} bytes, all equal; from {}", source.display()));
}

/// Where a tree of some thousand files may be, the best first.
fn sources() -> Vec<PathBuf> {
    if let Some(named) = env::var_os("SVCD_TREE") {
        return vec![named.into()];
    }
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().ok();
    let sysroot = sysroot.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let rust = sysroot.map(|sysroot| sysroot.join("share/doc/rust/html"));
    rust.into_iter().chain([PathBuf::from("/usr/share/doc")]).collect()
}

/// Copies files with names that a client may ask for, breadth of folders bounded
/// so that a tree of any size gives a sample of all its kinds.
fn copy(from: &Path, below: &str, tree: &Tree, most: usize, copied: &mut Vec<(String, Vec<u8>)>) {
    let mut folders = vec![(from.to_owned(), below.to_owned())];
    let mut seen = 0;
    while let Some((folder, below)) = folders.pop() {
        seen += 1;
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(|entry| entry.file_name());
        for entry in entries {
            let Some(name) = entry.file_name().to_str().map(|name| format!("{below}{name}")) else {
                continue;
            };
            let Ok(kind) = entry.file_type() else { continue };
            if entry.file_name().as_encoded_bytes().starts_with(b".") || copied.len() == most {
                continue;
            }
            if kind.is_dir() && seen + folders.len() < FOLDERS {
                folders.push((entry.path(), format!("{name}/")));
            } else if kind.is_file() && entry.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST) {
                let Ok(bytes) = fs::read(entry.path()) else { continue };
                tree.file(&name, &bytes);
                copied.push((name, Sha256::digest(&bytes).to_vec()));
            }
        }
    }
}

fn encode(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    name.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[test]
fn names_are_encoded() {
    assert_eq!(encode("a b/\u{e4}+%.x"), "a%20b/%C3%A4%2B%25.x");
}
