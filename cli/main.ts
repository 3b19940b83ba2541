#!/usr/bin/env node
/** `curfew`, and under the name `kubectl-curfew` the plugin behind `kubectl curfew`. */
import { main } from './program.ts';

// Whoever reads the output may stop reading (`| head`): no reason to end badly, and none to leave access standing.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await main(process.argv);
