//! What callgrind, a tool of valgrind, says of a program that it has run.

/// How many instructions of it were done, from `==1== Collected : 480596`: all of the
/// process that says so.
pub fn collected(said: &str) -> Option<usize> {
    said.split_once("Collected : ")?.1.lines().next()?.trim().parse().ok()
}

#[test]
fn what_callgrind_has_counted_is_found() {
    assert_eq!(collected("==7== \n==7== Events    : Ir\n==7== Collected : 480596\n==7== \n"), Some(480_596));
    assert_eq!(collected("==7== Events    : Ir\n"), None);
}
