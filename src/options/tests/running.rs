//! Options of how the server is started, shared and stopped.

use super::*;

#[test]
fn how_it_is_started_and_stopped() {
    let options = served(&[]);
    assert!(!options.reuseport && !options.inetd);
    assert_eq!((options.max_per_ip, options.grace), (0, 10));
    assert!(served(&[c"--reuseport"]).reuseport && served(&[c"--inetd"]).inetd);
    assert!(!served(&[c"--reuseport"]).inetd && !served(&[c"--inetd"]).reuseport);
    assert_eq!(served(&[c"--max-per-ip", c"8"]).max_per_ip, 8);
    assert_eq!(served(&[c"--max-per-ip=4294967295"]).max_per_ip, u32::MAX);
    assert_eq!(served(&[c"--max-per-ip=8", c"--max-per-ip=0"]).max_per_ip, 0);
    assert_eq!((options.spare, options.reuse), (0, 1));
    let options = served(&[c"--spare=8", c"--reuse", c"100"]);
    assert_eq!((options.spare, options.reuse), (8, 100));
    assert_eq!(served(&[c"--spare=256", c"--reuse=1", c"--reuse=4294967295"]).reuse, u32::MAX);
    assert_eq!(served(&[c"--grace=0"]).grace, 0);
    assert_eq!(served(&[c"--grace", c"86400"]).grace, 86400);
    // They are three fields.
    let options = served(&[c"--grace=1", c"--cgi-limit=2", c"--cgi-cpu=3"]);
    assert_eq!((options.grace, options.cgi_limit, options.cgi_cpu), (1, 2, 3));
}

#[test]
fn what_is_no_number_of_them_is_refused() {
    for (name, values) in [
        ("--max-per-ip", &["", "-1", "x", "1k", "4294967296"]),
        ("--grace", &["", "-1", "x", "1s", "86401"]),
        ("--spare", &["", "-1", "x", "1k", "257"]),
        ("--reuse", &["", "-1", "x", "0", "4294967296"]),
    ] {
        for value in values {
            refused_value(name, value);
        }
    }
    assert_eq!(parsed(&[c"--reuse=2"]).map_err(|error| error.argument), Err(&b"--reuse"[..]));
    for word in [c"--reuseport=1", c"--inetd=1", c"--inetd=", c"--grace"] {
        assert!(parsed(&[word]).is_err(), "{word:?}");
    }
}
