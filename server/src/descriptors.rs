//! How many files and sockets the process may have open. Each connection takes one; a process that runs out of them
//! can neither accept nor open its database.

/// Left for everything but clients' sockets: the database, the log, the listeners, the runtime.
const RESERVED: usize = 64;

/// Raises the limit as far as the system lets every process do it.
pub fn raise() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let raised = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: maximum,
                maximum,
            },
        );
        match raised {
            Ok(()) => tracing::info!(
                category = "lifecycle",
                before = current,
                now = maximum,
                "file descriptors"
            ),
            Err(error) => tracing::warn!(
                category = "lifecycle",
                %error,
                limit = current,
                "the limit of file descriptors cannot be raised"
            ),
        }
    }
}

/// How many sockets clients may have, as far as the limit of this process goes.
#[must_use]
pub fn for_sockets() -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        if let Some(limit) = getrlimit(Resource::Nofile).current {
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            return limit.saturating_sub(RESERVED).max(1);
        }
    }
    usize::MAX
}
