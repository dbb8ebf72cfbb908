//! What browsers record, told by its first bytes. What the sender says of it is not believed: it is served again, from
//! our own origin, with the kind found here.

/// An EBML header (RFC 8794, 11.2.1).
const EBML: &[u8] = &[0x1A, 0x45, 0xDF, 0xA3];

/// How far into a WebM file its one track is described.
const HEAD: usize = 4_096;

/// The media type of a voice message: Opus in WebM (Chromium, Firefox, Safari 18.4) or Ogg, or MP4 (older Safari, which
/// has no Opus recorder).
#[must_use]
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let has = |word: &[u8]| head.windows(word.len()).any(|part| part == word);
    if head.starts_with(EBML) {
        // A video would name its codec here too (Matroska: "V_VP8", "V_AV1" …).
        return (has(b"webm") && has(b"A_OPUS") && !has(b"V_")).then_some("audio/webm");
    }
    if head.starts_with(b"OggS") {
        return has(b"OpusHead").then_some("audio/ogg");
    }
    (head.get(4..8) == Some(b"ftyp")).then_some("audio/mp4")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_are_known_by_their_bytes() {
        let webm = |codec: &[u8]| [EBML, b"\x01webm..", codec, b"...."].concat();
        for (bytes, expected) in [
            (webm(b"A_OPUS"), Some("audio/webm")),
            (webm(b"A_VORBIS"), None),
            (webm(b"A_OPUS V_VP8"), None),
            (b"OggS....OpusHead".to_vec(), Some("audio/ogg")),
            (b"OggS....\x01vorbis".to_vec(), None),
            (b"\0\0\0\x18ftypmp42".to_vec(), Some("audio/mp4")),
            (b"<html><script>".to_vec(), None),
            (b"RIFF....WAVE".to_vec(), None),
            (b"ftyp".to_vec(), None),
            (Vec::new(), None),
        ] {
            assert_eq!(media_type(&bytes), expected, "{bytes:?}");
        }
    }
}
