//! The one wasm module of the page: what it does depends on where it stands.

/// In a worker of ours: the worker's part. In the page: the page. Imported by anything else: nothing, and the exports
/// of [`kubecast::js`] are there to be called.
fn main() {
    if let Some(role) = kubecast::worker::role() {
        kubecast::worker::run(role);
    } else {
        kubecast::ui::run();
    }
}
