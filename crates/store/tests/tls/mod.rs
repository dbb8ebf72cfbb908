//! A PostgreSQL server over a network: encrypted, and known by its certificate.

use birdcall_store::{Database, Options, Store, StoreError};
use birdcall_testing_postgres::{Disk, Server};
use rcgen::{CertifiedKey, generate_simple_self_signed};

#[tokio::test]
async fn over_tls_the_server_has_to_be_the_one_that_it_should_be() {
    let made = |name: &str| generate_simple_self_signed([name.to_owned()]).unwrap();
    let CertifiedKey { cert, signing_key } = made("localhost");
    let mut server = Server::start(Disk::Skipped).unwrap();
    let port = server
        .with_tls(&cert.pem(), &signing_key.serialize_pem())
        .unwrap();
    server.empty("far");
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (
        folder.path().join("own.pem"),
        folder.path().join("other.pem"),
    );
    std::fs::write(&own, cert.pem()).unwrap();
    std::fs::write(&other, made("localhost").cert.pem()).unwrap();
    let open = async |host: &str, how: &str| {
        let url = format!("postgres://birdcall@{host}:{port}/far?{how}");
        let database: Database = url.parse().unwrap();
        Store::connect(&database, &Options::default()).await
    };
    let (own, other) = (own.display(), other.display());
    let store = open(
        "localhost",
        &format!("sslmode=verify-full&sslrootcert={own}"),
    )
    .await
    .unwrap();
    store.read().await.unwrap().newest_act().await.unwrap();
    let encrypted = "SELECT count(*) > 0 AND bool_and(s.ssl) FROM pg_stat_ssl s \
                     JOIN pg_stat_activity a ON a.pid = s.pid WHERE a.client_addr IS NOT NULL";
    assert_eq!(server.sql_in("far", encrypted).trim(), "t");
    store.close().await;
    for (host, how, why) in [
        (
            "localhost",
            format!("sslmode=verify-full&sslrootcert={other}"),
            "another's certificate",
        ),
        (
            "127.0.0.1",
            format!("sslmode=verify-full&sslrootcert={own}"),
            "another's name",
        ),
        (
            "localhost",
            "sslmode=verify-full".to_owned(),
            "an authority that nobody knows",
        ),
        ("localhost", "sslmode=disable".to_owned(), "not encrypted"),
    ] {
        let refused = open(host, &how).await.err();
        assert!(
            matches!(refused, Some(StoreError::Unavailable(_))),
            "{why}: {refused:?}"
        );
    }
}
