//! Calls of a write that fail: each has its status, leaves the old content and
//! nothing else, and the server goes on. strace(1) makes them fail.

mod everywhere;
mod races;
mod victim;

use svcd_tests::each;
use svcd_tests::strace::Call;

use Effect::{None as Nothing, Whole};
use Write::{Create, Delete, Replace};
use victim::{Effect, FOLDER, Victim, Write};

/// Which of the calls is meant.
type Which = fn(&Call) -> bool;

fn is_temporary(text: &str) -> bool {
    text.contains("(deleted)") || text.contains(".svcd-")
}

fn open_folder(call: &Call) -> bool {
    call.name.starts_with("openat") && call.text.contains(&format!("\"{FOLDER}\"")) && !find_again(call)
}

/// At the end a folder is looked for once more: it may have been moved.
fn find_again(call: &Call) -> bool {
    call.name.starts_with("openat") && call.text.contains("O_PATH")
}

fn open_temporary(call: &Call) -> bool {
    call.name.starts_with("openat") && (call.text.contains("O_TMPFILE") || call.text.contains("O_CREAT"))
}

fn write(call: &Call) -> bool {
    call.name == "write" && is_temporary(&call.text)
}

fn sync_file(call: &Call) -> bool {
    call.name == "fsync" && is_temporary(&call.text)
}

fn sync_folder(call: &Call) -> bool {
    call.name == "fsync" && !is_temporary(&call.text)
}

fn lock(call: &Call) -> bool {
    call.name == "flock" && call.text.contains("LOCK_EX") && !is_temporary(&call.text)
}

fn chmod(call: &Call) -> bool {
    call.name.starts_with("fchmod")
}

fn link(call: &Call) -> bool {
    call.name == "linkat"
}

fn rename(call: &Call) -> bool {
    call.name.starts_with("renameat")
}

fn unlink(call: &Call) -> bool {
    call.name == "unlinkat" && !is_temporary(&call.text)
}

/// The last look at what is there, under the lock.
fn look(call: &Call) -> bool {
    matches!(call.name.as_str(), "newfstatat" | "fstatat" | "statx") && call.text.contains("old.bin")
}

/// Which write, which of its calls, the error, the right statuses, what is there then.
type Row = (Write, Which, &'static str, &'static [u16], Effect);

const ROWS: &[Row] = &[
    (Replace, open_folder, "EACCES", &[403], Nothing),
    (Create, open_folder, "ENOENT", &[409], Nothing),
    (Create, open_folder, "ENOTDIR", &[409], Nothing),
    (Create, open_folder, "ELOOP", &[403], Nothing),
    (Create, open_folder, "EMFILE", &[503], Nothing),
    (Create, open_folder, "ENFILE", &[503], Nothing),
    (Create, open_folder, "ENOMEM", &[503], Nothing),
    (Create, open_folder, "EIO", &[500], Nothing),
    (Create, find_again, "ENOENT", &[409], Nothing),
    (Replace, find_again, "ELOOP", &[409], Nothing),
    (Delete, find_again, "EXDEV", &[409], Nothing),
    (Replace, find_again, "EMFILE", &[503], Nothing),
    (Delete, find_again, "EIO", &[500], Nothing),
    (Delete, open_folder, "EACCES", &[403], Nothing),
    (Delete, open_folder, "ENOENT", &[404], Nothing),
    (Delete, open_folder, "EMFILE", &[503], Nothing),
    (Delete, open_folder, "EIO", &[500], Nothing),
    (Create, open_temporary, "EACCES", &[403], Nothing),
    (Create, open_temporary, "EROFS", &[403], Nothing),
    (Create, open_temporary, "ENOSPC", &[507], Nothing),
    (Replace, open_temporary, "EDQUOT", &[507], Nothing),
    (Create, open_temporary, "EMFILE", &[503], Nothing),
    (Create, open_temporary, "ENFILE", &[503], Nothing),
    (Create, open_temporary, "ENOMEM", &[503], Nothing),
    (Create, open_temporary, "EIO", &[500], Nothing),
    (Create, write, "EINTR", &[201], Whole),
    (Replace, write, "EINTR", &[204], Whole),
    (Replace, write, "ENOSPC", &[507], Nothing),
    (Create, write, "ENOSPC", &[507], Nothing),
    (Replace, write, "EDQUOT", &[507], Nothing),
    (Replace, write, "EFBIG", &[413], Nothing),
    (Replace, write, "EIO", &[500], Nothing),
    (Replace, sync_file, "EIO", &[500], Nothing),
    (Create, sync_file, "EIO", &[500], Nothing),
    (Replace, sync_file, "ENOSPC", &[507], Nothing),
    (Replace, sync_file, "EDQUOT", &[507], Nothing),
    (Replace, lock, "EINTR", &[204], Whole),
    // Some network file systems have no locks.
    (Replace, lock, "ENOLCK", &[204], Whole),
    (Delete, lock, "EOPNOTSUPP", &[204], Whole),
    (Replace, look, "EACCES", &[403], Nothing),
    (Replace, look, "EIO", &[500], Nothing),
    (Replace, chmod, "EIO", &[500], Nothing),
    (Replace, rename, "EACCES", &[403], Nothing),
    (Replace, rename, "EPERM", &[403], Nothing),
    (Replace, rename, "EROFS", &[403], Nothing),
    (Replace, rename, "EXDEV", &[500], Nothing),
    (Replace, rename, "ENOSPC", &[507], Nothing),
    (Create, rename, "ENOSPC", &[507], Nothing),
    (Replace, rename, "EDQUOT", &[507], Nothing),
    (Replace, rename, "EIO", &[500], Nothing),
    (Replace, rename, "EBUSY", &[409], Nothing),
    (Replace, rename, "ENOMEM", &[503], Nothing),
    // Not every file system can promise to replace nothing.
    (Create, rename, "EINVAL", &[201], Whole),
    (Create, rename, "EEXIST", &[409], Nothing),
    (Replace, sync_folder, "EINVAL", &[204], Whole),
    (Create, sync_folder, "EINVAL", &[201], Whole),
    (Replace, sync_folder, "EIO", &[500], Whole),
    (Create, sync_folder, "ENOSPC", &[500], Whole),
    (Delete, unlink, "EACCES", &[403], Nothing),
    (Delete, unlink, "EPERM", &[403], Nothing),
    (Delete, unlink, "EROFS", &[403], Nothing),
    (Delete, unlink, "EIO", &[500], Nothing),
    (Delete, unlink, "EBUSY", &[409], Nothing),
    (Delete, unlink, "ENOMEM", &[503], Nothing),
    (Delete, sync_folder, "EINVAL", &[204], Whole),
    (Delete, sync_folder, "EIO", &[500], Whole),
];

/// The same, for what only is done with a temporary file that has no name yet.
const UNNAMED: &[Row] = &[
    // File systems that cannot, and kernels that do not know: a named one is made.
    (Create, open_temporary, "EOPNOTSUPP", &[201], Whole),
    (Replace, open_temporary, "EISDIR", &[204], Whole),
    (Replace, link, "EEXIST", &[204], Whole),
    (Replace, link, "EACCES", &[403], Nothing),
    (Replace, link, "EROFS", &[403], Nothing),
    (Create, link, "ENOSPC", &[507], Nothing),
    (Replace, link, "EDQUOT", &[507], Nothing),
    (Replace, link, "EIO", &[500], Nothing),
];

/// Tries each row on its own; whatever it asks for must be found among the calls.
fn try_all(victim: &Victim, rows: &[Row]) {
    let calls: Vec<_> = Write::ALL.iter().map(|&write| (write, victim.calls(write))).collect();
    let rows = rows.iter().map(|row| {
        let of_write = calls.iter().find(|calls| calls.0 == row.0).map(|calls| calls.1.as_slice());
        let call = of_write.unwrap_or_default().iter().rfind(|call| row.1(call)).cloned();
        let told = call.as_ref().map_or("no such call".to_owned(), |call| call.text.clone());
        (format!("{:?}, {} of {told}", row.0, row.2), (row, call))
    });
    each(rows, |(&(write, _, error, statuses, effect), call)| {
        let call = call.ok_or("the row is of no use")?;
        let (answer, calls) = victim.attempt(write, &call.inject(&format!("error={error}")));
        if !calls.iter().any(|call| call.text.ends_with("(INJECTED)")) {
            return Err(format!("nothing was made to fail: {calls:?}"));
        }
        let answer = answer?;
        if !statuses.contains(&answer.status) {
            return Err(format!("expected {statuses:?}, got {}: {}", answer.status, answer.text()));
        }
        let found = victim.effect(write)?;
        if found != effect {
            return Err(format!("{} and {found:?} is changed, expected {effect:?}", answer.status));
        }
        victim.is_clean()?;
        victim.goes_on(write)
    });
}

#[test]
fn each_failure_of_a_write_has_its_status_and_no_other_effect() {
    if let Some(victim) = Victim::start("calls of a write that fail", &[]) {
        try_all(&victim, ROWS);
        try_all(&victim, UNNAMED);
    }
}

#[test]
fn the_same_where_a_temporary_file_has_a_name_from_the_beginning() {
    if let Some(victim) = Victim::without_proc("calls of a write that fail without /proc") {
        try_all(&victim, ROWS);
    }
}
