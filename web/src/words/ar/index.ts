// Arabic, by area. People of whom nothing is known are spoken to and of in nouns, which have no gender.
import type { Words } from '..';
import { account } from './account';
import { app } from './app';
import { book } from './book';
import { call } from './call';
import { asks, calling } from './calling';
import { calls } from './calls';
import { connection } from './connection';
import { devices } from './devices';
import { entries } from './entries';
import { messages } from './messages';
import { time } from './number.pure';
import { people } from './people';
import { push } from './push';
import { quiet } from './quiet';
import { reports } from './reports';
import { settings } from './settings';
import { shortcuts } from './shortcuts';
import { asking, signing } from './signing';
import { talk } from './talk';
import { waysIn } from './ways-in';

export const ar: Words = {
  account,
  app,
  asking,
  asks,
  book,
  call,
  calling,
  calls,
  connection,
  devices,
  entries,
  messages,
  people,
  push,
  quiet,
  reports,
  settings,
  shortcuts,
  signing,
  talk,
  time,
  waysIn,
};
