//! HTTPS with certificate files.

use super::app::TestApp;
use birdcall_server::config::Options;
use rcgen::generate_simple_self_signed;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn the_server_speaks_tls_and_its_cookies_are_for_tls_only() {
    let folder = tempfile::tempdir().unwrap();
    let made = generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let (cert, key) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let app = TestApp::with(|options: &mut Options| {
        options.tls_cert = Some(cert);
        options.tls_key = Some(key);
    })
    .await;
    let address = app.running.address;
    let answer = tokio::task::spawn_blocking(move || {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "localhost".try_into().unwrap();
        let client = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
        let mut line = rustls::StreamOwned::new(client, TcpStream::connect(address).unwrap());
        let body = r#"{"handle":"ann","password":"correct horse"}"#;
        let length = body.len();
        write!(
            line,
            "POST /api/v1/accounts HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = Vec::new();
        // The end may come without TLS's own goodbye.
        let _ = line.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    })
    .await
    .unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(
        answer.contains("__Host-birdcall=") && answer.contains("Secure"),
        "{answer}"
    );
}
