// The order of the test files: the slow ones first, so that no worker ends the run alone with one of them.
import Sequencer from '@jest/test-sequencer';

const SLOW = [
  'streamer/image.test',
  'streamer/chat.test',
  'streamer/profiles.test',
  'streamer/ends.test',
  'streamer/losses.test',
  'e2e/kills.test',
  'engine/engine.test',
  'shell/transport-faults.test',
  'tick/hand-over.test',
  'e2e/cli.test',
  'e2e/defects.test',
  'e2e/faults.test',
  'e2e/life.test',
  'migrate/import-video.test',
  'migrate/golden.test',
  'migrate/claim-kills.test',
  'migrate/volume.test',
];

function rank(path) {
  const at = SLOW.findIndex((name) => path.includes(name));
  return at < 0 ? SLOW.length : at;
}

export default class SlowestFirst extends Sequencer {
  sort(tests) {
    return [...tests].sort((one, other) => rank(one.path) - rank(other.path) || one.path.localeCompare(other.path));
  }
}
