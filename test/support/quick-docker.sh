#!/bin/sh
# The `docker` beside quick-compose.sh: one engine, whose containers are the projects that have a directory of state.
PATH=/usr/bin:/bin
cd "$QUICK_COMPOSE_STATE" || exit 1
case "$1" in
info) echo 'ID-OF-THE-QUICK-ENGINE' ;;
ps)
  for project in */; do
    [ -d "$project" ] || continue
    project=${project%/}
    status='Exited (0) 1 minute ago'
    [ -e "$project/running" ] && status='Up 2 minutes'
    printf '%s\t%s\t%s\t%s\n' "liveStreaming${project##*streaming}" "$status" "$project" bbb-streamer
    printf '%s\t%s\t%s\t%s\n' "${project}_redis_1" 'Up 2 minutes' "$project" redis
  done
  ;;
*)
  echo "No such command: $1" >&2
  exit 1
  ;;
esac
