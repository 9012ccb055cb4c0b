//! Several ranges at once, and ranges of large files.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use svcd_tests::asking::status;
use svcd_tests::parts::parts;
use svcd_tests::tree::{BIG, big, pseudo_random};
use svcd_tests::{Server, Tree, each};

use super::Right::{None as Nothing, One, Some as Several};
use super::{GAP, LENGTH, TYPE, check, judge, ranged, tree};

#[test]
fn several_ranges() {
    check(&[
        ("bytes=0-9,500-509", Several(&[(0, 9), (500, 509)])),
        ("bytes=0-9, -10, 400-419", Several(&[(0, 9), (990, 999), (400, 419)])),
        ("bytes=0-9, -10, 100000-, 10-19", Several(&[(0, 19), (990, 999)])),
        ("bytes=0-1,997-998", Several(&[(0, 1), (997, 998)])),
        ("bytes=0-1 \t, \t 997-998", Several(&[(0, 1), (997, 998)])),
        ("bytes=0-1,3-4", Several(&[(0, 1), (3, 4)])),
        ("bytes=900-999,0-99", Several(&[(0, 99), (900, 999)])),
        ("bytes=0-99,50-149", Several(&[(0, 149)])),
        ("bytes=50-149,0-99", Several(&[(0, 149)])),
        ("bytes=0-99,100-199", Several(&[(0, 199)])),
        ("bytes=0-999,5-6,-1", Several(&[(0, 999)])),
        ("bytes=9-10,8-9,7-8,6-7,5-6,4-5,3-4,2-3,1-2,0-1", Several(&[(0, 10)])),
        ("bytes=1-2,2-3,3-4,4-5,5-6,6-7,7-8,8-9,0-1", Several(&[(0, 9)])),
        ("bytes=0-1,1-2,2-3,3-4,4-5,5-6,6-7,7-8,8-9,9-10,10-11,11-12", Several(&[(0, 12)])),
        ("bytes=500-500,0-0,999-999,250-250", Several(&[(0, 0), (250, 250), (500, 500), (999, 999)])),
        ("bytes=-0,0-0", Several(&[(0, 0)])),
    ]);
}

#[test]
fn ranges_do_not_multiply_a_file() {
    let server = Server::with(tree()).start();
    let content = pseudo_random(LENGTH);
    let rows = [
        ("the whole, ten times", "0-,".repeat(10)),
        ("the whole, 1000 times", "0-,".repeat(1000)),
        ("each position", (0..1000).map(|position| format!("{position}-{position},")).collect()),
        ("each other position", (0..500).map(|half| format!("{0}-{0},", half * 2)).collect()),
        ("growing", (0..1000).map(|last| format!("0-{last},")).collect()),
        ("falling", (0..1000).rev().map(|first| format!("{first}-,")).collect()),
        ("all and a byte", "0-10001, 0-0".to_owned()),
    ];
    each(rows.iter().map(|row| (row.0, &row.1)), |set| {
        let answer = ranged(&server, "/thousand.bin", &format!("bytes={}", set.trim_end_matches(',')))?;
        // 431 is right for the longest of them.
        status(&answer, &[200, 206, 431])?;
        if answer.status == 206 {
            parts(&answer, LENGTH, TYPE)?;
        } else if answer.status == 200 && answer.body != content {
            return Err("other bytes".to_owned());
        }
        let most = LENGTH + 17 * GAP;
        if answer.body.len() <= most { Ok(()) } else { Err(format!("{} bytes", answer.body.len())) }
    });
}

#[test]
fn as_many_parts_as_are_sent_at_once() {
    // Far apart in a large file, so that no two are joined.
    let server = Server::start(&[]);
    let set = |count: usize| -> Vec<(usize, usize)> {
        (0..count).map(|number| (number * 100_000, number * 100_000 + 70_000)).collect()
    };
    let text = |set: &[(usize, usize)]| {
        let ranges: Vec<String> = set.iter().map(|(first, last)| format!("{first}-{last}")).collect();
        format!("bytes={}", ranges.join(","))
    };
    for count in [2, 15, 16] {
        let ranges = set(count);
        let answer = ranged(&server, "/big.bin", &text(&ranges)).expect("an answer");
        assert_eq!(answer.status, 206, "{count} ranges");
        let parts = parts(&answer, BIG, TYPE).expect("parts");
        assert_eq!(parts.len(), count);
        for (part, (first, last)) in parts.iter().zip(ranges) {
            assert!(part.first == first && part.bytes == big()[first..=last], "the part at {first}");
        }
    }
    let answer = ranged(&server, "/big.bin", &text(&set(17))).expect("an answer");
    assert!((answer.status, &*answer.body) == (200, big()), "17 ranges: the whole file");
}

#[test]
fn parts_of_a_large_file() {
    const LAST: usize = BIG - 1;
    let rows = [
        ("bytes=0-99", One(0, 99)),
        ("bytes=32767-32768", One(32767, 32768)),
        ("bytes=100-4000000", One(100, 4_000_000)),
        ("bytes=5000000-", One(5_000_000, LAST)),
        ("bytes=-65536", One(BIG - 65536, LAST)),
        ("bytes=0-", One(0, LAST)),
        ("bytes=0-0,4000000-4999999,-1", Several(&[(0, 0), (4_000_000, 4_999_999), (LAST, LAST)])),
        ("bytes=5242880-", Nothing),
    ];
    let server = Server::start(&[]);
    each(rows.iter().map(|row| (row.0, row)), |(range, right)| {
        judge(&ranged(&server, "/big.bin", range)?, big(), right)
    });
}

#[test]
fn around_two_and_four_gibibytes() {
    const MARK: &[u8] = b"here the counters of 32 bits turn";
    let tree = Tree::empty();
    let mut ends = Vec::new();
    for (name, edge) in [("2G.bin", 1u64 << 31), ("4G.bin", 1 << 32)] {
        let mut file = File::create(tree.path(name)).expect("a file");
        file.seek(SeekFrom::Start(edge - 16)).and_then(|_| file.write_all(MARK)).expect("a sparse file");
        ends.push((name, edge));
    }
    let server = Server::with(tree).start();
    for (name, edge) in ends {
        let length = edge - 16 + MARK.len() as u64;
        for shift in 0..=20u64 {
            let first = edge - 16 + shift;
            let answer = ranged(&server, &format!("/{name}"), &format!("bytes={first}-")).expect("an answer");
            assert_eq!(answer.status, 206, "{name} from {first}");
            let range = format!("bytes {first}-{}/{length}", length - 1);
            assert_eq!(answer.has("Content-Range", &range), Ok(()));
            assert_eq!(answer.body, MARK[shift as usize..], "{name} from {first}");
        }
        let both_ends = ranged(&server, &format!("/{name}"), "bytes=0-3,-4").expect("an answer");
        let parts = parts(&both_ends, length as usize, TYPE).expect("parts");
        assert_eq!((parts[0].bytes.as_slice(), parts[1].bytes.as_slice()), (&[0; 4][..], &b"turn"[..]));
    }
}
