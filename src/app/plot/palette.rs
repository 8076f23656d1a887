//! Colours: the page's tokens, and one colour per kind of issue wherever it appears.
//!
//! The kinds' colours are those of Okabe and Ito (2008) and of Tol, moved until any two of them stay apart for normal
//! sight and for the three kinds of colour blindness (simulated after Machado et al. 2009), and all stand out from the
//! surface with a contrast of at least 3. The tests hold that. In lines, dashes tell them apart as well.

/// Red, green and blue, 0 to 255 (sRGB).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    const fn hex(value: u32) -> Self {
        Self((value >> 16) as u8, (value >> 8) as u8, value as u8)
    }

    /// As CSS writes it: `#0072b2`.
    pub fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// This colour with a share (0 to 1) of another, mixed in sRGB as CSS does.
    pub fn mix(self, other: Self, share: f64) -> Self {
        let share = if share.is_nan() {
            0.0
        } else {
            share.clamp(0.0, 1.0)
        };
        let one =
            |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(
            one(self.0, other.0),
            one(self.1, other.1),
            one(self.2, other.2),
        )
    }

    /// Relative luminance, 0 to 1 (WCAG 2).
    pub fn luminance(self) -> f64 {
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio to another colour, 1 to 21 (WCAG 2).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The ink to write with on this colour: the first of these, of black and of white with a contrast of at least 4.5.
    /// (Black or white always has.)
    pub fn readable(self, inks: [Self; 2]) -> Self {
        let [one, other] = inks;
        let (black, white) = (Self(0, 0, 0), Self(255, 255, 255));
        let best = if self.contrast(one) >= self.contrast(other) {
            one
        } else {
            other
        };
        [best, black, white]
            .into_iter()
            .find(|ink| self.contrast(*ink) >= 4.5)
            .unwrap_or(white)
    }
}

fn linear(channel: u8) -> f64 {
    let share = f64::from(channel) / 255.0;
    if share <= 0.040_45 {
        share / 12.92
    } else {
        libm::pow((share + 0.055) / 1.055, 2.4)
    }
}

/// The page's colour tokens, equal to those in `static/app.css`; `faint` and `healthy` are for marks, not for text, and
/// only here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Whether it is the dark one.
    pub dark: bool,
    /// What charts stand on.
    pub surface: Rgb,
    /// Empty cells, pointed-at rows.
    pub sunken: Rgb,
    /// Grid and axes.
    pub line: Rgb,
    /// Labels.
    pub text: Rgb,
    /// Ticks and titles.
    pub muted: Rgb,
    /// Marks that stay behind.
    pub faint: Rgb,
    /// The model.
    pub accent: Rgb,
    /// Text on the accent.
    pub accent_ink: Rgb,
    /// Nothing is wrong.
    pub healthy: Rgb,
}

impl Theme {
    /// The light theme.
    pub const fn light() -> Self {
        Self {
            dark: false,
            surface: Rgb::hex(0xffffff),
            sunken: Rgb::hex(0xeef0f4),
            line: Rgb::hex(0xdfe3ea),
            text: Rgb::hex(0x141a24),
            muted: Rgb::hex(0x525d6f),
            faint: Rgb::hex(0x8b95a6),
            accent: Rgb::hex(0x2f62d8),
            accent_ink: Rgb::hex(0xffffff),
            healthy: Rgb::hex(0x7f8a9b),
        }
    }

    /// The dark theme.
    pub const fn dark() -> Self {
        Self {
            dark: true,
            surface: Rgb::hex(0x161c25),
            sunken: Rgb::hex(0x11161e),
            line: Rgb::hex(0x273040),
            text: Rgb::hex(0xe7ecf4),
            muted: Rgb::hex(0xa3aebf),
            faint: Rgb::hex(0x6d788a),
            accent: Rgb::hex(0x7aa2ff),
            accent_ink: Rgb::hex(0x0b1220),
            healthy: Rgb::hex(0x7c8799),
        }
    }

    /// The light or the dark theme.
    pub const fn of(dark: bool) -> Self {
        if dark { Self::dark() } else { Self::light() }
    }

    /// What lies behind the row that is pointed at.
    pub fn hover(&self) -> Rgb {
        if self.dark { self.line } else { self.sunken }
    }
}

/// How a line is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// Not at all.
    Solid,
    /// Long dashes.
    Long,
    /// Short dashes.
    Short,
    /// Dots.
    Dots,
}

impl Dash {
    /// Dash and gap in CSS pixels; none for a solid line.
    pub fn lengths(self) -> Option<(f64, f64)> {
        match self {
            Self::Solid => None,
            Self::Long => Some((9.0, 3.0)),
            Self::Short => Some((4.0, 3.0)),
            Self::Dots => Some((1.5, 2.5)),
        }
    }
}

struct Kind {
    name: &'static str,
    light: Rgb,
    dark: Rgb,
    dash: Dash,
}

const fn kind(name: &'static str, light: u32, dark: u32, dash: Dash) -> Kind {
    Kind {
        name,
        light: Rgb::hex(light),
        dark: Rgb::hex(dark),
        dash,
    }
}

/// The kinds that have a colour of their own. The first ten meet in one data set and are told apart by colour alone;
/// the others also by dash.
const KINDS: [Kind; 16] = [
    kind("node_failure", 0x0072b2, 0x4aa8e0, Dash::Solid),
    kind("pod_crash_loop", 0x872156, 0xbd4879, Dash::Long),
    kind("memory_pressure", 0xb94b00, 0xe68142, Dash::Solid),
    kind("cpu_throttling", 0xb58900, 0xe0b93c, Dash::Short),
    kind("network_latency", 0x02a172, 0x3ac498, Dash::Long),
    kind("disk_pressure", 0xaf4a76, 0xebaed0, Dash::Solid),
    kind("etcd_high_latency", 0x322389, 0x7a71f3, Dash::Long),
    kind("api_server_latency", 0x3b9ad6, 0xa8e0fe, Dash::Short),
    kind("scheduler_failure", 0x4a6930, 0x97bc61, Dash::Solid),
    kind("memory_leak", 0x8b3600, 0xb76639, Dash::Dots),
    kind("pvc_full", 0xcc5a92, 0xd886b4, Dash::Dots),
    kind("etcd_db_quota", 0x6a51c7, 0xa99df7, Dash::Dots),
    kind("dns_degraded", 0x0f7f79, 0x6fd6cf, Dash::Short),
    kind("hpa_maxed", 0x7d6608, 0xc9b458, Dash::Dots),
    kind("capacity_exhausted", 0x9c6b3f, 0xd2a679, Dash::Short),
    kind("image_pull_failure", 0x5b6f00, 0xb9c94a, Dash::Dots),
];

/// Whether a class's name says that nothing is wrong.
pub fn is_healthy(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "none", "normal", "healthy", "ok", "okay", "no_issue", "no issue", "no", "0", "false",
        "na", "null",
    ];
    let name = name.trim();
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// A class's place among the kinds, with the round it is drawn in; none for a healthy class.
fn slot(name: &str, classes: &[String]) -> Option<(usize, usize)> {
    if is_healthy(name) {
        return None;
    }
    let known = |name: &str| KINDS.iter().position(|kind| kind.name == name);
    if let Some(place) = known(name) {
        return Some((place, 0));
    }
    // Others take, in the order of their names, what the known ones leave.
    let free: Vec<usize> = (0..KINDS.len())
        .filter(|&place| !classes.iter().any(|class| class == KINDS[place].name))
        .collect();
    let before = classes
        .iter()
        .filter(|class| class.as_str() < name && known(class).is_none() && !is_healthy(class))
        .count();
    if free.is_empty() {
        return Some((before % KINDS.len(), 1 + before / KINDS.len()));
    }
    Some((free[before % free.len()], before / free.len()))
}

/// A class's colour: the same on every page, grey where its name says that nothing is wrong. `classes` are all classes
/// of the data set, in any order; a name that is no known kind takes a place by its order among them.
pub fn class_color(name: &str, classes: &[String], dark: bool) -> Rgb {
    let theme = Theme::of(dark);
    match slot(name, classes) {
        None => theme.healthy,
        Some((place, round)) => {
            let kind = &KINDS[place];
            let color = if dark { kind.dark } else { kind.light };
            // Beyond the list, the same colours nearer to the text's.
            color.mix(theme.text, (round as f64 * 0.3).min(0.6))
        }
    }
}

/// A class's dash, for lines.
pub fn class_dash(name: &str, classes: &[String]) -> Dash {
    match slot(name, classes) {
        None => Dash::Solid,
        Some((place, round)) if round % 2 == 0 => KINDS[place].dash,
        Some((place, _)) => match KINDS[place].dash {
            Dash::Solid => Dash::Dots,
            Dash::Long => Dash::Short,
            Dash::Short => Dash::Long,
            Dash::Dots => Dash::Solid,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lab([r, g, b]: [f64; 3]) -> [f64; 3] {
        let f = |t: f64| {
            if t > 0.008_856 {
                libm::cbrt(t)
            } else {
                7.787 * t + 16.0 / 116.0
            }
        };
        let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.950_47);
        let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.088_83);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn seen(color: Rgb, eye: &[[f64; 3]; 3]) -> [f64; 3] {
        let from = [linear(color.0), linear(color.1), linear(color.2)];
        lab(eye.map(|row| {
            let sum: f64 = row.iter().zip(from).map(|(a, b)| a * b).sum();
            sum.clamp(0.0, 1.0)
        }))
    }

    #[test]
    fn kinds_stay_apart_for_every_eye_and_stand_out() {
        // Machado, Oliveira and Fernandes 2009, severity 1.
        let eyes = [
            (
                "normal",
                12.0,
                [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            ),
            (
                "deuteranopia",
                12.0,
                [
                    [0.367_322, 0.860_646, -0.227_968],
                    [0.280_085, 0.672_501, 0.047_413],
                    [-0.011_820, 0.042_940, 0.968_881],
                ],
            ),
            (
                "protanopia",
                12.0,
                [
                    [0.152_286, 1.052_583, -0.204_868],
                    [0.114_503, 0.786_281, 0.099_216],
                    [-0.003_882, -0.048_116, 1.051_998],
                ],
            ),
            (
                "tritanopia",
                10.0,
                [
                    [1.255_528, -0.076_749, -0.178_779],
                    [-0.078_411, 0.930_809, 0.147_602],
                    [0.004_733, 0.691_367, 0.303_900],
                ],
            ),
        ];
        for dark in [false, true] {
            let theme = Theme::of(dark);
            let mut colors: Vec<(&str, Rgb)> = KINDS[..10]
                .iter()
                .map(|kind| (kind.name, if dark { kind.dark } else { kind.light }))
                .collect();
            colors.push(("healthy", theme.healthy));
            for kind in &KINDS {
                let color = if dark { kind.dark } else { kind.light };
                assert!(color.contrast(theme.surface) >= 3.0, "{}", kind.name);
            }
            for (eye, least, matrix) in &eyes {
                for (i, a) in colors.iter().enumerate() {
                    for b in &colors[..i] {
                        let (p, q) = (seen(a.1, matrix), seen(b.1, matrix));
                        let apart: f64 = p.iter().zip(q).map(|(p, q)| (p - q) * (p - q)).sum();
                        let apart = libm::sqrt(apart);
                        assert!(apart >= *least, "{eye} {dark}: {} {} {apart:.1}", a.0, b.0);
                    }
                }
            }
        }
    }

    #[test]
    fn texts_can_be_read() {
        for theme in [Theme::light(), Theme::dark()] {
            assert!(theme.muted.contrast(theme.surface) >= 4.5);
            assert!(theme.accent.contrast(theme.surface) >= 4.5);
            for step in 0..=100 {
                let shade = theme
                    .surface
                    .mix(theme.accent, f64::from(step) / 100.0 * 0.96);
                let ink = shade.readable([theme.text, theme.accent_ink]);
                assert!(ink.contrast(shade) >= 4.5, "{step} {}", ink.contrast(shade));
            }
        }
    }

    #[test]
    fn a_kind_keeps_its_colour_and_others_differ() {
        let all: Vec<String> = ["None", "a", "b", "node_failure", "z"]
            .map(Into::into)
            .into();
        let color = |name: &str, classes: &[String]| class_color(name, classes, false);
        assert_eq!(color("node_failure", &all), color("node_failure", &[]));
        assert_eq!(color("None", &all), Theme::light().healthy);
        assert_eq!(color("OK", &all), Theme::light().healthy);
        let mut colors: Vec<String> = all.iter().map(|name| color(name, &all).css()).collect();
        colors.sort();
        colors.dedup();
        assert_eq!(colors.len(), all.len());
        let many: Vec<String> = (0..60).map(|i| format!("c{i:02}")).collect();
        let mut looks: Vec<String> = many
            .iter()
            .map(|name| format!("{} {:?}", color(name, &many).css(), class_dash(name, &many)))
            .collect();
        looks.sort();
        looks.dedup();
        assert!(looks.len() >= 48, "{}", looks.len());
    }
}
