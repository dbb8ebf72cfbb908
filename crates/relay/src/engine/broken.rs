//! A relay without P-4, as general TURN servers are: the positive control of the packet tests.

use super::forward::Header;
use super::{Endpoint, Forward, Step};
use crate::codec::{Message, kind, read_xor_address};

/// What a Send indication is to a relay that does not pair its legs: a datagram to whatever address it names.
pub(super) fn send_anywhere(message: &Message<'_>) -> Option<Step> {
    let find = |wanted| message.attributes().find(|found| found.kind == wanted);
    let peer = find(kind::XOR_PEER_ADDRESS)?;
    let data = find(kind::DATA)?;
    let address = read_xor_address(peer.value, &message.transaction())?;
    Some(Step::Forward(Forward {
        to: Endpoint::from(address),
        header: Header::none(),
        payload: message.range_of(&data),
        padding: 0,
    }))
}
