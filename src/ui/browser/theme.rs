//! Light, dark, or as the system has it.

use web_sys::Window;

const KEY: &str = "kubecast-theme";

/// What was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub(in crate::ui) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(in crate::ui) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The choice of the last visit.
    pub(in crate::ui) fn kept() -> Self {
        let kept = web_sys::window()
            .and_then(|w| w.local_storage().ok().flatten())
            .and_then(|s| s.get_item(KEY).ok().flatten());
        Self::ALL
            .into_iter()
            .find(|t| kept.as_deref() == Some(t.name()))
            .unwrap_or_default()
    }

    /// Shows it and keeps it.
    pub(in crate::ui) fn choose(self) {
        self.apply();
        if let Some(storage) = web_sys::window().and_then(|w| w.local_storage().ok().flatten()) {
            // A browser that keeps nothing shows the system's theme next time.
            let _ = storage.set_item(KEY, self.name());
        }
    }

    /// Shows it.
    pub(in crate::ui) fn apply(self) {
        let root = web_sys::window()
            .and_then(|w| w.document())
            .and_then(|d| d.document_element());
        if let Some(root) = root {
            let _ = match self {
                Self::System => root.remove_attribute("data-theme"),
                _ => root.set_attribute("data-theme", self.name()),
            };
        }
    }

    /// Whether what is seen is dark.
    pub(in crate::ui) fn is_dark(self) -> bool {
        match self {
            Self::Light => false,
            Self::Dark => true,
            Self::System => web_sys::window().is_some_and(|w| system_is_dark(&w)),
        }
    }
}

fn system_is_dark(window: &Window) -> bool {
    window
        .match_media("(prefers-color-scheme: dark)")
        .ok()
        .flatten()
        .is_some_and(|m| m.matches())
}
