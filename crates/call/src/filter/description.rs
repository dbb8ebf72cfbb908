//! Session descriptions (RFC 8866, as RFC 8829 narrows it).

use super::alphabet::number;
use super::attribute::{Attribute, Level, Setup};
use super::codec::payload;
use super::{FilterError, MAX_SECTIONS, Policy};
use birdcall_protocol::call::SdpType;
use std::fmt;

/// A description that passes.
#[derive(Debug)]
pub(super) struct Description {
    /// `o=`: the id and the version, drawn and counted by the browser. Its user name and its address are not read.
    session: u64,
    version: u64,
    bandwidth: Vec<Bandwidth>,
    attributes: Vec<Attribute>,
    sections: Vec<Section>,
}

/// A media section (`m=` and what follows).
#[derive(Debug)]
struct Section {
    medium: Medium,
    port: Port,
    payloads: Vec<u8>,
    bandwidth: Vec<Bandwidth>,
    attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Medium {
    Audio,
    Video,
}

/// Ports are in the candidates; here they only say whether the section is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Port {
    /// 9.
    InUse,
    /// 0: rejected, or bundle-only.
    Zero,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bandwidth {
    /// `AS`, in kbit/s.
    ApplicationSpecific(u32),
    /// `TIAS` (RFC 3890), in bit/s.
    TransportIndependent(u32),
}

impl Description {
    pub(super) fn parse(
        sdp_type: SdpType,
        sdp: &str,
        policy: &Policy,
    ) -> Result<Self, FilterError> {
        let mut lines = Lines::of(sdp)?;
        lines.expect('v', "0")?;
        let (session, version) = origin(lines.value('o')?)?;
        let mut description = Self {
            session,
            version,
            bandwidth: Vec::new(),
            attributes: Vec::new(),
            sections: Vec::new(),
        };
        for line in lines {
            description.add(line?, policy)?;
        }
        description.check(sdp_type)?;
        Ok(description)
    }

    fn add(&mut self, line: Line<'_>, policy: &Policy) -> Result<(), FilterError> {
        match line.letter {
            'm' => {
                if self.sections.len() == MAX_SECTIONS {
                    return Err(FilterError::TooManySections);
                }
                self.sections.push(Section::parse(line.value)?);
            }
            'a' => {
                let (level, attributes) = match self.sections.last_mut() {
                    Some(section) => (Level::Media, &mut section.attributes),
                    None => (Level::Session, &mut self.attributes),
                };
                if let Some(attribute) = Attribute::parse(line.value, level, policy)? {
                    add_once(attributes, attribute)?;
                }
            }
            'b' => {
                let bandwidth = match self.sections.last_mut() {
                    Some(section) => &mut section.bandwidth,
                    None => &mut self.bandwidth,
                };
                bandwidth.extend(Bandwidth::parse(line.value));
            }
            // Known, and left out or written anew: connection, key, subject, information, contacts, times.
            'c' | 'k' | 's' | 'i' | 'u' | 'e' | 'p' | 't' | 'r' | 'z' => {}
            'v' | 'o' => return Err(FilterError::NotOnce("head")),
            _ => return Err(FilterError::Malformed("line")),
        }
        Ok(())
    }

    /// What has to hold for the description as a whole.
    fn check(&self, sdp_type: SdpType) -> Result<(), FilterError> {
        let everywhere = || {
            let sections = self.sections.iter();
            let in_sections = sections.flat_map(|section| &section.attributes);
            self.attributes.iter().chain(in_sections)
        };
        let mut mids: Vec<&Attribute> = Vec::new();
        for section in &self.sections {
            let mid = section
                .attributes
                .iter()
                .find(|attribute| matches!(attribute, Attribute::Mid(_)));
            match mid {
                Some(mid) if mids.contains(&mid) => return Err(FilterError::NotOnce("mid")),
                Some(mid) => mids.push(mid),
                // A rejected section is a place holder.
                None if section.port == Port::Zero => {}
                None => return Err(FilterError::NotOnce("mid")),
            }
        }
        let open = sdp_type == SdpType::Answer
            && everywhere().any(|attribute| *attribute == Attribute::Setup(Setup::ActPass));
        if open {
            return Err(FilterError::NotAllowed("actpass in an answer"));
        }
        let in_use = self
            .sections
            .iter()
            .any(|section| section.port == Port::InUse);
        let secured = everywhere().any(|attribute| matches!(attribute, Attribute::Fingerprint(_)));
        if in_use && !secured {
            return Err(FilterError::NotOnce("fingerprint"));
        }
        Ok(())
    }
}

impl Section {
    fn parse(value: &str) -> Result<Self, FilterError> {
        const MALFORMED: FilterError = FilterError::Malformed("media");
        let mut words = value.split(' ').filter(|word| !word.is_empty());
        let mut next = || words.next().ok_or(MALFORMED);
        let medium = match next()? {
            "audio" => Medium::Audio,
            "video" => Medium::Video,
            _ => return Err(FilterError::NotAllowed("media")),
        };
        let port = match number::<u16>(next()?).ok_or(MALFORMED)? {
            0 => Port::Zero,
            _ => Port::InUse,
        };
        if next()? != "UDP/TLS/RTP/SAVPF" {
            return Err(FilterError::NotAllowed("transport"));
        }
        let payloads: Vec<u8> = words.map(payload).collect::<Option<_>>().ok_or(MALFORMED)?;
        if payloads.is_empty() || payloads.len() > 128 {
            return Err(MALFORMED);
        }
        Ok(Self {
            medium,
            port,
            payloads,
            bandwidth: Vec::new(),
            attributes: Vec::new(),
        })
    }
}

impl Bandwidth {
    fn parse(value: &str) -> Option<Self> {
        match value.split_once(':')? {
            ("AS", kilobits) => number(kilobits).map(Self::ApplicationSpecific),
            ("TIAS", bits) => number(bits).map(Self::TransportIndependent),
            _ => None,
        }
    }
}

fn add_once(attributes: &mut Vec<Attribute>, attribute: Attribute) -> Result<(), FilterError> {
    if let Some(name) = attribute.once() {
        let repeated = attributes.iter().any(|other| other.once() == Some(name));
        if repeated {
            return Err(FilterError::NotOnce(name));
        }
    }
    attributes.push(attribute);
    Ok(())
}

/// `o=<user name> <id> <version> <net type> <address type> <address>`: the two numbers of it.
fn origin(value: &str) -> Result<(u64, u64), FilterError> {
    let words: Vec<&str> = value.split(' ').collect();
    let [_, session, version, _, _, _] = words.as_slice() else {
        return Err(FilterError::Malformed("origin"));
    };
    match (number(session), number(version)) {
        (Some(session), Some(version)) => Ok((session, version)),
        _ => Err(FilterError::Malformed("origin")),
    }
}

/// One `x=…`.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    letter: char,
    value: &'a str,
}

/// The lines, ended by CRLF or, as RFC 8866 lets readers accept, by LF.
struct Lines<'a>(std::str::Split<'a, char>);

impl<'a> Lines<'a> {
    fn of(sdp: &'a str) -> Result<Self, FilterError> {
        let text = sdp.strip_suffix('\n').unwrap_or(sdp);
        let stray = |b: u8| b.is_ascii_control() && b != b'\r' && b != b'\n';
        if text.bytes().any(stray) {
            return Err(FilterError::ControlCharacter);
        }
        Ok(Self(text.split('\n')))
    }

    fn value(&mut self, letter: char) -> Result<&'a str, FilterError> {
        match self.next() {
            Some(Ok(line)) if line.letter == letter => Ok(line.value),
            Some(Err(error)) => Err(error),
            Some(Ok(_)) | None => Err(FilterError::Malformed("head")),
        }
    }

    fn expect(&mut self, letter: char, value: &str) -> Result<(), FilterError> {
        if self.value(letter)? == value {
            Ok(())
        } else {
            Err(FilterError::Malformed("head"))
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Result<Line<'a>, FilterError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.0.next()?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.contains('\r') {
            return Some(Err(FilterError::ControlCharacter));
        }
        Some(match line.split_once('=') {
            Some((letter, value)) if letter.len() == 1 => Ok(Line {
                letter: letter.chars().next().unwrap_or('?'),
                value,
            }),
            Some(_) | None => Err(FilterError::Malformed("line")),
        })
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The head says nothing about the sender but the two numbers.
        write!(f, "v=0\r\n")?;
        write!(
            f,
            "o=- {} {} IN IP4 127.0.0.1\r\n",
            self.session, self.version
        )?;
        write!(f, "s=-\r\n")?;
        lines(f, 'b', &self.bandwidth)?;
        write!(f, "t=0 0\r\n")?;
        lines(f, 'a', &self.attributes)?;
        self.sections
            .iter()
            .try_for_each(|section| write!(f, "{section}"))
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let medium = match self.medium {
            Medium::Audio => "audio",
            Medium::Video => "video",
        };
        let port = match self.port {
            Port::InUse => 9,
            Port::Zero => 0,
        };
        write!(f, "m={medium} {port} UDP/TLS/RTP/SAVPF")?;
        for payload in &self.payloads {
            write!(f, " {payload}")?;
        }
        write!(f, "\r\nc=IN IP4 0.0.0.0\r\n")?;
        lines(f, 'b', &self.bandwidth)?;
        lines(f, 'a', &self.attributes)
    }
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApplicationSpecific(kilobits) => write!(f, "AS:{kilobits}"),
            Self::TransportIndependent(bits) => write!(f, "TIAS:{bits}"),
        }
    }
}

fn lines(f: &mut fmt::Formatter<'_>, letter: char, values: &[impl fmt::Display]) -> fmt::Result {
    values
        .iter()
        .try_for_each(|value| write!(f, "{letter}={value}\r\n"))
}
