// The process of a BBB with very many recordings; tells its parent its address, and ends with it.
import { startRecordingsServer } from './bbb-recordings-server.js';

const { url } = await startRecordingsServer({ generated: Number(process.argv[2]) });
process.send?.(url);
process.on('disconnect', () => {
  process.exitCode = 0;
  process.kill(process.pid);
});
