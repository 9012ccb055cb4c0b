//! An ordinary HTTP client, not one of ours: what it cannot read, users cannot.

use std::net::SocketAddr;

use ureq::Agent;

use crate::pace::deadline;

pub struct HttpClient {
    agent: Agent,
    base: String,
}

/// An answer as the client understood it.
pub struct Fetched {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl HttpClient {
    pub fn new(address: SocketAddr) -> HttpClient {
        let configuration =
            Agent::config_builder().timeout_global(Some(deadline())).http_status_as_error(false).proxy(None);
        HttpClient { agent: configuration.build().into(), base: format!("http://{address}") }
    }

    /// Fetches a path that is already percent-encoded, following redirects.
    pub fn get(&self, path: &str) -> Result<Fetched, String> {
        let url = format!("{}{path}", self.base);
        let mut response = self.agent.get(&url).call().map_err(|error| format!("{url}: {error}"))?;
        let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        let body = response.body_mut().with_config().limit(u64::MAX).read_to_vec();
        let body = body.map_err(|error| format!("{url}: {error}"))?;
        Ok(Fetched { status: response.status().as_u16(), content_type, body })
    }
}
