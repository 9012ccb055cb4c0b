//! Where figures are kept: in target/bench, and with `UPDATE=1` also in the documents.

use std::env;
use std::fs;
use std::path::PathBuf;

use svcd_tests::program::dist;

/// Writes a file to target/bench, and to docs/ if that is wanted and `is_kept`.
pub fn write(name: &str, text: &str, is_kept: bool) -> Result<(), String> {
    let folder = top().join("target/bench");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    save(folder.join(name), text)?;
    if is_kept && is_wanted() { save(top().join("docs").join(name), text) } else { Ok(()) }
}

/// Writes a part of a document, if that is wanted: what stands between two comments
/// that name it.
pub fn insert(document: &str, name: &str, text: &str) -> Result<(), String> {
    if !is_wanted() {
        return Ok(());
    }
    let path = top().join(document);
    let old = fs::read_to_string(&path).map_err(|error| format!("{document}: {error}"))?;
    let new = replaced(&old, name, text).ok_or(format!("{document} has no place for {name}"))?;
    save(path, &new)
}

fn replaced(document: &str, name: &str, text: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->\n"));
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{text}{end}{after}"))
}

fn is_wanted() -> bool {
    env::var_os("UPDATE").is_some_and(|value| value == "1")
}

fn top() -> PathBuf {
    dist().join("..")
}

fn save(path: PathBuf, text: &str) -> Result<(), String> {
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn a_part_takes_the_place_of_the_one_before() {
        let document = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n";
        let expected = "a\n<!-- begin x -->\nnew\n<!-- end x -->\nb\n";
        assert_eq!(replaced(document, "x", "new\n").as_deref(), Some(expected));
        assert_eq!(replaced(expected, "x", "new\n").as_deref(), Some(expected));
        assert_eq!(replaced(document, "y", ""), None);
        assert_eq!(replaced("<!-- begin x -->\n", "x", ""), None, "it has no end");
    }
}
