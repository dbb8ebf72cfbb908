// One reading of the browser's counters. Of candidates it reads no more than their type (P-6).

import type { Reading } from './quality.pure';

type Entry = Record<string, unknown>;

/** What quality is judged by, out of everything that the browser counts. */
export function readingOf(report: RTCStatsReport, at: number): Reading {
  const entries = entriesOf(report);
  const find = (type: string, kind?: string): Entry | undefined =>
    entries.find((entry) => entry.type === type && (kind === undefined || entry.kind === kind));

  const pair = chosenPair(entries);
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

/** Whether this side's end of what media goes over is at the relay. */
export function isRelayed(report: RTCStatsReport): boolean {
  const entries = entriesOf(report);
  const pair = chosenPair(entries);
  return entries.some((entry) => entry.id === pair?.localCandidateId && entry.candidateType === 'relay');
}

function entriesOf(report: RTCStatsReport): Entry[] {
  const entries: Entry[] = [];
  report.forEach((entry: Entry) => {
    entries.push(entry);
  });
  return entries;
}

/** Firefox names it at the pair, the others at the transport. */
function chosenPair(entries: readonly Entry[]): Entry | undefined {
  const chosen = entries.find((entry) => entry.type === 'transport')?.selectedCandidatePairId;
  return entries.find((entry) => entry.type === 'candidate-pair' && (entry.id === chosen || entry.selected));
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function milliseconds(value: unknown): number | null {
  const seconds = number(value);
  return seconds === null ? null : Math.round(seconds * 1_000);
}
