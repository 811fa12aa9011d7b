// What the program `docker` says of the stand-in's engine: its id, and its containers in the format that is asked for.
import { behaviour, withEngine } from './engine.mjs';

function formatOf(argv) {
  const format = argv[argv.indexOf('--format') + 1];
  if (!argv.includes('--format') || format === undefined) throw new Error('the stand-in answers with --format only');
  return format;
}

function rendered(format, values) {
  return format.replace(/\{\{(.*?)\}\}/g, (_whole, field) => {
    if (!Object.hasOwn(values, field)) throw new Error(`the stand-in does not know {{${field}}}`);
    return values[field];
  });
}

export function info(argv) {
  process.stdout.write(
    `${rendered(formatOf(argv), { '.ID': `ID-OF-${behaviour.engine}`, '.Name': 'host', '.DockerRootDir': '/srv/docker' })}\n`,
  );
  return 0;
}

export function ps(argv) {
  const showsAll = argv.includes('-a') || argv.includes('--all');
  const containers = withEngine((engine) => engine.containers);
  for (const one of containers.filter(({ state }) => showsAll || state === 'running')) {
    const values = {
      '.Names': one.name,
      '.Status':
        one.state === 'running'
          ? 'Up 2 minutes'
          : one.state === 'created'
            ? 'Created'
            : `Exited (${one.exitCode}) 1 minute ago`,
      '.Label "com.docker.compose.project"': one.project,
      '.Label "com.docker.compose.service"': one.service,
    };
    process.stdout.write(`${rendered(formatOf(argv), values)}\n`);
  }
  return 0;
}

/** `image inspect`: of an image's labels it knows that of the package's own streamer. */
export function image(argv) {
  const name = argv.at(-1);
  if (argv[0] !== 'inspect') throw new Error(`the stand-in does not know image ${argv[0]}`);
  if (behaviour.missingImages.includes(name)) {
    process.stderr.write(`Error response from daemon: No such image: ${name}\n`);
    return 1;
  }
  const label = behaviour.ownStreamers.includes(name) ? '1' : '';
  process.stdout.write(`${rendered(formatOf(argv), { 'index .Config.Labels "bbb-pod-live.streamer"': label })}\n`);
  return 0;
}
