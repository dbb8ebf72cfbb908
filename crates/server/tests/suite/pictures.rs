//! Pictures made for tests: honest ones, broken ones, and ones that lie.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ColorType, ImageEncoder, Rgb, RgbImage};

/// Colours that no encoder can say in a few bytes.
fn speckled(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let mixed = x.wrapping_mul(2_654_435_761).wrapping_add(y * 40_503) >> 13;
        Rgb([mixed, x, y].map(|part| (part & 0xFF) as u8))
    })
}

/// A photograph, as far as a server can tell.
pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90)
        .encode_image(&speckled(width, height))
        .unwrap();
    bytes
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    png_of(&speckled(width, height), width, height, ColorType::Rgb8)
}

fn png_of(pixels: &[u8], width: u32, height: u32, colour: ColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(pixels, width, height, colour.into())
        .unwrap();
    bytes
}

/// Nothing but one colour: very many pixels in very few bytes.
pub(crate) fn bomb(width: u32, height: u32) -> Vec<u8> {
    let pixels = vec![0; width as usize * height as usize];
    png_of(&pixels, width, height, ColorType::L8)
}

pub(crate) fn png16(width: u32, height: u32) -> Vec<u8> {
    let pixels = vec![0x5A; width as usize * height as usize * 8];
    png_of(&pixels, width, height, ColorType::Rgba16)
}

pub(crate) fn webp(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes)
        .encode(
            &speckled(width, height),
            width,
            height,
            ColorType::Rgb8.into(),
        )
        .unwrap();
    bytes
}

/// A grey JPEG of four inks, as printers make them (ITU-T T.81, with Adobe's segment).
pub(crate) fn cmyk() -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8];
    let mut segment = |marker: u8, content: &[u8]| {
        bytes.extend([0xFF, marker]);
        let length = u16::try_from(content.len() + 2).unwrap();
        bytes.extend(length.to_be_bytes());
        bytes.extend(content);
    };
    segment(0xEE, b"Adobe\0\x64\0\0\0\0\0");
    segment(0xDB, &[&[0][..], &[1; 64]].concat());
    let inks = (1..=4).flat_map(|ink| [ink, 0x11, 0]);
    let frame: Vec<u8> = [8, 0, 8, 0, 8, 4].into_iter().chain(inks).collect();
    segment(0xC0, &frame);
    // One code word each: "no difference", and "nothing more in this block".
    for table in [0x00, 0x10] {
        let lengths = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        segment(0xC4, &[&[table][..], &lengths, &[0]].concat());
    }
    segment(0xDA, &[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]);
    bytes.extend([0x00, 0xFF, 0xD9]);
    bytes
}

/// A JPEG with another segment after its start.
pub(crate) fn with_segment(picture: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [
        &picture[..2],
        &[0xFF, marker],
        &length,
        content,
        &picture[2..],
    ]
    .concat()
}

/// A PNG with another chunk behind its head.
pub(crate) fn with_chunk(picture: &[u8], kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    const HEAD: usize = 8 + 25;
    [&picture[..HEAD], &chunk(kind, content), &picture[HEAD..]].concat()
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let body = [kind.as_slice(), content].concat();
    [&length[..], &body, &crc(&body).to_be_bytes()].concat()
}

/// A PNG that claims a size, and has hardly anything to show for it.
pub(crate) fn claiming(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let head = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[depth, colour, 0, 0, 0],
    ]
    .concat();
    // An empty stream of zlib.
    let data = [0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01];
    [
        b"\x89PNG\r\n\x1a\n".as_slice(),
        &chunk(b"IHDR", &head),
        &chunk(b"IDAT", &data),
        &chunk(b"IEND", b""),
    ]
    .concat()
}

/// A PNG whose colour profile unfolds to 30 megabytes of nothing.
pub(crate) fn profile_bomb() -> Vec<u8> {
    let zeros = bomb(6_000, 5_000);
    let at = zeros.windows(4).position(|part| part == b"IDAT").unwrap();
    let length = u32::from_be_bytes(zeros[at - 4..at].try_into().unwrap()) as usize;
    let squeezed = &zeros[at + 4..at + 4 + length];
    with_chunk(&png(8, 8), b"iCCP", &[b"p\0\0", squeezed].concat())
}

/// A JPEG whose frame claims that size.
pub(crate) fn jpeg_claiming(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg(32, 32);
    let at = bytes
        .windows(2)
        .position(|part| part == [0xFF, 0xC0])
        .unwrap();
    bytes[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    bytes[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A JPEG that goes over itself again and again.
pub(crate) fn with_scans(count: usize) -> Vec<u8> {
    let mut bytes = jpeg(32, 32);
    let at = bytes
        .windows(2)
        .position(|part| part == [0xFF, 0xDA])
        .unwrap();
    let scan = bytes[at..bytes.len() - 2].to_vec();
    bytes.truncate(at);
    for _ in 0..count {
        bytes.extend(&scan);
    }
    bytes.extend([0xFF, 0xD9]);
    bytes
}

pub(crate) fn apng() -> Vec<u8> {
    with_chunk(&png(8, 8), b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0])
}

/// A WebP that moves: the flag in its extended head, and a chunk that says how often.
pub(crate) fn moving_webp() -> Vec<u8> {
    let still = webp(8, 8);
    let frame = &still[12..];
    let mut inner = vec![0; 12];
    inner.extend([7, 0, 0, 100]);
    let frame_length = u32::try_from(16 + frame.len()).unwrap();
    let chunks = [
        b"WEBPVP8X".as_slice(),
        &[10, 0, 0, 0, 0x02, 0, 0, 0, 7, 0, 0, 7, 0, 0],
        b"ANIM",
        &[6, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        b"ANMF",
        &frame_length.to_le_bytes(),
        &inner,
        frame,
    ]
    .concat();
    let length = u32::try_from(chunks.len()).unwrap().to_le_bytes();
    [b"RIFF".as_slice(), &length, &chunks].concat()
}

/// CRC-32 as PNG has it (RFC 2083, 15).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg())
        })
    })
}
