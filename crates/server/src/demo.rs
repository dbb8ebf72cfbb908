//! People to try it with: they follow each other and have written to each other, so every call button works.

use crate::app::App;
use crate::random;
use birdcall_protocol::Handle;
use birdcall_store::{Content, NewMessage, NewPerson, StoreError, Tie};

/// Handle, display name, first words.
const PEOPLE: [(&str, &str, &str); 4] = [
    ("ann", "Ann", "Hi! Call me when you have a minute."),
    ("bob", "Bob", "Hello, good to see you here."),
    ("cleo", "Cleo", "Shall we talk later?"),
    ("dora", "Dora", "I am at my desk all day."),
];

/// Their password; the server that makes them prints it.
pub const PASSWORD: &str = "birdcall-demo";

/// Makes them where they are missing.
///
/// # Errors
/// A sentence.
pub async fn people(app: &App) -> Result<(), String> {
    app.again(|| make(app))
        .await
        .map_err(|error| error.to_string())
}

async fn make(app: &App) -> Result<(), StoreError> {
    let mut known = Vec::new();
    for (handle, name, words) in PEOPLE {
        let handle: Handle = handle
            .parse()
            .map_err(|_| StoreError::Broken("a demo handle".into()))?;
        if app.store.read().await?.person(&handle).await?.is_some() {
            return Ok(());
        }
        let name =
            crate::names::name(name).map_err(|_| StoreError::Broken("a demo name".into()))?;
        known.push((random::person(), handle, name, words));
    }
    let password = app
        .passwords
        .hash(PASSWORD.to_owned())
        .await
        .map_err(|_| StoreError::Unavailable("hashing failed".into()))?;
    let mut tx = app.store.write().await?;
    let at = app.clock.now();
    for (id, handle, name, _) in &known {
        tx.add_person(&NewPerson {
            id: *id,
            handle,
            name,
            password: &password,
            calling: app.config.calling_at_first(),
            at,
        })
        .await?;
    }
    for (from, _, _, words) in &known {
        for (to, handle, _, _) in &known {
            if from == to {
                continue;
            }
            tx.tie(*from, *to, Tie::Follow, at).await?;
            tx.add_message(&NewMessage {
                reply_to: None,
                from: *from,
                to: *to,
                key: &format!("demo-{handle}"),
                content: Content::Text(words),
                hidden: false,
                at,
                conversation: random::conversation(),
            })
            .await?;
        }
    }
    tx.commit().await
}
