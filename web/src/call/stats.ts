// One reading of the browser's counters. Of candidates it reads nothing at all (P-6).

import type { Reading } from './quality.pure';

type Entry = Record<string, unknown>;

/** What quality is judged by, out of everything that the browser counts. */
export function readingOf(report: RTCStatsReport, at: number): Reading {
  const entries: Entry[] = [];
  report.forEach((entry: Entry) => {
    entries.push(entry);
  });
  const find = (type: string, kind?: string): Entry | undefined =>
    entries.find((entry) => entry.type === type && (kind === undefined || entry.kind === kind));

  const chosen = find('transport')?.selectedCandidatePairId;
  const pair = entries.find((entry) => entry.type === 'candidate-pair' && (entry.id === chosen || entry.selected));
  const there = find('remote-inbound-rtp', 'audio');
  const picture = find('remote-inbound-rtp', 'video');
  const sound = find('inbound-rtp', 'audio');
  return {
    at,
    lostThere: { audio: number(there?.fractionLost), video: number(picture?.fractionLost) },
    reportedAt: { audio: number(there?.timestamp), video: number(picture?.timestamp) },
    roundTrip: milliseconds(there?.roundTripTime) ?? milliseconds(pair?.currentRoundTripTime),
    available: number(pair?.availableOutgoingBitrate),
    limited: find('outbound-rtp', 'video')?.qualityLimitationReason === 'bandwidth',
    sound: sound
      ? {
          received: number(sound.packetsReceived) ?? 0,
          lost: number(sound.packetsLost) ?? 0,
          played: number(sound.totalSamplesReceived) ?? 0,
          // Silence that stands for silence is nothing that anybody misses.
          madeUp: (number(sound.concealedSamples) ?? 0) - (number(sound.silentConcealedSamples) ?? 0),
          jitter: milliseconds(sound.jitter) ?? 0,
        }
      : null,
  };
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function milliseconds(value: unknown): number | null {
  const seconds = number(value);
  return seconds === null ? null : Math.round(seconds * 1_000);
}
