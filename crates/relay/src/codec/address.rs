use super::MAGIC_COOKIE;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// An address as the XOR-… attributes carry it (RFC 8489, 14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XorAddress {
    bytes: [u8; 20],
    length: usize,
}

impl XorAddress {
    /// Encodes an address for a message of this transaction. An IPv4 address mapped into IPv6 is written as IPv4.
    pub fn new(address: SocketAddr, transaction: &[u8; 12]) -> Self {
        let mut bytes = [0; 20];
        let port = address.port() ^ (MAGIC_COOKIE >> 16) as u16;
        bytes[2..4].copy_from_slice(&port.to_be_bytes());
        let length = match address.ip().to_canonical() {
            IpAddr::V4(ip) => {
                bytes[1] = 1;
                bytes[4..8].copy_from_slice(&(u32::from(ip) ^ MAGIC_COOKIE).to_be_bytes());
                8
            }
            IpAddr::V6(ip) => {
                bytes[1] = 2;
                bytes[4..].copy_from_slice(&(u128::from(ip) ^ mask(transaction)).to_be_bytes());
                20
            }
        };
        Self { bytes, length }
    }

    /// The value of the attribute.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Decodes the value of an XOR-… attribute. `None`: not an address of a known family.
pub fn read_xor_address(value: &[u8], transaction: &[u8; 12]) -> Option<SocketAddr> {
    let (&[_, family, high, low], ip) = value.split_first_chunk::<4>()?;
    let ip = match family {
        1 => {
            let ip: [u8; 4] = ip.try_into().ok()?;
            IpAddr::V4(Ipv4Addr::from(u32::from_be_bytes(ip) ^ MAGIC_COOKIE))
        }
        2 => {
            let ip: [u8; 16] = ip.try_into().ok()?;
            IpAddr::V6(Ipv6Addr::from(u128::from_be_bytes(ip) ^ mask(transaction)))
        }
        _ => return None,
    };
    let port = u16::from_be_bytes([high, low]) ^ (MAGIC_COOKIE >> 16) as u16;
    Some(SocketAddr::new(ip, port))
}

/// Cookie and transaction id, which IPv6 addresses are masked with.
fn mask(transaction: &[u8; 12]) -> u128 {
    let id = transaction
        .iter()
        .fold(0, |number, byte| (number << 8) | u128::from(*byte));
    (u128::from(MAGIC_COOKIE) << 96) | id
}
