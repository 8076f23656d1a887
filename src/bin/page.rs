//! The page's program: what it does depends on where it stands.

/// In the worker that serves the session: the session. In the page, which says so before it starts the program: the page.
/// What grows trees is not in it (`src/js/main.rs` has it): a first visit need not fetch that.
fn main() {
    if kubecast::worker::role() == Some(kubecast::worker::Role::Session) {
        kubecast::worker::serve();
    } else if js_sys::Reflect::has(&js_sys::global(), &"__kubecast".into()).unwrap_or(false) {
        kubecast::ui::run();
    }
}
