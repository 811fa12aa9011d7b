// A BBB with very many meetings, each with many in it: what the reading of its list costs beside the mere download, in a process of its own.
import { execa } from 'execa';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sourceAddress } from './shipped.js';

export interface BigList {
  meetings: number;
  attendees: number;
  /** One meeting's name is no XML. */
  isOneDamaged?: boolean;
}

/** Of one process that has only read: processor times in milliseconds, of each round. */
export interface Reading {
  downloadMs: number[];
  readMs: number[];
  /** The peak of its memory. */
  megabytes: number;
  /** Meetings that were understood. */
  meetings: number;
  /** What was told of those that were not. */
  damage: string;
}

function attendeeXml(index: number): string {
  return `<attendee><userID>w_${index}abcdef</userID><fullName><![CDATA[Étudiante nº ${index} de la promo]]></fullName><role>VIEWER</role><isPresenter>false</isPresenter><isListeningOnly>false</isListeningOnly><hasJoinedVoice>true</hasJoinedVoice><hasVideo>false</hasVideo><clientType>HTML5</clientType><customdata><bbb_auto_join_audio>true</bbb_auto_join_audio><userlocale>fr</userlocale></customdata></attendee>`;
}

/** As bbb-web writes it. */
function listXml({ meetings, attendees, isOneDamaged = false }: BigList): string {
  const inEach = Array.from({ length: attendees }, (_, index) => attendeeXml(index)).join('\n');
  const entries = Array.from({ length: meetings }, (_, index) => {
    const name = isOneDamaged && index === 7 ? 'Tom & Jerry' : `<![CDATA[Cours ${index}]]>`;
    return `<meeting><meetingName>${name}</meetingName><meetingID>cours-${index}</meetingID><internalMeetingID>interne-${index}</internalMeetingID><participantCount>${attendees}</participantCount><recording>false</recording><attendees>${inEach}</attendees><metadata><a>b</a></metadata></meeting>`;
  });
  return `<response><returncode>SUCCESS</returncode><meetings>${entries.join('\n')}</meetings></response>`;
}

/** Lists them `rounds` times, after each download without a reading. */
export async function readBigList(list: BigList, rounds: number): Promise<Reading & { answerMegabytes: number }> {
  const answer = Buffer.from(listXml(list));
  const server = createServer((_request, response) => response.setHeader('Content-Type', 'text/xml').end(answer));
  const port = await listening(server);
  try {
    const { stdout } = await execa(process.execPath, [
      '--input-type=module',
      '--eval',
      READER,
      `http://127.0.0.1:${port}/bigbluebutton/api`,
      String(rounds),
    ]);
    return { ...(JSON.parse(stdout) as Reading), answerMegabytes: answer.length / 1e6 };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const READER = `
import { readFileSync } from 'node:fs';
const [{ createHttp }, { createBbb }] = await Promise.all([import(${sourceAddress('shared/http.js')}), import(${sourceAddress('tick/shell/bbb.js')})]);
const [bbbUrl, rounds] = process.argv.slice(1);
const http = createHttp({ timeoutMs: 60_000, pause: () => Promise.resolve() });
const bbb = createBbb({ bbbUrl, bbbSecret: 'secret', bbbChecksum: 'sha1' }, http);
const costOf = async (act) => {
  const begun = process.cpuUsage();
  const result = await act();
  const { user, system } = process.cpuUsage(begun);
  return { ms: (user + system) / 1000, result };
};
const [downloadMs, readMs] = [[], []];
let last;
for (let round = 0; round < Number(rounds); round += 1) {
  downloadMs.push((await costOf(() => http.get(bbbUrl, {}))).ms);
  const { ms, result } = await costOf(() => bbb.readMeetings());
  readMs.push(ms);
  last = result;
}
const megabytes = Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
console.log(JSON.stringify({ downloadMs, readMs, megabytes, meetings: last.value?.length ?? 0, damage: (last.problem ?? last.butFor)?.detail ?? '' }));
http.close();
`;
