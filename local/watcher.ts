/**
 * Ends our process groups when this process is killed outright (SIGKILL, out of memory, a crash), where no handler of
 * ours runs. One small shell holds the read end of a pipe: the pipe closes with us, however we end, and it then ends
 * every group that was not struck off before.
 */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

const script = `
trap '' INT TERM HUP
groups=' '
while read -r sign group; do
  rest=' '
  for known in $groups; do
    [ "$known" = "$group" ] || rest="$rest$known "
  done
  groups=$rest
  [ "$sign" = + ] && groups="$groups$group "
done
[ "$groups" = ' ' ] && exit 0
for group in $groups; do kill -s TERM -- "-$group"; done
sleep 2
for group in $groups; do kill -s KILL -- "-$group"; done
`;

let watcher: ChildProcessByStdio<Writable, null, null> | undefined;

/** From now on the process group ends with this process. */
export function addToWatch(group: number): void {
  watcher ??= startWatcher();
  watcher.stdin.write(`+ ${group}\n`);
}

/** The group has ended; its number may be anybody's from now on. */
export function removeFromWatch(group: number): void {
  watcher?.stdin.write(`- ${group}\n`);
}

function startWatcher(): ChildProcessByStdio<Writable, null, null> {
  // In a session of its own: neither Ctrl-C nor a closed terminal reaches it before its work is done.
  const shell = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Without it the other ways of ending our children are still there.
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  shell.unref();
  if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  return shell;
}
