// English, by area.
import { account } from './account';
import { app } from './app';
import { whoCanCall } from './audience.pure';
import { book } from './book';
import { call } from './call';
import { callInWords, callWithTime } from './call-words.pure';
import { asks, calling } from './calling';
import { calls } from './calls';
import { connection } from './connection';
import { devices } from './devices';
import { entries } from './entries';
import { messages } from './messages';
import { people } from './people';
import { push } from './push';
import { quiet } from './quiet';
import { quietInBrief, quietInWords, spanInWords } from './quiet.pure';
import { reports } from './reports';
import { settings } from './settings';
import { shortcuts } from './shortcuts';
import { asking, signing } from './signing';
import { talk } from './talk';
import { time } from './time.pure';
import { waysIn } from './ways-in';

export const en = {
  account,
  app,
  asking,
  asks,
  book,
  call,
  calling,
  calls: { ...calls, callInWords, callWithTime, whoCanCall },
  connection,
  devices,
  entries,
  messages,
  people,
  push,
  quiet: { ...quiet, inBrief: quietInBrief, inWords: quietInWords, spanInWords },
  reports,
  settings,
  shortcuts,
  signing,
  talk,
  time,
  waysIn,
};
