/** The suites in a dedicated worker. */
import { runSuites } from './page.js';

self.addEventListener('message', async ({ data }: MessageEvent<readonly string[] | undefined>) => {
  self.postMessage(await runSuites(data));
});
