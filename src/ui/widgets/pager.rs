//! Pages of a table.

use yew::prelude::*;

use crate::app::{Act, PAGE_ROWS, format};
use crate::protocol::RowsPage;
use crate::ui::shell::App;

/// Which rows of how many are in sight, and the ways to the others.
pub(in crate::ui) fn pager(app: &App, page: &RowsPage, act: fn(u64) -> Act) -> Html {
    let RowsPage { total, offset, .. } = *page;
    let shown = page.rows.len() as u64;
    let rows = u64::from(PAGE_ROWS);
    let is_last = offset + shown >= total;
    let to = |disabled, label, offset| app.button_unless(disabled, "btn", "", label, act(offset));
    html! {
        <div class="pager">
            <p aria-live="polite">
                { match (total, shown) {
                    (0, _) => "No row is like that.".to_owned(),
                    (_, 0) => format!("None of {} from here.", format::plural(total, "row")),
                    _ => format!("Rows {} to {} of {}", format::count(offset + 1), format::count(offset + shown), format::count(total)),
                } }
            </p>
            { to(offset == 0, "First", 0) }
            { to(offset == 0, "Previous", offset.saturating_sub(rows)) }
            { to(is_last, "Next", offset + shown) }
            { to(is_last, "Last", total.saturating_sub(1) / rows * rows) }
        </div>
    }
}
