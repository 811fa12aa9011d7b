// The docker-compose stand-in of a world without a Node of its own for each call: a shell that asks `compose-host.mjs`.
import { writeFileSync } from 'node:fs';
import type { FakeDocker } from '../world/docker.js';

/** Where that host listens: said by the set-up of the whole run. */
export const COMPOSE_HOST_PORT = 'BBB_POD_LIVE_COMPOSE_HOST_PORT';

/** What the caller has open (a lock, as file descriptor 3) stays open. The host finds arguments, environment and working directory with the process id; it answers with marked texts, each with a NUL behind it. */
function callerText(port: string, stateDirectory: string, isV2: boolean, isDocker: boolean): string {
  return `#!/bin/bash
exec {host}<>/dev/tcp/127.0.0.1/${port} || exit 127
printf '%s\\0' $$ '${stateDirectory}' '${isV2 ? '1' : ''}' '${isDocker ? '1' : ''}' >&$host
while IFS= read -r -d '' text <&$host; do
  case $text in
    o*) printf '%s' "\${text:1}" ;;
    e*) printf '%s' "\${text:1}" >&2 ;;
    x*) exit "\${text:1}" ;;
  esac
done
exit 137
`;
}

/** Lets the world's executables be that shell. It runs as the user who runs the tests. */
export function useHostedCompose(docker: FakeDocker): void {
  const port = process.env[COMPOSE_HOST_PORT];
  if (port === undefined) throw new Error('the host of the docker-compose stand-in was not started');
  const isV2 = docker.command.length > 1;
  for (const program of docker.programs) {
    writeFileSync(program, callerText(port, docker.stateDirectory, isV2, !program.endsWith('-compose')));
  }
}
