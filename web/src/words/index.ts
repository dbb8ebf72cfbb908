// All words that people see, by area. Another language is another folder of the same type, chosen here.
import { app } from './en/app';
import { whoCanCall } from './en/audience.pure';
import { callInWords, callWithTime, missed } from './en/call-words.pure';
import { calls } from './en/calls';
import { messages } from './en/messages';
import { people } from './en/people';
import { settings } from './en/settings';
import { asking, signing } from './en/signing';
import { ago, brief, briefWithClock, clock, dateOf, day, length } from './en/time.pure';

const en = {
  app,
  asking,
  calls: { ...calls, callInWords, callWithTime, wasMissed: missed, whoCanCall },
  messages,
  people,
  settings,
  signing,
  time: { ago, brief, briefWithClock, clock, dateOf, day, length },
};

/** What another language has to provide. */
export type Words = typeof en;

export const words: Words = en;
