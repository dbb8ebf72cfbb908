//! Pictures that people bring: known by their first bytes, bounded, decoded, and made anew as JPEG in the sizes asked for.
//!
//! Nothing of the file that came is ever served: what leaves here was written by our own encoder from plain pixels. So
//! no metadata stays (where it was taken, by which camera, a thumbnail of what was cropped away), and what is a picture
//! and a page or an archive at once is only a picture afterwards.

use crate::problem::ApiError;
use birdcall_protocol::Code;
use birdcall_protocol::limits::{MAX_PICTURE, MAX_PICTURE_PIXELS};
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageError, Limits, Rgb, RgbImage, Rgba,
};
use std::io::Cursor;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Semaphore;

/// How well JPEG keeps it. Raising it to 90 makes files half as large again for a difference that nobody sees at these
/// sizes; below 75 letters in screenshots get a halo.
const QUALITY: u8 = 82;

/// Memory that decoded pixels may take: 24 megapixels with four channels of 8 bits, or 16 megapixels with four of 16.
/// Raising it raises what each picture under way costs.
const MAX_PIXELS_BYTES: u64 = 128 * 1024 * 1024;

/// Scans of a progressive JPEG. Cameras and programs make about ten; each one costs a walk over the whole picture, so
/// raising it lets a small file take more time.
const MAX_SCANS: usize = 32;

/// Pictures under way at once. Each one can take 250 MB for a moment (a progressive JPEG of 24 megapixels), so raising
/// it is a matter of memory and not of cores.
const AT_ONCE: usize = 2;

/// Pictures that wait for a place, each with its file in memory. More are told to come back.
const WAITING: u32 = 8;

/// A size that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The whole picture, its longer edge at most so many pixels. Never larger than what came.
    Within(u32),
    /// A square from its middle, at most so many pixels wide. Never larger than what came.
    Square(u32),
}

/// A picture in one size: JPEG, without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why a picture was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// More bytes or more pixels than [`birdcall_protocol::limits`] allows.
    TooLarge,
    /// No JPEG, PNG or WebP, or one that moves, or one that is broken.
    Bad,
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        Self(match refused {
            Refused::TooLarge => Code::TooLarge,
            Refused::Bad => Code::BadPicture,
        })
    }
}

/// The places where pictures are made, so that many at once cannot take all memory.
pub struct Studio {
    places: Semaphore,
    waiting: AtomicU32,
}

impl Default for Studio {
    fn default() -> Self {
        Self {
            places: Semaphore::new(AT_ONCE),
            waiting: AtomicU32::new(0),
        }
    }
}

impl Studio {
    /// A picture in each of the sizes, in the order asked for; made beside the threads that serve requests.
    ///
    /// # Errors
    /// `bad_picture`, `too_large`; `too_many` when a line stands before the places already.
    pub async fn make(
        &self,
        file: impl AsRef<[u8]> + Send + 'static,
        shapes: &'static [Shape],
    ) -> Result<Vec<Picture>, ApiError> {
        // What can be said of the file without decoding it needs no place.
        if file.as_ref().len() > MAX_PICTURE {
            return Err(Code::TooLarge.into());
        }
        let waiting = InLine::stand(&self.waiting)?;
        let place = self.places.acquire().await.map_err(|_| Code::Internal)?;
        drop(waiting);
        let made = tokio::task::spawn_blocking(move || render(file.as_ref(), shapes)).await;
        drop(place);
        match made {
            Ok(pictures) => Ok(pictures?),
            Err(error) => {
                // A decoder met what its authors did not think of. The person sees a picture that cannot be read.
                tracing::error!(%error, "a picture could not be decoded");
                Err(Code::BadPicture.into())
            }
        }
    }
}

/// One that waits, counted as long as it does.
struct InLine<'a>(&'a AtomicU32);

impl<'a> InLine<'a> {
    fn stand(waiting: &'a AtomicU32) -> Result<Self, ApiError> {
        let line = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            return Err(Code::TooMany.into());
        }
        Ok(line)
    }
}

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The picture in `file` in each of the sizes, in the order asked for. Takes as long as decoding does: not for a thread
/// that serves requests.
///
/// # Errors
/// [`Refused`]; memory stays within bounds whatever the file claims.
pub fn render(file: &[u8], shapes: &[Shape]) -> Result<Vec<Picture>, Refused> {
    if file.len() > MAX_PICTURE {
        return Err(Refused::TooLarge);
    }
    let (pixels, orientation) = decode(file)?;
    let mut pixels = flatten(pixels);
    // Twice what the largest size needs is as good as all of it, and a fraction of the work.
    if let Some(needed) = shapes
        .iter()
        .map(|shape| needed(*shape, pixels.dimensions()))
        .max()
    {
        pixels = shrink(pixels, needed.saturating_mul(2));
    }
    shapes
        .iter()
        .map(|shape| encode(&oriented(fit(&pixels, *shape), orientation)))
        .collect()
}

/// The longer edge of the whole picture at which a shape gets all the pixels it can show.
fn needed(shape: Shape, (width, height): (u32, u32)) -> u32 {
    match shape {
        Shape::Within(edge) => edge,
        Shape::Square(edge) => {
            let (long, short) = (width.max(height), width.min(height).max(1));
            let needed = u64::from(edge) * u64::from(long) / u64::from(short) + 1;
            u32::try_from(needed).unwrap_or(u32::MAX)
        }
    }
}

fn decode(file: &[u8]) -> Result<(DynamicImage, Orientation), Refused> {
    let bytes = || Cursor::new(file);
    if file.starts_with(&[0xFF, 0xD8, 0xFF]) {
        whole_jpeg(file).ok_or(Refused::Bad)?;
        pixels(JpegDecoder::new(bytes())?)
    } else if file.starts_with(b"\x89PNG\r\n\x1a\n") {
        let decoder = PngDecoder::with_limits(bytes(), limits())?;
        if decoder.is_apng()? {
            return Err(Refused::Bad);
        }
        pixels(decoder)
    } else if file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP") {
        let decoder = WebPDecoder::new(bytes())?;
        if decoder.has_animation() {
            return Err(Refused::Bad);
        }
        pixels(decoder)
    } else {
        Err(Refused::Bad)
    }
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_PIXELS_BYTES);
    limits
}

/// Decodes after looking at the size that the file claims, so that a claim costs nothing.
fn pixels(mut decoder: impl ImageDecoder) -> Result<(DynamicImage, Orientation), Refused> {
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(Refused::Bad);
    }
    if u64::from(width) * u64::from(height) > MAX_PICTURE_PIXELS {
        return Err(Refused::TooLarge);
    }
    let mut limits = limits();
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    // A picture whose metadata is broken is shown as it lies.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder)?, orientation))
}

impl From<ImageError> for Refused {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooLarge,
            _ => Self::Bad,
        }
    }
}

/// Some if a JPEG has an end and no more scans than [`MAX_SCANS`] (ITU-T T.81, B.1). The decoder would fill in grey what
/// is missing, and somebody would find half a face.
fn whole_jpeg(file: &[u8]) -> Option<()> {
    let mut scans = 0;
    let mut at = 2;
    loop {
        // To the next marker: within a scan `FF` is followed by zero or a restart marker, and any number may fill up.
        while *file.get(at)? != 0xFF || matches!(*file.get(at + 1)?, 0x00 | 0xFF | 0xD0..=0xD7) {
            at += 1;
        }
        match file[at + 1] {
            0xD9 => return (scans > 0).then_some(()),
            0xDA => scans += 1,
            _ => {}
        }
        if scans > MAX_SCANS {
            return None;
        }
        let length = file.get(at + 2..at + 4)?;
        at += 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
    }
}

/// Plain colours; what is transparent lies on white, as on paper.
fn flatten(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let Rgba([red, green, blue, alpha]) = *picture.get_pixel(x, y);
        let on_white = |colour: u8| {
            let (colour, alpha) = (u32::from(colour), u32::from(alpha));
            u8::try_from((colour * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
        };
        Rgb([on_white(red), on_white(green), on_white(blue)])
    })
}

/// With its longer edge at most `edge`, by the mean of the pixels that fall together, which takes no memory besides.
fn shrink(picture: RgbImage, edge: u32) -> RgbImage {
    match scaled(picture.dimensions(), edge) {
        Some((width, height)) => imageops::thumbnail(&picture, width, height),
        None => picture,
    }
}

fn fit(picture: &RgbImage, shape: Shape) -> RgbImage {
    match shape {
        Shape::Within(edge) => match scaled(picture.dimensions(), edge) {
            Some((width, height)) => {
                imageops::resize(picture, width, height, FilterType::CatmullRom)
            }
            None => picture.clone(),
        },
        Shape::Square(edge) => {
            let (width, height) = picture.dimensions();
            let side = width.min(height);
            let (x, y) = ((width - side) / 2, (height - side) / 2);
            let square = imageops::crop_imm(picture, x, y, side, side);
            let edge = edge.min(side);
            imageops::resize(&*square, edge, edge, FilterType::CatmullRom)
        }
    }
}

/// The size within `edge`, or nothing if it fits already.
fn scaled((width, height): (u32, u32), edge: u32) -> Option<(u32, u32)> {
    let long = width.max(height);
    let part = |side: u32| {
        let part = u64::from(side) * u64::from(edge) / u64::from(long.max(1));
        u32::try_from(part.max(1)).unwrap_or(u32::MAX)
    };
    (long > edge).then(|| (part(width), part(height)))
}

/// Turned as the camera was held (Exif 2.32, tag 0x0112).
fn oriented(picture: RgbImage, orientation: Orientation) -> RgbImage {
    let mut picture = DynamicImage::ImageRgb8(picture);
    picture.apply_orientation(orientation);
    picture.into_rgb8()
}

fn encode(picture: &RgbImage) -> Result<Picture, Refused> {
    let (width, height) = picture.dimensions();
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode(
        picture.as_raw(),
        width,
        height,
        ExtendedColorType::Rgb8,
    )?;
    Ok(Picture {
        width,
        height,
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ColorType, ImageEncoder};

    /// Red on the left, blue on the right.
    fn halves(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, _| {
            if x < width / 2 {
                Rgb([220, 20, 20])
            } else {
                Rgb([20, 20, 220])
            }
        })
    }

    fn jpeg(picture: &RgbImage) -> Vec<u8> {
        encode(picture).unwrap().bytes
    }

    fn png(picture: &[u8], width: u32, height: u32, colour: ColorType) -> Vec<u8> {
        let mut bytes = Vec::new();
        image::codecs::png::PngEncoder::new(&mut bytes)
            .write_image(picture, width, height, colour.into())
            .unwrap();
        bytes
    }

    /// The picture with an Exif segment that holds one tag: its orientation.
    fn held(picture: Vec<u8>, orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&picture[..2], &[0xFF, 0xE1], &length, &exif, &picture[2..]].concat()
    }

    fn colour(picture: &Picture, x: u32, y: u32) -> char {
        let pixels = image::load_from_memory(&picture.bytes).unwrap().into_rgb8();
        assert_eq!(pixels.dimensions(), (picture.width, picture.height));
        match pixels.get_pixel(x, y).0 {
            [red, _, blue] if red > 150 && blue < 100 => 'r',
            [red, _, blue] if red < 100 && blue > 150 => 'b',
            [red, green, blue] if red > 240 && green > 240 && blue > 240 => 'w',
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sizes_are_those_asked_for_and_never_larger_than_what_came() {
        let wide = jpeg(&halves(600, 300));
        let shapes = [
            Shape::Within(200),
            Shape::Within(2048),
            Shape::Square(96),
            Shape::Square(320),
        ];
        let made = render(&wide, &shapes).unwrap();
        let sizes: Vec<_> = made.iter().map(|one| (one.width, one.height)).collect();
        assert_eq!(sizes, [(200, 100), (600, 300), (96, 96), (300, 300)]);
        assert_eq!(
            (colour(&made[2], 5, 50), colour(&made[2], 90, 50)),
            ('r', 'b')
        );
        let line = png(&[9; 3 * 5_000], 5_000, 1, ColorType::Rgb8);
        let made = render(&line, &[Shape::Within(100), Shape::Square(96)]).unwrap();
        assert_eq!((made[0].width, made[0].height), (100, 1));
        assert_eq!((made[1].width, made[1].height), (1, 1));
    }

    #[test]
    fn it_is_turned_as_the_camera_was_held() {
        let lying = jpeg(&halves(80, 40));
        for (orientation, size, first, last) in [
            (1, (80, 40), 'r', 'b'),
            (2, (80, 40), 'b', 'r'),
            (3, (80, 40), 'b', 'r'),
            (6, (40, 80), 'r', 'b'),
            (8, (40, 80), 'b', 'r'),
            (77, (80, 40), 'r', 'b'),
        ] {
            let made = render(&held(lying.clone(), orientation), &[Shape::Within(100)]).unwrap();
            let (width, height) = (made[0].width, made[0].height);
            assert_eq!((width, height), size, "{orientation}");
            assert_eq!(colour(&made[0], 4, 4), first, "{orientation}");
            assert_eq!(
                colour(&made[0], width - 4, height - 4),
                last,
                "{orientation}"
            );
            assert!(!made[0].bytes.windows(4).any(|part| part == b"Exif"));
        }
    }

    #[test]
    fn what_is_transparent_lies_on_white() {
        let clear = png(&[255, 0, 0, 0].repeat(64), 8, 8, ColorType::Rgba8);
        let made = render(&clear, &[Shape::Within(8)]).unwrap();
        assert_eq!(colour(&made[0], 4, 4), 'w');
        let deep = [200_u8, 200, 0, 0, 0, 0, 255, 255].repeat(64);
        let deep = png(&deep, 8, 8, ColorType::Rgba16);
        let made = render(&deep, &[Shape::Within(8)]).unwrap();
        assert_eq!(colour(&made[0], 4, 4), 'r');
    }

    #[test]
    fn a_picture_without_its_end_is_none() {
        let whole = jpeg(&halves(64, 64));
        assert!(render(&whole, &[]).is_ok());
        for cut in [3, 20, whole.len() / 2, whole.len() - 1] {
            assert_eq!(render(&whole[..cut], &[]), Err(Refused::Bad), "{cut}");
        }
        // What hangs behind its end does no harm, and does not stay.
        let behind = [whole.as_slice(), b"PK\x03\x04<script>alert(1)</script>"].concat();
        let made = render(&behind, &[Shape::Within(64)]).unwrap();
        assert!(!made[0].bytes.windows(6).any(|part| part == b"script"));
    }
}
