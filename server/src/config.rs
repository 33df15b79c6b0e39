//! Settings. Each can be given as a flag, as an environment variable, or as a line of a TOML file, in this order
//! of precedence; what is given nowhere has a default that works.

use clap::{
    ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
    builder::BoolishValueParser,
};
use ipnet::IpNet;
use std::{
    ffi::OsString,
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use zeroize::Zeroizing;

use crate::{http::origin::Origin, outside::address::Address, store::Location};

pub use crate::{http::client::ForwardedHeader, secret::Secret};

/// The relay of Duet: accounts, public keys, and a WebSocket hub that sees only ciphertext.
///
/// Needs no set-up: on its first start it makes an SQLite database and a signing key (both readable by their owner
/// only) and serves the site that was built into it. Every setting below can be given as a flag, as the environment
/// variable named beside it, or as a line `name = "value"` of a TOML file (--config), in this order of precedence. What is secret
/// can also be in a file that a variable names, as containers keep secrets: DATABASE_URL_FILE, DUET_REDIS_URL_FILE,
/// DUET_SIGNING_KEY_FILE.
#[derive(Debug, Parser)]
#[command(name = "duet-relay", version, max_term_width = 110)]
pub struct Cli {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// TOML file with settings; its keys are the long names of the flags.
    #[arg(long, env = "DUET_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// Things to do instead of serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask a running relay on this machine (the port of --listen) whether it is ready; the exit code tells.
    Healthcheck,
    /// Read and check what serving would: the settings and every file that they name. Says all that is wrong, makes nothing, asks no
    /// other machine, and leaves a relay that runs alone; the exit code tells.
    CheckConfig,
    /// Bring the schema of the database to a version, forwards or backwards, while no relay uses it. Serving does so by
    /// itself, forwards.
    Migrate(MigrateArgs),
    /// Things that an operator does to a relay that runs.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Serve the messenger out of this program on 127.0.0.1, over a relay elsewhere: you need not trust the program that that
    /// relay would deliver.
    Client(ClientArgs),
    /// Compare the site that a server serves with the one inside this program, or with a release's manifest; the exit code tells.
    VerifySite(VerifySiteArgs),
    /// Print the manifest of the site inside this program: every file with its SHA-256.
    SiteManifest,
    /// Write or check the TypeScript of the HTTP API, generated from this program's own types.
    Types(TypesArgs),
}

/// Arguments of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// The version; the newest without it. What an older version does not know is lost.
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(i64).range(0..))]
    pub to: Option<i64>,
}

/// Things that an operator does to a relay that runs.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Show all accounts: name, standing, the day they were made, on how many devices they are signed in, and the day they were last
    /// used there, with tabs between.
    List,
    /// Make an account, also while registration is closed and with a name that nobody can register, and print its password. Its key
    /// comes from the first device that its owner signs in on.
    Create(AccountArgs),
    /// Let nobody into an account until it is unlocked. Connections of theirs close within a second; their devices stay signed in, and
    /// go on once it is unlocked.
    Lock(AccountArgs),
    /// Open an account again that was locked or banned.
    Unlock(AccountArgs),
    /// Let nobody into an account, end every login of theirs, and let nobody find it.
    Ban(AccountArgs),
    /// End every login of an account; connections of theirs close within a second. Its owner can sign in again.
    EndSessions(AccountArgs),
    /// Delete an account for good: its name can never be used again.
    Delete(DeleteArgs),
    /// Let people register, or nobody.
    Registration(RegistrationArgs),
    /// Make a new signing key before those in the file. Relays that run sign with it within a second; nobody is logged out.
    RotateKey,
    /// Set a new password for somebody who forgot theirs, and print it. Every login of theirs ends; what their devices keep
    /// under the old password stays under it.
    ResetPassword(AccountArgs),
    /// Remove the second factor of somebody who lost their app and the recovery codes. From then on
    /// the password alone lets them in, so be sure whom you talk to.
    RemoveSecondFactor(AccountArgs),
    /// Copy the SQLite database to a new file, while the relay runs. Keep the copy as safe as the database.
    Backup(BackupArgs),
}

/// Arguments of `admin backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The copy; it must not be there yet.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Arguments of what is done to one account.
#[derive(Debug, Args)]
pub struct AccountArgs {
    /// Whose.
    #[arg(value_name = "USERNAME")]
    pub username: String,
}

/// Arguments of `admin delete`.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// Whose.
    #[command(flatten)]
    pub account: AccountArgs,
    /// That you mean it.
    #[arg(long, required = true)]
    pub for_good: bool,
}

/// Arguments of `admin registration`.
#[derive(Debug, Args)]
pub struct RegistrationArgs {
    /// Whether people can register.
    #[arg(value_name = "STATE", value_enum)]
    pub state: Registration,
}

/// Whether people can register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Registration {
    /// Whoever wants to.
    Open,
    /// Nobody; `admin create` makes accounts.
    Closed,
}

/// Arguments of `client`.
#[derive(Debug, Args)]
pub struct ClientArgs {
    /// The relay: https://host, as in an address bar.
    #[arg(long = "to", value_name = "URL")]
    pub relay: Address,
    /// The port of 127.0.0.1 to serve on; 0 for any free one. A browser keeps your key by address and port: stay with one.
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    pub port: u16,
}

/// Arguments of `verify-site`.
#[derive(Debug, Args)]
pub struct VerifySiteArgs {
    /// The server: https://host, as in an address bar.
    #[arg(value_name = "URL")]
    pub server: Address,
    /// The manifest of the release that it should serve (what `site-manifest` of it printed), if that is not this program's.
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
}

/// Arguments of `types`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct TypesArgs {
    /// Write the file into this folder.
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
    /// Fail if the file in this folder is not what --write would write.
    #[arg(long, value_name = "DIR")]
    pub check: Option<PathBuf>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// What a search finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SearchMode {
    /// Names that begin with what was typed.
    Prefix,
    /// The one name that was typed, whole.
    Exact,
}

/// Where metrics are served: on a listener of their own, or nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsListen {
    /// At this address.
    At(SocketAddr),
    /// Not at all.
    Off,
}

impl FromStr for MetricsListen {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            Ok(Self::Off)
        } else {
            text.parse().map(Self::At)
        }
    }
}

/// Everything an operator can choose.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Address and port to serve on. The default is reachable from the local network.
    #[arg(
        long,
        env = "DUET_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "0.0.0.0:8080"
    )]
    pub listen: SocketAddr,

    /// The SQLite database; made on the first start, with its folder.
    #[arg(
        long,
        env = "DUET_DATABASE",
        value_name = "FILE",
        default_value = ".data/duet.db"
    )]
    pub database: PathBuf,

    /// A PostgreSQL database instead: postgres://user:password@host/name. The password may be left to PGPASSFILE.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<Secret>,

    /// Seconds that a database which fails again and again is left alone before it is tried again.
    #[arg(long, env = "DUET_DATABASE_PAUSE", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub database_pause: Duration,

    /// The deployment's public name: part of every account id, so it can never change once people have registered.
    /// Lower-case ASCII.
    #[arg(
        long,
        env = "DUET_REALM",
        value_name = "NAME",
        default_value = "duet.local"
    )]
    pub realm: String,

    /// Further origins (scheme://host[:port]) whose pages may use this relay, separated by commas. Pages served by
    /// the relay itself always may. Name the public https origin here if a proxy in front is not in
    /// --trusted-proxies.
    #[arg(
        long,
        env = "DUET_ORIGINS",
        value_name = "ORIGINS",
        value_delimiter = ','
    )]
    pub origins: Vec<Origin>,

    /// Proxies (addresses or networks) that are believed when they say whose request they pass on, separated by commas.
    #[arg(long, env = "DUET_TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',', value_parser = parse_network)]
    pub trusted_proxies: Vec<IpNet>,

    /// The header in which they say it. Only one is read: most proxies pass on what a client wrote into the other.
    #[arg(
        long,
        env = "DUET_FORWARDED_HEADER",
        value_name = "HEADER",
        value_enum,
        default_value = "x-forwarded-for"
    )]
    pub forwarded_header: ForwardedHeader,

    /// Speak https instead of http on the port of --listen, with this certificate (PEM; those of authorities between follow it).
    /// Read again on SIGHUP. Without this and the next two settings the relay speaks plain http, as behind a proxy.
    #[arg(long, env = "DUET_TLS_CERTIFICATE", value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,

    /// The private key of that certificate (PEM).
    #[arg(long, env = "DUET_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Speak https with a certificate that the relay makes for this machine's names and addresses and keeps beside the file of
    /// --database. For a network at home: browsers warn of it once, then treat the page as they treat https.
    #[arg(
        long,
        env = "DUET_TLS_SELF_SIGNED",
        value_name = "BOOL",
        default_value = "false",
        default_missing_value = "true",
        num_args = 0..=1,
        require_equals = true,
        value_parser = BoolishValueParser::new(),
        action = ArgAction::Set
    )]
    pub tls_self_signed: bool,

    /// Serve the site from this folder instead of the one built in. Read once, at the start.
    #[arg(long, env = "DUET_SITE", value_name = "DIR")]
    pub site: Option<PathBuf>,

    /// Where Prometheus finds /metrics: an address of its own, so that it is never public by mistake; `off` for
    /// nowhere, port 0 for any free port.
    #[arg(
        long,
        env = "DUET_METRICS_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:9464"
    )]
    pub metrics_listen: MetricsListen,

    /// What a search finds: names that begin so, or only the whole name. Whoever can search by the beginning can learn all
    /// names in time.
    #[arg(
        long,
        env = "DUET_SEARCH",
        value_name = "MODE",
        value_enum,
        default_value = "prefix"
    )]
    pub search: SearchMode,

    /// The largest file that people may send, in bytes, as told to clients.
    #[arg(
        long,
        env = "DUET_MAX_FILE_BYTES",
        value_name = "BYTES",
        default_value_t = 52_428_800
    )]
    pub max_file_bytes: u64,

    /// How log lines look.
    #[arg(
        long,
        env = "DUET_LOG_FORMAT",
        value_name = "FORMAT",
        value_enum,
        default_value = "auto"
    )]
    pub log_format: LogFormat,

    /// What is logged: a level, or a filter such as `info,duet_relay=debug`.
    #[arg(long, env = "DUET_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,

    /// Key that signs access tokens: 32 bytes, base64url without padding. Older ones may follow, after commas: what they
    /// signed is still good. Without this and the next setting a key is made on the first start and kept beside the file of
    /// --database with mode 0600.
    #[arg(
        long,
        env = "DUET_SIGNING_KEY",
        value_name = "KEY",
        hide_env_values = true
    )]
    pub signing_key: Option<Secret>,

    /// File that holds the signing keys in the same form, one a line; goes before --signing-key.
    #[arg(long, env = "DUET_SIGNING_KEY_FILE", value_name = "FILE")]
    pub signing_key_file: Option<PathBuf>,

    /// A Redis that joins several relays of one deployment: redis://user:password@host/0, rediss:// with TLS. They share a
    /// database, a realm and their signing keys. Without it this relay stands alone.
    #[arg(
        long,
        env = "DUET_REDIS_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub redis_url: Option<Secret>,

    /// A collector of OpenTelemetry's that gets a span of each HTTP request, as OTLP over HTTP: http://collector:4318. Its other
    /// variables (OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER …) hold as well. Without it nothing is sent to anybody.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "ORIGIN")]
    pub otlp_endpoint: Option<Address>,

    /// Limits that protect the relay.
    #[command(flatten)]
    pub limits: Limits,
}

/// Limits that protect the relay and its users from one another.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Life of an access token, in seconds.
    #[arg(long, env = "DUET_ACCESS_TOKEN_TTL", value_name = "SECONDS", default_value = "900", value_parser = seconds)]
    pub access_token_ttl: Duration,

    /// Life of a refresh token, in seconds; each use begins it anew.
    #[arg(long, env = "DUET_REFRESH_TOKEN_TTL", value_name = "SECONDS", default_value = "604800", value_parser = seconds)]
    pub refresh_token_ttl: Duration,

    /// Sessions of one account; when one more begins, the oldest ends.
    #[arg(long, env = "DUET_MAX_SESSIONS", value_name = "N", default_value = "5", value_parser = clap::value_parser!(u16).range(1..))]
    pub max_sessions: u16,

    /// Failed logins within 15 minutes after which a name is locked for 15 minutes.
    #[arg(long, env = "DUET_LOGIN_ATTEMPTS", value_name = "N", default_value = "5", value_parser = clap::value_parser!(u32).range(1..))]
    pub login_attempts: u32,

    /// Seconds that a login or registration waits for its turn to be hashed before it is told to come back later.
    #[arg(long, env = "DUET_LOGIN_PATIENCE", value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub login_patience: Duration,

    /// Logins a second from one address (an IPv6 /64 counts as one; a /48 may have 4 times, a /32 64 times as many).
    #[arg(long, env = "DUET_RATE_LOGIN", value_name = "N", default_value = "5", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_login: u32,

    /// Registrations a second from one address.
    #[arg(long, env = "DUET_RATE_REGISTER", value_name = "N", default_value = "2", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_register: u32,

    /// Searches a minute by one account.
    #[arg(long, env = "DUET_RATE_SEARCH", value_name = "N", default_value = "20", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_search: u32,

    /// Other requests a second from one address.
    #[arg(long, env = "DUET_RATE_REQUESTS", value_name = "N", default_value = "100", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_requests: u32,

    /// WebSocket handshakes a minute from one address.
    #[arg(long, env = "DUET_RATE_HANDSHAKES", value_name = "N", default_value = "120", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_handshakes: u32,

    /// Messages a second on one connection, file frames apart.
    #[arg(long, env = "DUET_RATE_MESSAGES", value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_messages: u32,

    /// Messages that a connection may send at once before the rate holds. Receipts, typing and the requests of
    /// a file's receiver are messages too: a 50 MB file asks about once for each of its 50 frames.
    #[arg(long, env = "DUET_BURST_MESSAGES", value_name = "N", default_value = "60", value_parser = clap::value_parser!(u32).range(1..))]
    pub burst_messages: u32,

    /// File frames a second on one connection; a faster sender is slowed down, not refused.
    #[arg(long, env = "DUET_RATE_CHUNKS", value_name = "N", default_value = "256", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_chunks: u32,

    /// One-time prekeys a minute that one account may take from others.
    #[arg(long, env = "DUET_RATE_PREKEYS_CLAIMER", value_name = "N", default_value = "6", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_prekeys_claimer: u32,

    /// One-time prekeys a minute that others together may take from one account.
    #[arg(long, env = "DUET_RATE_PREKEYS_OWNER", value_name = "N", default_value = "12", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_prekeys_owner: u32,

    /// WebSocket connections in total.
    #[arg(
        long,
        env = "DUET_MAX_CONNECTIONS",
        value_name = "N",
        default_value_t = 10_000
    )]
    pub max_connections: usize,

    /// Sockets from one address (an IPv6 /64 counts as one), WebSockets and others together; never more than a quarter
    /// of all. Not of trusted proxies: the WebSockets of their clients are counted instead.
    #[arg(
        long,
        env = "DUET_MAX_CONNECTIONS_PER_ADDRESS",
        value_name = "N",
        default_value_t = 1_000
    )]
    pub max_connections_per_address: usize,

    /// Seconds until a connection without a LOGIN is closed.
    #[arg(long, env = "DUET_LOGIN_TIMEOUT", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub login_timeout: Duration,

    /// Seconds after which a client that took less than 4 KiB of what waits for it is closed as too slow.
    #[arg(long, env = "DUET_WRITE_TIMEOUT", value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub write_timeout: Duration,

    /// MiB of payloads that may be on their way through the relay at once, of all connections together. A connection may hold
    /// an eighth of what is free of it, and never more than 8 MiB.
    #[arg(long, env = "DUET_MAX_QUEUED", value_name = "MIB", default_value = "256", value_parser = clap::value_parser!(u16).range(16..))]
    pub max_queued: u16,

    /// Seconds that a file frame waits for room in its recipient's queue before its sender is told to try again.
    #[arg(long, env = "DUET_QUEUE_TIMEOUT", value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    pub queue_timeout: Duration,

    /// Seconds without any frame to a client after which the relay sends it a BEAT.
    #[arg(long, env = "DUET_BEAT_INTERVAL", value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub beat_interval: Duration,

    /// The same while the client says that a conversation is open.
    #[arg(long, env = "DUET_BEAT_INTERVAL_TALKING", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub beat_interval_talking: Duration,

    /// Seconds without any frame from a client after which it is gone.
    #[arg(long, env = "DUET_SILENCE_TIMEOUT", value_name = "SECONDS", default_value = "90", value_parser = seconds)]
    pub silence_timeout: Duration,

    /// The same while the client says that a conversation is open.
    #[arg(long, env = "DUET_SILENCE_TIMEOUT_TALKING", value_name = "SECONDS", default_value = "25", value_parser = seconds)]
    pub silence_timeout_talking: Duration,

    /// Seconds without anything but BEATs in either direction after which a connection is closed.
    #[arg(long, env = "DUET_IDLE_TIMEOUT", value_name = "SECONDS", default_value = "3600", value_parser = seconds)]
    pub idle_timeout: Duration,

    /// Seconds that clients get to notice a shutdown before their connections are closed.
    #[arg(long, env = "DUET_DRAIN", value_name = "SECONDS", default_value = "2", value_parser = seconds_or_zero)]
    pub drain: Duration,
}

/// Settings that make no sense together or alone.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The settings file cannot be read.
    #[error("settings file {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The settings file is not TOML.
    #[error("settings file {path}: {message}")]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
    /// The settings file has a key that is no setting, or a value that is not text, a number, true, false, or a list of those.
    #[error(
        "settings file: `{0}` is not a setting, or its value is not a text, a number, true, false or a list of texts"
    )]
    UnknownSetting(String),
    /// A secret was to come out of a file that cannot be read.
    #[error("{variable}: {path}: {source}")]
    SecretUnreadable {
        /// The variable that names the file.
        variable: String,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is there, and nothing in it.
    #[error("{variable}: {path} is empty")]
    SecretEmpty {
        /// The variable that names the file.
        variable: String,
        /// The file.
        path: PathBuf,
    },
    /// Two values.
    #[error("{0} and {0}_FILE are both set: remove one of them")]
    SecretTwice(String),
}

/// What a variable of the environment holds.
type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

impl Cli {
    /// Reads the settings of this process.
    ///
    /// # Errors
    /// [`ConfigError`] for the settings file. Wrong flags and variables end the process with clap's message.
    pub fn from_process() -> Result<Self, ConfigError> {
        Self::from_arguments(std::env::args_os().collect(), &|name| {
            std::env::var_os(name)
        })
    }

    fn from_arguments(
        arguments: Vec<OsString>,
        environment: Environment<'_>,
    ) -> Result<Self, ConfigError> {
        let command = Self::command();
        // The first reading only finds --config; its values then become defaults, below flags and variables.
        let file = command
            .clone()
            .ignore_errors(true)
            .try_get_matches_from(&arguments)
            .ok()
            .and_then(|matches| matches.get_one::<PathBuf>("config").cloned());
        let command = match file {
            Some(path) => with_defaults_of(command, &path)?,
            None => command,
        };
        let command = with_secrets_of_files(command, environment)?;
        let matches = command.get_matches_from(arguments);
        Ok(Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
    }
}

fn with_defaults_of(mut command: clap::Command, path: &Path) -> Result<clap::Command, ConfigError> {
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let table: toml::Table =
        text.parse()
            .map_err(|error: toml::de::Error| ConfigError::NotToml {
                path: path.to_owned(),
                message: error.to_string(),
            })?;
    for (name, value) in table {
        let id = name.replace('-', "_");
        let known = id != "config"
            && command
                .get_arguments()
                .any(|argument| argument.get_id() == id.as_str());
        let values = if known { texts(&value) } else { None };
        let Some(values) = values else {
            return Err(ConfigError::UnknownSetting(name));
        };
        command = command.mut_arg(id, |argument| {
            let secret = argument.is_hide_env_values_set();
            argument.default_values(values).hide_default_value(secret)
        });
    }
    Ok(command)
}

/// Takes secrets out of the files that variables name: `X_FILE` for the variable `X`. A flag still goes before them.
fn with_secrets_of_files(
    mut command: clap::Command,
    environment: Environment<'_>,
) -> Result<clap::Command, ConfigError> {
    let names = |argument: &clap::Arg| Some(argument.get_env()?.to_str()?.to_owned());
    let own: Vec<_> = command.get_arguments().filter_map(names).collect();
    let secrets: Vec<_> = command
        .get_arguments()
        .filter(|argument| argument.is_hide_env_values_set())
        .filter_map(|argument| Some((argument.get_id().clone(), names(argument)?)))
        .collect();
    for (id, name) in secrets {
        let variable = format!("{name}_FILE");
        // The signing keys' file is a setting of its own: it is read again on SIGHUP.
        if own.contains(&variable) {
            continue;
        }
        let Some(path) = environment(&variable).map(PathBuf::from) else {
            continue;
        };
        if environment(&name).is_some() {
            return Err(ConfigError::SecretTwice(name));
        }
        let text = match fs::read_to_string(&path).map(Zeroizing::new) {
            Ok(text) => text,
            Err(source) => {
                return Err(ConfigError::SecretUnreadable {
                    variable,
                    path,
                    source,
                });
            }
        };
        let secret = text.trim();
        if secret.is_empty() {
            return Err(ConfigError::SecretEmpty { variable, path });
        }
        let secret = secret.to_owned();
        command = command.mut_arg(id, |argument| {
            argument.default_value(secret).hide_default_value(true)
        });
    }
    Ok(command)
}

/// A TOML value as the texts that a flag would have had.
fn texts(value: &toml::Value) -> Option<Vec<String>> {
    match value {
        toml::Value::String(text) => Some(vec![text.clone()]),
        toml::Value::Integer(number) => Some(vec![number.to_string()]),
        toml::Value::Boolean(value) => Some(vec![value.to_string()]),
        toml::Value::Array(values) => values
            .iter()
            .map(|value| texts(value)?.into_iter().next())
            .collect(),
        _ => None,
    }
}

fn parse_network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| {
            "expected an address such as 10.0.0.1 or a network such as 10.0.0.0/8".to_owned()
        })
}

fn seconds(text: &str) -> Result<Duration, String> {
    match seconds_or_zero(text)? {
        Duration::ZERO => Err("must be more than zero".to_owned()),
        duration => Ok(duration),
    }
}

/// Fractions are allowed: tests use them.
fn seconds_or_zero(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "expected a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

impl Settings {
    /// Where the database is.
    #[must_use]
    pub fn database_location(&self) -> Location {
        match &self.database_url {
            Some(address) => Location::Address(address.clone()),
            None => Location::File(self.database.clone()),
        }
    }

    /// The defaults, as a process without flags, variables and file would have them. For tests and tools.
    #[must_use]
    pub fn defaults() -> Self {
        #[derive(Parser)]
        struct Only {
            #[command(flatten)]
            settings: Settings,
        }
        // Without the environment: a test must not depend on the shell that it runs in.
        let command = Only::command().mut_args(|argument| argument.env(None::<&str>));
        let matches = command.get_matches_from(["duet-relay"]);
        Only::from_arg_matches(&matches)
            .unwrap_or_else(|error| error.exit())
            .settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn cli(arguments: &[&str]) -> Result<Cli, ConfigError> {
        cli_with(arguments, &|_| None)
    }

    fn cli_with(arguments: &[&str], environment: Environment<'_>) -> Result<Cli, ConfigError> {
        let all = ["duet-relay"]
            .iter()
            .chain(arguments)
            .map(OsString::from)
            .collect();
        Cli::from_arguments(all, environment)
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_flag_goes_before_the_file_and_the_file_before_the_default() {
        let file = file(
            "realm = \"from.file\"\nrate-login = 9\norigins = [\"https://a.example\", \"https://b.example\"]\n",
        );
        let path = file.path().to_str().unwrap();
        let cli = cli(&["--config", path, "--realm", "from.flag"]).unwrap();
        assert_eq!(cli.settings.realm, "from.flag");
        assert_eq!(cli.settings.limits.rate_login, 9);
        assert_eq!(cli.settings.origins.len(), 2);
        assert_eq!(cli.settings.limits.rate_register, 2);
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        let file = file("raelm = \"x\"\n");
        let error = cli(&["--config", file.path().to_str().unwrap()]).unwrap_err();
        assert!(matches!(error, ConfigError::UnknownSetting(name) if name == "raelm"));
    }

    #[test]
    fn a_secret_comes_out_of_the_file_that_its_variable_names() {
        let redis = file("redis://canary@redis/0\n");
        let database = file("postgres://canary@postgres/duet");
        let environment = |name: &str| match name {
            "DUET_REDIS_URL_FILE" => Some(redis.path().into()),
            "DATABASE_URL_FILE" => Some(database.path().into()),
            _ => None,
        };
        let settings = cli_with(&[], &environment).unwrap().settings;
        let shown = |secret: &Option<Secret>| secret.as_ref().map(|it| it.expose().to_owned());
        let said = shown(&settings.database_url);
        assert_eq!(said.as_deref(), Some("postgres://canary@postgres/duet"));
        let said = shown(&settings.redis_url);
        assert_eq!(said.as_deref(), Some("redis://canary@redis/0"));

        // A flag goes before it, and it before the settings file; nobody who asks for help is shown it.
        let flag = cli_with(&["--redis-url", "redis://flag"], &environment).unwrap();
        assert_eq!(
            shown(&flag.settings.redis_url).as_deref(),
            Some("redis://flag")
        );
        let toml = file("redis-url = \"redis://canary-of-toml\"\n");
        let arguments = ["--config", toml.path().to_str().unwrap()];
        let both = cli_with(&arguments, &environment).unwrap();
        assert_eq!(
            shown(&both.settings.redis_url).as_deref(),
            Some("redis://canary@redis/0")
        );
        let command = with_defaults_of(Cli::command(), toml.path()).unwrap();
        for mut command in [
            with_secrets_of_files(Cli::command(), &environment).unwrap(),
            command,
        ] {
            assert!(!command.render_long_help().to_string().contains("canary"));
        }
    }

    #[test]
    fn a_secret_that_its_file_does_not_give_is_an_error_that_names_the_variable() {
        let empty = file(" \n");
        let refused = |name: &'static str, value: &Path| {
            let set = |asked: &str| (asked == name).then(|| value.into());
            cli_with(&[], &set).unwrap_err().to_string()
        };
        for name in ["DATABASE_URL_FILE", "DUET_REDIS_URL_FILE"] {
            let missing = refused(name, Path::new("/nonexistent/secret"));
            assert!(missing.contains(name) && missing.contains("/nonexistent/secret"));
            let said = refused(name, empty.path());
            assert!(said.contains(name) && said.ends_with("is empty"), "{said}");
        }
        let both = |_: &str| Some(OsString::from("/nonexistent"));
        let error = cli_with(&[], &both).unwrap_err();
        assert!(matches!(error, ConfigError::SecretTwice(name) if name == "DATABASE_URL"));
        // Both settings of the signing key are documented: the file goes before the other.
        let keys = |name: &str| name.starts_with("DUET_SIGNING_KEY").then(|| "x".into());
        assert!(cli_with(&[], &keys).is_ok());
    }

    #[test]
    fn the_signing_key_does_not_show_in_debug() {
        let settings = Settings {
            signing_key: Some(Secret::from("canary")),
            ..Settings::defaults()
        };
        assert!(!format!("{settings:?}").contains("canary"));
    }

    #[test]
    fn times_are_positive() {
        assert!(seconds("0").is_err());
        assert!(seconds("-1").is_err());
        assert!(seconds("NaN").is_err());
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
    }
}
