//! Options of what the server gives up.

use super::*;

#[test]
fn the_sandbox_is_on_unless_it_is_said_otherwise() {
    for (arguments, expected) in [
        (&[][..], Sandbox::On),
        (&[c"--sandbox=off"], Sandbox::Off),
        (&[c"--sandbox", c"require"], Sandbox::Require),
        (&[c"--sandbox=off", c"--sandbox=on"], Sandbox::On),
    ] {
        assert_eq!(served(arguments).sandbox, expected, "{arguments:?}");
    }
    for bad in ["", "On", "yes", "of", "required"] {
        refused_value("--sandbox", bad);
    }
}

#[test]
fn a_user_is_a_number_and_perhaps_a_group() {
    assert_eq!(served(&[]).user, None);
    for (argument, expected) in [
        (c"--user=1", (1, 1)),
        (c"--user=1000:33", (1000, 33)),
        (c"--user=4294967294:4294967294", (u32::MAX - 1, u32::MAX - 1)),
    ] {
        assert_eq!(served(&[argument]).user, Some(expected), "{argument:?}");
    }
    for bad in ["", "0", "1:0", "0:1", ":1", "1:", "1:2:3", "root", "-1", "4294967295", "1:4294967295", " 1"]
    {
        refused_value("--user", bad);
    }
}

#[test]
fn a_root_folder_has_no_programs() {
    assert!(served(&[c"--chroot"]).chroot && !served(&[]).chroot);
    refused(&[c"--chroot", c"--cgi=a"], "--chroot");
    refused(&[c"--alias=/a/=/b", c"--chroot"], "--chroot");
}

#[test]
fn each_cgi_allow_is_one_path_more() {
    let options = served(&[c"--cgi-allow=/a", c"--cgi-allow", c"b"]);
    let paths: Vec<_> = options.cgi_allow.iter().copied().collect();
    assert_eq!(paths, [c"/a", c"b"]);
    refused(&[c"--cgi-allow=/a"; limits::ADDITIONS + 1], "--cgi-allow=/a");
}
