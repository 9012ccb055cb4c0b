//! Queues, as Erlang and Kendall wrote them down: requests that come at random times.

/// How a queue with room for `places`, of whom `servers` are served at a time, is found
/// in the long run (M/M/c/K).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// The part of those that come and find no room.
    pub lost: f64,
    /// How many are there, waiting or served.
    pub there: f64,
    /// Seconds that one of them is there, by Little's law.
    pub seconds: f64,
}

/// `rate` come each second, and each takes `service` seconds of one server.
pub fn mmck(rate: f64, service: f64, servers: usize, places: usize) -> Found {
    let offered = rate * service;
    // The weight of each number of them; scaled down before it is too much for a float.
    let (mut weight, mut sum, mut there) = (1.0, 1.0, 0.0);
    for number in 1..=places.max(1) {
        weight *= offered / number.min(servers.max(1)) as f64;
        sum += weight;
        there += weight * number as f64;
        if sum > 1e100 {
            (weight, sum, there) = (weight / 1e100, sum / 1e100, there / 1e100);
        }
    }
    let (lost, there) = (weight / sum, there / sum);
    Found { lost, there, seconds: there / (rate * (1.0 - lost)) }
}

/// The part that is lost where each needs one of `places` for as long as it is there, in
/// whatever way the times differ (Erlang's B). `offered` is rate × time.
pub fn erlang_b(offered: f64, places: usize) -> f64 {
    (1..=places).fold(1.0, |lost, number| offered * lost / (number as f64 + offered * lost))
}

/// Requests a second of `clients` who each wait for `think` seconds, then ask, and go on
/// when they have the answer. A request takes these seconds of one processor after the
/// other, and all who are there share it evenly (a closed network, by mean value analysis).
pub fn closed(clients: usize, think: f64, demands: &[f64]) -> f64 {
    let mut there = vec![0.0; demands.len()];
    let mut rate = 0.0;
    for number in 1..=clients {
        let times: Vec<f64> =
            demands.iter().zip(&there).map(|(demand, there)| demand * (1.0 + there)).collect();
        rate = number as f64 / (think + times.iter().sum::<f64>());
        there = times.iter().map(|time| rate * time).collect();
    }
    rate
}

#[cfg(test)]
mod tests {
    use super::{closed, erlang_b, mmck};

    fn is_near(found: f64, right: f64) {
        assert!((found - right).abs() < 1e-3 * right.abs().max(1e-3), "{found}, not {right}");
    }

    #[test]
    fn erlangs_tables_come_out() {
        // From the printed tables of traffic theory: offered, places, lost.
        for (offered, places, lost) in
            [(4.461, 10, 0.01), (12.03, 20, 0.01), (84.06, 100, 0.01), (20.34, 30, 0.01), (1.0, 1, 0.5)]
        {
            let found = erlang_b(offered, places);
            assert!((found - lost).abs() < 0.002, "{offered} in {places}: {found}, not {lost}");
        }
    }

    #[test]
    fn a_queue_without_room_to_wait_is_erlangs() {
        for (rate, service, places) in [(10.0, 0.5, 4), (300.0, 0.2, 64), (1000.0, 1.0, 900)] {
            is_near(mmck(rate, service, places, places).lost, erlang_b(rate * service, places));
        }
    }

    #[test]
    fn a_queue_with_much_room_is_the_textbooks() {
        // 1 / (µ - λ), for one server.
        is_near(mmck(3000.0, 250e-6, 1, 2000).seconds, 1.0 / (4000.0 - 3000.0));
        assert!(mmck(3000.0, 250e-6, 1, 2000).lost < 1e-9);
    }

    #[test]
    fn clients_who_wait_are_bound_by_their_waiting_and_then_by_the_slowest() {
        is_near(closed(1, 0.02, &[1e-3, 2e-3]), 1.0 / 0.023);
        is_near(closed(1000, 0.02, &[1e-3, 2e-3]), 500.0);
        // Two who share one processor, and do not wait: it is always busy.
        is_near(closed(2, 0.0, &[1e-3]), 1000.0);
        // The machine repairman, who has a formula of his own: M/M/1//N.
        let (clients, think, service) = (12, 0.01, 2e-3);
        let weight = |number: usize| {
            (0..number).fold(1.0, |weight, there| weight * (clients - there) as f64 * service / think)
        };
        let idle = 1.0 / (0..=clients).map(weight).sum::<f64>();
        is_near(closed(clients, think, &[service]), (1.0 - idle) / service);
    }

    #[test]
    fn what_is_too_much_is_lost() {
        is_near(mmck(2000.0, 1e-3, 1, 500).lost, 0.5);
        is_near(mmck(2000.0, 1e-3, 1, 500).seconds, 0.499);
    }
}
