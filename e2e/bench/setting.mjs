// Who calls whom in the bench: ann, and three people at the other browser. More than one, because a person who is rung
// twenty times in ten minutes is left in peace (C-5).

import { giveEar, told } from '../harness/ear.mjs';
import { setPrivacy } from '../harness/net/conversation.mjs';
import { Links } from '../harness/net/second-link.mjs';
import { Town } from '../harness/net/town.mjs';
import { Weather } from '../harness/net/weather.mjs';
import { made } from '../harness/probe.mjs';
import { until } from '../harness/until.mjs';

const CALLEES = ['bob', 'cleo', 'dora'];

/** A network, a server with its relay, two browsers, and people at them. */
export class Setting {
  #turn = 0;

  /** @param {number} seed decides which packets get lost */
  static async build(seed) {
    const setting = new Setting();
    setting.town = await Town.build({
      watched: false,
      prepare: async (network) => {
        // The one who is called has the weather, on the way of sound and of signalling; the caller has two links.
        setting.weather = await Weather.over(network, network.hosts.bob, seed);
        setting.links = new Links(network, network.hosts.ann);
      },
    });
    const { voices } = setting.town;
    for (const { browser } of Object.values(voices)) {
      const open = browser.newContext.bind(browser);
      browser.newContext = async (options) => {
        const context = await open(options);
        await giveEar(context);
        return context;
      };
    }
    setting.ann = await setting.town.person('ann');
    setting.callees = [];
    for (const handle of CALLEES) {
      const callee = await setting.town.person('bob', 'v4', handle);
      await callee.talkTo(setting.ann);
      setting.callees.push(callee);
    }
    return setting;
  }

  /** The path of the calls from now on. */
  async path(path) {
    await setPrivacy(this.ann, path === 'relay');
  }

  /** The next to be called, with ann at their conversation. */
  async next() {
    const callee = this.callees[this.#turn % this.callees.length];
    this.#turn += 1;
    await this.ann.talkTo(callee);
    return callee;
  }

  /**
   * A press on Accept that is taken: on a busy machine one comes too soon after the ring has appeared.
   * @returns {Promise<number>} when it was
   */
  async accept(callee, name) {
    await callee.answer(name);
    const button = callee.button(name);
    await until(`@${callee.handle} has accepted`, async () => {
      if (!(await button.isVisible())) return true;
      await new Promise((resolve) => setTimeout(resolve, 300));
      if (await button.isVisible()) await button.click({ timeout: 1_000 }).catch(() => {});
      return false;
    });
    return (await told(callee.page)).pressed[name];
  }

  /** Ends a call, whatever has become of it. */
  async end(callee) {
    for (const person of [this.ann, callee]) {
      const button = person.button('End call');
      if (await button.isVisible()) await button.click().catch(() => {});
      await until(
        `@${person.handle} has no call any more`,
        () => made(person.page),
        ({ connections }) => connections.every((state) => state === 'closed'),
      );
    }
  }

  remove() {
    return this.town.remove();
  }
}
