//! Clients that leave in the middle of something.

use svcd_tests::Connection;
use svcd_tests::response::Asked;
use svcd_tests::server::request;
use svcd_tests::versions::{content, put};

use crate::client::Client;
use crate::shapes::choose;

impl Client<'_> {
    /// One of the ways to leave.
    pub fn leave(&mut self, connection: Connection) -> Result<(), String> {
        self.goal.count_aborted();
        match self.random.below(5) {
            0 => self.half_a_head(connection),
            1 => self.half_a_body(connection),
            2 => self.half_a_program(connection),
            _ => self.broken_off(connection),
        }
    }

    /// Leaves in the middle of an answer, with a reset or without.
    fn broken_off(&mut self, mut connection: Connection) -> Result<(), String> {
        let requests: Vec<_> = (0..self.random.below(9))
            .map(|_| choose(self.shapes, &mut self.random).1.request(false))
            .collect();
        connection.send(&[requests.concat(), request("GET", b"/big.bin")].concat());
        if self.random.below(2) == 0 {
            connection.read(1 + self.random.below(200_000))?;
        }
        if self.random.below(2) == 0 {
            connection.reset();
        }
        Ok(())
    }

    /// Leaves in the middle of an upload.
    fn half_a_body(&mut self, mut connection: Connection) -> Result<(), String> {
        let whole = put(&self.own, &content(1, 50_000));
        let head = whole.len() - 50_000;
        let sent = head + self.random.below(50_000);
        connection.send(&whole[..sent]);
        match self.random.below(3) {
            0 => connection.reset(),
            1 => {
                connection.half_close();
                connection.next_answer(&whole)?.is(400)?;
                connection.at_end()?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Sends a part of a head, or nothing at all, and leaves.
    fn half_a_head(&mut self, mut connection: Connection) -> Result<(), String> {
        let head = choose(self.shapes, &mut self.random).1.request(false);
        let part = &head[..self.random.below(30)];
        connection.send(part);
        match self.random.below(3) {
            0 => connection.reset(),
            1 => {
                connection.half_close();
                if part.is_empty() {
                    return connection.at_end();
                }
                let asked = Asked { head: part.starts_with(b"HEAD "), ..Asked::anything() };
                connection.next_response(asked)?.is(400)?;
                return connection.at_end();
            }
            _ => {}
        }
        Ok(())
    }

    /// Leaves a program that reads, one that writes without end, or one that is silent.
    fn half_a_program(&mut self, mut connection: Connection) -> Result<(), String> {
        match self.random.below(4) {
            0 => connection.send(&request("GET", b"/cgi-bin/silent")),
            1 => {
                connection.send(&request("GET", b"/cgi-bin/endless"));
                connection.read(1 + self.random.below(200_000))?;
            }
            _ => connection.send(
                b"POST /cgi-bin/echo HTTP/1.1\r\nHost: svcd.test\r\nContent-Length: 99999\r\n\r\nhello",
            ),
        }
        if self.random.below(2) == 0 {
            connection.reset();
        }
        Ok(())
    }
}
