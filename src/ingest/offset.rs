//! How far local times are ahead of UTC.

/// Whole minutes ahead of UTC, from -14 hours to 14; behind it where below 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offset {
    minutes: i32,
}

impl Offset {
    /// The farthest, in minutes.
    const MOST: i32 = 14 * 60;

    /// What `UTC`, `Z`, `+01:00`, `-0530` or `+2` mean, the plus left out or not; `None` of anything else.
    pub fn named(text: &str) -> Option<Self> {
        let text = text.trim();
        if ["utc", "z", "gmt"]
            .iter()
            .any(|name| text.eq_ignore_ascii_case(name))
        {
            return Some(Self::default());
        }
        // People and their programs write several signs for a minus.
        let behind = text.strip_prefix(['-', '\u{2212}']);
        let digits = behind.unwrap_or_else(|| text.strip_prefix('+').unwrap_or(text));
        let (hours, minutes) = match digits.split_once(':') {
            Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
            Some(_) => return None,
            None if digits.len() == 4 => digits.split_at_checked(2)?,
            None => (digits, "0"),
        };
        let number = |digits: &str| {
            let is_number =
                (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| {
                digits
                    .bytes()
                    .fold(0, |sum, b| sum * 10 + i32::from(b - b'0'))
            })
        };
        let minutes = number(hours)? * 60 + number(minutes).filter(|&minutes| minutes < 60)?;
        (minutes <= Self::MOST).then_some(Self {
            minutes: if behind.is_some() { -minutes } else { minutes },
        })
    }

    /// `UTC`, or such as `+01:00`.
    pub fn name(self) -> String {
        if self.minutes == 0 {
            return "UTC".to_owned();
        }
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let ahead = self.minutes.abs();
        format!("{sign}{:02}:{:02}", ahead / 60, ahead % 60)
    }

    /// Microseconds ahead of UTC.
    pub(super) fn micros(self) -> i64 {
        i64::from(self.minutes) * 60_000_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_read_and_written() {
        for (text, name, minutes) in [
            ("UTC", "UTC", 0),
            ("z", "UTC", 0),
            ("+00:00", "UTC", 0),
            ("+01:00", "+01:00", 60),
            (" 1 ", "+01:00", 60),
            ("-0530", "-05:30", -330),
            ("\u{2212}3:30", "-03:30", -210),
            ("+5:45", "+05:45", 345),
            ("+14:00", "+14:00", 840),
        ] {
            let offset = Offset::named(text).unwrap();
            assert_eq!(
                (offset.minutes, offset.name()),
                (minutes, name.to_owned()),
                "{text}"
            );
        }
        for text in [
            "",
            "+",
            "14:01",
            "-15",
            "1:5",
            "1:60",
            "+100",
            "Berlin",
            "3600",
            "1.5",
            "--1",
            "+\u{e4}:00",
            "a\u{e4}b",
        ] {
            assert_eq!(Offset::named(text), None, "{text}");
        }
    }

    #[test]
    fn every_minute_is_read_as_it_is_written() {
        for minutes in -Offset::MOST..=Offset::MOST {
            let offset = Offset { minutes };
            assert_eq!(Offset::named(&offset.name()), Some(offset));
        }
    }
}
