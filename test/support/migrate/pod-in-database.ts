// Pod's database with the rows of a reference world, and what is in it afterwards, in the reference worlds' shape.
import { createHash } from 'node:crypto';
import type { Cell, Cells } from './database-admin.js';
import type { EngineName } from './database-servers.js';
import { fill, newDatabase, type NewDatabase, type NewDatabaseOptions } from './new-database.js';

/** `input.pod` of a reference world. Every row may have any other column of its table too. */
export interface PodRows {
  sites?: ({ id: number; domain: string; name: string } & Partial<Cells>)[];
  users?: ({ id: number; username: string } & Partial<Cells>)[];
  recorders?: ({ id: number; directory: string } & Partial<Cells>)[];
  meetings?: ({ id: number; meeting_id: string; owner_id: number } & Partial<Cells>)[];
  /** `start_at` in ISO 8601, UTC. */
  external_recordings?: ({ source_url: string } & Partial<Cells>)[];
}

export interface ExternalEssence {
  name: string;
  /** ISO 8601, UTC; milliseconds only where there are some. */
  start_at: string;
  site_id: number;
  type: string;
  source_url: string;
  state: string | null;
  uploaded_to_pod_by_id: number | null;
  /** User name. */
  owner: string | null;
}

export interface UserEssence {
  username: string;
  first_name: string;
  last_name: string;
  email: string;
  is_staff: boolean;
  is_active: boolean;
  is_superuser: boolean;
}

/** `hashkey`, which stands on Pod's SECRET_KEY, is left out. */
export interface OwnerEssence {
  username: string;
  auth_type: string;
  affiliation: string;
  commentaire: string;
  userpicture_id: number | null;
  establishment: string;
  accepts_notifications: boolean | null;
  sites: number[];
}

/** By source URL and owner; users and owners by id. */
export interface PodEssence {
  external: ExternalEssence[];
  users: UserEssence[];
  owners: OwnerEssence[];
}

export interface TestPod extends NewDatabase {
  /** For POD_DB_URL. */
  url: string;
  essence(): Promise<PodEssence>;
}

/** Two sites, an administrator, two more users and a recorder, as in most reference worlds. */
const USUAL: Required<PodRows> = {
  sites: [
    { id: 1, domain: 'pod.univ.example', name: 'Pod' },
    { id: 2, domain: 'pod2.univ.example', name: 'Pod 2' },
  ],
  users: [
    {
      id: 1,
      username: 'podadmin',
      first_name: 'Ada',
      last_name: 'Min',
      email: 'admin@univ.example',
      is_staff: true,
      is_superuser: true,
    },
    { id: 2, username: 'pnom', first_name: 'Prénom', last_name: 'Nom', email: 'pnom@univ.example', is_staff: true },
    { id: 3, username: 'edupont', first_name: 'Élève', last_name: 'Dupont', email: 'edupont@univ.example' },
  ],
  recorders: [{ id: 1, name: 'BBB', address_ip: '10.0.0.1', directory: 'bbb-claim' }],
  meetings: [],
  external_recordings: [],
};

export async function newPod(
  engine: EngineName,
  rows: PodRows = {},
  options: NewDatabaseOptions = {},
): Promise<TestPod> {
  const database = await newDatabase('pod', engine, options);
  const { sites, users, recorders, meetings, external_recordings: external } = { ...USUAL, ...rows };
  await fill(database, 'django_site', sites as Cells[]);
  for (const user of users) await addPodUser(database, user);
  await fill(database, 'auth_user', []);
  await fill(
    database,
    'recorder_recorder',
    recorders.map((row, index) => ({ ...recorder(index), ...row }) as Cells),
  );
  await fill(
    database,
    'meeting',
    meetings.map((row) => ({ ...meeting(engine), ...row }) as Cells),
  );
  await fill(
    database,
    'import_video_externalrecording',
    external.map((row) => ({ ...EXTERNAL, ...row }) as Cells),
  );
  const { user, password, host, port, database: name } = database.address;
  const url = `${engine}://${user}:${encodeURIComponent(password)}@${host}:${String(port)}/${name}`;
  return { ...database, url, essence: () => essenceOf(database) };
}

/** As Django's `create` and the signal of Pod that follows it: the profile, and its site. */
export async function addPodUser(
  database: Pick<NewDatabase, 'engine' | 'admin'>,
  row: { username: string } & Partial<Cells>,
): Promise<number> {
  const { admin } = database;
  const user = {
    first_name: '',
    last_name: '',
    email: '',
    is_staff: false,
    is_superuser: false,
    is_active: true,
    password: '',
    last_login: null,
  };
  await admin.insert('auth_user', { ...user, date_joined: new Date().toISOString(), ...row });
  const id = await idOf(database, 'auth_user', 'username', row.username);
  const hashkey = createHash('sha256').update(`a secret key${row.username}`).digest('hex');
  const profile = {
    auth_type: 'local',
    affiliation: 'student',
    commentaire: '',
    establishment: 'Etab_1',
    accepts_notifications: null,
  };
  await admin.insert('authentication_owner', { user_id: id, hashkey, userpicture_id: null, ...profile });
  await admin.insert('authentication_owner_sites', {
    owner_id: await idOf(database, 'authentication_owner', 'user_id', id),
    site_id: 1,
  });
  return id;
}

async function idOf(
  { admin }: Pick<NewDatabase, 'admin'>,
  table: string,
  column: string,
  value: Cell,
): Promise<number> {
  const [row] = await admin.query<{ id: number }>(`SELECT id FROM ${table} WHERE ${column} = ?`, [value]);
  if (row === undefined) throw new Error(`no row of ${table} with this ${column}`);
  return row.id;
}

const EXTERNAL: Cells = {
  name: 'Une session',
  start_at: '2024-01-01T00:00:00Z',
  type: 'bigbluebutton',
  state: null,
  owner_id: 1,
  site_id: 1,
  uploaded_to_pod_by_id: null,
};

function recorder(index: number): Cells {
  const texts = {
    description: '',
    salt: '',
    credentials_login: '',
    credentials_password: '',
    recording_type: 'video',
    cursus: '0',
    main_lang: 'fr',
    transcript: '',
  };
  const flags = {
    publication_auto: false,
    is_draft: true,
    is_restricted: false,
    allow_downloading: false,
    is_360: false,
    disable_comment: false,
  };
  return { name: `Recorder ${index}`, address_ip: `10.0.1.${index}`, type_id: 1, ...texts, ...flags };
}

function meeting(engine: EngineName): Cells {
  const at = '2024-01-01T09:00:00Z';
  const texts = {
    name: 'Réunion',
    attendee_password: 'a',
    moderator_password: 'm',
    monthly_type: 'date_day',
    welcome_text: '',
  };
  const flags = [
    'is_restricted',
    'is_running',
    'webcam_only_for_moderators',
    'record',
    'auto_start_recording',
    'allow_start_stop_recording',
    'is_personal',
    'is_webinar',
    'enable_chat',
  ];
  const locks = ['cam', 'mic', 'private_chat', 'public_chat', 'note'].map((what) => `lock_settings_disable_${what}`);
  const off = Object.fromEntries([...flags, ...locks, 'lock_settings_locked_layout'].map((name) => [name, false]));
  const duration = engine === 'mysql' ? 3_600_000_000 : '1 hour';
  return {
    site_id: 1,
    start_at: at,
    created_at: at,
    updated_at: at,
    expected_duration: duration,
    frequency: 1,
    max_participants: 100,
    ...texts,
    ...off,
  };
}

async function essenceOf({ query }: NewDatabase): Promise<PodEssence> {
  const external = await query<ExternalEssence>(
    `SELECT r.name, r.start_at, r.site_id, r.type, r.source_url, r.state, r.uploaded_to_pod_by_id, u.username AS owner
     FROM import_video_externalrecording r LEFT JOIN auth_user u ON u.id = r.owner_id`,
  );
  const users = await query<Record<string, Cell>>(
    'SELECT username, first_name, last_name, email, is_staff, is_active, is_superuser FROM auth_user ORDER BY id',
  );
  const owners = await query<OwnerEssence & { id: number }>(
    `SELECT o.id, u.username, o.auth_type, o.affiliation, o.commentaire, o.userpicture_id, o.establishment, o.accepts_notifications
     FROM authentication_owner o JOIN auth_user u ON u.id = o.user_id ORDER BY u.id`,
  );
  const sites = await query<{ owner_id: number; site_id: number }>(
    'SELECT owner_id, site_id FROM authentication_owner_sites ORDER BY site_id',
  );
  return {
    external: external.map((row) => ({ ...row, start_at: isoTime(row.start_at) })).sort(bySourceAndOwner),
    users: users.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, name.startsWith('is_') ? Boolean(value) : value]),
      ),
    ) as unknown as UserEssence[],
    owners: owners.map(({ id, ...row }) => ({
      ...row,
      sites: sites.filter((site) => site.owner_id === id).map((site) => site.site_id),
    })),
  };
}

function isoTime(text: string): string {
  return new Date(`${text.replace(' ', 'T')}Z`).toISOString().replace('.000Z', 'Z');
}

function bySourceAndOwner(one: ExternalEssence, other: ExternalEssence): number {
  const key = ({ source_url, owner }: ExternalEssence): Buffer => Buffer.from(`${source_url}\n${owner ?? ''}`);
  return Buffer.compare(key(one), key(other));
}
