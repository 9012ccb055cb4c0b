use super::*;
use crate::clock;
use std::net::TcpListener;
use std::thread;
use std::time::SystemTime;

enum End {
    Close,
    Reset,
    /// Answers one request more before it closes.
    Serve,
}

/// A connection to a server that reads `request`, writes `answers`, and ends so.
fn to_server(request: &'static [u8], answers: Vec<u8>, end: End) -> Connection {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        let mut stream = listener.accept().expect("a client").0;
        stream.read_exact(&mut vec![0; request.len()]).expect("the request");
        stream.write_all(&answers).expect("a client that reads");
        match end {
            End::Close => {}
            End::Reset => {
                let linger = nix::libc::linger { l_onoff: 1, l_linger: 0 };
                // Behind everything that was written.
                stream.shutdown(Shutdown::Read).expect("shutdown");
                thread::sleep(Duration::from_millis(50));
                setsockopt(&stream, sockopt::Linger, &linger).expect("SO_LINGER");
            }
            End::Serve => {
                let _ = stream.read(&mut [0; 500]);
                stream.write_all(&answer("hello, world\n")).expect("a client that reads");
            }
        }
    });
    let mut connection = Connection::open(address);
    connection.send(request);
    connection
}

fn answer(body: &str) -> Vec<u8> {
    let date = clock::imf_fixdate(clock::seconds(SystemTime::now()));
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nDate: {date}\r\nServer: svcd\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

const TWO: &[u8] = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n";

fn two() -> Vec<u8> {
    [answer("one"), answer("two")].concat()
}

fn text(answer: Result<Response, String>) -> Result<String, String> {
    answer.map(|response| response.text())
}

#[test]
fn answers_are_taken_one_by_one() {
    let mut connection = to_server(TWO, two(), End::Close);
    assert_eq!(text(connection.next_answer(TWO)), Ok("one".to_owned()));
    assert_eq!(text(connection.next_answer(TWO)), Ok("two".to_owned()));
    assert_eq!(connection.at_end(), Ok(()));
    assert_eq!(connection.at_end(), Ok(()), "still");
    assert!(connection.next_answer(TWO).is_err());
}

#[test]
fn what_nobody_asked_for_is_no_end() {
    let mut connection = to_server(TWO, two(), End::Close);
    assert_eq!(text(connection.next_answer(TWO)), Ok("one".to_owned()));
    assert!(connection.at_end().is_err());
    let mut connection = to_server(TWO, two(), End::Close);
    assert!(connection.answer(TWO).is_err(), "two answers are not one");
}

#[test]
fn a_reset_is_no_orderly_end() {
    let mut connection = to_server(TWO, answer("one"), End::Reset);
    assert_eq!(text(connection.next_answer(TWO)), Ok("one".to_owned()));
    assert!(connection.at_end().is_err());
}

#[test]
fn open_is_what_answers_the_next_request() {
    let mut connection = to_server(TWO, answer("one"), End::Serve);
    assert_eq!(text(connection.next_answer(TWO)), Ok("one".to_owned()));
    assert_eq!(connection.is_open(), Ok(()));
    let mut connection = to_server(TWO, two(), End::Serve);
    assert_eq!(text(connection.next_answer(TWO)), Ok("one".to_owned()));
    assert!(connection.is_open().is_err(), "another answer is there first");
    let mut connection = to_server(TWO, answer("one"), End::Close);
    assert_eq!(text(connection.next_answer(TWO)), Ok("one".to_owned()));
    assert!(connection.is_open().is_err(), "it is closed");
}

#[test]
fn an_interim_response_is_no_answer() {
    let bytes = [b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), answer("one")].concat();
    let mut connection = to_server(TWO, bytes.clone(), End::Close);
    assert_eq!(connection.next_response(Asked::by(TWO)).map(|response| response.status), Ok(100));
    assert_eq!(text(connection.next_answer(TWO)), Ok("one".to_owned()));
    assert!(to_server(TWO, bytes, End::Close).next_answer(TWO).is_err());
}

#[test]
fn a_cut_answer_is_an_error() {
    let mut bytes = answer("one");
    bytes.pop();
    assert!(to_server(TWO, bytes, End::Close).next_answer(TWO).is_err());
    assert!(to_server(TWO, Vec::new(), End::Close).next_answer(TWO).is_err());
}
