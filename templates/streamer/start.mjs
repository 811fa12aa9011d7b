// The first program in the container: does what the streamer says, and ends with its status.
import { main } from '../../dist/streamer.js';

const status = await main(process.argv.slice(2));
// The last lines of the log are out before the process ends, whatever a library still holds open.
// eslint-disable-next-line no-restricted-properties -- this is the container's `bin`: here the process ends
process.stdout.write('', () => process.exit(status));
