#!/bin/sh
# A docker-compose that starts in a few milliseconds, for tests that start it a thousand times: one streamer a slot, its
# state in files below $QUICK_COMPOSE_STATE/<project>. The world's own stand-in is the one that minds every detail.
PATH=/usr/bin:/bin
root=$QUICK_COMPOSE_STATE
[ "$1 $3 $5" = '-p -f --env-file' ] || { echo 'the call names no project, file or variables' >&2; exit 1; }
project=$2
shift 6
state=$root/$project
call="$*"
# What is run in a container is the same each time, and long.
case "$call" in 'exec -T bbb-streamer sh -c pkill -INT -x ffmpeg || exit 0'*) call='exec -T bbb-streamer sh -c …' ;; esac
printf '%s %s\n' "$project" "$call" >>"$root/calls"

# A world that is gone holds nobody any more.
wait_to_go_on() {
  while [ ! -e "$root/go-on" ]; do
    [ -d "$root" ] || exit 1
    sleep 0.02
  done
}

# $QUICK_COMPOSE_SECONDS: how long `up` and `down` take. The file `hold` says at which moment of which call to wait. The file `kill` says at which moment of which call the program that asked is killed, and whether this goes on without it.
moment() {
  if [ -e "$root/hold" ] && [ "$(cat "$root/hold")" = "$project $1 $call" ]; then
    mv "$root/hold" "$root/held"
    wait_to_go_on
  fi
  [ -e "$root/kill" ] && [ "$(cat "$root/kill")" = "$project $1 $call" ] || return 0
  mv "$root/kill" "$root/killed"
  if [ -e "$root/with-its-group" ]; then kill -9 "-$PPID"; fi
  kill -9 "$PPID"
  wait_to_go_on
  # Nobody listens any more.
  exec >/dev/null 2>&1
}

# ffmpeg closes its file, and the container ends with it.
close_recording() {
  [ -e "$state/recording" ] || return 0
  printf 'END\n' >>"videodata/$(cat "$state/recording")"
  rm "$state/recording"
}

moment begin
case "$call" in
'up -d' | down) [ -z "$QUICK_COMPOSE_SECONDS" ] || sleep "$QUICK_COMPOSE_SECONDS" ;;
esac
[ -e docker-compose.yml ] || { echo "ERROR: Can't find a suitable configuration file" >&2; exit 1; }
case "$call" in
'ps --services --filter status=running')
  [ -e "$state/running" ] && printf 'redis\nbbb-streamer\n'
  exit 0
  ;;
'ps -a -q')
  [ -d "$state" ] && printf '4e9a6c0f\n1b7d2e85\n'
  exit 0
  ;;
'up -d')
  mkdir -p "$state"
  if ! cmp -s docker-compose.yml "$state/docker-compose.yml"; then
    rm -f "$state/running"
    cp docker-compose.yml "$state/docker-compose.yml"
  fi
  moment half
  [ -e "$state/running" ] && exit 0
  printf 'started\n' >>"$state/starts"
  if grep -q 'BBB_DOWNLOAD_MEETING=true' docker-compose.yml; then
    name=meeting-$(date +%Y%m%d%H%M%S).mkv
    cat "$root/film-head" >>"videodata/$name"
    printf 'REC %s\n' "$(grep -o 'BBB_MEETING_ID=[^"]*' docker-compose.yml)" >>"videodata/$name"
    printf '%s' "$name" >"$state/recording"
  fi
  touch "$state/running"
  ;;
'up -d --no-recreate redis')
  # The chat's Redis never dies here.
  ;;
'exec -T bbb-streamer sh -c …')
  [ -e "$state/running" ] || { echo 'ERROR: No container found for bbb-streamer_1' >&2; exit 1; }
  close_recording
  rm "$state/running"
  ;;
'logs --no-color --tail 1000 bbb-streamer')
  printf 'Attaching to bbb-streamer\nbbb-streamer_1 | frame=  250 fps= 25\n'
  ;;
down)
  # A file that ffmpeg still writes stays without its end.
  rm -f "$state/running"
  moment half
  rm -rf "$state"
  ;;
*)
  echo "No such command: $call" >&2
  exit 1
  ;;
esac
