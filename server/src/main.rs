//! The `duet-relay` program.

use std::{
    fs,
    io::{self, IsTerminal as _, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::ExitCode,
    time::Duration,
};

use duet_relay::{
    admin, check,
    clock::Millis,
    config::{
        AccountArgs, AdminCommand, Cli, ClientArgs, Command, DeleteArgs, Registration,
        RegistrationArgs, Settings, TypesArgs, VerifySiteArgs,
    },
    descriptors,
    manifest::Manifest,
    outside::{client::LocalClient, link::Link, verify::verify},
    server::{Reloader, Server},
    site::Site,
    store::{Store, backup::backup, operator::Standing},
    telemetry::{self, traces::Traces},
    types,
};
use time::OffsetDateTime;

fn main() -> ExitCode {
    let outcome = Cli::from_process()
        .map_err(Into::into)
        .and_then(|cli| match cli.command {
            None => serve(cli.settings),
            Some(Command::Healthcheck) => healthcheck(cli.settings.listen),
            Some(Command::CheckConfig) => check_config(&cli.settings),
            Some(Command::Migrate(arguments)) => migrate(&cli.settings, arguments.to),
            Some(Command::Admin(command)) => administer(&cli.settings, command),
            Some(Command::Client(arguments)) => client(&cli.settings, arguments),
            Some(Command::VerifySite(arguments)) => verify_site(arguments),
            Some(Command::SiteManifest) => site_manifest(),
            Some(Command::Types(arguments)) => generate(&arguments),
        });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Logging may not have started; standard error may be closed, and then there is nobody to tell.
            let _ = writeln!(io::stderr(), "duet-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn serve(settings: Settings) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let traces = match &settings.otlp_endpoint {
        Some(collector) => Some(Traces::new(collector, runtime.handle().clone())?),
        None => None,
    };
    telemetry::logs::start(settings.log_format, &settings.log, traces.as_ref())?;
    descriptors::raise();
    let outcome = runtime.block_on(async {
        let server = Server::bind(settings).await?;
        let reloading = tokio::spawn(reload_when_asked(server.reloader()));
        server.run(asked_to_stop()).await?;
        reloading.abort();
        Ok(())
    });
    if let Some(traces) = traces {
        traces.finish();
    }
    outcome
}

/// Ctrl+C, or the signal of a service manager.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without signals the relay runs until it is killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// SIGHUP, as service managers send it for "reload". Of a terminal it says that the terminal was closed, and ends the relay as any program.
async fn reload_when_asked(reloader: Reloader) {
    if io::stdin().is_terminal() {
        return;
    }
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut hangup) = signal(SignalKind::hangup()) {
            while hangup.recv().await.is_some() {
                reloader.reload();
            }
        }
    }
    #[cfg(not(unix))]
    drop(reloader);
}

/// Does a command's work in this thread.
fn now<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(work))
}

fn check_config(settings: &Settings) -> Outcome {
    let problems = check::problems(settings);
    for problem in &problems {
        writeln!(io::stderr(), "{problem}")?;
    }
    match problems.len() {
        0 => Ok(writeln!(
            io::stdout(),
            "a relay can start with these settings"
        )?),
        1 => Err("a relay cannot start with these settings: this one thing is wrong".into()),
        many => {
            Err(format!("a relay cannot start with these settings: {many} things are wrong").into())
        }
    }
}

fn migrate(settings: &Settings, version: Option<i64>) -> Outcome {
    now(Store::migrate(&settings.database_location(), version))??;
    Ok(())
}

fn administer(settings: &Settings, command: AdminCommand) -> Outcome {
    match command {
        AdminCommand::List => list(settings),
        AdminCommand::Create(AccountArgs { username }) => create(settings, username),
        AdminCommand::Lock(AccountArgs { username }) => {
            now(admin::set_standing(settings, username, Standing::Locked))??;
            say(
                "Locked. Connections of theirs close within a second, and nobody gets in until `admin unlock`; then their devices go \
                 on where they were.",
            )
        }
        AdminCommand::Unlock(AccountArgs { username }) => {
            now(admin::set_standing(settings, username, Standing::Open))??;
            say("Open.")
        }
        AdminCommand::Ban(AccountArgs { username }) => {
            now(admin::set_standing(settings, username, Standing::Banned))??;
            say(
                "Banned. Every login of theirs has ended, nobody gets in or finds them. `admin unlock` takes it back.",
            )
        }
        AdminCommand::EndSessions(AccountArgs { username }) => {
            now(admin::end_sessions(settings, username))??;
            say("Every login of theirs has ended; connections close within a second.")
        }
        AdminCommand::Delete(DeleteArgs { account, .. }) => {
            now(admin::delete(settings, account.username))??;
            say("Deleted. Nobody can have this name again.")
        }
        AdminCommand::Registration(RegistrationArgs { state }) => {
            now(admin::set_registration(
                settings,
                state == Registration::Open,
            ))??;
            say(match state {
                Registration::Open => "Whoever wants to can register.",
                Registration::Closed => "Nobody can register; `admin create` makes accounts.",
            })
        }
        AdminCommand::RotateKey => rotate_key(settings),
        AdminCommand::ResetPassword(AccountArgs { username }) => reset_password(settings, username),
        AdminCommand::RemoveSecondFactor(AccountArgs { username }) => {
            remove_second_factor(settings, username)
        }
        AdminCommand::Backup(arguments) => make_backup(settings, &arguments.file),
    }
}

fn say(words: &str) -> Outcome {
    Ok(writeln!(io::stdout(), "{words}")?)
}

fn list(settings: &Settings) -> Outcome {
    let mut out = io::stdout().lock();
    let mut written = Ok(());
    now(admin::list(settings, |account| {
        let line = writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}",
            account.username,
            account.standing.text(),
            day(account.created_at),
            account.sessions,
            account.last_seen_at.map_or_else(|| "-".to_owned(), day),
        );
        written = std::mem::replace(&mut written, Ok(())).and(line);
    }))??;
    Ok(written?)
}

/// The day of a time, in UTC.
fn day(time: Millis) -> String {
    OffsetDateTime::from_unix_timestamp(time / 1_000)
        .map_or_else(|_| "?".to_owned(), |time| time.date().to_string())
}

/// In several threads: passwords are hashed.
fn now_in_threads<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(work))
}

fn create(settings: &Settings, username: String) -> Outcome {
    let password = now_in_threads(admin::create(settings, username))??;
    writeln!(
        io::stdout(),
        "{}\nTell it to its owner, who changes it after signing in. Their key is made on the device where they sign in first.",
        *password
    )?;
    Ok(())
}

fn rotate_key(settings: &Settings) -> Outcome {
    let (id, told) = now(admin::rotate_key(settings))??;
    match told {
        Ok(()) => writeln!(
            io::stdout(),
            "made key {id}: relays that use this file sign with it within a second"
        )?,
        Err(error) => writeln!(
            io::stdout(),
            "made key {id}, but no relay could be told ({error}): those that use this file sign with it after a SIGHUP or a \
             restart"
        )?,
    }
    Ok(())
}

fn reset_password(settings: &Settings, username: String) -> Outcome {
    let password = now_in_threads(admin::reset_password(settings, username))??;
    writeln!(
        io::stdout(),
        "{}\nTell it to its owner, who changes it after signing in. Every login of theirs has ended; connections that are \
         open close within a second. What their devices keep under the old password stays under it: they need a backup of \
         their key, or a new key. A second factor is still asked for.",
        *password
    )?;
    Ok(())
}

fn remove_second_factor(settings: &Settings, username: String) -> Outcome {
    let removed = now(admin::remove_second_factor(settings, username))??;
    say(if removed {
        "Removed. The password alone lets them in now; tell them to turn a second factor on again. Logins that they have \
         go on."
    } else {
        "This account had no second factor."
    })
}

fn make_backup(settings: &Settings, file: &Path) -> Outcome {
    let bytes = now(backup(&settings.database_location(), file))??;
    writeln!(
        io::stdout(),
        "copied {bytes} bytes to {}, which only its owner can read",
        file.display()
    )?;
    Ok(())
}

/// One request, without a client library: enough for a container's health check.
fn healthcheck(listen: SocketAddr) -> Outcome {
    const PATIENCE: Duration = Duration::from_secs(5);
    let ip = if listen.ip().is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        listen.ip()
    };
    let mut stream = TcpStream::connect_timeout(&SocketAddr::new(ip, listen.port()), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    if answer.ends_with(b" 200") {
        Ok(())
    } else {
        Err("not ready".into())
    }
}

fn client(settings: &Settings, arguments: ClientArgs) -> Outcome {
    telemetry::logs::start(settings.log_format, &settings.log, None)?;
    let relay = arguments.relay.origin.as_str().to_owned();
    if !arguments.relay.origin.keeps_secure_cookies() {
        tracing::warn!(
            category = "security",
            "{relay} is plain http: whoever is on the way sees who you are and whom you talk with"
        );
    }
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let link = Link::new(arguments.relay)?;
            let client = LocalClient::bind(link, Site::embedded(), arguments.port)?;
            let address = client.address()?;
            tracing::info!(category = "lifecycle", %address, "Duet is on http://localhost:{}, over {relay}", address.port());
            Ok(client.run(asked_to_stop()).await?)
        })
}

fn verify_site(arguments: VerifySiteArgs) -> Outcome {
    let manifest = match &arguments.manifest {
        Some(file) => serde_json::from_slice(&fs::read(file)?)?,
        None => Manifest::of(&Site::embedded()),
    };
    if manifest.files.is_empty() {
        return Err(
            "there is nothing to compare with: this program was built without the site".into(),
        );
    }
    let link = Link::new(arguments.server)?;
    let report = now(verify(&link, &manifest))??;
    let mut out = io::stdout();
    for difference in &report.differences {
        writeln!(out, "{} {}", difference.path, difference.what)?;
    }
    let server = link.address.origin.as_str();
    if report.differences.is_empty() {
        writeln!(
            out,
            "{server} serves the site of Duet {}: {} files are the same",
            manifest.version, report.files
        )?;
        Ok(())
    } else {
        Err(format!(
            "{server} does not serve the site of Duet {}: {} of {} files differ",
            manifest.version,
            report.differences.len(),
            report.files
        )
        .into())
    }
}

fn site_manifest() -> Outcome {
    let mut out = io::stdout();
    serde_json::to_writer_pretty(&mut out, &Manifest::of(&Site::embedded()))?;
    Ok(writeln!(out)?)
}

fn generate(arguments: &TypesArgs) -> Outcome {
    let check = |directory: &Path| -> Outcome {
        if types::is_current(directory)? {
            Ok(())
        } else {
            Err(format!(
                "{} is out of date: run `make types`",
                directory.join(types::FILE_NAME).display()
            )
            .into())
        }
    };
    match (&arguments.write, &arguments.check) {
        (Some(directory), _) => Ok(types::write(directory)?),
        (None, Some(directory)) => check(directory),
        (None, None) => Err("types needs --write or --check".into()),
    }
}
