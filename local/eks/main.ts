/** The stand-in for EKS as a program: `main.ts PORT STATE-FILE`. It is told of clusters and the emulator by its control routes. */
import { startEks } from './stand-in.ts';

const [port, stateFile] = process.argv.slice(2);
if (!port || !stateFile) {
  console.error('Usage: main.ts PORT STATE-FILE');
  process.exit(2);
}
await startEks({ port: Number(port), stateFile });
