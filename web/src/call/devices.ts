// Which microphones, speakers and cameras there are, and which the person chose. The choice stays in this browser.

/** A device, as a menu shows it. */
export interface DeviceName {
  readonly id: string;
  readonly label: string;
}

/** Everything that can be chosen. */
export interface DeviceList {
  readonly microphones: readonly DeviceName[];
  readonly speakers: readonly DeviceName[];
  readonly cameras: readonly DeviceName[];
}

/** What was chosen; absent: the browser's choice. */
export interface Chosen {
  readonly microphone?: string | undefined;
  readonly speaker?: string | undefined;
  readonly camera?: string | undefined;
}

const KEY = 'birdcall-devices';

/** No devices are known before a call: asking earlier would tell the page more than it needs (C-11). */
export const noDevices: DeviceList = { microphones: [], speakers: [], cameras: [] };

/** The devices there are now. Their names are known once one of them has been allowed. */
export async function listDevices(): Promise<DeviceList> {
  const all = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
  const of = (kind: MediaDeviceKind, word: string): DeviceName[] =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map((device, index) => ({ id: device.deviceId, label: device.label || `${word} ${index + 1}` }));
  return {
    microphones: of('audioinput', 'Microphone'),
    speakers: of('audiooutput', 'Speaker'),
    cameras: of('videoinput', 'Camera'),
  };
}

/** Hears when devices come and go. Returns how to stop. */
export function onDevices(listener: () => void): () => void {
  navigator.mediaDevices?.addEventListener('devicechange', listener);
  return () => navigator.mediaDevices?.removeEventListener('devicechange', listener);
}

/** The choice of earlier calls. */
export function chosenDevices(): Chosen {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    const text = (key: string): string | undefined => {
      const entry: unknown = Reflect.get(value, key);
      return typeof entry === 'string' ? entry : undefined;
    };
    return { microphone: text('microphone'), speaker: text('speaker'), camera: text('camera') };
  } catch {
    // Storage is closed or holds something else; the browser's choice is as good.
    return {};
  }
}

/** Keeps a choice. */
export function keepDevices(chosen: Chosen): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // It holds for this call then.
  }
}
