//! The program's table of call numbers, on the processor that runs this:
//! against `libc` and `sc`. `make abi-check` compares it for every target, with
//! all constants and layouts.

#[cfg(target_os = "linux")]
#[path = "../../src/sys/linux/table.rs"]
#[allow(dead_code, reason = "when a call is made is asked in the suite")]
mod table;

#[cfg(target_os = "linux")]
macro_rules! number {
    ($($call:ident $libc:ident $sc:ident;)*) => {
        #[test]
        fn three_tables_of_call_numbers_agree() {
            $(
                assert_eq!(table::Call::$call as i64, libc::$libc, stringify!($call));
                assert_eq!(table::Call::$call as usize, sc::nr::$sc, stringify!($call));
            )*
            // `sc` is older than these.
            assert_eq!(table::Call::openat2 as i64, libc::SYS_openat2);
            assert_eq!(table::Call::close_range as i64, libc::SYS_close_range);
            assert_eq!(table::Call::landlock_add_rule as i64, libc::SYS_landlock_add_rule);
            assert_eq!(table::Call::landlock_create_ruleset as i64, libc::SYS_landlock_create_ruleset);
            assert_eq!(table::Call::landlock_restrict_self as i64, libc::SYS_landlock_restrict_self);
        }
    };
}

#[cfg(target_os = "linux")]
include!("../abi/numbers.rs");

#[cfg(not(target_os = "linux"))]
#[test]
fn three_tables_of_call_numbers_agree() {
    println!("skipped: the crates have no call numbers of this system; see `make abi-check`");
}
