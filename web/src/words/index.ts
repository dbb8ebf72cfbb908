// All words that people see, by area. Another language is another folder of the same type, chosen here.
import { app } from './en/app';
import { whoCanCall } from './en/audience.pure';
import { callInWords, callWithTime, missed, notTalked } from './en/call-words.pure';
import { calls } from './en/calls';
import { devices } from './en/devices';
import { messages } from './en/messages';
import { people } from './en/people';
import { quiet } from './en/quiet';
import { quietInBrief, quietInWords, spanInWords } from './en/quiet.pure';
import { settings } from './en/settings';
import { asking, signing } from './en/signing';
import {
  ago,
  ahead,
  brief,
  briefWithClock,
  clock,
  clockWithSeconds,
  dateOf,
  day,
  length,
  stopwatch,
} from './en/time.pure';

const en = {
  app,
  asking,
  calls: { ...calls, callInWords, callWithTime, notTalked, wasMissed: missed, whoCanCall },
  devices,
  messages,
  people,
  quiet: { ...quiet, inBrief: quietInBrief, inWords: quietInWords, spanInWords },
  settings,
  signing,
  time: { ago, ahead, brief, briefWithClock, clock, clockWithSeconds, dateOf, day, length, stopwatch },
};

/** What another language has to provide. */
export type Words = typeof en;

export const words: Words = en;
