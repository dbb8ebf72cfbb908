//! Nothing is allocated for a packet that is relayed, nor for one that is refused.
#![expect(unsafe_code, reason = "an allocator that counts is an unsafe trait")]

use crate::world::World;
use birdcall_relay::codec::{Class, Method, Writer, kind, write_channel_header};
use birdcall_relay::engine::{Endpoint, Output};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    /// Of this thread: other tests run beside.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: all is left to the system's allocator; counting touches a number that needs no memory of its own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // While a thread ends its counter is gone, and nobody asks for it.
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the promises of this function, which are those of the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the promises of this function, which are those of the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn packets_are_relayed_and_refused_without_allocating() {
    let mut world = World::new();
    let (mut caller, mut callee) = world.pair();
    world.bind(&mut caller, 0x4000, callee.relayed.unwrap());

    let mut channel = write_channel_header(0x4000, 160).to_vec();
    channel.resize(164, 0x80);
    let mut indication = Vec::new();
    let id = world.transaction();
    let peer = world.peer(&id, callee.relayed.unwrap());
    let mut writer = Writer::new(&mut indication, Method::Send, Class::Indication, &id);
    writer.attribute(peer.0, &peer.1);
    writer.attribute(kind::DATA, &[0x80; 160]);
    let mut challenged = Vec::new();
    Writer::new(&mut challenged, Method::Allocate, Class::Request, &id);

    for receiver_binds in [false, true] {
        if receiver_binds {
            world.bind(&mut callee, 0x4001, caller.relayed.unwrap());
        }
        let stranger = Endpoint::from_v4([198, 51, 100, 1], 1);
        let before = ALLOCATIONS.get();
        let mut relayed = 0;
        for _ in 0..1_000 {
            for bytes in [&channel, &indication] {
                let output = world.engine.handle(caller.at, bytes, world.now);
                relayed += u32::from(matches!(output, Output::Forward(_)));
                world.engine.handle(stranger, bytes, world.now);
            }
            world.engine.handle(stranger, &challenged, world.now);
            world.engine.tick(world.now);
        }
        assert_eq!(relayed, 2_000);
        assert_eq!(ALLOCATIONS.get() - before, 0);
    }
    // The counter counts.
    let before = ALLOCATIONS.get();
    drop(vec![0_u8; 10]);
    assert_eq!(ALLOCATIONS.get() - before, 1);
}
