//! A mail server of the test's own: it takes what comes on a real socket, in plain text or with STARTTLS, and keeps it.

use rustls::ServerConfig;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

/// A mail that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// Whom the envelope is for.
    pub(crate) to: String,
    /// The message, dots taken back.
    pub(crate) text: String,
    /// It came through TLS.
    pub(crate) secret: bool,
    /// What the client said to show who it is, decoded.
    pub(crate) login: Option<String>,
}

impl Taken {
    /// The code in it.
    pub(crate) fn code(&self) -> String {
        let line = self.text.lines().find(|line| line.contains(": "));
        let subject = self.text.lines().find(|line| line.starts_with("Subject: "));
        let subject = subject.unwrap_or_else(|| panic!("no subject in {line:?}"));
        subject["Subject: ".len()..]
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    }
}

#[derive(Default)]
struct State {
    taken: Mutex<Vec<Taken>>,
    /// What to answer to the next mails, instead of taking them.
    answers: Mutex<VecDeque<&'static str>>,
    changed: Notify,
}

/// The mail server.
pub(crate) struct Smtp {
    pub(crate) port: u16,
    /// Its certificate, if it speaks TLS.
    pub(crate) certificate: Option<PathBuf>,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Smtp {
    /// One that speaks plain text.
    pub(crate) async fn plain() -> Self {
        Self::start(None, None).await
    }

    /// One that offers STARTTLS, with a certificate for localhost that it signed itself and keeps in `folder`.
    pub(crate) async fn with_tls(folder: &Path) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let file = folder.join("mail.pem");
        std::fs::write(&file, made.cert.pem()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = made.signing_key.serialize_der().try_into().unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        Self::start(Some(TlsAcceptor::from(Arc::new(config))), Some(file)).await
    }

    async fn start(tls: Option<TlsAcceptor>, certificate: Option<PathBuf>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let told = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // One that goes away in the middle is the client's business.
                tokio::spawn(serve(stream, tls.clone(), Arc::clone(&told)));
            }
        });
        Self {
            port,
            certificate,
            state,
            task,
        }
    }

    /// The next mail is answered with that.
    pub(crate) fn answer(&self, with: &'static str) {
        self.state.answers.lock().unwrap().push_back(with);
    }

    /// How many mails it has taken or turned away.
    pub(crate) fn waiting_answers(&self) -> usize {
        self.state.answers.lock().unwrap().len()
    }

    /// The mails so far.
    pub(crate) fn so_far(&self) -> Vec<Taken> {
        self.state.taken.lock().unwrap().clone()
    }

    /// The mail with that number, from 0, when it is there.
    pub(crate) async fn mail(&self, number: usize) -> Taken {
        let wait = async {
            loop {
                let changed = self.state.changed.notified();
                if let Some(taken) = self.so_far().get(number) {
                    return taken.clone();
                }
                changed.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .expect("no mail came")
    }

    /// When all answers are used up.
    pub(crate) async fn answered(&self) {
        let wait = async {
            loop {
                let changed = self.state.changed.notified();
                if self.waiting_answers() == 0 {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .expect("nobody came");
    }
}

async fn serve(mut stream: TcpStream, tls: Option<TlsAcceptor>, state: Arc<State>) -> Option<()> {
    stream.write_all(b"220 mail.test ESMTP\r\n").await.ok()?;
    let offered = tls.is_some();
    let wants_tls = talk(&mut stream, &state, offered, false).await?;
    if let Some(tls) = tls.filter(|_| wants_tls) {
        let mut secret = tls.accept(stream).await.ok()?;
        talk(&mut secret, &state, false, true).await?;
    }
    Some(())
}

/// Talks until the client asks for TLS (true) or goes.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    state: &State,
    offer: bool,
    secret: bool,
) -> Option<bool> {
    let mut line = BufReader::new(stream);
    let (mut to, mut login) = (String::new(), None);
    loop {
        let mut text = String::new();
        if line.read_line(&mut text).await.ok()? == 0 {
            return Some(false);
        }
        let text = text.trim_end();
        let command = text.split(' ').next().unwrap().to_ascii_uppercase();
        let answer = match command.as_str() {
            "EHLO" if offer => "250-mail.test\r\n250-8BITMIME\r\n250 STARTTLS",
            "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            "STARTTLS" => {
                line.write_all(b"220 go\r\n").await.ok()?;
                return Some(true);
            }
            "AUTH" => {
                let said = text.rsplit(' ').next().unwrap();
                use base64::Engine;
                let bytes = base64::engine::general_purpose::STANDARD
                    .decode(said)
                    .ok()?;
                login = Some(
                    String::from_utf8(bytes)
                        .ok()?
                        .replace('\0', " ")
                        .trim()
                        .to_owned(),
                );
                "235 welcome"
            }
            "RCPT" => {
                let (_, rest) = text.split_once('<')?;
                to = rest.split('>').next()?.to_owned();
                "250 ok"
            }
            "DATA" => {
                line.write_all(b"354 go on\r\n").await.ok()?;
                let text = data(&mut line).await?;
                let answer = state.answers.lock().unwrap().pop_front();
                if answer.is_none() {
                    state.taken.lock().unwrap().push(Taken {
                        to: to.clone(),
                        text,
                        secret,
                        login: login.clone(),
                    });
                }
                state.changed.notify_waiters();
                answer.unwrap_or("250 taken")
            }
            "QUIT" => {
                line.write_all(b"221 bye\r\n").await.ok()?;
                return Some(false);
            }
            "MAIL" | "RSET" | "NOOP" => "250 ok",
            _ => "502 what?",
        };
        line.write_all(format!("{answer}\r\n").as_bytes())
            .await
            .ok()?;
    }
}

/// RFC 5321, 4.5.2: up to a dot alone; a dot before a dot is taken away.
async fn data<S: AsyncRead + AsyncWrite + Unpin>(line: &mut BufReader<S>) -> Option<String> {
    let mut whole = String::new();
    loop {
        let mut text = Vec::new();
        (&mut *line)
            .take(10_000)
            .read_until(b'\n', &mut text)
            .await
            .ok()?;
        let text = String::from_utf8(text).ok()?;
        let bare = text.trim_end_matches(['\r', '\n']);
        if bare == "." || text.is_empty() {
            return Some(whole);
        }
        whole.push_str(bare.strip_prefix('.').unwrap_or(bare));
        whole.push('\n');
    }
}
