//! The built messenger, from a folder.

use crate::support::Relay;
use std::{fs, io::Read as _, path::Path};

const PAGE: &str = "<!doctype html><title>Duet</title>";

fn build(folder: &Path) -> String {
    let script = format!("export const x = {:?};\n", "compressible ".repeat(500));
    fs::create_dir_all(folder.join("assets")).unwrap();
    fs::write(folder.join("index.html"), PAGE).unwrap();
    fs::write(folder.join("assets/app-1a2b3c.js"), &script).unwrap();
    fs::write(folder.join("assets/style-1a2b3c.css"), "a{}").unwrap();
    fs::write(folder.join("assets/style-1a2b3c.css.br"), "brotli").unwrap();
    script
}

#[tokio::test]
async fn pages_and_files_are_served_with_the_right_headers() {
    let folder = tempfile::tempdir().unwrap();
    let script = build(folder.path());
    let relay = Relay::start_with(|settings| settings.site = Some(folder.path().to_owned())).await;
    let http = relay.http();
    for path in ["/", "/index.html", "/chat/alice", "/settings"] {
        let page = http.get(path).await;
        assert_eq!((page.status, page.text().as_str()), (200, PAGE), "{path}");
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        assert!(
            page.header("content-security-policy")
                .unwrap()
                .starts_with("default-src 'none'")
        );
    }
    let plain = http.get("/assets/app-1a2b3c.js").await;
    assert_eq!(plain.text(), script);
    assert_eq!(
        plain.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert_eq!(
        plain.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(plain.header("vary"), Some("accept-encoding"));

    let packed = http
        .clone()
        .header("Accept-Encoding", "gzip, br")
        .get("/assets/app-1a2b3c.js")
        .await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(&packed.body[..])
        .read_to_string(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, script);
    let brotli = http
        .clone()
        .header("Accept-Encoding", "gzip, br")
        .get("/assets/style-1a2b3c.css")
        .await;
    assert_eq!(
        (brotli.header("content-encoding"), brotli.text().as_str()),
        (Some("br"), "brotli")
    );
    let declined = http
        .clone()
        .header("Accept-Encoding", "br;q=0")
        .get("/assets/style-1a2b3c.css")
        .await;
    assert_eq!(declined.text(), "a{}");

    let again = http
        .clone()
        .header("If-None-Match", plain.header("etag").unwrap())
        .get("/assets/app-1a2b3c.js")
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let head = http.send("HEAD", "/", b"").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test]
async fn the_viewer_is_a_document_without_origin_network_and_storage() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    fs::create_dir_all(folder.path().join("viewer/assets")).unwrap();
    fs::write(folder.path().join("viewer/index.html"), PAGE).unwrap();
    fs::write(folder.path().join("viewer/assets/main-1a2b3c.js"), "0;").unwrap();
    let relay = Relay::start_with(|settings| settings.site = Some(folder.path().to_owned())).await;
    let http = relay.http();
    for path in ["/viewer/index.html", "/viewer/assets/main-1a2b3c.js"] {
        let reply = http.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        let csp = reply.header("content-security-policy").unwrap();
        for part in [
            "sandbox allow-scripts;",
            "default-src 'none'",
            "connect-src 'none'",
            "script-src 'self';",
            "frame-ancestors 'self'",
            "trusted-types 'none'",
        ] {
            assert!(csp.contains(part), "{csp}");
        }
        assert!(
            !csp.contains("unsafe") && !csp.contains("same-origin"),
            "{csp}"
        );
        assert_eq!(
            reply.header("cross-origin-resource-policy"),
            Some("cross-origin")
        );
        assert_eq!(
            reply.header("cross-origin-embedder-policy"),
            Some("require-corp")
        );
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    }
    let script = http.get("/viewer/assets/main-1a2b3c.js").await;
    assert_eq!(
        script.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    // The page around it keeps its own.
    let page = http.get("/index.html").await;
    let csp = page.header("content-security-policy").unwrap();
    assert!(
        csp.contains("frame-src 'self'") && csp.contains("frame-ancestors 'none'"),
        "{csp}"
    );
    assert_eq!(page.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn nothing_outside_the_site_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    build(&folder.path().join("site"));
    fs::write(folder.path().join("secret.txt"), "canary").unwrap();
    let relay =
        Relay::start_with(|settings| settings.site = Some(folder.path().join("site"))).await;
    for path in [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/assets/../../secret.txt",
        "//secret.txt",
        "/assets/missing.js",
        "/assets/style-1a2b3c.css.br",
    ] {
        let reply = relay.http().get(path).await;
        assert_eq!(reply.error(), "not_found", "{path}");
    }
}

#[tokio::test]
async fn a_folder_without_a_site_is_refused_at_the_start() {
    use duet_relay::{config::Settings, server::Server};
    let folder = tempfile::tempdir().unwrap();
    for site in [folder.path().to_owned(), folder.path().join("missing")] {
        let settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            metrics_listen: duet_relay::config::MetricsListen::Off,
            database: folder.path().join("duet.db"),
            site: Some(site),
            ..Settings::defaults()
        };
        assert!(Server::bind(settings).await.is_err());
    }
}

/// The documents are the same for every site; without them (no `make docs`), their addresses are nobody's. So are the playground's.
#[tokio::test]
async fn addresses_of_documents_and_playground_are_never_pages_of_the_app() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    fs::create_dir_all(folder.path().join("docs/guide")).unwrap();
    fs::write(folder.path().join("docs/index.html"), "start").unwrap();
    fs::write(folder.path().join("docs/guide/rust.html"), "rust").unwrap();
    fs::write(folder.path().join("docs/guide/index.html"), "guides").unwrap();
    fs::create_dir_all(folder.path().join("playground/assets")).unwrap();
    fs::write(folder.path().join("playground/index.html"), "play").unwrap();
    fs::write(folder.path().join("playground/assets/main-1a2b3c.js"), "0;").unwrap();
    let relay = Relay::start_with(|settings| settings.site = Some(folder.path().to_owned())).await;
    let http = relay.http();
    for (short, whole) in [("/docs", "/docs/"), ("/playground", "/playground/")] {
        let moved = http.get(short).await;
        assert_eq!(
            (moved.status, moved.header("location")),
            (308, Some(whole)),
            "{short}"
        );
    }
    let script = http.get("/playground/assets/main-1a2b3c.js").await;
    assert_eq!(
        script.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    for (path, text) in [
        ("/docs/", "start"),
        ("/docs/guide/", "guides"),
        ("/docs/guide/rust.html", "rust"),
        ("/playground/", "play"),
    ] {
        let page = http.get(path).await;
        assert_eq!((page.status, page.text().as_str()), (200, text), "{path}");
    }
    for path in [
        "/docs/none",
        "/docs/none/",
        "/docs/guide/none.html",
        "/playground/none",
    ] {
        assert_eq!(http.get(path).await.status, 404, "{path}");
    }
    assert_eq!(http.get("/docsearch").await.text(), PAGE);
    assert_eq!(http.get("/playgrounds").await.text(), PAGE);
}
