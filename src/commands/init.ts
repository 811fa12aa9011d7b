// `init`: makes the log directory and the slots, pulls the images, and says what a first run would stumble over.
import { ownRows } from '../core/server.js';
import type { Livestream, Problem, SlotReading } from '../model.js';
import { PortError, type Host, type Ports } from '../ports.js';

export interface InitOptions {
  pull: boolean;
  print(line: string): void;
}

/** Answers the exit status: 0, or 1 when a run could not work. */
export async function init(ports: Ports, host: Host, options: InitOptions): Promise<number> {
  const { print } = options;
  if (!(await ports.lock.take())) {
    print('A tick is at work in this base directory: try again in a minute.');
    return 0;
  }
  let failed = false;
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      failed = true;
      print(`ERROR    ${error.problem.detail}`);
    }
  };
  await attempt(async () => {
    print(`${(await host.makeLogDirectory()) ? 'made     ' : 'there    '}${ports.config.logDirectory}`);
  });
  const slots = await ports.slots.read([]);
  const rows = await rowsInPod(ports);
  for (const slot of slots) await attempt(() => makeSlot(slot, rows, ports, host, print));
  for (const warning of ports.config.warnings) print(`WARNING  ${warning}`);
  for (const { level, text } of await host.findings()) {
    failed ||= level === 'error';
    print(`${level === 'error' ? 'ERROR   ' : 'WARNING '} ${text}`);
  }
  if (options.pull) {
    print(`pulling  ${ports.config.streamerImage} and ${ports.config.redisImage} (this may take a while)`);
    await attempt(() => host.pull(1));
  }
  print(failed ? 'Not ready: see the errors above.' : "Ready. Now try 'bbb-pod-live run --debug'.");
  return failed ? 1 : 0;
}

type Rows = { known: true; bySlot: Map<number, Livestream[]> } | { known: false; problem: Problem };

async function rowsInPod(ports: Ports): Promise<Rows> {
  const { inProgress } = await ports.pod.readLivestreams();
  return inProgress.ok ? { known: true, bySlot: ownRows(inProgress.value, ports.config) } : { known: false, problem: inProgress.problem };
}

async function makeSlot(slot: SlotReading, rows: Rows, ports: Ports, host: Host, print: (line: string) => void): Promise<void> {
  const name = `bbb-live-streaming${String(slot.slot)}`;
  if (slot.directory === 'missing') {
    await ports.slots.make(slot.slot);
    print(`made     ${name}`);
    return;
  }
  const use = await whyInUse(slot, rows, ports);
  if (use !== null) {
    print(`in use   ${name}: ${use}; left alone`);
    return;
  }
  await ports.slots.make(slot.slot);
  if (slot.composeFile !== 'foreign') {
    print(`there    ${name}`);
    return;
  }
  await host.replaceComposeFile(slot.slot);
  print(`renewed  ${name}: the docker-compose.yml that was there is now docker-compose.yml.php-orig`);
}

/** What cannot be read counts as in use. */
async function whyInUse(slot: SlotReading, rows: Rows, ports: Ports): Promise<string | null> {
  if (!slot.record.ok) return slot.record.problem.detail;
  if (slot.record.value !== null) return `livestream ${String(slot.record.value.livestreamId)}`;
  if (slot.composeFile !== 'foreign') return null;
  if (!rows.known) return `Pod could not be asked (${rows.problem.detail})`;
  const row = rows.bySlot.get(slot.slot)?.[0];
  if (row !== undefined) return `livestream ${String(row.id)} is in progress there, as Pod says`;
  const container = await ports.compose.read(slot.slot);
  if (!container.ok) return `its containers could not be read (${container.problem.detail})`;
  return container.value === 'absent' ? null : 'it has containers';
}
