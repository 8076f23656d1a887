//! The command line.

fn main() -> std::process::ExitCode {
    kubecast::cli::main()
}
