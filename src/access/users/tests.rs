use super::*;

/// `openssl passwd -5 -salt saltsalt 'open sesame'`.
const SESAME: &str = "$5$saltsalt$yrhPKxCqiWcCE9h0g86j6Ugz7SDFdFm.BjU.d8RaQnC";

/// The same of `123£` and of `b`, with 1000 rounds.
const POUNDS: &str = "$5$rounds=1000$0123456789abcdef$w6BU1UtWvQ0Li/UDk5.IH1zRcQrZl8yvbkNJSwQdCH6";
const B: &str = "$5$rounds=1000$s$yB8UNockmGIVTihfzF9xINSvZU7a7wV6cPleBUbWyD1";

fn accepts(text: &str, user: &str, password: &str) -> bool {
    let users = Users::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error:?}"));
    users.accept(&Credentials { user: user.as_bytes(), password: password.as_bytes() })
}

#[test]
fn a_user_has_one_password() {
    let file = format!("# people\r\n\r\nmia:{SESAME}\r\nÄ b:{POUNDS}:a comment:more\nmia:{B}\n\nbob:{B}");
    for (user, password, expected) in [
        ("mia", "open sesame", true),
        ("Ä b", "123£", true),
        ("bob", "b", true),
        ("mia", "open sesamf", false),
        ("mia", "open sesam", false),
        ("mia", "open sesame ", false),
        ("mia", "", false),
        // The first line of a name counts.
        ("mia", "b", false),
        ("bob", "open sesame", false),
        ("Ä", "123£", false),
        ("MIA", "open sesame", false),
        ("mi", "open sesame", false),
        ("mia:", "open sesame", false),
        // Nobody, though it is the last one's password.
        ("eve", "b", false),
        ("eve", "open sesame", false),
        ("", "open sesame", false),
        ("# people", "", false),
        ("", "", false),
    ] {
        assert_eq!(accepts(&file, user, password), expected, "{user} {password}");
    }
}

#[test]
fn a_wrong_line_is_named() {
    let good = format!("a:{B}");
    let letters = "x".repeat(crypt::LENGTH);
    let hash = |text: &str| format!("a:{text}{letters}");
    for (line, problem) in [
        ("a".to_string(), LINE),
        ("a:".to_string(), LINE),
        (":".to_string(), LINE),
        (format!(":{B}"), LINE),
        (" ".to_string(), LINE),
        (" # no comment".to_string(), LINE),
        (format!("{}:{B}", "a".repeat(256)), LINE),
        (format!("a\tb:{B}"), LINE),
        (format!("a\x7f:{B}"), LINE),
        (format!("a\0:{B}"), LINE),
        ("a:secret".to_string(), HASH),
        ("a:{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=".to_string(), HASH),
        ("a:$apr1$saltsalt$xxxxxxxxxxxxxxxxxxxxxx".to_string(), HASH),
        ("a:$2y$05$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_string(), HASH),
        (hash("$6$saltsalt$"), HASH),
        (hash("$5$"), HASH),
        (hash("$5$saltsalt"), HASH),
        (hash("$5$0123456789abcdefg$"), HASH),
        (hash("$5$saltsalt$$"), HASH),
        (hash("$5$saltsalt$x"), HASH),
        (format!("{} ", hash("$5$saltsalt$")), HASH),
        (format!("{}$", hash("$5$saltsalt$")), HASH),
        ("a:$5$saltsalt$".to_string(), HASH),
        (format!("a:$5$saltsalt${}", "-".repeat(crypt::LENGTH)), HASH),
        (format!("a:$5$saltsalt${}", "x".repeat(crypt::LENGTH - 1)), HASH),
        (hash("$5$rounds=1000$"), HASH),
        (hash("$5$rounds=999$s$"), ROUNDS),
        (hash("$5$rounds=10000000$s$"), ROUNDS),
        (hash("$5$rounds=18446744073709552616$s$"), ROUNDS),
        (hash("$5$rounds=$s$"), ROUNDS),
        (hash("$5$rounds=+1000$s$"), ROUNDS),
        (hash("$5$rounds=1000"), ROUNDS),
    ] {
        for (text, number) in [
            (line.clone(), 1),
            (format!("{line}\n{good}\n"), 1),
            (format!("{good}\n{line}\r\n{good}\n"), 2),
            (format!("\n#\n{good}\n{line}"), 4),
        ] {
            let error = Users::parse(text.as_bytes()).expect_err(&text);
            assert_eq!(error, Malformed { line: number, problem }, "{text:?}");
        }
    }
    for good in [
        hash("$5$$"),
        hash("$5$0123456789abcdef$"),
        hash("$5$rounds=1000$s$"),
        hash("$5$rounds=9999999$s$"),
        format!("{}:{B}", "a".repeat(255)),
        format!("a b:{B}"),
        format!("a:{B}:"),
    ] {
        assert!(Users::parse(good.as_bytes()).is_ok(), "{good}");
    }
}

#[test]
fn a_file_without_a_user_would_lock_everybody_out() {
    for (text, line) in [("", 1), ("\n", 1), ("# nobody", 1), ("\n# nobody\r\n\r\n", 3), ("\r\n#", 2)] {
        let error = Users::parse(text.as_bytes()).expect_err(text);
        assert_eq!(error, Malformed { line, problem: NOBODY }, "{text:?}");
    }
}
