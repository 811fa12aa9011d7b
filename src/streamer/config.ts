// From environment variables to the streamer's configuration; all faults are told at once.
import { decoded } from '../shared/config-rules.js';
import { readVariables, type Environment } from '../shared/configuration.js';
import { passwordOf, streamUrlParts } from '../shared/stream-url.js';
import { STREAMER_VARIABLES, type StreamerSettings } from './config-table.js';
import type { StreamerConfig } from './model.js';

export type StreamerConfigReading = { ok: true; config: StreamerConfig } | { ok: false; faults: string[] };

/** `streams`: false for a trial, in which nothing is streamed and no address is needed. */
export function readStreamerConfig(environment: Environment, { streams }: { streams: boolean }): StreamerConfigReading {
  const table = { ...STREAMER_VARIABLES };
  if (!streams) table.streamUrl = { ...table.streamUrl, default: '', empty: '' };
  const surroundings = { workingDirectory: '/', hostname: '' };
  const { known, faults } = readVariables<StreamerSettings>(table, environment, surroundings);
  if (faults.length > 0) return { ok: false, faults };
  const { resolution, ...settings } = known as StreamerSettings;
  return { ok: true, config: { ...settings, ...resolution, secrets: secretsOf(settings) } };
}

/** The stream's key is one, too: who has it can broadcast in the live's place. */
function secretsOf(settings: Omit<StreamerSettings, 'resolution'>): string[] {
  const { credentials } = streamUrlParts(settings.streamUrl);
  const key = /\/([^/?]+)(?:\?[^]*)?$/.exec(settings.streamUrl)?.[1] ?? '';
  const texts = [
    settings.streamUrl,
    key,
    credentials.replace(/[@:]$/, ''),
    passwordOf(credentials),
    settings.bbbSecret,
    settings.attendeePassword,
    settings.moderatorPassword,
  ];
  return [...new Set(texts.flatMap((text) => [text, decoded(text) ?? text]))].filter((text) => text !== '');
}
