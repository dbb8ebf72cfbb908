// Browsers with fake devices. A voice is a browser process: Chromium takes the sound of its microphone and the picture
// of its camera from files that are given to the whole process.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, firefox } from 'playwright-core';
import { BLUE, RED, writeFilm } from './camera.mjs';
import { writeTone } from './tone.mjs';

/** The tones of the two voices: no multiple of each other. */
export const LOW = 440;
export const HIGH = 660;

export const CHROMIUM = process.env.BIRDCALL_CHROMIUM ?? '/usr/bin/chromium';
export const FIREFOX = process.env.BIRDCALL_FIREFOX ?? '/usr/bin/firefox-esr';

/**
 * What is switched off in Chromium: two pages behind the address bar, for suggestions and for questions, which every new
 * window loads. Nobody sees them, and they take more of the processor than all else of a new window.
 */
const ADDRESS_BAR = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];

/** What the driver (playwright-core, `chromiumSwitches`) switches off by itself: of two lists Chromium takes the last one. */
const DRIVERS = [
  'AutoDeElevate',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'BlockOriginHeaderModificationOnRedirect',
  'BoundaryEventDispatchTracksNodeRemoval',
  'DestroyProfileOnBrowserClose',
  'DialMediaRouteProvider',
  'GlobalMediaControls',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'OptimizationHints',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'Translate',
  'msEdgeUpdateLaunchServicesPreferredVersion',
  'msForceBrowserSignIn',
];

/**
 * @typedef {{ browser: import("playwright-core").Browser, hertz: number, close: () => Promise<void> }} Voice
 */

/**
 * A Chromium whose microphone hears a tone, and whose camera sees the low voice's face before blue, any other before red.
 * @param {number} hertz
 * @param {string[]} more further switches
 * @param {import("playwright-core").LaunchOptions} launch where and how it is started, if not here
 * @returns {Promise<Voice>}
 */
export async function openChromium(hertz, more = [], launch = {}) {
  const voice = voiceOf(hertz);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...voice.args, ...more], ...launch });
  return {
    browser,
    hertz,
    close: async () => {
      await browser.close();
      voice.forget();
    },
  };
}

/**
 * A Chromium with a profile of its own that lasts, as a person's has who installs an app: it gets pushes while no page of
 * the app is open.
 * @param {number} hertz as above
 * @param {import("playwright-core").BrowserContextOptions & import("playwright-core").LaunchOptions} options
 * @returns {Promise<{ context: import("playwright-core").BrowserContext, hertz: number, close: () => Promise<void> }>}
 */
export async function openProfile(hertz, options = {}) {
  const voice = voiceOf(hertz);
  const context = await chromium.launchPersistentContext(join(voice.folder, 'profile'), {
    executablePath: CHROMIUM,
    args: voice.args,
    ...options,
  });
  return {
    context,
    hertz,
    close: async () => {
      await context.close();
      voice.forget();
    },
  };
}

/** What makes a Chromium hear and see; its files are there until they are forgotten. */
function voiceOf(hertz) {
  const folder = mkdtempSync(join(tmpdir(), 'birdcall-voice-'));
  const sound = join(folder, 'voice.wav');
  writeTone(sound, hertz);
  const film = join(folder, 'face.y4m');
  writeFilm(film, hertz === LOW ? BLUE : RED);
  const args = [
    '--no-sandbox',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-audio-capture=${sound}`,
    `--use-file-for-fake-video-capture=${film}`,
    '--autoplay-policy=no-user-gesture-required',
    '--disable-background-networking',
    '--disable-component-update',
    `--disable-features=${[...DRIVERS, ...ADDRESS_BAR].join(',')}`,
  ];
  return { folder, args, forget: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * A Firefox whose microphone hears a tone.
 * @param {number} hertz
 * @param {import("playwright-core").LaunchOptions & { prefs?: Record<string, unknown> }} launch where and how it is
 *   started, if not here, and further settings
 * @returns {Promise<Voice>}
 */
export async function openFirefox(hertz, { prefs = {}, ...launch } = {}) {
  const browser = await firefox.launch({
    // The channel makes the driver speak WebDriver BiDi, which a Firefox as shipped understands.
    channel: 'moz-firefox',
    executablePath: FIREFOX,
    firefoxUserPrefs: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.navigator.audio.fake_frequency': hertz,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'media.peerconnection.ice.loopback': true,
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      'media.autoplay.block-webaudio': false,
      ...prefs,
    },
    ...launch,
  });
  return { browser, hertz, close: () => browser.close() };
}
