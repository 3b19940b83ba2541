#!/usr/bin/env node
/** `curfew`, and under the name `kubectl-curfew` the plugin behind `kubectl curfew`. */
import { main } from './program.ts';

process.exitCode = await main(process.argv);
