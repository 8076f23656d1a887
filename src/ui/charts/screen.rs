//! What a chart must know of the screen it is on, kept up to date.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, MutationObserver, MutationObserverInit, ResizeObserver, window};
use yew::prelude::*;

/// Width, density and theme.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Screen {
    /// CSS pixels across; 0 before the first look and while hidden.
    pub(super) width: f64,
    /// Pixels of the device per CSS pixel.
    pub(super) ratio: f64,
    /// Whether the dark theme is on.
    pub(super) dark: bool,
}

impl Screen {
    fn look_at(element: &Element) -> Self {
        Self {
            width: f64::from(element.client_width()),
            ratio: window().map_or(1.0, |window| window.device_pixel_ratio()),
            dark: is_dark(),
        }
    }
}

/// The choice in `data-theme` on the document's element, else what the system prefers.
fn is_dark() -> bool {
    let Some(window) = window() else {
        return false;
    };
    let chosen = window
        .document()
        .and_then(|document| document.document_element())
        .and_then(|root| root.get_attribute("data-theme"));
    match chosen.as_deref() {
        Some("dark") => true,
        Some("light") => false,
        _ => window
            .match_media("(prefers-color-scheme: dark)")
            .ok()
            .flatten()
            .is_some_and(|query| query.matches()),
    }
}

/// Watches the width of an element, the density of the screen and the theme.
#[hook]
pub(super) fn use_screen(node: &NodeRef) -> Screen {
    let screen = use_state_eq(Screen::default);
    let setter = screen.setter();
    let node = node.clone();
    use_effect_with((), move |()| {
        let watch = node
            .cast::<Element>()
            .and_then(|element| Watch::start(element, move |screen| setter.set(screen)));
        move || drop(watch)
    });
    *screen
}

/// The listeners of one element; they end when it is dropped.
struct Watch {
    look: Closure<dyn Fn()>,
    resize: ResizeObserver,
    theme: Option<MutationObserver>,
    preference: Option<web_sys::MediaQueryList>,
}

impl Watch {
    fn start(element: Element, seen: impl Fn(Screen) + 'static) -> Option<Self> {
        let window = window()?;
        seen(Screen::look_at(&element));
        let watched = element.clone();
        let look = Closure::<dyn Fn()>::new(move || seen(Screen::look_at(&watched)));
        let listener = look.as_ref().unchecked_ref::<js_sys::Function>();
        let resize = ResizeObserver::new(listener).ok()?;
        resize.observe(&element);
        let theme = MutationObserver::new(listener).ok();
        let root = window.document().and_then(|page| page.document_element());
        if let (Some(theme), Some(root)) = (&theme, root) {
            let options = MutationObserverInit::new();
            options.set_attributes(true);
            options.set_attribute_filter(&js_sys::Array::of1(&JsValue::from_str("data-theme")));
            theme.observe_with_options(&root, &options).ok();
        }
        let preference = window
            .match_media("(prefers-color-scheme: dark)")
            .ok()
            .flatten();
        if let Some(preference) = &preference {
            preference
                .add_event_listener_with_callback("change", listener)
                .ok();
        }
        // Zooming and moving to another screen change the density.
        window
            .add_event_listener_with_callback("resize", listener)
            .ok();
        Some(Self {
            look,
            resize,
            theme,
            preference,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let listener = self.look.as_ref().unchecked_ref::<js_sys::Function>();
        self.resize.disconnect();
        if let Some(theme) = &self.theme {
            theme.disconnect();
        }
        if let Some(preference) = &self.preference {
            preference
                .remove_event_listener_with_callback("change", listener)
                .ok();
        }
        if let Some(window) = window() {
            window
                .remove_event_listener_with_callback("resize", listener)
                .ok();
        }
    }
}
