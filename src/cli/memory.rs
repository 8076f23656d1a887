//! How much memory a training may take.

/// A size as it is typed: `800MB`, `2GB`, `1.5 GiB`, or bytes; of 1,024 each, as the programs that tell it count.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].to_ascii_uppercase();
    let factor = match unit.as_str() {
        "" | "B" => 1.0,
        "K" | "KB" | "KIB" => 1024.0,
        "M" | "MB" | "MIB" => 1024.0 * 1024.0,
        "G" | "GB" | "GIB" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err("write it as 800MB, 2GB or a number of bytes".to_owned()),
    };
    match digits.trim().parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok((number * factor) as u64),
        _ => Err("it is a number above 0 with KB, MB or GB behind it".to_owned()),
    }
}

/// Bytes that programs can still be given, where the system tells (Linux).
pub(super) fn available_bytes() -> Option<u64> {
    of_meminfo(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn of_meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Bytes for people.
pub(super) fn words(bytes: u64) -> String {
    let megabytes = bytes.div_ceil(1 << 20);
    if megabytes < 10_240 {
        format!("{megabytes} MB")
    } else {
        format!("{} GB", megabytes.div_ceil(1024))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_typed_and_what_is_none_is_refused() {
        let read = ["1", "800MB", "2GB", "1.5 GiB", "3k"].map(|text| size(text).ok());
        let expected = [1, 800 << 20, 2 << 30, 3 << 29, 3 << 10].map(Some);
        assert_eq!(read, expected);
        for wrong in ["", "MB", "0", "-1GB", "2TBs", "1e999", "nan"] {
            assert!(size(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_system_tells_what_is_left() {
        let text = "MemTotal:       24689724 kB\nMemAvailable:      2048 kB\n";
        assert_eq!(of_meminfo(text), Some(2 << 20));
        assert_eq!(of_meminfo("MemFree: 3 kB\n"), None);
    }
}
