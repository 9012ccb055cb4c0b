//! Requests that change files, and what is asked of their answers.

use std::path::PathBuf;

use crate::asking::{self, Validators, asking};
use crate::connection::Connection;
use crate::response::Response;
use crate::server::Server;
use crate::snapshot::{Snapshot, leftovers};
use crate::tree::Tree;

/// A host that every server takes writes for, and the field line of it.
pub const HOST: &str = "localhost";
pub const HOST_LINE: &str = "Host: localhost";

/// A server with `--write`, serving the small tree.
pub fn server(arguments: &[&str]) -> Server {
    server_of(Tree::small(), arguments)
}

pub fn server_of(tree: Tree, arguments: &[&str]) -> Server {
    Server::with(tree).arguments(&["--write"]).arguments(arguments).start()
}

/// The head of a request; a Host field is added unless one of the lines is it.
pub fn head(method: &str, target: impl AsRef<[u8]>, lines: &[&str]) -> Vec<u8> {
    let mut head = [method.as_bytes(), b" ", target.as_ref(), b" HTTP/1.1\r\n"].concat();
    let has_host = lines.iter().any(|line| line.to_ascii_lowercase().starts_with("host:"));
    for line in (!has_host).then_some(&HOST_LINE).into_iter().chain(lines) {
        head.extend([line.as_bytes(), b"\r\n"].concat());
    }
    head.extend(b"\r\n");
    head
}

/// PUT of content whose length is said.
pub fn put(target: impl AsRef<[u8]>, content: &[u8], lines: &[&str]) -> Vec<u8> {
    let length = format!("Content-Length: {}", content.len());
    [head("PUT", target, &[lines, &[&length]].concat()), content.to_vec()].concat()
}

/// PUT of a body that is in chunks already.
pub fn put_chunks(target: impl AsRef<[u8]>, chunks: &[u8], lines: &[&str]) -> Vec<u8> {
    [head("PUT", target, &[lines, &["Transfer-Encoding: chunked"]].concat()), chunks.to_vec()].concat()
}

pub fn delete(target: impl AsRef<[u8]>, lines: &[&str]) -> Vec<u8> {
    head("DELETE", target, lines)
}

/// `Ok` if the connection stays or ends as the answer has said. For servers
/// that need no password.
pub fn goes_on(connection: &mut Connection, after: &Response) -> Result<(), String> {
    let went_on = if after.is_kept() { connection.is_open() } else { connection.at_end() };
    went_on.map_err(|why| format!("after {}: {why}", after.status))
}

/// Sends a PUT; the answer must say what a GET of `target` then says, and GET
/// must bring `content`.
pub fn stored(
    server: &Server,
    request: &[u8],
    right: u16,
    target: &str,
    content: &[u8],
) -> Result<Response, String> {
    let mut connection = server.connect();
    connection.try_send(request).map_err(|error| format!("while sending: {error}"))?;
    let answer = connection.next_answer(request)?;
    is_stored(server, &answer, right, target, content)?;
    goes_on(&mut connection, &answer)?;
    Ok(answer)
}

/// What [`stored`] asks of an answer.
pub fn is_stored(
    server: &Server,
    answer: &Response,
    right: u16,
    target: &str,
    content: &[u8],
) -> Result<(), String> {
    asking::status(answer, &[right])?;
    if right == 201 {
        answer.has("Content-Length", "0")?;
        answer.need("Location")?;
    }
    asking::without(answer, &["Content-Type", "Content-Encoding", "Content-Range", "Allow"])?;
    let said = Validators::in_answer(answer)?;
    let get = server.ask(&asking("GET", target, &[HOST_LINE]))?;
    asking::status(&get, &[200]).map_err(|why| format!("GET: {why}"))?;
    let is = Validators::in_answer(&get)?;
    if (&said.etag, &said.date) != (&is.etag, &is.date) {
        return Err(format!("said {} {}, GET says {} {}", said.etag, said.date, is.etag, is.date));
    }
    if get.body != content {
        return Err(format!("GET brings {} bytes and not the {} sent", get.body.len(), content.len()));
    }
    match leftovers(&server.tree.root()).first() {
        Some(left) => Err(format!("{} is left", left.display())),
        None => Ok(()),
    }
}

/// Sends a request that must change nothing, in the tree or beside it, and
/// leaves the connection as it said.
pub fn refused(server: &Server, request: &[u8], right: &[u16]) -> Result<Response, String> {
    let before = Snapshot::of(server.tree.base());
    let mut connection = server.connect();
    let sending = connection.send_beside(request.to_vec());
    let answer = connection.next_answer(request)?;
    asking::status(&answer, right)?;
    let went_on = goes_on(&mut connection, &answer);
    // A server that closes early may not take all of it.
    let _ = sending.join();
    went_on?;
    before.is_kept()?;
    Ok(answer)
}

/// The names of what is in a folder, sorted.
pub fn names_in(folder: PathBuf) -> Vec<String> {
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
