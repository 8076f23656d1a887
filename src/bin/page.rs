//! The one wasm module of the page: what it does depends on where it stands.

/// In a worker of ours: the worker's part. In the page, which says so before it starts the program: the page. Imported by
/// anything else: nothing, and the exports of [`kubecast::js`] are there to be called.
fn main() {
    if let Some(role) = kubecast::worker::role() {
        kubecast::worker::run(role);
    } else if js_sys::Reflect::has(&js_sys::global(), &"__kubecast".into()).unwrap_or(false) {
        kubecast::ui::run();
    }
}
