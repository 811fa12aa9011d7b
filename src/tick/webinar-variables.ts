// The variables of webinars (Pod 3.8.2 and later) that a tick reads; those of the gateway stand in shared/gateway-variables.ts.
import { choice, directory, wholeNumber, type Rule } from '../shared/config-rules.js';
import type { Variable } from '../shared/configuration.js';
import type { PodMode, RecordedWebinars } from './model.js';

export interface WebinarSettings {
  podMode: 'auto' | PodMode;
  /** Ids of Pod's live gateways: the first is slot 1's. */
  podLiveGateways: number[];
  webinarRecord: RecordedWebinars;
  /** Where Pod's recorder looks for files, on this host; empty: recordings of webinars are not handed over. */
  podRecorderPath: string;
  /** The same directory as Pod's servers call it. */
  podRecorderPathOnPod: string;
  /** Of Pod's; 0: the one that Pod takes by itself. */
  podRecorderId: number;
  /** 0: events are not prolonged. */
  eventProlongMs: number;
}

const ids: Rule<number[]> = {
  expected: 'ids of live gateways, each once, separated by commas, for instance 3,4',
  read(text) {
    const words = text.split(',').map((word) => word.trim());
    const isList = words.every((word) => /^[1-9]\d{0,8}$/.test(word)) && new Set(words).size === words.length;
    return isList ? words.map(Number) : undefined;
  },
};

/** Pod's column for the path of a recording holds 200 characters, with the name of the file (pod/recorder/models.py). */
const LONGEST_DIRECTORY = 120;

const shortDirectory: Rule<string> = {
  expected: `${directory.expected}, of at most ${LONGEST_DIRECTORY} characters`,
  read: (text) => (text.length <= LONGEST_DIRECTORY ? directory.read(text) : undefined),
};

const minutesOrNone: Rule<number> = {
  expected: 'a whole number of minutes, from 0 (never) to 1440',
  read: (text) => (/^\d{1,4}$/.test(text) && Number(text) <= 1440 ? Number(text) * 60_000 : undefined),
};

export const WEBINAR: { [Key in keyof WebinarSettings]: Variable<WebinarSettings[Key]> } = {
  podMode: {
    name: 'POD_MODE',
    rule: choice<'auto' | PodMode>(['auto', 'bbb_livestream', 'webinar']),
    default: 'auto',
    help: 'How lives are asked for in Pod: bbb_livestream (2.8 to 3.8.1), webinar (3.6 and later), or auto: what this Pod has; with both, bbb_livestream.',
    helpFr:
      'Comment les directs sont demandés dans Pod : bbb_livestream (2.8 à 3.8.1), webinar (à partir de 3.6), ou auto : ce que ce Pod propose ; avec les deux, bbb_livestream.',
    example: 'webinar',
  },
  podLiveGateways: {
    name: 'POD_LIVE_GATEWAYS',
    rule: ids,
    default: '',
    empty: [],
    help: "Needed for webinars: the ids of this server's live gateways in Pod's administration, that of slot 1 first.",
    helpFr:
      "Nécessaire pour les webinaires : les identifiants des passerelles de live de ce serveur dans l'administration de Pod, celle de l'emplacement 1 d'abord.",
    example: '3,4',
  },
  webinarRecord: {
    name: 'WEBINAR_RECORD',
    rule: choice<RecordedWebinars>(['never', 'bbb', 'always']),
    default: 'never',
    help: 'Which webinars are recorded: never, always, or bbb: those that BigBlueButton may record too.',
    helpFr:
      'Quels webinaires sont enregistrés : never (aucun), always (tous), ou bbb : ceux que BigBlueButton peut aussi enregistrer.',
    example: 'bbb',
  },
  podRecorderPath: {
    name: 'POD_RECORDER_PATH',
    rule: directory,
    default: '',
    empty: '',
    defaultIs: {
      en: 'empty: recordings of webinars go to `kept/`',
      fr: 'vide : les enregistrements des webinaires vont dans `kept/`',
    },
    help: "Webinars: directory of Pod's recorder (DEFAULT_RECORDER_PATH in its settings_local.py, or one in it), shared with this server (NFS for instance). Recordings become videos of their event's owner.",
    helpFr:
      "Webinaires : répertoire de l'enregistreur de Pod (DEFAULT_RECORDER_PATH de son settings_local.py, ou l'un de ses sous-répertoires), partagé avec ce serveur (NFS par exemple). Les enregistrements deviennent des vidéos du propriétaire de leur événement.",
    example: '/mnt/pod/uploads',
  },
  podRecorderPathOnPod: {
    name: 'POD_RECORDER_PATH_ON_POD',
    rule: shortDirectory,
    default: ({ known }) => (known['podRecorderPath'] as string | undefined) ?? '',
    empty: '',
    defaultIs: { en: '`POD_RECORDER_PATH`', fr: '`POD_RECORDER_PATH`' },
    help: "Webinars: the same directory as Pod's servers call it, where that is another path.",
    helpFr: 'Webinaires : le même répertoire tel que les serveurs de Pod le nomment, si son chemin y est différent.',
    example: '/data/www/pod/uploads',
  },
  podRecorderId: {
    name: 'POD_RECORDER_ID',
    rule: wholeNumber(0, 2_147_483_647),
    default: '0',
    defaultIs: { en: '0: the one that Pod takes by itself', fr: '0 : celui que Pod prend par défaut' },
    help: "Webinars: id of the recorder in Pod's administration whose settings (draft, type, sites) the videos get.",
    helpFr:
      "Webinaires : identifiant, dans l'administration de Pod, de l'enregistreur dont les vidéos prennent les réglages (brouillon, type, sites).",
    example: '2',
  },
  eventProlongMs: {
    name: 'EVENT_PROLONG_MINUTES',
    rule: minutesOrNone,
    default: '15',
    help: 'Webinars: while a meeting goes on beyond the end of its event in Pod, the event is prolonged by so many minutes, or viewers would see nothing any more; 0: never.',
    helpFr:
      "Webinaires : tant qu'une réunion se poursuit au-delà de la fin de son événement dans Pod, l'événement est prolongé de ce nombre de minutes, sans quoi les spectateurs ne verraient plus rien ; 0 : jamais.",
    example: '10',
  },
};
