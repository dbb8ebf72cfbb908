//! The attributes (`a=` lines) that pass, each as a type. An attribute that is not here does not pass.

use super::alphabet::{DrawnName, IceChars, Word, number};
use super::candidate::Candidate;
use super::codec::{Codec, Feedback, Parameter, payload};
use super::{FilterError, Policy};
use std::fmt;

/// Where an attribute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Before the first media section.
    Session,
    /// In a media section.
    Media,
}

/// An attribute that passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attribute {
    /// `group:BUNDLE` (RFC 9143); other groupings do not pass.
    Bundle(Vec<Word>),
    /// `msid-semantic:WMS *`. The streams it may list are named again in `msid`.
    MsidSemantic,
    /// RFC 8285.
    ExtmapAllowMixed,
    IceUfrag(IceChars),
    IcePwd(IceChars),
    IceOptions(Vec<IceOption>),
    Fingerprint(Fingerprint),
    Setup(Setup),
    Mid(Word),
    Extmap(Extmap),
    Direction(Direction),
    /// RFC 8830: the stream, and the track.
    Msid(DrawnName, Option<DrawnName>),
    /// RFC 3605. Never read: Firefox writes its address or local name there.
    Rtcp,
    RtcpMux,
    RtcpRsize,
    /// RFC 9143: the section has port 0 and is alive.
    BundleOnly,
    Rtpmap {
        payload: u8,
        codec: Codec,
        clock: u32,
        channels: Option<u8>,
    },
    Fmtp(u8, Vec<Parameter>),
    /// For one payload type, or for all.
    RtcpFb(Option<u8>, Feedback),
    SsrcCname(u32, DrawnName),
    SsrcMsid(u32, DrawnName, Option<DrawnName>),
    SsrcGroup(SsrcGrouping, Vec<u32>),
    Candidate(Candidate),
    EndOfCandidates,
}

impl Attribute {
    /// Reads what follows `a=`. `None`: left out.
    ///
    /// Where a call cannot be had without the attribute, a bad value is an error; else it is left out.
    pub(super) fn parse(
        text: &str,
        level: Level,
        policy: &Policy,
    ) -> Result<Option<Self>, FilterError> {
        let (name, value) = match text.split_once(':') {
            Some((name, value)) => (name, value.trim_matches(' ')),
            None => (text.trim_end_matches(' '), ""),
        };
        let at_both = match name {
            "ice-ufrag" => Some(IceChars::parse(value, 4).map(Self::IceUfrag)),
            "ice-pwd" => Some(IceChars::parse(value, 22).map(Self::IcePwd)),
            "setup" => Some(Setup::parse(value).map(Self::Setup)),
            "fingerprint" => {
                // Weak or unknown digests are left out; that a good one is there is checked in the end.
                return Fingerprint::parse(value).map(|found| found.map(Self::Fingerprint));
            }
            "ice-options" => return Ok(IceOption::parse_all(value).map(Self::IceOptions)),
            "extmap-allow-mixed" => return Ok(Some(Self::ExtmapAllowMixed)),
            _ => None,
        };
        if let Some(needed) = at_both {
            return needed.map(Some).ok_or(FilterError::Malformed("transport"));
        }
        if let Some(direction) = Direction::parse(name) {
            return Ok(Some(Self::Direction(direction)));
        }
        match level {
            Level::Session => Self::parse_session(name, value),
            Level::Media => Self::parse_media(name, value, policy),
        }
    }

    fn parse_session(name: &str, value: &str) -> Result<Option<Self>, FilterError> {
        match name {
            "group" => {
                let mut words = value.split(' ').filter(|word| !word.is_empty());
                if words.next() != Some("BUNDLE") {
                    return Ok(None);
                }
                let mids: Option<Vec<Word>> = words.map(Word::parse).collect();
                mids.map(|mids| Some(Self::Bundle(mids)))
                    .ok_or(FilterError::Malformed("group"))
            }
            "msid-semantic" => Ok(Some(Self::MsidSemantic)),
            _ => Ok(None),
        }
    }

    fn parse_media(name: &str, value: &str, policy: &Policy) -> Result<Option<Self>, FilterError> {
        Ok(match name {
            "mid" => Some(Self::Mid(
                Word::parse(value).ok_or(FilterError::Malformed("mid"))?,
            )),
            "candidate" => Candidate::parse(value)?
                .and_then(|candidate| candidate.pass(policy))
                .map(Self::Candidate),
            "end-of-candidates" => Some(Self::EndOfCandidates),
            "rtcp" => Some(Self::Rtcp),
            "rtcp-mux" => Some(Self::RtcpMux),
            "rtcp-rsize" => Some(Self::RtcpRsize),
            "bundle-only" => Some(Self::BundleOnly),
            "extmap" => Extmap::parse(value).map(Self::Extmap),
            "msid" => stream_and_track(value).map(|(stream, track)| Self::Msid(stream, track)),
            "rtpmap" => rtpmap(value),
            "fmtp" => fmtp(value),
            "rtcp-fb" => rtcp_fb(value),
            "ssrc" => ssrc(value),
            "ssrc-group" => ssrc_group(value),
            _ => None,
        })
    }

    /// The name of the attribute where a level may have it once only.
    pub(super) fn once(&self) -> Option<&'static str> {
        match self {
            Self::Bundle(_) => Some("group"),
            Self::MsidSemantic => Some("msid-semantic"),
            Self::ExtmapAllowMixed => Some("extmap-allow-mixed"),
            Self::IceUfrag(_) => Some("ice-ufrag"),
            Self::IcePwd(_) => Some("ice-pwd"),
            Self::IceOptions(_) => Some("ice-options"),
            Self::Setup(_) => Some("setup"),
            Self::Mid(_) => Some("mid"),
            Self::Direction(_) => Some("direction"),
            Self::Rtcp => Some("rtcp"),
            Self::RtcpMux => Some("rtcp-mux"),
            Self::RtcpRsize => Some("rtcp-rsize"),
            Self::BundleOnly => Some("bundle-only"),
            Self::EndOfCandidates => Some("end-of-candidates"),
            Self::Fingerprint(_)
            | Self::Extmap(_)
            | Self::Msid(..)
            | Self::Rtpmap { .. }
            | Self::Fmtp(..)
            | Self::RtcpFb(..)
            | Self::SsrcCname(..)
            | Self::SsrcMsid(..)
            | Self::SsrcGroup(..)
            | Self::Candidate(_) => None,
        }
    }
}

/// RFC 8122, with digests of 256 bits or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint {
    digest: &'static str,
    bytes: Vec<u8>,
}

impl Fingerprint {
    fn parse(value: &str) -> Result<Option<Self>, FilterError> {
        const MALFORMED: FilterError = FilterError::Malformed("fingerprint");
        let (digest, hex) = value.split_once(' ').ok_or(MALFORMED)?;
        let known = [("sha-256", 32), ("sha-384", 48), ("sha-512", 64)];
        let Some((digest, length)) = known
            .into_iter()
            .find(|(name, _)| digest.eq_ignore_ascii_case(name))
        else {
            return Ok(None);
        };
        let byte = |pair: &str| match pair.as_bytes() {
            [a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                u8::from_str_radix(pair, 16).ok()
            }
            _ => None,
        };
        let bytes: Option<Vec<u8>> = hex.trim_matches(' ').split(':').map(byte).collect();
        match bytes {
            Some(bytes) if bytes.len() == length => Ok(Some(Self { digest, bytes })),
            Some(_) | None => Err(MALFORMED),
        }
    }
}

/// RFC 8842.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setup {
    ActPass,
    Active,
    Passive,
}

impl Setup {
    fn parse(value: &str) -> Option<Self> {
        match value {
            "actpass" => Some(Self::ActPass),
            "active" => Some(Self::Active),
            "passive" => Some(Self::Passive),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IceOption {
    Trickle,
    Renomination,
    Ice2,
}

impl IceOption {
    fn parse_all(value: &str) -> Option<Vec<Self>> {
        let known = |word: &str| match word {
            "trickle" => Some(Self::Trickle),
            "renomination" => Some(Self::Renomination),
            "ice2" => Some(Self::Ice2),
            _ => None,
        };
        let options: Vec<Self> = value.split(' ').filter_map(known).take(3).collect();
        (!options.is_empty()).then_some(options)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "sendrecv" => Some(Self::SendRecv),
            "sendonly" => Some(Self::SendOnly),
            "recvonly" => Some(Self::RecvOnly),
            "inactive" => Some(Self::Inactive),
            _ => None,
        }
    }
}

/// A header extension of RTP (RFC 8285), one of [`EXTENSIONS`], without its attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extmap {
    id: u8,
    direction: Option<Direction>,
    uri: &'static str,
}

/// What browsers use. The URIs look like host names, which is why they are taken from here and never from the input.
const EXTENSIONS: [&str; 16] = [
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.webrtc.org/experiments/rtp-hdrext/color-space",
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
    "urn:3gpp:video-orientation",
    "urn:ietf:params:rtp-hdrext:csrc-audio-level",
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "urn:ietf:params:rtp-hdrext:toffset",
];

impl Extmap {
    fn parse(value: &str) -> Option<Self> {
        let mut words = value.split(' ').filter(|word| !word.is_empty());
        let head = words.next()?;
        let uri = words.next()?;
        let (id, direction) = match head.split_once('/') {
            Some((id, direction)) => (id, Some(Direction::parse(direction)?)),
            None => (head, None),
        };
        Some(Self {
            id: number(id).filter(|id| *id > 0)?,
            direction,
            uri: EXTENSIONS.into_iter().find(|known| *known == uri)?,
        })
    }
}

/// Flow identification and forward error correction (RFC 5576, RFC 5956).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SsrcGrouping {
    Fid,
    FecFr,
}

fn stream_and_track(value: &str) -> Option<(DrawnName, Option<DrawnName>)> {
    let mut words = value.split(' ').filter(|word| !word.is_empty());
    let stream = DrawnName::parse(words.next()?)?;
    let track = match words.next() {
        Some(track) => Some(DrawnName::parse(track)?),
        None => None,
    };
    Some((stream, track))
}

fn rtpmap(value: &str) -> Option<Attribute> {
    let (number_text, encoding) = value.split_once(' ')?;
    let mut parts = encoding.trim_matches(' ').split('/');
    Some(Attribute::Rtpmap {
        payload: payload(number_text)?,
        codec: Codec::parse(parts.next()?)?,
        clock: number(parts.next()?)?,
        channels: match parts.next() {
            Some(channels) => Some(number(channels)?),
            None => None,
        },
    })
}

/// Parameters that do not fit are left out one by one: a stranger among them is no reason to lose the codec.
fn fmtp(value: &str) -> Option<Attribute> {
    let (number_text, parameters) = value.split_once(' ')?;
    let parameters: Vec<Parameter> = parameters
        .split(';')
        .filter_map(|text| Parameter::parse(text.trim_matches(' ')))
        .collect();
    let payload = payload(number_text)?;
    (!parameters.is_empty()).then_some(Attribute::Fmtp(payload, parameters))
}

fn rtcp_fb(value: &str) -> Option<Attribute> {
    let (number_text, feedback) = value.split_once(' ')?;
    let payload = match number_text {
        "*" => None,
        one => Some(payload(one)?),
    };
    Some(Attribute::RtcpFb(payload, Feedback::parse(feedback)?))
}

fn ssrc(value: &str) -> Option<Attribute> {
    let (source, attribute) = value.split_once(' ')?;
    let source = number(source)?;
    let (name, value) = attribute.split_once(':')?;
    match name {
        "cname" => Some(Attribute::SsrcCname(source, DrawnName::parse(value)?)),
        "msid" => {
            let (stream, track) = stream_and_track(value)?;
            Some(Attribute::SsrcMsid(source, stream, track))
        }
        _ => None,
    }
}

fn ssrc_group(value: &str) -> Option<Attribute> {
    let mut words = value.split(' ').filter(|word| !word.is_empty());
    let grouping = match words.next()? {
        "FID" => SsrcGrouping::Fid,
        "FEC-FR" => SsrcGrouping::FecFr,
        _ => return None,
    };
    let sources: Vec<u32> = words.map(number).collect::<Option<_>>()?;
    (!sources.is_empty()).then_some(Attribute::SsrcGroup(grouping, sources))
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(mids) => {
                f.write_str("group:BUNDLE")?;
                mids.iter().try_for_each(|mid| write!(f, " {mid}"))
            }
            Self::MsidSemantic => f.write_str("msid-semantic:WMS *"),
            Self::ExtmapAllowMixed => f.write_str("extmap-allow-mixed"),
            Self::IceUfrag(ufrag) => write!(f, "ice-ufrag:{ufrag}"),
            Self::IcePwd(pwd) => write!(f, "ice-pwd:{pwd}"),
            Self::IceOptions(options) => {
                f.write_str("ice-options:")?;
                separated(f, options, " ")
            }
            Self::Fingerprint(fingerprint) => write!(f, "fingerprint:{fingerprint}"),
            Self::Setup(setup) => write!(f, "setup:{setup}"),
            Self::Mid(mid) => write!(f, "mid:{mid}"),
            Self::Extmap(Extmap { id, direction, uri }) => match direction {
                Some(direction) => write!(f, "extmap:{id}/{direction} {uri}"),
                None => write!(f, "extmap:{id} {uri}"),
            },
            Self::Direction(direction) => write!(f, "{direction}"),
            Self::Msid(stream, track) => {
                write!(f, "msid:{stream}")?;
                track.iter().try_for_each(|track| write!(f, " {track}"))
            }
            Self::Rtcp => f.write_str("rtcp:9 IN IP4 0.0.0.0"),
            Self::RtcpMux => f.write_str("rtcp-mux"),
            Self::RtcpRsize => f.write_str("rtcp-rsize"),
            Self::BundleOnly => f.write_str("bundle-only"),
            Self::Rtpmap {
                payload,
                codec,
                clock,
                channels,
            } => {
                write!(f, "rtpmap:{payload} {codec}/{clock}")?;
                channels.iter().try_for_each(|count| write!(f, "/{count}"))
            }
            Self::Fmtp(payload, parameters) => {
                write!(f, "fmtp:{payload} ")?;
                separated(f, parameters, ";")
            }
            Self::RtcpFb(Some(payload), feedback) => write!(f, "rtcp-fb:{payload} {feedback}"),
            Self::RtcpFb(None, feedback) => write!(f, "rtcp-fb:* {feedback}"),
            Self::SsrcCname(source, cname) => write!(f, "ssrc:{source} cname:{cname}"),
            Self::SsrcMsid(source, stream, track) => {
                write!(f, "ssrc:{source} msid:{stream}")?;
                track.iter().try_for_each(|track| write!(f, " {track}"))
            }
            Self::SsrcGroup(grouping, sources) => {
                f.write_str(match grouping {
                    SsrcGrouping::Fid => "ssrc-group:FID ",
                    SsrcGrouping::FecFr => "ssrc-group:FEC-FR ",
                })?;
                separated(f, sources, " ")
            }
            Self::Candidate(candidate) => write!(f, "candidate:{candidate}"),
            Self::EndOfCandidates => f.write_str("end-of-candidates"),
        }
    }
}

pub(super) fn separated(
    f: &mut fmt::Formatter<'_>,
    items: &[impl fmt::Display],
    by: &str,
) -> fmt::Result {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            f.write_str(by)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.digest)?;
        for (place, byte) in self.bytes.iter().enumerate() {
            write!(f, "{}{byte:02X}", if place == 0 { ' ' } else { ':' })?;
        }
        Ok(())
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ActPass => "actpass",
            Self::Active => "active",
            Self::Passive => "passive",
        })
    }
}

impl fmt::Display for IceOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trickle => "trickle",
            Self::Renomination => "renomination",
            Self::Ice2 => "ice2",
        })
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        })
    }
}
