// What this side captures and sends, and how presses and devices change it. Nothing remote comes in here (C-18).

import type { MediaState } from './port';
import type { Effect, Event, Main, Own } from './state.pure';

/** A state of the tab that captures. */
export type Capturing = Extract<Main, { readonly own: Own }>;

/** The presses and answers that concern capture alone. */
export type OwnEvent = Extract<
  Event,
  {
    readonly type:
      | 'press_microphone'
      | 'press_camera'
      | 'press_screen'
      | 'microphone_opened'
      | 'microphone_failed'
      | 'camera_opened'
      | 'camera_failed'
      | 'screen_opened'
      | 'screen_closed'
      | 'picture_held';
  }
>;

/** Capture that starts with a press on Call or Accept: an audio call opens the microphone only. */
export function newOwn(media: number, camera: boolean, muted = false): Own {
  return {
    media,
    microphone: 'opening',
    muted,
    camera: camera ? 'opening' : 'off',
    screen: 'off',
    held: false,
    microphoneTrouble: null,
    cameraTrouble: null,
  };
}

/** Whether the state captures at all. */
export function captures(main: Main): main is Capturing {
  return 'own' in main;
}

/** Whether nothing of this side is heard. */
export function silent(own: Own): boolean {
  return own.muted || own.microphone === 'none';
}

/** What the other side is told. */
export function mediaState(own: Own): MediaState {
  return {
    microphone: own.microphone === 'live' && !own.muted,
    camera: own.camera === 'on',
    screen: own.screen === 'on',
    held: own.held && pictured(own),
  };
}

/** Whether there is a picture to send. */
export function pictured(own: Own): boolean {
  return own.camera === 'on' || own.screen === 'on';
}

/** Pushes what the other side should show now, where there is another side. */
export function tellMedia(main: Main, out: Effect[]): void {
  if (main.phase !== 'connecting' && main.phase !== 'active') return;
  out.push({ type: 'send', frame: { type: 'call_media', call: main.call, media: mediaState(main.own) } });
}

/** One step of the capture. Answers of an earlier capture change nothing. */
export function stepOwn(own: Own, event: OwnEvent, out: Effect[]): Own {
  const { media } = own;
  if ('media' in event && event.media !== media) return own;
  switch (event.type) {
    case 'press_microphone':
      if (own.microphone === 'none') {
        out.push({ type: 'open_microphone', media });
        return { ...own, microphone: 'opening', muted: false, microphoneTrouble: null };
      }
      out.push({ type: 'mute', media, muted: !own.muted });
      return { ...own, muted: !own.muted };
    case 'press_camera':
      return pressCamera(own, out);
    case 'press_screen':
      if (own.screen === 'off') {
        out.push({ type: 'open_screen', media });
        return { ...own, screen: 'opening' };
      }
      out.push({ type: 'close_screen', media });
      return afterScreen(own, out);
    case 'microphone_opened':
      return { ...own, microphone: 'live', microphoneTrouble: null };
    case 'microphone_failed':
      return { ...own, microphone: 'none', microphoneTrouble: event.trouble };
    case 'camera_opened':
      // A press may have turned it off while the device was still starting.
      return own.camera === 'opening' ? { ...own, camera: 'on', cameraTrouble: null } : own;
    case 'camera_failed':
      if (own.camera !== 'opening' && own.camera !== 'on') return own;
      return { ...own, camera: 'off', cameraTrouble: event.trouble };
    case 'screen_opened':
      if (own.screen !== 'opening') return own;
      if (own.camera === 'off' || own.camera === 'resting') return { ...own, screen: 'on' };
      // One picture at a time: the camera's light goes out while the screen is shown.
      out.push({ type: 'close_camera', media });
      return { ...own, screen: 'on', camera: 'resting' };
    case 'screen_closed':
      return own.screen === 'off' ? own : afterScreen(own, out);
    case 'picture_held':
      return own.held === event.held ? own : { ...own, held: event.held };
  }
}

function pressCamera(own: Own, out: Effect[]): Own {
  const { media } = own;
  if (own.camera === 'on' || own.camera === 'opening') {
    out.push({ type: 'close_camera', media });
    return { ...own, camera: 'off', cameraTrouble: null };
  }
  if (own.screen !== 'off') out.push({ type: 'close_screen', media });
  out.push({ type: 'open_camera', media });
  return { ...own, screen: 'off', camera: 'opening', cameraTrouble: null };
}

function afterScreen(own: Own, out: Effect[]): Own {
  if (own.camera !== 'resting') return { ...own, screen: 'off' };
  // The person had the camera on and has not turned it off since.
  out.push({ type: 'open_camera', media: own.media });
  return { ...own, screen: 'off', camera: 'opening' };
}
