// `init` where lives are webinars: Pod's live gateways are read and checked, what is to be entered in Pod is said, and what the
// gateway must know of them is written.
import type { SlotGateway } from '../shared/gateways-file.js';
import { hasHost } from '../shared/stream-url.js';
import type { Broadcaster, Reading } from './model.js';
import type { Installation, Ports } from './ports.js';

/** Where `init --systemd` lets the gateway listen. */
const PORT = 8100;

/** What the container's shell would split, or take for file names. */
const UNUSABLE = /[\s*?[\]]/;

export interface WebinarInit {
  ports: Ports;
  installation: Pick<Installation, 'makeToken' | 'writeGateways'>;
  print(line: string): void;
  /** Says what keeps webinars from working. */
  fail(text: string): void;
}

export async function initWebinars(init: WebinarInit): Promise<void> {
  const { ports, print } = init;
  if (!(await areWebinars(init))) return;
  const { config } = ports;
  tellToken(init);
  const slots = Array.from({ length: config.numberOfLives }, (_, index) => index + 1);
  for (const slot of slots) {
    const id = config.podLiveGateways[slot - 1];
    const row = id === undefined ? 'a new live gateway' : `live gateway ${id}`;
    const url = `http://${config.serverHostname}:${PORT}/${slot}`;
    print(
      `in Pod   slot ${slot}, ${row}: SIPMediaGW server URL ${url}, token GATEWAY_TOKEN, its RTMP address, its broadcaster`,
    );
    if (id === undefined)
      init.fail(
        `slot ${slot} has no live gateway: make it in Pod's administration, then add its id to POD_LIVE_GATEWAYS`,
      );
  }
  await writeGateways(init);
}

/** By POD_MODE; with `auto`, where this Pod has nothing else, or where gateways are configured. */
async function areWebinars({ ports, fail, print }: WebinarInit): Promise<boolean> {
  const { podMode, podLiveGateways } = ports.config;
  if (podMode !== 'auto') return podMode === 'webinar';
  if (podLiveGateways.length === 0) return false;
  const systems = await ports.webinars.readSystems();
  if (!systems.ok) {
    fail(systems.problem.detail);
    return false;
  }
  if (!systems.value.includes('bbb_livestream')) return true;
  if (systems.value.length > 1) print('in Pod   both bbb_livestream and webinars: POD_MODE=auto takes bbb_livestream');
  return false;
}

function tellToken({ ports: { config }, installation, fail }: WebinarInit): void {
  if (config.gatewayToken === '') fail(`GATEWAY_TOKEN is missing; one made by chance: ${installation.makeToken()}`);
  if (config.gatewayAllow.length === 0) fail("GATEWAY_ALLOW is missing: the addresses of Pod's web servers");
}

/** What could not be read leaves the file as it is; what is wrong in Pod is left out of it. */
async function writeGateways(init: WebinarInit): Promise<void> {
  const { ports, installation, print, fail } = init;
  const broadcasters = await ports.pod.readBroadcasters();
  const gateways: SlotGateway[] = [];
  let isRead = true;
  for (const [index, id] of ports.config.podLiveGateways.entries()) {
    const row = await ports.webinars.readGateway(id);
    if (!row.ok) {
      isRead = false;
      fail(row.problem.detail);
      continue;
    }
    if (row.value === null) {
      fail(`Pod has no live gateway ${id} (POD_LIVE_GATEWAYS)`);
      continue;
    }
    const { rtmpStreamUrl, broadcasterId } = row.value;
    const faults = [rtmpFault(rtmpStreamUrl), playlistFault(broadcasterId, broadcasters)].filter(
      (fault) => fault !== null,
    );
    for (const fault of faults) fail(`live gateway ${id}: ${fault}`);
    if (rtmpFault(rtmpStreamUrl) === null) gateways.push({ slot: index + 1, id, rtmpStreamUrl });
  }
  if (!isRead) return;
  await installation.writeGateways(gateways);
  print(`written  gateways.json: ${gateways.length} of ${ports.config.podLiveGateways.length} live gateways`);
}

/** The address itself is a secret. */
function rtmpFault(url: string): string | null {
  if (!/^rtmps?:\/\//.test(url) || !hasHost(url)) return 'its RTMP address must be rtmp:// or rtmps:// with a host';
  return UNUSABLE.test(url) ? 'its RTMP address must hold no blank, and none of * ? [ ]' : null;
}

function playlistFault(id: number, broadcasters: Reading<Broadcaster[]>): string | null {
  if (!broadcasters.ok) return `its broadcaster could not be read (${broadcasters.problem.detail})`;
  const found = broadcasters.value.find((broadcaster) => broadcaster.id === id);
  if (found === undefined) return `its broadcaster ${id} is not there`;
  return /^https?:\/\/\S+\.m3u8(\?\S*)?$/.test(found.streamUrl)
    ? null
    : `the URL of its broadcaster ${found.name} must be that of an HLS playlist (http(s)://….m3u8)`;
}
