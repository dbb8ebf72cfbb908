import type { CallingPreview, CallRule } from '../../api/types';

const people = (count: number, more: boolean) =>
  more ? `more than ${count} people` : count === 1 ? '1 person' : `${count} people`;

/** How many can call now, in one line. */
function preview({ people: all, now, quiet, more }: CallingPreview): string {
  if (all === 0) return 'Nobody can call you now.';
  const who = people(all, more);
  const line = `${who.charAt(0).toUpperCase()}${who.slice(1)} can call you now.`;
  if (!quiet) return line;
  return now === 0
    ? `Do not disturb is on, so nobody rings now. Else ${who} could call you.`
    : `Do not disturb is on: ${people(now, false)} of ${who} break through.`;
}

const rules: Record<CallRule, string> = { always: 'Always', never: 'Never' };

export const calling = {
  preview,
  counting: 'Counting…',
  ofThem: 'Counted are people you have sent a message to.',
  box: (count: number, more: boolean) => `Lets in ${people(count, more)} now.`,
  addShort: 'Add',
  exceptions: 'Exceptions',
  exceptionsText: 'They go before the boxes above, for one person. Nobody is told.',
  rules,
  lists: {
    always: {
      title: 'May always call',
      text: 'Also where no box fits them, once you have written to them. Do not disturb still holds.',
      none: 'Nobody yet.',
      add: 'Add somebody who may always call',
    },
    never: {
      title: 'May never call',
      text: 'To them it looks as if you did not answer. You still get their messages.',
      none: 'Nobody yet.',
      add: 'Add somebody who may never call',
    },
  },
  remove: (name: string) => `Remove the exception for ${name}`,
  set: {
    always: (handle: string) => `@${handle} may always call you.`,
    never: (handle: string) => `@${handle} may never call you.`,
  },
  unset: (handle: string) => `No exception for @${handle} any more.`,
  calls: 'Calls from them',
  byBoxes: 'As your settings say',
};

export const asks = {
  ask: (handle: string) => `Ask @${handle} to message you`,
  asked: 'Asked',
  again: (handle: string) => `You have asked @${handle} to message you. You can ask again in a week.`,
  title: 'Would like to call you',
  text: 'They can call you once you have written to them. They are not told whether you look at this.',
  hello: 'Say hello',
  helloText: 'Hello! 👋',
  said: (handle: string) => `You have written to @${handle}.`,
  ignore: (name: string) => `Ignore ${name}`,
  ignored: (name: string) => `The question of ${name} is gone. They are not told.`,
};
