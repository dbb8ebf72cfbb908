// A desktop of the test's own: a message bus with a notification area, as the freedesktop.org Desktop Notifications
// specification describes it. Chromium shows its notifications there, so that a press on one is a press to the browser.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.mjs';

const dbus = createRequire(import.meta.url)('dbus-next');

/** A bus that starts nothing by itself. */
const configuration = (folder) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${join(folder, 'bus')}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/** What is on the screen, and everything that ever was. */
class Area extends dbus.interface.Interface {
  /** Everything that was shown, in order; one that was replaced has the same number again. */
  shown = [];
  /** What is there now, by number. */
  open = new Map();
  #last = 0;

  Notify(_app, replaces, _icon, title, body, actions, hints, _timeout) {
    const id = replaces || ++this.#last;
    const pairs = Array.from({ length: actions.length / 2 }, (_, at) => [actions[2 * at + 1], actions[2 * at]]);
    const note = { id, title, body, actions: Object.fromEntries(pairs), urgent: hints.urgency?.value === 2 };
    this.shown.push({ ...note, at: Date.now() });
    this.open.set(id, note);
    return id;
  }

  CloseNotification(id) {
    if (this.open.delete(id)) this.NotificationClosed(id, 3);
  }

  GetCapabilities() {
    return ['actions', 'body', 'persistence'];
  }

  GetServerInformation() {
    return ['birdcall tests', 'birdcall', '1', '1.2'];
  }

  ActionInvoked(id, action) {
    return [id, action];
  }

  NotificationClosed(id, reason) {
    return [id, reason];
  }
}

Area.configureMembers({
  methods: {
    Notify: { inSignature: 'susssasa{sv}i', outSignature: 'u' },
    CloseNotification: { inSignature: 'u', outSignature: '' },
    GetCapabilities: { inSignature: '', outSignature: 'as' },
    GetServerInformation: { inSignature: '', outSignature: 'ssss' },
  },
  signals: { ActionInvoked: { signature: 'us' }, NotificationClosed: { signature: 'uu' } },
});

/** A bus and its notification area. */
export class Desktop {
  #folder;
  #daemon;
  #bus;
  #area = new Area('org.freedesktop.Notifications');

  /** What a browser has to be given to be on this desktop. */
  env = {};

  static async start() {
    const desktop = new Desktop();
    desktop.#folder = mkdtempSync(join(tmpdir(), 'birdcall-desktop-'));
    const file = join(desktop.#folder, 'bus.conf');
    writeFileSync(file, configuration(desktop.#folder));
    const options = [`--config-file=${file}`, '--nofork', '--nopidfile', '--print-address=1'];
    const daemon = spawn('dbus-daemon', options, { stdio: ['ignore', 'pipe', 'ignore'] });
    desktop.#daemon = daemon;
    const address = await new Promise((resolve, reject) => {
      daemon.stdout.once('data', (text) => resolve(String(text).trim()));
      daemon.once('error', reject);
      daemon.once('exit', () => reject(new Error('the message bus ended by itself')));
    });
    desktop.env = { DBUS_SESSION_BUS_ADDRESS: address };
    desktop.#bus = dbus.sessionBus({ busAddress: address });
    await desktop.#bus.requestName('org.freedesktop.Notifications', 0);
    desktop.#bus.export('/org/freedesktop/Notifications', desktop.#area);
    return desktop;
  }

  /** What is on the screen now. */
  get now() {
    return [...this.#area.open.values()];
  }

  /** Everything that was shown so far, also what took the place of something. */
  get shown() {
    return this.#area.shown;
  }

  /** Waits until a notification with this title is on the screen. */
  sees(title, within) {
    const what = () => this.now.find((note) => note.title === title);
    return until(`a notification "${title}"`, what, Boolean, within);
  }

  /** Waits until nothing with this title is on the screen. */
  async loses(title, within) {
    await until(`no notification "${title}"`, () => !this.now.some((note) => note.title === title), Boolean, within);
  }

  /** Presses one of its actions, by the words on it; without words the notification itself. */
  press(note, words = 'Activate') {
    const action = note.actions[words];
    if (action === undefined) throw new Error(`no "${words}" among ${Object.keys(note.actions)}`);
    this.#area.ActionInvoked(note.id, action);
  }

  /** Swipes a notification away. */
  dismiss({ id }) {
    if (this.#area.open.delete(id)) this.#area.NotificationClosed(id, 2);
  }

  async stop() {
    this.#bus?.disconnect();
    this.#daemon.removeAllListeners('exit');
    const gone = new Promise((resolve) => this.#daemon.once('exit', resolve));
    this.#daemon.kill();
    await gone;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
