import { describe, expect, it } from 'vitest';
import { type Judgement, judge, type Quality, type Reading, unjudged } from './quality.pure';

/** What goes wrong, as shares and milliseconds. */
interface Weather {
  readonly lossOut?: number | null;
  readonly lossIn?: number;
  readonly madeUp?: number;
  readonly jitter?: number;
  readonly roundTrip?: number | null;
}

/** Readings two seconds apart, with sound at 50 packets a second. */
class Line {
  judgement: Judgement = unjudged;
  #at = 0;
  #sound = { received: 0, lost: 0, played: 0, madeUp: 0 };

  look(weather: Weather = {}, looks = 1): Quality {
    for (let look = 0; look < looks; look += 1) this.judgement = judge(this.judgement, this.#read(weather));
    const { shown } = this.judgement;
    if (!shown) throw new Error('nothing is known yet');
    return shown;
  }

  #read({ lossOut = 0, lossIn = 0, madeUp = 0, jitter = 5, roundTrip = 40 }: Weather): Reading {
    const { received, lost, played, madeUp: before } = this.#sound;
    this.#at += 2_000;
    this.#sound = {
      received: received + 100 * (1 - lossIn),
      lost: lost + 100 * lossIn,
      played: played + 96_000,
      madeUp: before + 96_000 * madeUp,
    };
    const lostThere = { audio: lossOut, video: null };
    const reportedAt = { audio: null, video: null };
    return {
      at: this.#at,
      lostThere,
      reportedAt,
      roundTrip,
      available: null,
      limited: false,
      sound: { ...this.#sound, jitter },
    };
  }
}

describe('how good a connection is', () => {
  it('is nothing before anything was counted', () => {
    const empty: Reading = {
      at: 0,
      lostThere: { audio: null, video: null },
      reportedAt: { audio: null, video: null },
      roundTrip: null,
      available: null,
      limited: false,
      sound: null,
    };
    expect(judge(unjudged, empty).shown).toBeNull();
  });

  it('is told in figures over the last readings', () => {
    const shown = new Line().look({ lossOut: 0.02, lossIn: 0.01, madeUp: 0.03, roundTrip: 120 }, 4);
    expect(shown.grade).toBe('good');
    expect(shown.figures.lossOut).toBeCloseTo(0.02);
    expect(shown.figures.lossIn).toBeCloseTo(0.01);
    expect(shown.figures.madeUp).toBeCloseTo(0.03);
    expect(shown.figures).toMatchObject({ jitter: 5, roundTrip: 120 });
  });

  it('is what the worst figure says', () => {
    const cases: [Weather, Quality['grade']][] = [
      [{}, 'good'],
      [{ lossOut: 0.05 }, 'fair'],
      [{ lossOut: 0.2 }, 'poor'],
      [{ lossIn: 0.05 }, 'fair'],
      [{ lossIn: 0.2 }, 'poor'],
      [{ madeUp: 0.06 }, 'fair'],
      [{ madeUp: 0.3 }, 'poor'],
      [{ jitter: 60 }, 'fair'],
      [{ jitter: 150 }, 'poor'],
      [{ roundTrip: 500 }, 'fair'],
      [{ roundTrip: 900 }, 'poor'],
      [{ lossOut: null, roundTrip: null }, 'good'],
    ];
    for (const [weather, grade] of cases) {
      expect(new Line().look(weather, 8).grade, JSON.stringify(weather)).toBe(grade);
    }
  });

  it('does not change for one bad moment, and is slower to praise than to complain', () => {
    const line = new Line();
    line.look({}, 10);
    expect(line.look({ jitter: 150 }).grade).toBe('good');
    expect(line.look().grade).toBe('good');
    expect(line.look({ jitter: 150 }, 2).grade).toBe('poor');
    expect(line.look({}, 2).grade).toBe('poor');
    expect(line.look().grade).toBe('good');
  });

  it('takes a packet that came late off what was lost, and never says less than nothing', () => {
    const line = new Line();
    line.look({ lossIn: 0.5 }, 4);
    const { sound } = line.judgement.readings.at(-1) as Reading;
    const back = { ...(line.judgement.readings.at(-1) as Reading), sound: sound && { ...sound, lost: 0 } };
    expect(judge(line.judgement, back).shown?.figures.lossIn).toBe(0);
  });

  it('does not take a connection that is gone for a poor one', () => {
    const line = new Line();
    line.look({}, 4);
    const last = line.judgement.readings.at(-1) as Reading;
    let judgement = line.judgement;
    for (let look = 1; look <= 5; look += 1) {
      const sound = last.sound && { ...last.sound, madeUp: 96_000 * look, played: last.sound.played + 96_000 * look };
      judgement = judge(judgement, { ...last, sound });
    }
    expect(judgement.shown?.figures).toMatchObject({ lossIn: null, madeUp: null });
    expect(judgement.shown?.grade).toBe('good');
  });
});

describe('whose connection it seems to be', () => {
  const side = (weather: Weather) => new Line().look(weather, 8).side;

  it('is the sender’s where packets are lost one way, and said to be unknown where both ways lose', () => {
    expect(side({})).toBeNull();
    expect(side({ lossOut: 0.2 })).toBe('own');
    expect(side({ lossIn: 0.2 })).toBe('other');
    expect(side({ jitter: 120 })).toBe('other');
    expect(side({ lossOut: 0.2, lossIn: 0.2 })).toBe('either');
  });

  it('is nobody’s where the way is only long', () => {
    expect(side({ roundTrip: 900 })).toBe('way');
  });
});
