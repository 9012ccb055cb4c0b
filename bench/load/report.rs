//! What the two programs say at their end. None if something is not there.

use super::Sample;

pub fn of_wrk(report: &str) -> Option<Sample> {
    let failed = match behind(report, "Socket errors:") {
        Some(counts) => {
            counts.split(", ").filter_map(|count| count.split(' ').nth(1)?.parse::<u64>().ok()).sum()
        }
        None => 0,
    };
    let requests = report.lines().find_map(|line| line.split_once(" requests in "));
    Some(Sample {
        requests: requests?.0.trim().parse().ok()?,
        rate: behind(report, "Requests/sec:")?.parse().ok()?,
        half: milliseconds(behind(report, "50%")?)?,
        most: milliseconds(behind(report, "99%")?)?,
        failures: failed + count(report, "Non-2xx or 3xx responses:")?,
        cost: None,
    })
}

/// `times`: for each percent of the answers, the milliseconds within which they came;
/// `is_304`: an answer with a status that is no 2xx is the right one.
pub fn of_ab(report: &str, times: &str, is_304: bool) -> Option<Sample> {
    let requests: u64 = behind(report, "Complete requests:")?.parse().ok()?;
    if requests == 0 {
        // Then the rest is left out.
        return Some(Sample { requests, rate: 0.0, half: 0.0, most: 0.0, failures: 1, cost: None });
    }
    let within = |title| behind(times, title)?.parse::<f64>().ok();
    let half = within("50,")?;
    // With few answers ab looks behind the last one.
    let most = within("99,").filter(|most| *most >= half).or_else(|| within("100,"));
    let others = count(report, "Non-2xx responses:")?;
    let wrong = if is_304 { requests.saturating_sub(others) } else { others };
    Some(Sample {
        requests,
        rate: behind(report, "Requests per second:")?.split(' ').next()?.parse().ok()?,
        half,
        most: most?,
        failures: count(report, "Failed requests:")? + wrong,
        cost: None,
    })
}

/// The rest of the line that begins so.
fn behind<'a>(report: &'a str, title: &str) -> Option<&'a str> {
    report.lines().find_map(|line| line.trim().strip_prefix(title)).map(str::trim)
}

/// A number that is left out when it is 0.
fn count(report: &str, title: &str) -> Option<u64> {
    behind(report, title).map_or(Some(0), |count| count.parse().ok())
}

/// Of a time as wrk writes it, with its unit.
fn milliseconds(text: &str) -> Option<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1000.0), ("m", 60_000.0)];
    let (number, factor) =
        units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    number.parse().ok().map(|number: f64| number * factor)
}

#[cfg(test)]
mod tests {
    use super::{Sample, milliseconds, of_ab, of_wrk};

    const WRK: &str = "Running 1s test @ http://127.0.0.1:8000/
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   330.20us  119.15us   3.04ms   83.74%
    Req/Sec    22.91k     1.57k   25.46k    63.64%
  Latency Distribution
     50%  313.00us
     75%  378.00us
     90%  459.00us
     99%    1.20ms
  25064 requests in 1.10s, 6.14MB read
";

    const AB: &str = "Concurrency Level:      8
Time taken for tests:   1.001 seconds
Complete requests:      533
Failed requests:        2
   (Connect: 0, Receive: 0, Length: 2, Exceptions: 0)
Total transferred:      64735 bytes
Requests per second:    532.57 [#/sec] (mean)
Time per request:       15.021 [ms] (mean)
Percentage of the requests served within a certain time (ms)
  50%     12
";

    const TIMES: &str = "Percentage served,Time in ms\n0,1.219\n50,12.191\n99,48.903\n100,56.944\n";

    #[test]
    fn the_report_of_wrk_is_read() {
        let end = "Requests/sec:  22790.41\nTransfer/sec:      5.59MB\n";
        let expected =
            Sample { requests: 25064, rate: 22790.41, half: 0.313, most: 1.2, failures: 0, cost: None };
        assert_eq!(of_wrk(&format!("{WRK}{end}")), Some(expected.clone()));
        let errors =
            "  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 5\n";
        assert_eq!(of_wrk(&format!("{WRK}{errors}{end}")), Some(Sample { failures: 15, ..expected }));
        assert_eq!(of_wrk(WRK), None, "without its last lines");
    }

    #[test]
    fn the_report_of_ab_is_read() {
        let expected =
            Sample { requests: 533, rate: 532.57, half: 12.191, most: 48.903, failures: 2, cost: None };
        assert_eq!(of_ab(AB, TIMES, false), Some(expected.clone()));
        let refused = format!("Non-2xx responses:      7\n{AB}");
        assert_eq!(of_ab(&refused, TIMES, false), Some(Sample { failures: 9, ..expected.clone() }));
        let known = format!("Non-2xx responses:      532\n{AB}");
        assert_eq!(of_ab(&known, TIMES, true), Some(Sample { failures: 3, ..expected }), "one was no 304");
        assert_eq!(of_ab(AB, "", false), None, "without its times");
        let few = TIMES.replace("48.903", "0.000");
        assert_eq!(of_ab(AB, &few, false).map(|sample| sample.most), Some(56.944));
        let none =
            of_ab("Complete requests:      0\nFailed requests:        0\n", "", false).expect("a sample");
        assert_eq!((none.rate, none.failures), (0.0, 1), "nothing was answered in time");
    }

    #[test]
    fn times_have_units() {
        let found = ["2.50us", "2.50ms", "2.50s", "2.50m", "2.50"].map(milliseconds);
        assert_eq!(found, [Some(0.0025), Some(2.5), Some(2500.0), Some(150_000.0), None]);
    }
}
