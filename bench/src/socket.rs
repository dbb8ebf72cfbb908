//! The socket of a device, opened as the web app opens it.

use crate::Outcome;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// A socket.
pub(crate) type Socket = WebSocketStream<TcpStream>;

/// People on one address of this machine: one has fewer ports than there are people.
const ON_ONE_ADDRESS: usize = 5_000;

/// Opens the socket of a person's device, which says by its `token` who it is. With a cursor it goes on from there.
pub(crate) async fn connect(
    node: SocketAddr,
    who: usize,
    token: &str,
    cursor: Option<u64>,
) -> Outcome<Socket> {
    let say = |error: std::io::Error| error.to_string();
    let socket = TcpSocket::new_v4().map_err(say)?;
    let from = Ipv4Addr::new(127, 0, 1, 1 + (who / ON_ONE_ADDRESS) as u8);
    socket.bind((from, 0).into()).map_err(say)?;
    let stream = socket.connect(node).await.map_err(say)?;
    stream.set_nodelay(true).map_err(say)?;
    let query = cursor.map_or_else(String::new, |cursor| format!("?cursor={cursor}"));
    let mut request = format!("ws://{node}/api/v1/socket{query}")
        .into_client_request()
        .map_err(|error| error.to_string())?;
    for (name, value) in [
        ("cookie", format!("birdcall={token}")),
        ("origin", format!("http://{node}")),
    ] {
        let value = value.parse().map_err(|_| "a header".to_owned())?;
        request.headers_mut().insert(name, value);
    }
    // As small as they go: there are many of them here.
    let config = WebSocketConfig::default()
        .read_buffer_size(1_024)
        .write_buffer_size(0);
    client_async_with_config(request, stream, Some(config))
        .await
        .map(|(socket, _)| socket)
        .map_err(|error| error.to_string())
}
