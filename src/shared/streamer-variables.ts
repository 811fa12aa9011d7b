// The variables of the package's own streamer that a site may set in its configuration: checked by the tick, handed on, read by the streamer.
import * as rules from './config-rules.js';
import type { Rule } from './config-rules.js';
import type { Variable } from './configuration.js';

export interface SiteStreamerSettings {
  framesPerSecond: number;
  preset: string;
  /** 0: no second encode, the recording is what is streamed. */
  recordBitrateKbps: number;
  userName: string;
  locale: string;
  /** How long a meeting is awaited, and a moderator who lets guests in. */
  waitTimeoutMs: number;
}

const PRESETS = ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow'];

const presetName: Rule<string> = {
  expected: `one of ${PRESETS.join(', ')}`,
  read: (text) => PRESETS.find((one) => one === text),
};

const languageTag: Rule<string> = {
  expected: 'a language, for instance en, fr or pt-BR',
  read: (text) => (/^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$/.test(text) ? text : undefined),
};

export const STREAMER: { [Key in keyof SiteStreamerSettings]: Variable<SiteStreamerSettings[Key]> } = {
  framesPerSecond: {
    name: 'STREAMER_FPS',
    rule: rules.wholeNumber(1, 60),
    default: '25',
    help: 'Frames per second.',
    helpFr: 'Images par seconde.',
    example: '15',
  },
  preset: {
    name: 'STREAMER_PRESET',
    rule: presetName,
    default: 'ultrafast',
    help: 'Preset of libx264.',
    helpFr: 'Préréglage de libx264.',
    example: 'veryfast',
  },
  recordBitrateKbps: {
    name: 'STREAMER_RECORD_BITRATE',
    rule: rules.wholeNumber(0),
    default: '0',
    help: 'Another bitrate for the recording, in kbit/s: a second encode. 0: what is streamed is recorded.',
    helpFr: "Autre débit pour l'enregistrement, en kbit/s : un second encodage. 0 : ce qui est diffusé est enregistré.",
    example: '6000',
  },
  userName: {
    name: 'STREAMER_USER_NAME',
    rule: rules.text,
    default: 'Live',
    help: 'Name under which the live is in the meeting.',
    helpFr: 'Nom sous lequel le direct participe à la réunion.',
    example: 'Live',
  },
  locale: {
    name: 'STREAMER_LOCALE',
    rule: languageTag,
    default: 'en',
    help: 'Language of the client in the picture.',
    helpFr: "Langue du client dans l'image.",
    example: 'fr',
  },
  waitTimeoutMs: {
    name: 'STREAMER_WAIT_S',
    rule: rules.seconds({ decimals: false }),
    default: '600',
    help: 'How long a meeting that is not there is awaited, and a moderator who lets guests in, in seconds.',
    helpFr: 'Durée d’attente d’une réunion absente, ou d’un modérateur qui admet les invités, en secondes.',
    example: '600',
  },
};
