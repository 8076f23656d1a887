//! The page's program: what it does depends on where it stands.

/// In the page, which says so before it starts the program: the page. In a worker: a session for the sample alone. All else
/// is in the engine (`src/js/main.rs`), which a first visit need not fetch.
fn main() {
    if kubecast::worker::role() == Some(kubecast::worker::Role::Session) {
        kubecast::worker::serve_sample();
    } else if js_sys::Reflect::has(&js_sys::global(), &"__kubecast".into()).unwrap_or(false) {
        kubecast::ui::run();
    }
}
