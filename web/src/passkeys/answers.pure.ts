// What a browser says when it was asked for a passkey, and bytes as the server writes them.

/** How asking ended without a passkey. */
export type Failure = 'cancelled' | 'known' | 'unable';

/**
 * Reads the name of what the browser throws (WebAuthn Level 3, 5.1.3 and 5.1.4). A browser does not tell whether somebody
 * pressed Cancel, has no passkey or let the time run out: all three are `cancelled`.
 */
export function failureOf(name: string): Failure {
  switch (name) {
    case 'AbortError':
    case 'NotAllowedError':
      return 'cancelled';
    case 'InvalidStateError':
      return 'known';
    default:
      return 'unable';
  }
}

/** Whether a host has a name, which passkeys need; addresses have none. */
export function hasName(host: string): boolean {
  return host !== '' && !/^[\d.]+$|[:[\]]/.test(host);
}

const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Bytes as base64url without padding (RFC 4648, 5). */
export function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const signs = Math.min(bytes.length - at, 3) + 1;
    for (let sign = 0; sign < signs; sign += 1) text += SIGNS[(group >> (18 - 6 * sign)) & 63];
  }
  return text;
}

/** The bytes of a text in base64url. What is no sign of it counts as nothing: the server writes no such thing. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const sign of text) {
    held = ((held << 6) | Math.max(0, SIGNS.indexOf(sign))) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (held >> bits) & 0xff;
      at += 1;
    }
  }
  return bytes;
}
