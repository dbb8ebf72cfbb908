//! The filter on descriptions that browsers really made, and on what browsers never make (P-3).

use birdcall_call::filter::{
    FilterError, MAX_SECTIONS, Policy, candidate, description, mid, ufrag,
};
use birdcall_protocol::call::{Path, SdpType};
use birdcall_protocol::limits::{MAX_CANDIDATE, MAX_SDP};

const CHROMIUM_OFFER: &str = include_str!("samples/chromium-offer.sdp");
const CHROMIUM_ANSWER: &str = include_str!("samples/chromium-answer.sdp");
const FIREFOX_OFFER: &str = include_str!("samples/firefox-offer.sdp");
const FIREFOX_ANSWER: &str = include_str!("samples/firefox-answer.sdp");

const DIRECT: Policy = Policy {
    path: Path::Direct,
    relayed: None,
};
const RELAY: Policy = Policy {
    path: Path::Relay,
    relayed: None,
};

fn samples() -> [(&'static str, SdpType, &'static str); 4] {
    [
        ("Chromium 156, offer", SdpType::Offer, CHROMIUM_OFFER),
        ("Chromium 156, answer", SdpType::Answer, CHROMIUM_ANSWER),
        ("Firefox 153, offer", SdpType::Offer, FIREFOX_OFFER),
        ("Firefox 153, answer", SdpType::Answer, FIREFOX_ANSWER),
    ]
}

/// The lines of a sample that have to come out letter for letter: all but those that carry addresses, or that a call
/// does not need. Of a media section only the port is rewritten.
fn kept(sdp: &str) -> Vec<String> {
    let others = [
        "o=",
        "c=",
        "a=candidate:",
        "a=rtcp:",
        "a=rtcp-xr:",
        "a=msid-semantic:",
    ];
    let lines = sdp
        .lines()
        .filter(|line| others.iter().all(|head| !line.starts_with(head)));
    let port_hidden = |line: &str| match line.split(' ').collect::<Vec<_>>().as_slice() {
        [medium, port, rest @ ..] if medium.starts_with("m=") && *port != "0" => {
            format!("{medium} 9 {}", rest.join(" "))
        }
        _ => line.to_owned(),
    };
    lines.map(port_hidden).collect()
}

#[test]
fn what_browsers_write_comes_through_but_for_the_lines_that_carry_addresses() {
    for (name, sdp_type, sdp) in samples() {
        for policy in [&DIRECT, &RELAY] {
            let filtered = description(sdp_type, sdp, policy).unwrap();
            let (expected, came) = (kept(sdp), kept(&filtered));
            for (expected, came) in expected.iter().zip(&came) {
                assert_eq!(came, expected, "{name}");
            }
            assert_eq!(came.len(), expected.len(), "{name}");
            assert!(!filtered.contains("a=rtcp-xr"), "{name}");
            let lines_end_in_crlf =
                filtered.matches('\n').count() == filtered.matches("\r\n").count();
            assert!(lines_end_in_crlf && filtered.ends_with("\r\n"), "{name}");
        }
    }
}

#[test]
fn the_lines_that_carry_addresses_are_constant() {
    for (name, sdp_type, sdp) in samples() {
        let filtered = description(sdp_type, sdp, &RELAY).unwrap();
        let mut lines = filtered.lines();
        assert_eq!(lines.next(), Some("v=0"));
        let origin: Vec<&str> = lines.next().unwrap().split(' ').collect();
        assert_eq!(
            (origin[0], &origin[3..]),
            ("o=-", &["IN", "IP4", "127.0.0.1"][..]),
            "{name}"
        );
        for line in lines {
            if let Some(value) = line.strip_prefix("c=") {
                assert_eq!(value, "IN IP4 0.0.0.0", "{name}");
            }
            if let Some(value) = line.strip_prefix("a=rtcp:") {
                assert_eq!(value, "9 IN IP4 0.0.0.0", "{name}");
            }
            if let Some(value) = line.strip_prefix("m=") {
                let port = value.split(' ').nth(1).unwrap();
                assert!(port == "9" || port == "0", "{name}: {line}");
            }
            assert!(!line.starts_with("a=candidate"), "{name}: {line}");
            assert!(!line.contains(".local"), "{name}: {line}");
            assert!(
                !line.contains("192.0.2.2") && !line.contains("fd00::2"),
                "{name}: {line}"
            );
        }
    }
}

#[test]
fn the_samples_do_hold_what_the_filter_takes_out() {
    // Without this the tests above could pass on samples in which there is nothing to take out.
    assert!(CHROMIUM_OFFER.contains("c=IN IP4 192.0.2.2"));
    assert!(CHROMIUM_OFFER.contains("192.0.2.2 45798 typ host"));
    assert!(
        FIREFOX_OFFER.contains("a=rtcp:60009 IN IP4 ece6d5b9-a90c-4e25-b314-a4234d9d56d9.local")
    );
}

#[test]
fn a_direct_path_keeps_the_candidates() {
    for (name, sdp_type, sdp) in samples() {
        let count = |text: &str| text.matches("a=candidate:").count();
        let filtered = description(sdp_type, sdp, &DIRECT).unwrap();
        assert_eq!(count(&filtered), count(sdp), "{name}");
        assert!(count(sdp) >= 2, "{name}");
    }
    let filtered = description(SdpType::Offer, CHROMIUM_OFFER, &DIRECT).unwrap();
    assert!(filtered.contains(
        "a=candidate:3790712211 1 udp 2122194687 192.0.2.2 45798 typ host generation 0\r\n"
    ));
}

#[test]
fn filtering_twice_changes_nothing_more() {
    for (name, sdp_type, sdp) in samples() {
        for policy in [&DIRECT, &RELAY] {
            let once = description(sdp_type, sdp, policy).unwrap();
            assert_eq!(
                description(sdp_type, &once, policy),
                Ok(once.clone()),
                "{name}"
            );
        }
    }
}

/// A small description that passes, to which the tests below do things.
const SMALL: &str = "v=0\r\n\
    o=- 1 2 IN IP4 127.0.0.1\r\n\
    s=-\r\n\
    t=0 0\r\n\
    a=group:BUNDLE 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
    c=IN IP4 0.0.0.0\r\n\
    a=ice-ufrag:abcd\r\n\
    a=ice-pwd:abcdefghijklmnopqrstuv\r\n\
    a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r\n\
    a=setup:actpass\r\n\
    a=mid:0\r\n\
    a=rtpmap:111 opus/48000/2\r\n";

fn offer(sdp: &str) -> Result<String, FilterError> {
    description(SdpType::Offer, sdp, &DIRECT)
}

#[test]
fn the_small_description_passes_as_it_is() {
    assert_eq!(offer(SMALL), Ok(SMALL.into()));
    assert_eq!(offer(&SMALL.replace("\r\n", "\n")), Ok(SMALL.into()));
    assert_eq!(offer(SMALL.trim_end()), Ok(SMALL.into()));
}

/// Lines that are left out, each put at the end of the session part and of the media section.
#[test]
fn lines_that_a_call_does_not_need_are_left_out() {
    for line in [
        "i=from 198.51.100.7",
        "u=http://evil.example/",
        "e=ann@evil.example",
        "p=+1 617 555-6011",
        "b=X-YZ:128",
        "b=RS:0",
        "k=clear:secret",
        "r=604800 3600 0 90000",
        "z=2882844526 -1h",
        "a=ice-lite",
        "a=tool:evil.example",
        "a=cat:198.51.100.7",
        "a=remote-candidates:1 198.51.100.7 5000",
        "a=source-filter: incl IN IP4 * 198.51.100.7",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:198.51.100.7",
        "a=identity:eyJ",
        "a=rtcp-xr:rcvr-rtt=all",
        "a=x-address:198.51.100.7",
        "a=group:LS 0 1",
        "a=rid:0 send",
        "a=simulcast:send 0",
        "a=fingerprint:sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13",
        "a=fingerprint:md5 198.51.100.7",
        "a=ice-options:198.51.100.7 evil.example",
        "a=extmap:5 http://evil.example/",
        "a=extmap:0 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=extmap:256 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=extmap:3/evil urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=msid:198.51.100.7 track",
        "a=msid:stream evil.example",
        "a=ssrc:1 cname:ann@198.51.100.7",
        "a=ssrc:1 cname:2001:db8::7",
        "a=ssrc:1 cname:evil.example",
        "a=ssrc:1 mslabel:stream",
        "a=ssrc:198.51.100.7 cname:a",
        "a=ssrc-group:FID 198.51.100.7",
        "a=ssrc-group:X 1 2",
        "a=rtpmap:111 198.51.100.7/48000",
        "a=rtpmap:198 opus/48000",
        "a=fmtp:111 198.51.100.7",
        "a=fmtp:111 address=198.51.100.7;host=evil.example",
        "a=fmtp:111 ip6=2001:db8::7",
        "a=rtcp-fb:111 198.51.100.7",
        "a=rtcp-fb:111 nack pli and too much",
        "a=rtcp-fb:111 198-51-100-7",
        "a=rtcp-fb:111 x-c6336407",
        "a=rtpmap:111 198-51-100-7/48000",
        "a=rtpmap:111 c6336407/48000",
        "a=fmtp:111 x=c6336407",
        "a=fmtp:111 minptime=198-51-100-7",
        "a=fmtp:111 198,51,100,7=1",
        "a=fmtp:111 198/51/100/7",
        "a=fmtp:111 profile-level-id=c6336407",
        "a=fmtp:111 sprop-parameter-sets=xjNkBw==",
        "a=candidate:1 1 udp 7 evil.example 5000 typ host",
        "a=rtcp-rsize198.51.100.7",
    ] {
        let with = SMALL.replace("a=rtpmap", &format!("{line}\r\na=rtpmap"));
        assert_eq!(offer(&with), Ok(SMALL.into()), "in the section: {line}");
        let with = SMALL.replace("a=group:BUNDLE 0", &format!("{line}\r\na=group:BUNDLE 0"));
        assert_eq!(
            offer(&with),
            Ok(SMALL.into()),
            "in the session part: {line}"
        );
    }
}

#[test]
fn of_a_line_the_rest_is_left_out() {
    for (line, left) in [
        (
            "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid addr=198.51.100.7",
            "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
        ),
        (
            "a=fmtp:111 minptime=10; x=198.51.100.7;useinbandfec=1",
            "a=fmtp:111 minptime=10;useinbandfec=1",
        ),
        (
            "a=ice-options:trickle 198.51.100.7 renomination",
            "a=ice-options:trickle renomination",
        ),
        (
            "a=ssrc:7 msid:stream track 198.51.100.7",
            "a=ssrc:7 msid:stream track",
        ),
        ("a=msid:stream track 198.51.100.7", "a=msid:stream track"),
        ("a=rtpmap:9 g722/8000", "a=rtpmap:9 G722/8000"),
        (
            "a=fmtp:98 profile-level-id=42E01F",
            "a=fmtp:98 profile-level-id=42e01f",
        ),
        ("a=fmtp:63 111/111", "a=fmtp:63 111/111"),
        ("a=fmtp:110 0-15,66", "a=fmtp:110 0-15,66"),
        ("a=rtcp-fb:111  nack  pli", "a=rtcp-fb:111 nack pli"),
        ("a=rtcp:5000 IN IP4 198.51.100.7", "a=rtcp:9 IN IP4 0.0.0.0"),
        ("a=rtcp-mux:198.51.100.7", "a=rtcp-mux"),
        ("a=sendrecv:198.51.100.7", "a=sendrecv"),
    ] {
        let with = |line: &str| SMALL.replace("a=rtpmap", &format!("{line}\r\na=rtpmap"));
        assert_eq!(offer(&with(line)), Ok(with(left)), "{line}");
    }
}

#[test]
fn the_head_is_written_anew() {
    for origin in [
        "o=ann 1 2 IN IP4 198.51.100.7",
        "o=mozilla...THIS_IS_SDPARTA-99.0 1 2 IN IP4 198.51.100.7",
        "o=198.51.100.7 01 2 IN IP6 2001:db8::7",
        "o=- 1 2 IN IP4 evil.example",
    ] {
        let sdp = SMALL.replace("o=- 1 2 IN IP4 127.0.0.1", origin);
        assert_eq!(offer(&sdp), Ok(SMALL.into()), "{origin}");
    }
    let sdp = SMALL
        .replace("s=-", "s=198.51.100.7")
        .replace("t=0 0", "t=1986110 7")
        .replace("c=IN IP4 0.0.0.0", "c=IN IP4 198.51.100.7")
        .replace("m=audio 9 ", "m=audio 5000 ");
    assert_eq!(offer(&sdp), Ok(SMALL.into()));
}

#[test]
fn what_no_browser_writes_is_refused() {
    use FilterError::{ControlCharacter, Malformed, NotAllowed, NotOnce};
    for (from, to, error) in [
        ("v=0", "v=1", Malformed("head")),
        ("v=0\r\n", "", Malformed("head")),
        ("o=- 1 2 IN IP4 127.0.0.1\r\n", "", Malformed("head")),
        (
            "o=- 1 2 IN IP4 127.0.0.1",
            "o=- 198.51.100.7 2 IN IP4 127.0.0.1",
            Malformed("origin"),
        ),
        (
            "o=- 1 2 IN IP4 127.0.0.1",
            "o=- -1 2 IN IP4 127.0.0.1",
            Malformed("origin"),
        ),
        ("o=- 1 2 IN IP4 127.0.0.1", "o=- 1 2", Malformed("origin")),
        ("s=-", "s=-\r\nv=0", NotOnce("head")),
        ("s=-", "s=-\r\no=- 1 2 IN IP4 127.0.0.1", NotOnce("head")),
        ("s=-", "s=-\r\nx=1", Malformed("line")),
        ("s=-", "s=-\r\n\r\n", Malformed("line")),
        ("s=-", "s=-\r\nhello", Malformed("line")),
        ("s=-", "s=-\0", ControlCharacter),
        ("s=-", "s=\t", ControlCharacter),
        ("s=-", "s=-\ra=x", ControlCharacter),
        ("s=-", "s=\u{7f}", ControlCharacter),
        ("m=audio", "m=application", NotAllowed("media")),
        ("m=audio", "m=text", NotAllowed("media")),
        ("m=audio 9 ", "m=audio 9/2 ", Malformed("media")),
        ("m=audio 9 ", "m=audio 99999 ", Malformed("media")),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP", NotAllowed("transport")),
        (
            "UDP/TLS/RTP/SAVPF",
            "UDP/DTLS/SCTP",
            NotAllowed("transport"),
        ),
        ("SAVPF 111", "SAVPF 198.51.100.7", Malformed("media")),
        ("SAVPF 111", "SAVPF", Malformed("media")),
        (
            "ice-ufrag:abcd",
            "ice-ufrag:198.51.100.7",
            Malformed("transport"),
        ),
        ("ice-ufrag:abcd", "ice-ufrag:abc", Malformed("transport")),
        (
            "ice-pwd:abcdefghijklmnopqrstuv",
            "ice-pwd:short",
            Malformed("transport"),
        ),
        (
            "a=setup:actpass",
            "a=setup:holdconn",
            Malformed("transport"),
        ),
        ("a=mid:0", "a=mid:198.51.100.7", Malformed("mid")),
        ("a=mid:0\r\n", "", NotOnce("mid")),
        ("a=mid:0", "a=mid:0\r\na=mid:1", NotOnce("mid")),
        (
            "a=setup:actpass",
            "a=setup:actpass\r\na=setup:active",
            NotOnce("setup"),
        ),
        ("BUNDLE 0", "BUNDLE 0 198.51.100.7", Malformed("group")),
        ("00:01:02:", "00:01:", Malformed("fingerprint")),
        ("00:01:02:", "00:01:+2:", Malformed("fingerprint")),
        ("sha-256 00", "sha-1 00", NotOnce("fingerprint")),
        (
            "a=mid:0",
            "a=mid:0\r\na=candidate:hello",
            Malformed("candidate"),
        ),
    ] {
        let sdp = SMALL.replacen(from, to, 1);
        assert_ne!(sdp, SMALL, "{from} is there");
        assert_eq!(offer(&sdp), Err(error), "{from} -> {to}");
    }
    assert_eq!(offer(""), Err(Malformed("line")));
    assert_eq!(
        description(SdpType::Answer, SMALL, &DIRECT),
        Err(NotAllowed("actpass in an answer"))
    );
}

#[test]
fn size_and_number_of_sections_are_bounded() {
    let start = SMALL.find("m=").unwrap();
    let (head, section) = SMALL.split_at(start);
    let with_sections = |count: usize| {
        let sections = (0..count).map(|n| section.replace("a=mid:0", &format!("a=mid:{n}")));
        head.to_owned() + &sections.collect::<String>()
    };
    assert!(offer(&with_sections(MAX_SECTIONS)).is_ok());
    assert_eq!(
        offer(&with_sections(MAX_SECTIONS + 1)),
        Err(FilterError::TooManySections)
    );
    assert_eq!(
        offer(&(head.to_owned() + section + section)),
        Err(FilterError::NotOnce("mid"))
    );

    let filler = |length: usize| SMALL.to_owned() + "a=x:" + &"y".repeat(length);
    assert!(offer(&filler(MAX_SDP - SMALL.len() - 4)).is_ok());
    assert_eq!(
        offer(&filler(MAX_SDP - SMALL.len() - 3)),
        Err(FilterError::TooLarge)
    );
}

#[test]
fn a_rejected_section_stays_rejected() {
    let sdp = SMALL.replace("m=audio 9 ", "m=audio 0 ");
    assert_eq!(offer(&sdp), Ok(sdp.clone()));
    // Chromium's place holder has neither a name nor a fingerprint.
    let bare = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n";
    assert_eq!(offer(bare), Ok(bare.into()));
}

fn direct(line: &str) -> Result<Option<String>, FilterError> {
    candidate(line, &DIRECT)
}

#[test]
fn candidates_on_a_direct_path() {
    for (line, expected) in [
        // No more will come.
        ("", Some("")),
        (
            "candidate:1 1 udp 2122260223 192.168.1.2 54321 typ host generation 0 ufrag abcd network-id 1 network-cost 10",
            Some("candidate:1 1 udp 2122260223 192.168.1.2 54321 typ host generation 0 ufrag abcd"),
        ),
        (
            "candidate:1 1 UDP 2122260223 fd00::2 54321 typ host",
            Some("candidate:1 1 udp 2122260223 fd00::2 54321 typ host"),
        ),
        // Loopback: two browsers on one machine.
        (
            "candidate:1 1 udp 7 127.0.0.1 54321 typ host",
            Some("candidate:1 1 udp 7 127.0.0.1 54321 typ host"),
        ),
        (
            "candidate:1 1 udp 7 ::1 54321 typ host",
            Some("candidate:1 1 udp 7 ::1 54321 typ host"),
        ),
        (
            "candidate:2 1 TCP 2105458943 ECE6D5B9-a90c-4e25-b314-a4234d9d56d9.local 9 typ host tcptype active",
            Some(
                "candidate:2 1 tcp 2105458943 ece6d5b9-a90c-4e25-b314-a4234d9d56d9.local 9 typ host tcptype active",
            ),
        ),
        (
            "candidate:3 1 udp 1686052607 198.51.100.7 40000 typ srflx raddr 192.168.1.2 rport 54321 generation 0",
            Some(
                "candidate:3 1 udp 1686052607 198.51.100.7 40000 typ srflx raddr 0.0.0.0 rport 0 generation 0",
            ),
        ),
        (
            "candidate:3 1 udp 1686052607 2001:db8::7 40000 typ prflx raddr fd00::2 rport 54321",
            Some("candidate:3 1 udp 1686052607 2001:db8::7 40000 typ prflx raddr :: rport 0"),
        ),
        // An IPv4 address in IPv6 clothes.
        (
            "candidate:1 1 udp 7 ::ffff:192.168.1.2 5000 typ host",
            Some("candidate:1 1 udp 7 192.168.1.2 5000 typ host"),
        ),
        // A host candidate has no related address.
        (
            "candidate:1 1 udp 7 192.168.1.2 5000 typ host raddr 10.0.0.1 rport 9",
            Some("candidate:1 1 udp 7 192.168.1.2 5000 typ host"),
        ),
        // A foreign relay.
        (
            "candidate:1 1 udp 7 198.51.100.7 5000 typ relay raddr 192.168.1.2 rport 1",
            None,
        ),
        // Names other than mDNS would make the other side ask a name server.
        ("candidate:1 1 udp 7 evil.example 5000 typ host", None),
        ("candidate:1 1 udp 7 ann.local 5000 typ host", None),
        (
            "candidate:1 1 udp 7 ece6d5b9a90c4e25b314a4234d9d56d9.local 5000 typ host",
            None,
        ),
        (
            "candidate:1 1 udp 7 ece6d5b9-a90c-4e25-b314-a4234d9d56d9.local.evil.example 5000 typ host",
            None,
        ),
        (
            "candidate:1 1 udp 7 ece6d5b9-a90c-4e25-b314-a4234d9d56d9.local 5000 typ srflx",
            None,
        ),
        ("candidate:1 1 udp 7 fe80::1%eth0 5000 typ host", None),
        ("candidate:1 1 udp 7 0x7f000001 5000 typ host", None),
        ("candidate:1 1 udp 7 0.0.0.0 5000 typ host", None),
        ("candidate:1 1 udp 7 :: 5000 typ host", None),
        ("candidate:1 1 udp 7 ::ffff:0.0.0.0 5000 typ host", None),
        ("candidate:1 1 udp 7 224.0.0.251 5000 typ host", None),
        ("candidate:1 1 udp 7 ff02::fb 5000 typ host", None),
        ("candidate:1 1 udp 7 255.255.255.255 5000 typ host", None),
        ("candidate:1 1 udp 7 192.168.1.2 0 typ host", None),
        ("candidate:1 1 tcp 7 192.168.1.2 9 typ host", None),
        (
            "candidate:1 1 ssltcp 7 192.168.1.2 443 typ host tcptype passive",
            None,
        ),
        ("candidate:1 1 udp 7 192.168.1.2 5000 typ token", None),
        ("candidate:1 3 udp 7 192.168.1.2 5000 typ host", None),
    ] {
        assert_eq!(direct(line), Ok(expected.map(str::to_owned)), "{line}");
    }
}

#[test]
fn candidates_that_are_none() {
    for line in [
        "hello",
        "a=candidate:1 1 udp 7 192.168.1.2 5000 typ host",
        "candidate:",
        "candidate:1 1 udp 7 192.168.1.2 5000",
        "candidate:1 1 udp 7 192.168.1.2 5000 type host",
        "candidate:1 0 udp 7 192.168.1.2 5000 typ host",
        "candidate:1 257 udp 7 192.168.1.2 5000 typ host",
        "candidate:1 1 udp -7 192.168.1.2 5000 typ host",
        "candidate:1 1 udp 4294967296 192.168.1.2 5000 typ host",
        "candidate:1 1 udp 7 192.168.1.2 65536 typ host",
        "candidate:1 1 udp 7 192.168.1.2 +5000 typ host",
        "candidate:198.51.100.7 1 udp 7 192.168.1.2 5000 typ host",
        "candidate:1 1 udp 7 192.168.1.2 5000 typ host generation",
        "candidate:1 1 udp 7 192.168.1.2 5000 typ host generation x",
        "candidate:1 1 udp 7 192.168.1.2 5000 typ host ufrag 198.51.100.7",
        "candidate:1 1 tcp 7 192.168.1.2 5000 typ host tcptype 198.51.100.7",
        "candidate:1 1 udp 7 192.168.1.2 5000 typ host\r\na=x",
        "candidate:1 1 udp 7 192.168.1.2\t5000 typ host",
        "candidate:1 1 udp 7 192.168.1.2 5000 typ h\u{f6}st",
    ] {
        assert_eq!(
            direct(line),
            Err(FilterError::Malformed("candidate")),
            "{line}"
        );
    }
    let long = format!("candidate:{}", "1".repeat(MAX_CANDIDATE));
    assert_eq!(direct(&long), Err(FilterError::TooLarge));
}

#[test]
fn on_a_relay_only_ones_own_relayed_addresses_pass() {
    let own = Policy {
        path: Path::Relay,
        relayed: Some("203.0.113.1".parse().unwrap()),
    };
    // With policy `all` browsers write the real address into `raddr`, and compute the foundation from it.
    let real = "candidate:3790712211 1 udp 41885439 203.0.113.1 50000 typ relay raddr 198.51.100.7 rport 40000 generation 0 ufrag abcd network-id 1";
    assert_eq!(
        candidate(real, &own),
        Ok(Some("candidate:50000 1 udp 41885439 203.0.113.1 50000 typ relay raddr 0.0.0.0 rport 0 generation 0 ufrag abcd".into()))
    );
    let mapped = "candidate:9 1 udp 41885439 ::ffff:203.0.113.1 50001 typ relay";
    assert_eq!(
        candidate(mapped, &own),
        Ok(Some(
            "candidate:50001 1 udp 41885439 203.0.113.1 50001 typ relay raddr 0.0.0.0 rport 0"
                .into()
        ))
    );
    for dropped in [
        "candidate:1 1 udp 7 203.0.113.1 0 typ relay raddr 0.0.0.0 rport 0",
        "candidate:1 1 udp 7 203.0.113.2 50000 typ relay raddr 0.0.0.0 rport 0",
        // The relay gives no such thing.
        "candidate:1 1 tcp 7 203.0.113.1 50000 typ relay raddr 0.0.0.0 rport 0 tcptype passive",
        "candidate:1 1 udp 7 203.0.113.1 50000 typ host",
        "candidate:1 1 udp 7 203.0.113.1 50000 typ srflx",
        "candidate:1 1 udp 7 203.0.113.1 50000 typ prflx",
        "candidate:1 1 udp 7 192.168.1.2 5000 typ host",
        "candidate:1 1 udp 7 ece6d5b9-a90c-4e25-b314-a4234d9d56d9.local 5000 typ host",
        "candidate:1 1 udp 7 ece6d5b9-a90c-4e25-b314-a4234d9d56d9.local 50000 typ relay",
    ] {
        assert_eq!(candidate(dropped, &own), Ok(None), "{dropped}");
    }
    assert_eq!(candidate(real, &RELAY), Ok(None), "nothing is one's own");
    let own_direct = Policy {
        path: Path::Direct,
        relayed: own.relayed,
    };
    assert!(candidate(real, &own_direct).unwrap().is_some());
}

#[test]
fn names_beside_a_candidate_are_names() {
    for good in ["0", "audio", "sdparta_0", "a-1"] {
        assert_eq!(mid(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        "198.51.100.7",
        "2001:db8::7",
        "a b",
        "evil.example",
        "\0",
    ] {
        assert!(mid(bad).is_err(), "{bad}");
        assert!(ufrag(bad).is_err(), "{bad}");
    }
    assert_eq!(ufrag("hBxJ"), Ok(()));
    assert_eq!(ufrag("37b42b06"), Ok(()));
    assert!(ufrag("abc").is_err() && ufrag(&"a".repeat(257)).is_err());
}
