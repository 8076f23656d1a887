//! One line of an exposition: `name{label="value",…} value time # {…} exemplar`.

use super::recognise::is_metric_name;
use super::series::{Labels, METRIC, float};

/// A sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample {
    /// Bytes of the name and the labels.
    pub head: usize,
    pub value: f64,
    /// As written: seconds in OpenMetrics, milliseconds in Prometheus' text.
    pub time: Option<f64>,
    pub has_exemplar: bool,
    /// What OpenMetrics does not allow in it, though it can be read.
    pub odd: Option<&'static str>,
}

/// Why a line is no sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Oddness(pub &'static str);

/// Characters of an exemplar's labels together.
const MAX_EXEMPLAR: usize = 128;

/// Reads a line. Where its first `known` bytes are those of the line before, `labels` holds them already.
pub(super) fn parse(
    line: &str,
    known: Option<usize>,
    labels: &mut Labels,
) -> Result<Sample, Oddness> {
    let mut odd = None;
    let head = match known {
        Some(head) => head,
        None => {
            labels.clear();
            head(line, labels, &mut odd)?
        }
    };
    let rest = line.get(head..).unwrap_or_default();
    let (numbers, exemplar) = match rest.find(" #") {
        Some(at) => (&rest[..at], Some(&rest[at + 2..])),
        None => (rest, None),
    };
    if !numbers.starts_with(' ')
        || numbers.ends_with(' ')
        || numbers.contains("  ")
        || numbers.contains('\t')
    {
        odd = odd.or(Some(
            "space other than one blank between the parts of a sample",
        ));
    }
    let mut words = numbers.split_ascii_whitespace();
    let value = words
        .next()
        .and_then(float)
        .ok_or(Oddness("a sample without a value"))?;
    let time = match words.next() {
        Some(word) => Some(float(word).ok_or(Oddness("a time that is no number"))?),
        None => None,
    };
    if words.next().is_some() {
        return Err(Oddness("text after the sample"));
    }
    if time.is_some_and(|t| !t.is_finite()) {
        odd = odd.or(Some("a time that is not finite"));
    }
    if let Some(exemplar) = exemplar
        && !is_exemplar(exemplar)
    {
        odd = odd.or(Some("an exemplar that is not ` # {labels} value time`"));
    }
    Ok(Sample {
        head,
        value,
        time,
        has_exemplar: exemplar.is_some(),
        odd,
    })
}

/// The name and the labels; returns where they end.
fn head(line: &str, labels: &mut Labels, odd: &mut Option<&'static str>) -> Result<usize, Oddness> {
    let trimmed = line.trim_ascii_start();
    let mut at = line.len() - trimmed.len();
    if at > 0 {
        *odd = Some("space before a name");
    }
    let name_len = trimmed
        .find(['{', ' ', '\t'])
        .ok_or(Oddness("a sample without a value"))?;
    let name = &trimmed[..name_len];
    at += name_len;
    if !name.is_empty() {
        if !is_metric_name(name.as_bytes()) {
            return Err(Oddness(
                "a name with other characters than letters, digits, _ and :",
            ));
        }
        labels.push(METRIC, name);
    } else {
        *odd = odd.or(Some("a sample without a name before its labels"));
    }
    // A blank may stand between name and labels in what people write by hand.
    let blanks = line[at..].len() - line[at..].trim_ascii_start().len();
    if blanks > 0 && line[at + blanks..].starts_with('{') {
        *odd = odd.or(Some("space before labels"));
        at += blanks;
    }
    if line[at..].starts_with('{') {
        let len = read_labels(&line[at..], labels, odd)?;
        at += len;
    }
    if labels.value(METRIC).is_none() {
        return Err(Oddness("a sample without a metric's name"));
    }
    Ok(at)
}

/// `{name="value",…}`; returns its length.
fn read_labels(
    text: &str,
    labels: &mut Labels,
    odd: &mut Option<&'static str>,
) -> Result<usize, Oddness> {
    let bytes = text.as_bytes();
    let blanks = |mut at: usize| {
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        at
    };
    let mut at = 1;
    let mut value = String::new();
    let mut is_first = true;
    loop {
        let start = blanks(at);
        if bytes.get(start) == Some(&b'}') {
            if !is_first {
                *odd = odd.or(Some("a comma after the last label"));
            }
            return Ok(start + 1);
        }
        if start > at {
            *odd = odd.or(Some("space between labels"));
        }
        let name_len = text[start..]
            .find(['=', ' ', '"', '}', ','])
            .ok_or(Oddness("labels that are not closed"))?;
        let name = &text[start..start + name_len];
        let equals = blanks(start + name_len);
        if bytes.get(equals) != Some(&b'=') {
            return Err(Oddness("a label without = and a value"));
        }
        let quote = blanks(equals + 1);
        if bytes.get(quote) != Some(&b'"') {
            return Err(Oddness("a label whose value is not in double quotes"));
        }
        if !is_metric_name(name.as_bytes()) || name.contains(':') {
            return Err(Oddness(
                "a label's name with other characters than letters, digits and _",
            ));
        }
        at = unquote(text, quote + 1, &mut value)?;
        labels.push(name, &value);
        if value.is_empty() && labels.value(name).is_some() {
            *odd = odd.or(Some("a label that is there twice"));
        }
        is_first = false;
        let after = blanks(at);
        match bytes.get(after) {
            Some(b',') => at = after + 1,
            Some(b'}') => {
                if labels.repeats() {
                    return Err(Oddness("a label that is there twice"));
                }
                return Ok(after + 1);
            }
            _ => return Err(Oddness("labels without a comma between them")),
        }
    }
}

/// The text up to the closing quote; returns where it goes on.
fn unquote(text: &str, start: usize, out: &mut String) -> Result<usize, Oddness> {
    out.clear();
    let mut from = start;
    loop {
        let rest = text.get(from..).unwrap_or_default();
        let stop = rest
            .find(['"', '\\'])
            .ok_or(Oddness("a label's value whose quote is not closed"))?;
        out.push_str(&rest[..stop]);
        if rest.as_bytes()[stop] == b'"' {
            return Ok(from + stop + 1);
        }
        from += stop + 2;
        match rest.as_bytes().get(stop + 1) {
            Some(b'n') => out.push('\n'),
            Some(b'"') => out.push('"'),
            Some(b'\\') => out.push('\\'),
            // Any other stands for itself.
            _ => {
                out.push('\\');
                from -= 1;
            }
        }
    }
}

/// ` {labels} value` with a time or without, from after the `#`.
fn is_exemplar(text: &str) -> bool {
    let Some(braced) = text.strip_prefix(' ').filter(|t| t.starts_with('{')) else {
        return false;
    };
    let (mut labels, mut odd) = (Labels::default(), None);
    let Ok(len) = read_labels(braced, &mut labels, &mut odd) else {
        return false;
    };
    let Some(numbers) = braced[len..].strip_prefix(' ') else {
        return false;
    };
    let mut words = numbers.split(' ');
    let value = words.next().and_then(float);
    let time = words
        .next()
        .map(|word| float(word).is_some_and(f64::is_finite));
    odd.is_none()
        && value.is_some()
        && time != Some(false)
        && words.next().is_none()
        && labels.characters() <= MAX_EXEMPLAR
}
