use super::*;

fn written(write: impl FnOnce(&mut Buffer) -> Result<(), Refusal>) -> Result<String, Refusal> {
    let mut room = [0; 64];
    let mut out = Buffer::new(&mut room);
    write(&mut out).map(|()| String::from_utf8_lossy(out.bytes()).into_owned())
}

#[test]
fn a_normalized_path_has_no_dot_segments_and_is_as_it_was() {
    for (path, expected) in [
        ("/", "/"),
        ("/a", "/a"),
        ("/a/", "/a/"),
        ("//a//b//", "//a//b//"),
        ("/a%2Fb%2f%41%zz", "/a%2Fb%2f%41%zz"),
        ("/.", "/"),
        ("/./a/.", "/a/"),
        ("/a/%2e/b/%2E", "/a/b/"),
        ("/..", "/"),
        ("/../..//a", "//a"),
        ("/a/../b", "/b"),
        ("/a/b/..", "/a/"),
        ("/a/b/%2e%2E/c", "/a/c"),
        ("/a/b/.%2e", "/a/"),
        ("/a/b/%2e./../c", "/c"),
        ("/a//../b", "/b"),
        ("/a/b//../c", "/a/c"),
        ("///..//a", "//a"),
        ("/.../..a/a../.a", "/.../..a/a../.a"),
        ("/%252e/%2e%2e%2e", "/%252e/%2e%2e%2e"),
    ] {
        assert_eq!(written(|out| normalize(path.as_bytes(), out)).as_deref(), Ok(expected), "{path}");
    }
    let long = format!("/{}", "a".repeat(64));
    assert_eq!(written(|out| normalize(long.as_bytes(), out)), Err(Refusal::LongPath));
}

#[test]
fn names_are_compared_decoded_and_in_any_case() {
    for (path, prefix, expected) in [
        ("/cgi-bin/a/b", "cgi-bin", Some("/a/b")),
        ("/cgi-bin/", "cgi-bin", Some("/")),
        ("/cgi-bin", "cgi-bin", Some("")),
        ("/cgi-bin//a//", "cgi-bin", Some("//a//")),
        ("//cgi-bin/a", "cgi-bin", Some("/a")),
        ("/%63gi%2Dbin/a", "cgi-bin", Some("/a")),
        ("/CGI-bin/%41", "cgi-bin", Some("/%41")),
        ("/a/b/c", "a/b", Some("/c")),
        ("/a//b/c", "a/b", Some("/c")),
        ("/a/c", "", Some("/a/c")),
        ("/%2525", "%25", Some("")),
        ("/%25", "%25", None),
        ("/", "cgi-bin", None),
        ("/cgi-bi", "cgi-bin", None),
        ("/cgi-bin2/a", "cgi-bin", None),
        ("/a/cgi-bin/b", "cgi-bin", None),
        ("/cgi-bin%2fa", "cgi-bin", None),
        ("/cgi-bin%", "cgi-bin", None),
        ("/%zzgi-bin", "cgi-bin", None),
        ("/a%2fb/c", "a/b", None),
        ("/a", "a/b", None),
    ] {
        let found = below(path.as_bytes(), prefix.as_bytes());
        assert_eq!(found, expected.map(str::as_bytes), "{path} {prefix}");
    }
}

#[test]
fn segments_come_one_by_one() {
    for (rest, expected) in [
        ("/a/b", Some(("a", "/b"))),
        ("//a//b", Some(("a", "//b"))),
        ("/a", Some(("a", ""))),
        ("/a/", Some(("a", "/"))),
        ("/", None),
        ("//", None),
        ("", None),
    ] {
        let expected = expected.map(|(segment, rest)| (segment.as_bytes(), rest.as_bytes()));
        assert_eq!(next_segment(rest.as_bytes()), expected, "{rest}");
    }
}

#[test]
fn a_segment_is_decoded_and_joined_with_a_slash() {
    for (name, segment, expected) in [
        ("", "a", Some("a")),
        ("cgi-bin", "%61", Some("cgi-bin/a")),
        ("cgi-bin/", "a.cgi", Some("cgi-bin/a.cgi")),
        ("a", "b%2Fc", None),
        ("a", "b%00", None),
        ("a", "b%0a", None),
        ("a", "%zz", None),
        ("a", "%6", None),
    ] {
        let pushed = written(|out| {
            out.push(name.as_bytes());
            push_segment(out, segment.as_bytes())
        });
        assert_eq!(pushed.ok().as_deref(), expected, "{name} {segment}");
    }
    let long = "a".repeat(62);
    assert_eq!(
        written(|out| push_segment(out, long.as_bytes()).and_then(|()| push_segment(out, b"bc"))),
        Err(Refusal::LongPath)
    );
}

#[test]
fn what_is_behind_the_name_is_decoded_once() {
    for (rest, expected) in [
        ("", Ok("")),
        ("/", Ok("/")),
        ("/a//b/", Ok("/a//b/")),
        ("/a%2Fb%2f", Ok("/a/b/")),
        ("/%252F+%20", Ok("/%2F+ ")),
        ("/...%2F..a", Ok("/.../..a")),
        ("/..%2Fa", Err(Refusal::HiddenDots)),
        ("/a%2F.", Err(Refusal::HiddenDots)),
        ("/a%2F%2e%2e%2f", Err(Refusal::HiddenDots)),
        ("/%00", Err(Refusal::ControlByte)),
        ("/%0d%0a", Err(Refusal::ControlByte)),
        ("/%7f", Err(Refusal::ControlByte)),
        ("/%", Err(Refusal::MalformedEncoding)),
        ("/%g0", Err(Refusal::MalformedEncoding)),
    ] {
        let decoded = written(|out| decode_path_info(rest.as_bytes(), out));
        assert_eq!(decoded.as_deref(), expected.as_ref().copied(), "{rest}");
    }
    let long = "/".repeat(65);
    assert_eq!(written(|out| decode_path_info(long.as_bytes(), out)), Err(Refusal::LongPath));
}

#[test]
fn only_what_is_pushed_is_looked_at_for_dots() {
    let pushed = written(|out| {
        out.push(b"/..");
        decode_path_info(b"/a", out)
    });
    assert_eq!(pushed.as_deref(), Ok("/../a"));
}
