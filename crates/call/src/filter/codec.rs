//! Codecs and their parameters. Names come from lists and values are numbers, so that nothing can be written into them.

use super::alphabet::number;
use super::attribute::separated;
use std::fmt;

/// Payload formats of browsers. One that is not here is lost to calls, and nothing else.
const CODECS: [&str; 18] = [
    "AV1",
    "CN",
    "G722",
    "H264",
    "H265",
    "ILBC",
    "L16",
    "PCMA",
    "PCMU",
    "VP8",
    "VP9",
    "flexfec-03",
    "multiopus",
    "opus",
    "red",
    "rtx",
    "telephone-event",
    "ulpfec",
];

/// Parameters whose values are numbers.
const PARAMETERS: [&str; 31] = [
    "apt",
    "cbr",
    "level-asymmetry-allowed",
    "level-id",
    "level-idx",
    "max-br",
    "max-cpb",
    "max-dpb",
    "max-fr",
    "max-fs",
    "max-mbps",
    "maxaveragebitrate",
    "maxplaybackrate",
    "maxptime",
    "minptime",
    "packetization-mode",
    "profile",
    "profile-id",
    "profile-space",
    "ptime",
    "repair-window",
    "rtx-time",
    "sprop-maxcapturerate",
    "sprop-stereo",
    "stereo",
    "tier",
    "tier-flag",
    "tx-mode",
    "usedtx",
    "useinbandfec",
    "x-google-start-bitrate",
];

/// What a receiver may tell a sender (RFC 4585, RFC 5104, and what browsers added).
const FEEDBACK: [&str; 9] = [
    "ccm fir",
    "ccm tmmbr",
    "goog-lntf",
    "goog-remb",
    "nack",
    "nack pli",
    "nack rpsi",
    "nack sli",
    "transport-cc",
];

/// Encodings named by one `fmtp` of a redundant format, and ranges of events by one of DTMF. Browsers write one or two.
const MOST_LISTED: usize = 4;

/// A payload type (RFC 3551).
pub(super) fn payload(text: &str) -> Option<u8> {
    number(text).filter(|payload| *payload < 128)
}

/// The name of a payload format, as it is written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Codec(&'static str);

impl Codec {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut known = CODECS.into_iter();
        // RFC 8866, 6.6: upper or lower case makes no difference.
        known.find(|name| name.eq_ignore_ascii_case(text)).map(Self)
    }
}

/// A kind of feedback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Feedback(&'static str);

impl Feedback {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut known = FEEDBACK.into_iter();
        let is = |kind: &&str| {
            let words = text.split(' ').filter(|word| !word.is_empty());
            words.eq(kind.split(' '))
        };
        known.find(is).map(Self)
    }
}

/// One parameter of a codec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parameter {
    /// `name=number`.
    Number(&'static str, u32),
    /// `profile-level-id` of H.264: three bytes (RFC 6184, 8.1).
    ProfileLevel([u8; 3]),
    /// `111/111`: the formats within a redundant one (RFC 2198, 5).
    Within(Vec<u8>),
    /// `0-15`: the events of DTMF (RFC 4733, 2.4.1), each range with its end or a single one.
    Events(Vec<(u8, Option<u8>)>),
}

impl Parameter {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let Some((name, value)) = text.split_once('=') else {
            return within(text).or_else(|| events(text));
        };
        if name == "profile-level-id" {
            return profile_level(value);
        }
        let known = PARAMETERS.into_iter().find(|known| *known == name)?;
        number(value).map(|value| Self::Number(known, value))
    }
}

fn profile_level(hex: &str) -> Option<Parameter> {
    let digits = hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let [_, bytes @ ..] = u32::from_str_radix(hex, 16).ok()?.to_be_bytes();
    digits.then_some(Parameter::ProfileLevel(bytes))
}

fn within(text: &str) -> Option<Parameter> {
    let formats: Vec<u8> = text.split('/').map(payload).collect::<Option<_>>()?;
    (2..=MOST_LISTED)
        .contains(&formats.len())
        .then_some(Parameter::Within(formats))
}

fn events(text: &str) -> Option<Parameter> {
    let range = |text: &str| match text.split_once('-') {
        Some((first, last)) => Some((number(first)?, Some(number(last)?))),
        None => Some((number(text)?, None)),
    };
    let ranges: Vec<_> = text.split(',').map(range).collect::<Option<_>>()?;
    (ranges.len() <= MOST_LISTED).then_some(Parameter::Events(ranges))
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Feedback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(name, value) => write!(f, "{name}={value}"),
            Self::ProfileLevel([profile, constraints, level]) => {
                write!(
                    f,
                    "profile-level-id={profile:02x}{constraints:02x}{level:02x}"
                )
            }
            Self::Within(formats) => separated(f, formats, "/"),
            Self::Events(ranges) => {
                for (place, (first, last)) in ranges.iter().enumerate() {
                    let comma = if place > 0 { "," } else { "" };
                    write!(f, "{comma}{first}")?;
                    last.iter().try_for_each(|last| write!(f, "-{last}"))?;
                }
                Ok(())
            }
        }
    }
}
