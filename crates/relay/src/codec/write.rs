use super::{
    CHANNEL_HEADER, Class, DATA_HEADER, HEADER, MAGIC_COOKIE, MessageKey, Method, XorAddress,
    fingerprint, kind,
};
use std::net::SocketAddr;

/// Writes one message into a buffer that is used again for the next.
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    /// Begins a message; what the buffer held is gone.
    pub fn new(
        buffer: &'a mut Vec<u8>,
        method: Method,
        class: Class,
        transaction: &[u8; 12],
    ) -> Self {
        buffer.clear();
        buffer.extend_from_slice(&method.with_class(class).to_be_bytes());
        buffer.extend_from_slice(&[0, 0]);
        buffer.extend_from_slice(&MAGIC_COOKIE.to_be_bytes());
        buffer.extend_from_slice(transaction);
        Self { buffer }
    }

    /// Goes on with the message that the buffer holds, to which [`Writer::new`] has written at least the header.
    pub fn resume(buffer: &'a mut Vec<u8>) -> Self {
        Self { buffer }
    }

    /// Adds an attribute and its padding.
    pub fn attribute(&mut self, kind: u16, value: &[u8]) {
        self.buffer.extend_from_slice(&kind.to_be_bytes());
        self.buffer
            .extend_from_slice(&(value.len() as u16).to_be_bytes());
        self.buffer.extend_from_slice(value);
        self.buffer.resize(self.buffer.len().next_multiple_of(4), 0);
        self.set_length(self.buffer.len() - HEADER);
    }

    /// Adds an XOR-… address.
    pub fn address(&mut self, kind: u16, address: SocketAddr) {
        let mut transaction = [0; 12];
        transaction.copy_from_slice(&self.buffer[8..HEADER]);
        self.attribute(kind, XorAddress::new(address, &transaction).as_bytes());
    }

    /// Adds ERROR-CODE (RFC 8489, 14.8).
    pub fn error(&mut self, code: u16, reason: &str) {
        let mut value = [0; 4 + 60];
        value[2] = (code / 100) as u8;
        value[3] = (code % 100) as u8;
        let reason = &reason.as_bytes()[..reason.len().min(60)];
        value[4..4 + reason.len()].copy_from_slice(reason);
        self.attribute(kind::ERROR_CODE, &value[..4 + reason.len()]);
    }

    /// Adds MESSAGE-INTEGRITY over all that is there.
    pub fn integrity(&mut self, key: &MessageKey) {
        let mac = key.sign(self.buffer, self.buffer.len() - HEADER + 24);
        self.attribute(kind::MESSAGE_INTEGRITY, &mac);
    }

    /// Adds FINGERPRINT, the last attribute.
    pub fn fingerprint(&mut self) {
        self.set_length(self.buffer.len() - HEADER + 8);
        let crc = fingerprint(self.buffer);
        self.attribute(kind::FINGERPRINT, &crc.to_be_bytes());
    }

    fn set_length(&mut self, length: usize) {
        self.buffer[2..4].copy_from_slice(&(length as u16).to_be_bytes());
    }
}

/// The four bytes in front of ChannelData.
pub fn write_channel_header(number: u16, payload: usize) -> [u8; CHANNEL_HEADER] {
    let [channel, length] = [number, payload as u16].map(u16::to_be_bytes);
    [channel[0], channel[1], length[0], length[1]]
}

/// Everything in front of the payload of a Data indication; the payload is then padded to a multiple of four.
///
/// The peer has to be an IPv4 address, which relayed addresses always are here: the length is fixed.
pub fn write_data_header(
    peer: std::net::SocketAddrV4,
    transaction: &[u8; 12],
    payload: usize,
) -> [u8; DATA_HEADER] {
    let mut header = [0; DATA_HEADER];
    let length = DATA_HEADER - HEADER + payload.next_multiple_of(4);
    header[..2].copy_from_slice(&Method::Data.with_class(Class::Indication).to_be_bytes());
    header[2..4].copy_from_slice(&(length as u16).to_be_bytes());
    header[4..8].copy_from_slice(&MAGIC_COOKIE.to_be_bytes());
    header[8..20].copy_from_slice(transaction);
    header[20..22].copy_from_slice(&kind::XOR_PEER_ADDRESS.to_be_bytes());
    header[22..24].copy_from_slice(&8_u16.to_be_bytes());
    header[24..32].copy_from_slice(XorAddress::new(peer.into(), transaction).as_bytes());
    header[32..34].copy_from_slice(&kind::DATA.to_be_bytes());
    header[34..].copy_from_slice(&(payload as u16).to_be_bytes());
    header
}
