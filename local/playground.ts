/** `npm run local`: the local cloud alone, to play with. */
import { startLocalCloud } from './cloud.ts';
import { howToPlay, untilInterrupted } from './how-to-play.ts';
import { progressTo } from './progress.ts';

const cloud = await startLocalCloud({ progress: progressTo(process.stdout) });
console.log(howToPlay(cloud));
await untilInterrupted();
