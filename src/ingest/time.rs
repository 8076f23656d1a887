//! Cells that are instants: ISO 8601 and its relatives, dates with slashes or dots, seconds since 1970.

use crate::data::instant_micros;

/// In which order a date with slashes, dots or dashes names its day and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 31.12.2026
    DayFirst,
    /// 12/31/2026
    MonthFirst,
}

/// What a column's dates say about their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OrderEvidence {
    /// The first number of some date is above 12.
    pub day_first: bool,
    /// The second number of some date is above 12.
    pub month_first: bool,
    /// Some date could be either.
    pub open: bool,
    /// Some date is separated by slashes.
    pub slashes: bool,
}

/// An instant as a cell writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instant {
    /// Microseconds since 1970-01-01T00:00:00, in UTC or, without a zone, local.
    pub micros: i64,
    /// Whether the cell named a zone.
    pub zoned: bool,
}

/// Reads an instant; `None` if the cell is none. Digits below the microsecond are cut; a 60th second is read as the 59th.
pub(super) fn parse(cell: &str, order: DateOrder) -> Option<Instant> {
    if cell.len() > 80 {
        return None;
    }
    // Some locales write a narrow blank before AM and PM.
    if cell.contains(['\u{a0}', '\u{202f}']) {
        return parse(&cell.replace(['\u{a0}', '\u{202f}'], " "), order);
    }
    if let Some(turned) = asctime(cell) {
        return parse(&turned, order);
    }
    let mut scan = Scan {
        rest: cell.trim().as_bytes(),
    };
    if scan.rest.len() < 6 || scan.rest.len() > 64 {
        return None;
    }
    let (year, month, day) = scan.date(order)?;
    let (mut hour, mut minute, mut second, mut nanos) = (0, 0, 0, 0);
    let mut offset_secs = None;
    if !scan.rest.is_empty() {
        let spaced = scan.skip_any(b" ,");
        if !(scan.eat(b'T') || scan.eat(b't') || scan.eat(b'_') || scan.eat(b':') || spaced) {
            return None;
        }
        scan.skip_any(b" ");
        let compact = scan
            .rest
            .get(..4)
            .is_some_and(|s| s.iter().all(u8::is_ascii_digit));
        hour = scan.digits(1, 2)?;
        if compact || scan.eat(b':') {
            minute = scan.digits(2, 2)?;
            if scan.eat(b':') || (compact && scan.rest.first().is_some_and(u8::is_ascii_digit)) {
                second = scan.digits(2, 2)?;
                if scan.eat(b'.') || scan.eat(b',') {
                    nanos = scan.fraction()?;
                }
            }
        } else {
            return None;
        }
        scan.skip_any(b" ");
        if let Some(afternoon) = scan.meridiem() {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if afternoon { 12 } else { 0 };
            scan.skip_any(b" ");
        }
        offset_secs = scan.zone()?;
        if !scan.rest.is_empty() {
            return None;
        }
    }
    if second == 60 {
        second = 59;
        nanos = 999_999_999;
    }
    let date = (year, month, day);
    let time = (hour, minute, second, nanos);
    Some(Instant {
        micros: instant_micros(date, time, offset_secs.unwrap_or(0))?,
        zoned: offset_secs.is_some(),
    })
}

/// C's `asctime` and the shell's `date` put the year last: `Thu Jan  1 10:00:00 UTC 2026`. The same with the year before the
/// time; `None` where it is not written so.
fn asctime(cell: &str) -> Option<String> {
    if !cell.starts_with(|c: char| c.is_ascii_alphabetic()) || !cell.contains(':') {
        return None;
    }
    let words: Vec<&str> = cell.split_ascii_whitespace().collect();
    let (year, words) = words.split_last()?;
    let clock = words.iter().position(|w| w.contains(':'))?;
    let (date, time) = words.split_at(clock);
    let is_year = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
    let afternoon = |w: &&str| w.eq_ignore_ascii_case("am") || w.eq_ignore_ascii_case("pm");
    (is_year && (2..=3).contains(&clock) && time.len() <= 2 && !time.iter().skip(1).any(afternoon))
        .then(|| format!("{} {year} {}", date.join(" "), time.join(" ")))
}

/// Adds what a cell says about the order of day and month.
pub(super) fn collect_order(cell: &str, evidence: &mut OrderEvidence) {
    let mut scan = Scan {
        rest: cell.trim().as_bytes(),
    };
    let (Some(a), Some(separator)) = (scan.digits(1, 2), scan.rest.first().copied()) else {
        return;
    };
    if !matches!(separator, b'/' | b'.' | b'-') || !scan.eat(separator) {
        return;
    }
    let Some(b) = scan.digits(1, 2) else { return };
    if !scan.eat(separator) || scan.digits(2, 4).is_none() {
        return;
    }
    evidence.slashes |= separator == b'/';
    match (a > 12, b > 12) {
        (true, false) => evidence.day_first = true,
        (false, true) => evidence.month_first = true,
        (false, false) => evidence.open |= a != b,
        (true, true) => {}
    }
}

impl DateOrder {
    /// `day-first` or `month-first`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DayFirst => "day-first",
            Self::MonthFirst => "month-first",
        }
    }

    /// The order of that name.
    pub fn named(name: &str) -> Option<Self> {
        let both = [Self::DayFirst, Self::MonthFirst];
        both.into_iter().find(|order| order.name() == name)
    }
}

impl OrderEvidence {
    /// The order, and whether the column leaves it open: then slashes are read the American way, dots and dashes the European.
    pub fn decide(&self) -> (DateOrder, bool) {
        match (self.day_first, self.month_first) {
            (true, false) => (DateOrder::DayFirst, false),
            (false, true) => (DateOrder::MonthFirst, false),
            // Both cannot hold; the dates that do not fit become missing, and are told.
            (true, true) | (false, false) => {
                let order = if self.slashes {
                    DateOrder::MonthFirst
                } else {
                    DateOrder::DayFirst
                };
                (order, self.open)
            }
        }
    }
}

const MONTHS: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];
const WEEKDAYS: [&[u8; 3]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];

struct Scan<'a> {
    rest: &'a [u8],
}

impl Scan<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((&first, rest)) if first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Skips any of these bytes; whether there was one.
    fn skip_any(&mut self, bytes: &[u8]) -> bool {
        let n = self.rest.iter().take_while(|b| bytes.contains(b)).count();
        self.rest = self.rest.get(n..).unwrap_or_default();
        n > 0
    }

    /// From `least` to `most` digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<i32> {
        let n = self
            .rest
            .iter()
            .take(most)
            .take_while(|b| b.is_ascii_digit())
            .count();
        if n < least {
            return None;
        }
        let (digits, rest) = self.rest.split_at(n);
        self.rest = rest;
        Some(digits.iter().fold(0, |x, b| x * 10 + i32::from(b - b'0')))
    }

    /// A fraction of a second in nanoseconds, cut after the ninth digit.
    fn fraction(&mut self) -> Option<i32> {
        let n = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(n);
        self.rest = rest;
        let padded = digits.iter().copied().chain(std::iter::repeat(b'0'));
        (n > 0).then(|| padded.take(9).fold(0, |x, b| x * 10 + i32::from(b - b'0')))
    }

    fn word<'w>(&mut self, words: &'w [&'w [u8; 3]]) -> Option<i32> {
        let start = self.rest.get(..3)?;
        let at = words.iter().position(|w| w.eq_ignore_ascii_case(start))?;
        let n = self
            .rest
            .iter()
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
        self.rest = self.rest.get(n..).unwrap_or_default();
        i32::try_from(at + 1).ok()
    }

    /// Year, month and day.
    fn date(&mut self, order: DateOrder) -> Option<(i32, i32, i32)> {
        if self.word(&WEEKDAYS).is_some() {
            self.skip_any(b", ");
        }
        if let Some(month) = self.word(&MONTHS) {
            // Jan 2, 2026
            self.skip_any(b" .");
            let day = self.digits(1, 2)?;
            self.skip_any(b", ");
            return Some((self.digits(4, 4)?, month, day));
        }
        let digits = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        match digits {
            // 20260131, only with a time behind it: else it is a number
            8 if matches!(self.rest.get(8), Some(b'T' | b't')) => {
                Some((self.digits(4, 4)?, self.digits(2, 2)?, self.digits(2, 2)?))
            }
            4 => {
                let year = self.digits(4, 4)?;
                let separator = *self.rest.first()?;
                if !matches!(separator, b'-' | b'/' | b'.') || !self.eat(separator) {
                    return None;
                }
                let month = self.digits(1, 2)?;
                if !self.eat(separator) {
                    return None;
                }
                Some((year, month, self.digits(1, 2)?))
            }
            1 | 2 => {
                let first = self.digits(1, 2)?;
                let padded = digits == 2;
                let separator = *self.rest.first()?;
                if !matches!(separator, b'-' | b'/' | b'.' | b' ') || !self.eat(separator) {
                    return None;
                }
                if let Some(month) = self.word(&MONTHS) {
                    // 02-Jan-2026
                    self.skip_any(b"-/. ,");
                    return Some((self.digits(4, 4)?, month, first));
                }
                let before = self.rest.len();
                let second = self.digits(1, 2)?;
                let padded = padded && before - self.rest.len() == 2;
                if separator == b' ' || !self.eat(separator) {
                    return None;
                }
                let year = self.year(separator == b'/' || (separator == b'.' && padded))?;
                Some(match order {
                    DateOrder::DayFirst => (year, second, first),
                    DateOrder::MonthFirst => (year, first, second),
                })
            }
            _ => None,
        }
    }

    /// A year of four digits, or of two where the form leaves no doubt that it is one: 1970 to 2069.
    fn year(&mut self, short: bool) -> Option<i32> {
        let digits = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        match digits {
            4 => self.digits(4, 4),
            2 if short => {
                let year = self.digits(2, 2)?;
                Some(if year < 70 { 2000 + year } else { 1900 + year })
            }
            _ => None,
        }
    }

    /// `AM` is false, `PM` true.
    fn meridiem(&mut self) -> Option<bool> {
        let (a, rest) = (self.rest.get(..2)?, self.rest.get(2..)?);
        let afternoon = if a.eq_ignore_ascii_case(b"pm") {
            true
        } else if a.eq_ignore_ascii_case(b"am") {
            false
        } else {
            return None;
        };
        self.rest = rest;
        Some(afternoon)
    }

    /// Seconds east of Greenwich: `Some(None)` without a zone, `None` if what stands there is no zone.
    #[expect(clippy::option_option, reason = "no zone and no such zone differ")]
    fn zone(&mut self) -> Option<Option<i32>> {
        let mut seconds = None;
        if self.eat(b'Z') || self.eat(b'z') {
            seconds = Some(0);
        } else if let Some(&sign @ (b'+' | b'-')) = self.rest.first() {
            self.eat(sign);
            let hours = self.digits(2, 2)?;
            self.eat(b':');
            let minutes = self.digits(2, 2).unwrap_or(0);
            let east = hours * 3600 + minutes * 60;
            seconds = Some(if sign == b'-' { -east } else { east });
            self.skip_any(b" ");
        }
        // Go writes `+0000 UTC`, and RFC 9557 a name in brackets after the offset.
        for name in [&b"UTC"[..], b"GMT", b"[UTC]", b"[Etc/UTC]"] {
            if let Some(rest) = self.rest.strip_prefix(name) {
                self.rest = rest;
                if seconds.is_none() && matches!(self.rest.first(), Some(b'+' | b'-')) {
                    // GMT-0700, as JavaScript writes it.
                    let sign = if self.eat(b'-') { -1 } else { 1 };
                    self.eat(b'+');
                    let hours = self.digits(2, 2)?;
                    self.eat(b':');
                    let minutes = self.digits(2, 2).unwrap_or(0);
                    seconds = Some(sign * (hours * 3600 + minutes * 60));
                }
                seconds = seconds.or(Some(0));
                break;
            }
        }
        if seconds.is_some() && self.rest.starts_with(b" (") && self.rest.ends_with(b")") {
            self.rest = &[];
        }
        if seconds.is_some() && self.rest.first() == Some(&b'[') && self.rest.ends_with(b"]") {
            self.rest = &[];
        }
        Some(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> Option<i64> {
        parse(text, DateOrder::DayFirst).map(|t| t.micros)
    }

    #[test]
    fn forms_met_in_the_wild() {
        let t = 1_767_323_045_000_000; // 2026-01-02T03:04:05Z
        for text in [
            "2026-01-02T03:04:05Z",
            "2026-01-02 03:04:05",
            "2026-01-02t03:04:05z",
            "2026/01/02 03:04:05",
            "2026-01-02T05:04:05+02:00",
            "2026-01-01T22:04:05-0500",
            "2026-01-02T05:04:05+02",
            "2026-01-02 03:04:05 UTC",
            "2026-01-02 03:04:05 +0000 UTC",
            "2026-01-02T04:04:05+01:00[Europe/Berlin]",
            "20260102T030405Z",
            "2026-01-02_03:04:05",
            "02/01/2026 03:04:05",
            "2.1.2026 3:04:05",
            "02-01-2026, 03:04:05 AM",
            "Fri, 02 Jan 2026 03:04:05 GMT",
            "02-Jan-2026 03:04:05",
            "Jan 2, 2026 03:04:05 am",
            "January 2, 2026 03:04:05",
            " 2026-01-02 03:04:05.000 ",
            "2026-01-02T03:04:05,000000000Z",
            "02/01/26 03:04:05",
            "02.01.26 03:04:05",
            "2.1.2026 3:04:05\u{202f}AM",
            "Thu Jan 01 2026 20:04:05 GMT-0700 (PDT)",
            "02/Jan/2026:03:04:05 +0000",
        ] {
            assert_eq!(micros(text), Some(t), "{text}");
        }
        assert_eq!(
            micros("2025-02-07 05:31:09.595296"),
            Some(1_738_906_269_595_296)
        );
        assert_eq!(micros("1970-01-01"), Some(0));
        assert_eq!(micros("1969-12-31T23:59:59.5Z"), Some(-500_000));
        assert_eq!(micros("2026-12-31T23:59:60Z"), Some(1_798_761_599_999_999));
        assert_eq!(micros("2026-01-02 12:30 AM"), micros("2026-01-02 00:30"));
    }

    #[test]
    fn what_only_looks_like_an_instant_is_none() {
        for text in [
            "",
            "2026",
            "20260102",
            "12:30:00",
            "2026-02-30T00:00:00Z",
            "2026-13-01",
            "2026-01-02T25:00:00",
            "2026-01-02X",
            "2026-01-02 ",
            "1.2.3",
            "1.2.26",
            "01-02-26",
            "10.0.0.1",
            "1-2-3",
            "2026-01-02T03",
            "2026-01-02T03:04:05Q",
            "13/13/2026",
            "node-2026-01-02",
            "2026-01-02 13:00 PM",
            "may",
            "v1.2.2026x",
            "2026-01-02T03:04:05+99:00",
            "99999-01-01",
            "sunday",
        ] {
            let expected = if text == "2026-01-02 " {
                micros("2026-01-02")
            } else {
                None
            };
            assert_eq!(micros(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_column_decides_the_order_of_day_and_month() {
        let decide = |cells: &[&str]| {
            let mut evidence = OrderEvidence::default();
            for cell in cells {
                collect_order(cell, &mut evidence);
            }
            evidence.decide()
        };
        assert_eq!(
            decide(&["01/02/2026", "13/02/2026"]),
            (DateOrder::DayFirst, false)
        );
        assert_eq!(
            decide(&["01/02/2026", "02/13/2026"]),
            (DateOrder::MonthFirst, false)
        );
        assert_eq!(decide(&["01/02/2026"]), (DateOrder::MonthFirst, true));
        assert_eq!(decide(&["01.02.2026 10:00"]), (DateOrder::DayFirst, true));
        assert!(!decide(&["2026-01-02"]).1);
    }
}
