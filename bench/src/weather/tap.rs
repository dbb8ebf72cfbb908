//! A network interface whose frames this process sends and receives.
#![expect(unsafe_code, reason = "TUNSETIFF has no safe wrapper here")]

use crate::Outcome;
use std::fs::File;
use std::os::fd::AsRawFd;

/// Where the kernel gives out interfaces (Documentation/networking/tuntap.rst).
const DEVICE: &str = "/dev/net/tun";

/// `struct ifreq` as far as TUNSETIFF reads it, and as long as the kernel copies.
#[repr(C)]
struct Request {
    name: [u8; libc::IFNAMSIZ],
    flags: libc::c_short,
    rest: [u8; 22],
}

/// Makes an interface of Ethernet frames (TAP). It is gone when the file is closed.
pub(super) fn open(name: &str) -> Outcome<File> {
    let say = |error: std::io::Error| format!("interface {name}: {error}");
    let file = File::options()
        .read(true)
        .write(true)
        .open(DEVICE)
        .map_err(say)?;
    let mut request = Request {
        name: [0; libc::IFNAMSIZ],
        flags: (libc::IFF_TAP | libc::IFF_NO_PI) as libc::c_short,
        rest: [0; 22],
    };
    // The last byte stays zero: the kernel wants the name to end.
    let room = request.name.len() - 1;
    if name.len() > room {
        return Err(format!("interface {name}: longer than {room} bytes"));
    }
    request.name[..name.len()].copy_from_slice(name.as_bytes());
    // SAFETY: the kernel reads and writes one `struct ifreq`, which `Request` is in size and form; it lives here and is
    // borrowed mutably until the call returns.
    let result = unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETIFF, &raw mut request) };
    if result == 0 {
        Ok(file)
    } else {
        Err(say(std::io::Error::last_os_error()))
    }
}
