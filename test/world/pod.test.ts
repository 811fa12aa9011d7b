// The world's Pod against every recorded exchange of the real one, in the order in which they were recorded.
// Nothing is left out of the comparison: ids, dates and orders all follow from the rows and the requests.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startPod, type PodServer } from './pod.js';
import { livestreamRow, meetingRow, userRow } from './pod-rows.js';
import {
  recordedAnswer,
  recordings,
  send,
  TOKEN,
  TOKEN_OF_A_USER_WHO_IS_NOT_STAFF,
  type Recorded,
} from './recorded.js';

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** Live n of the recordings; the last one was made later, by nobody. */
function addLive(pod: PodServer, id: number): void {
  const isFirstOrLast = id === 1 || id === 15;
  const time = id === 15 ? '09:50:00' : `09:${twoDigits(id)}:00`;
  pod.state.meetings.push(
    meetingRow({
      id,
      meeting_id: `mid-${id}`,
      internal_meeting_id: `${String(id).padStart(40, '0')}-${1_700_000_000_000 + id}`,
      meeting_name: `Réunion n°${id}`,
      session_date: `2026-01-05T08:${twoDigits(id)}:00Z`,
      last_date_in_progress: `2026-01-05T09:${twoDigits(id)}:00Z`,
    }),
  );
  pod.state.livestreams.push(
    livestreamRow({
      id,
      meeting: id,
      start_date: `2026-01-05T${time}Z`,
      show_chat: isFirstOrLast,
      download_meeting: !isFirstOrLast,
      enable_chat: !isFirstOrLast,
      is_restricted: !isFirstOrLast,
      user: id === 15 ? null : 2,
    }),
  );
}

/** What somebody did in Pod between two recordings. */
function happensBefore(name: string, pod: PodServer): void {
  if (name === 'lives-one') addLive(pod, 1);
  if (name === 'lives-page-1') for (let id = 2; id <= 14; id += 1) addLive(pod, id);
  if (name === 'live-detail-no-user') addLive(pod, 15);
}

describe.each(['2.8.2', '3.7.0'] as const)('the Pod of the world, as %s', (version) => {
  let pod: PodServer;

  beforeAll(async () => {
    pod = await startPod({
      version,
      token: TOKEN,
      otherToken: TOKEN_OF_A_USER_WHO_IS_NOT_STAFF,
      state: {
        users: [
          userRow({
            id: 1,
            username: 'podadmin',
            first_name: 'Pod',
            last_name: 'Admin',
            email: 'podadmin@example.org',
          }),
          userRow({ id: 2, username: 'pnom', first_name: 'Prenom', last_name: 'Nom', email: 'pnom@example.org' }),
          userRow({
            id: 3,
            username: 'edupont',
            first_name: 'Eleve',
            last_name: 'Dupont',
            email: 'edupont@example.org',
            is_staff: false,
          }),
        ],
      },
    });
  });
  afterAll(() => pod.stop());

  test.each(recordings(version).map((recorded): [string, Recorded] => [recorded.name, recorded]))(
    'answers %s like the real one',
    async (name, recorded) => {
      happensBefore(name, pod);
      expect(await send(pod, recorded)).toEqual(recordedAnswer(pod, recorded));
    },
  );
});
