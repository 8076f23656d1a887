//! `kubecast profile`: a look at a whole table, beyond its columns one by one.

use clap::Args as ClapArgs;

use super::drive::{Driver, unexpected};
use super::files;
use super::read_args::ReadingArgs;
use super::run::{lines, load};
use crate::protocol::{Event, Failure, Request};

#[derive(Debug, ClapArgs)]
pub(super) struct ProfileArgs {
    /// Files of any kind that train takes; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The column whose classes are compared [default: the likeliest].
    #[arg(long, value_name = "COLUMN")]
    target: Option<String>,
    /// The profile to write, as JSON; - is standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: String,
    #[command(flatten)]
    reading: ReadingArgs,
}

pub(super) fn profile(args: &ProfileArgs) -> Result<(), Failure> {
    let mut driver = Driver::new(None);
    let table = load(&mut driver, &args.files, args.reading.spec(&args.files)?)?;
    let target = match &args.target {
        Some(column) => {
            // One that is not there is an error, with the names that are.
            let column = column.clone();
            driver.ask(
                Request::DescribeTarget {
                    column: column.clone(),
                },
                Vec::new(),
            )?;
            column
        }
        None => table.target.map(|of| of.column).unwrap_or_default(),
    };
    match driver.ask(Request::Profile { target }, Vec::new())?.0 {
        Event::Profiled(profile) => files::write(&args.out, &lines(&*profile)),
        _ => Err(unexpected()),
    }
}
