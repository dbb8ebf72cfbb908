// A stream in a video element. An attachment, because `srcObject` is no attribute.

/** For `{@attach picture(stream)}`: plays the stream, and lets go of it with the element. */
export function picture(stream: MediaStream) {
  return (element: HTMLVideoElement): (() => void) => {
    element.srcObject = stream;
    // The element is muted, so no browser refuses; a stream that ends meanwhile does.
    void element.play().catch(() => {});
    return () => {
      element.srcObject = null;
    };
  };
}
