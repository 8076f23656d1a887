//! Which export a file is, from its first bytes. Small, so that whoever only asks fetches no reader.

/// What a file is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text, or what is refused as no table.
    Delimited,
    /// An answer of Prometheus' `query_range` or `query`, or its list of results alone.
    PrometheusJson,
    /// VictoriaMetrics' `/api/v1/export`: one series per line.
    VictoriaJson,
    /// VictoriaMetrics' `/api/v1/export/csv`: no header, columns as the caller chose.
    VictoriaCsv,
    /// Datadog's query answer.
    DatadogJson,
    /// Datadog's `csv_exporter`: `date,metric`, then a column for each scope.
    DatadogCsv,
    /// OpenMetrics, the text that Prometheus scrapes, or `promtool tsdb dump`.
    Exposition,
    /// Grafana's "Download CSV".
    GrafanaCsv,
    /// `kubectl top nodes` or `kubectl top pods`.
    KubectlTop,
    /// `kubectl events` or `kubectl get events`.
    KubectlEvents,
    /// `kubectl get events -o json`.
    KubernetesEvents,
    /// gzip.
    Gzip,
    /// A zip archive.
    Zip,
}

impl Format {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delimited => "delimited text",
            Self::PrometheusJson => "Prometheus query result",
            Self::VictoriaJson => "VictoriaMetrics export",
            Self::VictoriaCsv => "VictoriaMetrics CSV export",
            Self::DatadogJson => "Datadog query result",
            Self::DatadogCsv => "Datadog CSV export",
            Self::Exposition => "metrics exposition",
            Self::GrafanaCsv => "Grafana CSV",
            Self::KubectlTop => "kubectl top",
            Self::KubectlEvents => "kubectl events",
            Self::KubernetesEvents => "Kubernetes events",
            Self::Gzip => "gzip",
            Self::Zip => "zip archive",
        }
    }
}

/// A format, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recognised {
    /// The format.
    pub format: Format,
    /// From 0, a guess, to 1, certain.
    pub sure: f64,
}

/// Looks at a file's first bytes, or at all of them; a byte order mark and UTF-16 are seen through.
pub fn recognise(file_name: &str, sample: &[u8]) -> Recognised {
    let (format, sure) = if sample.starts_with(b"\x1f\x8b\x08") {
        (Format::Gzip, 1.0)
    } else if sample.starts_with(b"PK\x03\x04") || sample.starts_with(b"PK\x05\x06") {
        (Format::Zip, 1.0)
    } else {
        of_text(file_name, &ascii_of(sample))
    };
    Recognised { format, sure }
}

/// The text's ASCII: formats show themselves in it, whatever the encoding. At most 64 KiB.
fn ascii_of(sample: &[u8]) -> Vec<u8> {
    const LOOKED_AT: usize = 64 << 10;
    let sample = sample.get(..LOOKED_AT).unwrap_or(sample);
    let body = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
    let is_wide = sample.starts_with(b"\xff\xfe") || sample.starts_with(b"\xfe\xff");
    let kept = |b: &u8| *b != 0 && !(is_wide && *b >= 0xfe);
    body.iter().copied().filter(kept).collect()
}

fn of_text(file_name: &str, text: &[u8]) -> (Format, f64) {
    let text = text.trim_ascii_start();
    let has = |what: &str| holds(text, what);
    match text.first() {
        Some(b'{' | b'[') if looks_like_json(text) => {
            if has("\"pointlist\"") {
                return (Format::DatadogJson, 0.95);
            }
            if has("\"resultType\"") {
                return (Format::PrometheusJson, 1.0);
            }
            if has("\"metric\"") && has("\"timestamps\"") {
                return (Format::VictoriaJson, 0.95);
            }
            // Its values are numbers, and come before its timestamps.
            let values = after(text, "\"values\"").trim_ascii_start();
            let items = values.strip_prefix(b":").map(<[u8]>::trim_ascii_start);
            let items = items.and_then(|v| v.strip_prefix(b"["));
            let first = items.and_then(|v| v.trim_ascii_start().first());
            if has("\"metric\"") && first.is_some_and(|b| *b != b'[') {
                return (Format::VictoriaJson, 0.9);
            }
            if has("\"metric\"") && (has("\"values\"") || has("\"value\"") || has("\"histogram")) {
                return (Format::PrometheusJson, 0.9);
            }
            if has("\"involvedObject\"")
                || has("\"regarding\"")
                || (has("\"apiVersion\"") && has("\"items\""))
            {
                return (Format::KubernetesEvents, 0.9);
            }
            if has("\"status\"") && (has("\"success\"") || has("\"error\"")) {
                return (Format::PrometheusJson, 0.8);
            }
            if has("\"__name__\"") {
                return (Format::VictoriaJson, 0.6);
            }
            return (Format::Delimited, 0.5);
        }
        _ => {}
    }
    let first = line(text, 0);
    if let Some(found) = of_kubectl(first) {
        return found;
    }
    if let Some(sure) = exposition(text) {
        return (Format::Exposition, sure);
    }
    let header = match line_after_separator(text) {
        Some(next) => next,
        None => first,
    };
    of_csv(file_name, text, header)
}

/// `{"` or `[{`: not the header `{pod},[x]`, nor the dump `{__name__="up"}`.
fn looks_like_json(text: &[u8]) -> bool {
    let rest = text.get(1..).unwrap_or_default().trim_ascii_start();
    match text.first() {
        Some(b'{') => matches!(rest.first(), Some(b'"' | b'}')),
        _ => matches!(rest.first(), Some(b'{' | b'[' | b']')),
    }
}

fn of_kubectl(first: &[u8]) -> Option<(Format, f64)> {
    let words: Vec<&[u8]> = first
        .split(u8::is_ascii_whitespace)
        .filter(|w| !w.is_empty())
        .collect();
    let has = |word: &[u8]| words.contains(&word);
    let is_named = matches!(
        words.first(),
        Some(&(b"NAME" | b"NAMESPACE" | b"POD" | b"LAST"))
    );
    if is_named && has(b"CPU(cores)") && has(b"MEMORY(bytes)") {
        return Some((Format::KubectlTop, 1.0));
    }
    if is_named && has(b"LAST") && has(b"SEEN") && has(b"REASON") && has(b"OBJECT") {
        return Some((Format::KubectlEvents, 1.0));
    }
    // --no-headers: `n1 412m 10% 5321Mi 34%`.
    let ends = |word: &[u8], end: &[u8]| {
        word.strip_suffix(end)
            .is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit))
    };
    let top = match words[..] {
        [_, cpu, cpu_share, memory, memory_share] => {
            ends(cpu, b"m")
                && ends(cpu_share, b"%")
                && ends(memory, b"Mi")
                && ends(memory_share, b"%")
        }
        [_, cpu, memory] | [_, _, cpu, memory] => ends(cpu, b"m") && ends(memory, b"Mi"),
        _ => false,
    };
    top.then_some((Format::KubectlTop, 0.8))
}

/// How sure it is that lines are samples: `name{label="value"} 1 1709541000`, or comments about metrics.
fn exposition(text: &[u8]) -> Option<f64> {
    let first = line(text, 0);
    let is_about = |line: &[u8]| {
        [&b"# HELP "[..], b"# TYPE ", b"# UNIT ", b"# EOF"]
            .into_iter()
            .any(|start| line.starts_with(start))
    };
    // Whatever stands above it: a text that ends so says what it is.
    let ends = |line: &[u8]| line.trim_ascii_end() == b"# EOF";
    if is_about(first) || text.split(|&b| b == b'\n').any(ends) {
        return Some(1.0);
    }
    let mut samples = 0;
    let lines = text
        .split(|&b| b == b'\n')
        .filter(|l| !l.trim_ascii().is_empty());
    for line in lines.take(5) {
        if is_about(line) {
            return Some(1.0);
        }
        if line.first() == Some(&b'#') {
            continue;
        }
        if !is_sample(line.trim_ascii()) {
            // The last line of a sample may be cut.
            break;
        }
        samples += 1;
    }
    match samples {
        0 => None,
        _ if first.contains(&b'{') => Some(0.95),
        // `up 1`: two words could be a table of two columns without a separator that is known here.
        _ => Some(0.6),
    }
}

/// `name value`, `name{…} value`, `{…} value`, with a time or without.
fn is_sample(line: &[u8]) -> bool {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':');
    let name = line.iter().take_while(|b| is_name(b)).count();
    if line.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let rest = line.get(name..).unwrap_or_default();
    let after = match rest.first() {
        Some(b'{') => {
            let Some(close) = rest.iter().rposition(|&b| b == b'}') else {
                return false;
            };
            let labels = &rest[1..close];
            if !labels.is_empty() && !holds(labels, "=\"") {
                return false;
            }
            &rest[close + 1..]
        }
        Some(b' ' | b'\t') if name > 0 => rest,
        _ => return false,
    };
    let mut words = after
        .split(u8::is_ascii_whitespace)
        .filter(|w| !w.is_empty());
    let is_number = |w: &[u8]| str::from_utf8(w).is_ok_and(|w| super::series::float(w).is_some());
    match (words.next(), words.next(), words.next()) {
        (Some(value), None, None) => is_number(value),
        (Some(value), Some(time), None) => is_number(value) && is_number(time),
        (Some(value), _, Some(_)) => is_number(value) && holds(after, " # {"),
        _ => false,
    }
}

fn of_csv(file_name: &str, text: &[u8], header: &[u8]) -> (Format, f64) {
    let cells: Vec<&[u8]> = header
        .split(|b| matches!(b, b',' | b';' | b'\t'))
        .map(|c| {
            c.trim_ascii()
                .strip_prefix(b"\"")
                .map_or(c, |c| c.strip_suffix(b"\"").unwrap_or(c))
        })
        .collect();
    if let [b"date", b"metric", scope, ..] = cells[..]
        && (scope.contains(&b':') || scope == b"*")
    {
        return (Format::DatadogCsv, 0.9);
    }
    // Grafana quotes every header; its titles end in the time of the download.
    let is_timed = matches!(cells[..], [b"Time", _, ..]);
    if is_timed && (grafana_title(file_name).is_some() || holds(header, "{") && holds(header, "="))
    {
        return (Format::GrafanaCsv, 0.95);
    }
    if is_timed && cells.len() == 2 && cells[1] == b"Value" {
        return (Format::GrafanaCsv, 0.8);
    }
    if is_headless_export(text) {
        return (Format::VictoriaCsv, 0.6);
    }
    (Format::Delimited, 0.5)
}

/// Whether every line is names, one number and one instant, the first line too.
fn is_headless_export(text: &[u8]) -> bool {
    let mut lines: Vec<&[u8]> = text
        .split(|&b| b == b'\n')
        .take(20)
        .map(<[u8]>::trim_ascii)
        .collect();
    if lines.len() > 1 {
        lines.pop();
    }
    !lines.is_empty()
        && lines.iter().all(|line| {
            let (mut times, mut numbers, mut names) = (0, 0, 0);
            for cell in line.split(|&b| b == b',') {
                let cell = str::from_utf8(cell).unwrap_or_default();
                match super::series::float(cell) {
                    // Seconds to nanoseconds of the years 2001 to 2100, without a fraction.
                    Some(x) if !cell.contains('.') && is_epoch(x) => times += 1,
                    Some(_) => numbers += 1,
                    None if is_rfc3339(cell) => times += 1,
                    None => names += usize::from(!cell.is_empty()),
                }
            }
            times == 1 && numbers == 1 && (1..=16).contains(&names)
        })
        && metric_name_at(lines[0]).is_some()
}

fn is_epoch(x: f64) -> bool {
    [1.0, 1e3, 1e6, 1e9]
        .into_iter()
        .any(|unit| (1e9 * unit..4.2e9 * unit).contains(&x))
}

fn is_rfc3339(cell: &str) -> bool {
    let b = cell.as_bytes();
    b.len() >= 20 && b[4] == b'-' && b[7] == b'-' && b[10] == b'T' && b[13] == b':'
}

/// The line of that number, from 0.
fn line(text: &[u8], number: usize) -> &[u8] {
    let line = text.split(|&b| b == b'\n').nth(number).unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The line below `sep=;`.
fn line_after_separator(text: &[u8]) -> Option<&[u8]> {
    text.starts_with(b"sep=").then(|| line(text, 1))
}

fn holds(text: &[u8], what: &str) -> bool {
    !after(text, what).is_empty() || text.ends_with(what.as_bytes())
}

/// What follows the first of these; nothing where there is none.
fn after<'a>(text: &'a [u8], what: &str) -> &'a [u8] {
    let at = text.windows(what.len()).position(|w| w == what.as_bytes());
    at.and_then(|at| text.get(at + what.len()..))
        .unwrap_or_default()
}

/// The panel's title in the name of a file that Grafana wrote: `CPU-data-2024-03-04 10_00_00.csv`, or with a
/// transformation, `CPU-data-as-joinbyfield-2024-03-04 10_00_00.csv`. A number that a browser adds is left out.
pub(super) fn grafana_title(file_name: &str) -> Option<&str> {
    let stem = stem_of(file_name);
    let (title, rest) = stem.rsplit_once("-data-")?;
    let mut parts = rest
        .split(['-', ' ', '_', ':', 'T'])
        .filter(|p| !p.starts_with('('));
    let is_number = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
    if rest.starts_with("as-") {
        parts.by_ref().take(2).for_each(drop);
    }
    let is_time = parts.by_ref().take(3).filter(|p| is_number(p)).count() == 3;
    (is_time && !title.is_empty()).then_some(title)
}

/// A file's name without its folders and its endings.
pub(super) fn stem_of(file_name: &str) -> &str {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let mut stem = name;
    for ending in [
        ".gz",
        ".zip",
        ".json",
        ".jsonl",
        ".ndjson",
        ".csv",
        ".txt",
        ".prom",
        ".om",
        ".openmetrics",
        ".tsv",
        ".log",
    ] {
        stem = stem.strip_suffix(ending).unwrap_or(stem);
    }
    if stem.is_empty() { name } else { stem }
}

/// The place of the first cell that could be a metric's name.
pub(super) fn metric_name_at(line: &[u8]) -> Option<usize> {
    line.split(|&b| b == b',').position(is_metric_name)
}

/// `[a-zA-Z_:][a-zA-Z0-9_:]*`
pub(super) fn is_metric_name(name: &[u8]) -> bool {
    let is_letter = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b':');
    name.first().is_some_and(is_letter) && name.iter().all(|b| is_letter(b) || b.is_ascii_digit())
}
