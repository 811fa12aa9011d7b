// The table of the migration's variables: the names are those of Pod's `migrate_bbb_recordings` (docs/en/migration.md), and Pod's own.
import * as rules from '../shared/config-rules.js';
import { COMMON } from '../shared/common-variables.js';
import type { Section, Variable } from '../shared/configuration.js';
import { databaseUrl } from './database-address.js';
import type { Choice } from './model.js';
import type { Settings } from './settings.js';

/** A variable, and the choices that need it; without `neededBy` all do. */
export interface MigrationVariable<T> extends Variable<T> {
  neededBy?: (choice: Choice) => boolean;
}

const readsBbb = ({ way }: Choice): boolean => way !== 'forget';
const claims = ({ way }: Choice): boolean => way === 'manual-claim';
const imports = ({ way }: Choice): boolean => way === 'import-video';
const usesMoodle = ({ way, useMoodle }: Choice): boolean =>
  useMoodle && (way === 'import-video' || way === 'export-csv');
const importsWithMoodle = (choice: Choice): boolean => imports(choice) && choice.useMoodle;
const writesToPod = ({ way }: Choice): boolean => way === 'import-video' || way === 'forget';

/** Pod's VIDEO_ALLOWED_EXTENSIONS, as Pod has it by default (pod/video/models.py). */
const VIDEO_EXTENSIONS = '3gp,avi,divx,flv,m2p,m4v,mkv,mov,mp4,mpeg,mpg,mts,wmv,mp3,ogg,wav,wma,webm,ts';

export const MIGRATION_SECTIONS: Section[] = [
  { from: 'SCRIPT_BBB_SERVER_URL', en: 'The old BigBlueButton', fr: "L'ancien BigBlueButton" },
  { from: 'SCRIPT_RECORDER_ID', en: '--use-manual-claim', fr: '--use-manual-claim' },
  { from: 'SCRIPT_ADMIN_ID', en: '--use-import-video', fr: '--use-import-video' },
  { from: 'MOODLE_DB_TYPE', en: '--use-database-moodle', fr: '--use-database-moodle' },
];

/** A field of `Settings` without a variable does not compile. */
export const MIGRATION_VARIABLES: { [Key in keyof Settings]: MigrationVariable<Settings[Key]> } = {
  bbbServerUrl: {
    name: 'SCRIPT_BBB_SERVER_URL',
    rule: rules.serverUrl,
    default: null,
    help: 'Address of the old BigBlueButton or Scalelite server, without bigbluebutton/api.',
    helpFr: "Adresse de l'ancien serveur BigBlueButton ou Scalelite, sans bigbluebutton/api.",
    example: 'https://bbb.univ.fr/',
  },
  bbbSecret: {
    name: 'SCRIPT_BBB_SECRET_KEY',
    rule: rules.textWithoutBlanks,
    default: null,
    secret: true,
    neededBy: readsBbb,
    help: 'Its secret (bbb-conf --secret, or LOADBALANCER_SECRET of Scalelite).',
    helpFr: 'Sa clé secrète (bbb-conf --secret, ou LOADBALANCER_SECRET de Scalelite).',
    example: 'xxxxxxxxxx',
  },
  convertsTo23: {
    name: 'SCRIPT_PLAYBACK_URL_23',
    rule: rules.yesOrNo,
    default: 'true',
    neededBy: readsBbb,
    help: 'true: that server is 2.3 or later, and presentations in the format 2.0 are played at the address of the format 2.3. false: their addresses stay.',
    helpFr:
      "true : ce serveur est en version 2.3 ou ultérieure, et les présentations au format 2.0 sont lues à l'adresse du format 2.3. false : leurs adresses restent telles quelles.",
    example: 'true',
  },
  bbbTimeoutMs: {
    name: 'SCRIPT_BBB_TIMEOUT_S',
    rule: rules.seconds({ decimals: false }),
    default: '1800',
    neededBy: readsBbb,
    help: 'How long that server may be silent while it gathers the list of the recordings, in seconds. Its nginx has a limit of its own.',
    helpFr:
      "Durée maximale de silence de ce serveur pendant qu'il rassemble la liste des enregistrements, en secondes. Son nginx a sa propre limite.",
    example: '3600',
  },
  useCache: {
    name: 'USE_CACHE',
    rule: rules.yesOrNo,
    default: 'false',
    neededBy: readsBbb,
    help: 'true: BBB is not asked; its last good answer is used, which every run that is not dry saves in getRecordings.xml beside the configuration.',
    helpFr:
      "true : BBB n'est pas interrogé ; sa dernière bonne réponse est utilisée, que toute exécution sans --dry enregistre dans getRecordings.xml à côté de la configuration.",
    example: 'true',
  },
  recorderId: {
    name: 'SCRIPT_RECORDER_ID',
    rule: rules.wholeNumber(1, 2_147_483_647),
    default: '1',
    neededBy: claims,
    help: 'Id of the recorder in Pod that gets the recordings. Of no use with SCRIPT_RECORDER_DIRECTORY.',
    helpFr:
      "Identifiant de l'enregistreur de Pod qui reçoit les enregistrements. Sans effet si SCRIPT_RECORDER_DIRECTORY est renseigné.",
    example: '1',
  },
  recorderDirectory: {
    name: 'SCRIPT_RECORDER_DIRECTORY',
    rule: rules.text,
    default: '',
    empty: '',
    defaultIs: {
      en: "empty: POD_DB_URL tells the recorder's directory",
      fr: "vide : POD_DB_URL donne le répertoire de l'enregistreur",
    },
    neededBy: claims,
    help: "The recorder's directory: an absolute path, or its name below DEFAULT_RECORDER_PATH. Pod's database is then not needed.",
    helpFr:
      "Le répertoire de l'enregistreur : chemin absolu, ou son nom sous DEFAULT_RECORDER_PATH. La base de données de Pod n'est alors pas nécessaire.",
    example: 'bbb-claim',
  },
  defaultRecorderPath: {
    name: 'DEFAULT_RECORDER_PATH',
    rule: rules.directory,
    default: '/data/ftp-pod/ftp/',
    neededBy: claims,
    help: "As in Pod's settings_local.py: holds the recorders' directories.",
    helpFr: 'Comme dans settings_local.py de Pod : contient les répertoires des enregistreurs.',
    example: '/data/ftp-pod/ftp/',
  },
  bbbRecorderPlugin: {
    name: 'IMPORT_VIDEO_BBB_RECORDER_PLUGIN',
    rule: rules.directory,
    default: '/home/pod/bbb-recorder/',
    neededBy: claims,
    help: "As in Pod's settings_local.py: where bbb-recorder (export.js) is installed. Only presentations need it.",
    helpFr:
      'Comme dans settings_local.py de Pod : où bbb-recorder (export.js) est installé. Utile pour les présentations seulement.',
    example: '/home/pod/bbb-recorder/',
  },
  bbbRecorderPath: {
    name: 'IMPORT_VIDEO_BBB_RECORDER_PATH',
    rule: rules.directory,
    default: '/data/bbb-recorder/media/',
    neededBy: claims,
    help: "As in Pod's settings_local.py: where bbb-recorder puts its videos (copyToPath in its .env, or in its config.json before 2020), and their logs in logs/.",
    helpFr:
      'Comme dans settings_local.py de Pod : où bbb-recorder dépose ses vidéos (copyToPath dans son .env, ou dans son config.json avant 2020), et leurs journaux dans logs/.',
    example: '/data/bbb-recorder/media/',
  },
  videoExtensions: {
    name: 'VIDEO_ALLOWED_EXTENSIONS',
    rule: rules.words,
    default: VIDEO_EXTENSIONS,
    neededBy: claims,
    help: "As in Pod's settings_local.py: the kinds of video that Pod takes, separated by commas.",
    helpFr: 'Comme dans settings_local.py de Pod : extensions de vidéo acceptées par Pod, séparées par des virgules.',
    example: 'm4v,mp4,webm',
  },
  adminId: {
    name: 'SCRIPT_ADMIN_ID',
    rule: rules.wholeNumber(1, 2_147_483_647),
    default: '1',
    neededBy: imports,
    help: 'Id of the user of Pod who gets the recordings whose owner is not found.',
    helpFr: "Identifiant de l'utilisateur de Pod qui reçoit les enregistrements dont le propriétaire n'est pas trouvé.",
    example: '1',
  },
  podDatabase: {
    name: 'POD_DB_URL',
    rule: databaseUrl,
    default: null,
    secret: true,
    neededBy: writesToPod,
    help: "Pod's database, mysql:// or postgresql://, the user and the password URL-encoded, for an account that may read, and write to import_video_externalrecording. A claim needs it too, unless SCRIPT_RECORDER_DIRECTORY is set.",
    helpFr:
      "Base de données de Pod, mysql:// ou postgresql://, l'utilisateur et le mot de passe étant encodés pour une URL, avec un compte qui peut lire, et écrire dans import_video_externalrecording. Nécessaire aussi pour --use-manual-claim si SCRIPT_RECORDER_DIRECTORY est vide.",
    example: 'postgresql://pod:password@bdd.univ.fr:5432/pod',
  },
  podSiteId: {
    name: 'POD_SITE_ID',
    rule: rules.wholeNumber(1, 2_147_483_647),
    default: '1',
    neededBy: imports,
    help: "As SITE_ID in Pod's settings_local.py: the site of recordings that belong to no meeting of Pod.",
    helpFr:
      "Comme SITE_ID dans settings_local.py de Pod : le site des enregistrements qui n'appartiennent à aucune réunion de Pod.",
    example: '1',
  },
  moodleDatabaseType: {
    name: 'MOODLE_DB_TYPE',
    rule: rules.databaseType,
    default: '',
    empty: '',
    defaultIs: {
      en: 'empty: each entry of DB_PARAMS names its `type`',
      fr: 'vide : chaque entrée de DB_PARAMS indique son `type`',
    },
    neededBy: usesMoodle,
    help: 'Kind of the Moodle databases, postgresql or mysql (MariaDB too).',
    helpFr: 'Type des bases de données Moodle, postgresql ou mysql (MariaDB aussi).',
    example: 'postgresql',
  },
  moodleParameters: {
    name: 'DB_PARAMS',
    rule: { ...rules.text, expected: 'a JSON object, or the path of a file that holds one' },
    default: null,
    secret: true,
    multiline: true,
    neededBy: usesMoodle,
    help: 'The Moodle databases in JSON, by the origin server name of the recordings, and "default": host, database, user, password, port, connect_timeout; also type, prefix (mdl_), schema (public), ssl (false). Inline, or the path of a file.',
    helpFr:
      "Les bases de données Moodle en JSON, par nom de serveur d'origine des enregistrements, et « default » : host, database, user, password, port, connect_timeout ; ainsi que type, prefix (mdl_), schema (public), ssl (false). Directement, ou le chemin d'un fichier.",
    example: 'moodle-databases.json',
  },
  inform: {
    name: 'SCRIPT_INFORM',
    rule: rules.text,
    default: '',
    empty: '',
    defaultIs: { en: 'empty: nothing is written to Moodle', fr: "vide : rien n'est écrit dans Moodle" },
    multiline: true,
    neededBy: importsWithMoodle,
    help: "Text (HTML) that is appended once to the description of each activity whose recordings were imported. Needs write access to Moodle's database.",
    helpFr:
      'Texte (HTML) ajouté une fois à la description de chaque activité dont des enregistrements ont été importés. Demande un accès en écriture à la base de données de Moodle.',
    example: '\'<p class="alert">Vos enregistrements sont sur Pod.</p>\'',
  },
  ignoredServers: {
    name: 'IGNORED_SERVERS',
    rule: rules.wordList,
    default: '',
    empty: [],
    neededBy: usesMoodle,
    help: 'Origin servers that are no Moodle, or are not to be asked: a JSON list, or separated by commas.',
    helpFr:
      "Serveurs d'origine qui ne sont pas des Moodle, ou à ne pas interroger : liste JSON, ou séparés par des virgules.",
    example: '["not-a-moodle.univ.fr"]',
  },
  podUrl: { ...COMMON.podUrl, neededBy: importsWithMoodle },
  podToken: { ...COMMON.podToken, neededBy: importsWithMoodle },
  timeZone: COMMON.timeZone,
  bbbChecksum: COMMON.bbbChecksum,
  httpTimeoutMs: COMMON.httpTimeoutMs,
  httpProxy: COMMON.httpProxy,
  httpsProxy: COMMON.httpsProxy,
  noProxy: COMMON.noProxy,
  extraAuthorities: COMMON.extraAuthorities,
};
